package dev.mayfly;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.verify.Refusal;
import dev.mayfly.verify.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Stops the broker and starts it again: alone, beside a broker of its own. */
@EnabledIfEnvironmentVariable(named = "MAYFLY_SOCKET", matches = ".+")
@Timeout(60)
class RestartTest {
    private static final String SCOPE = "read:data:customer-12345";

    private static void await(BooleanSupplier isSo) throws InterruptedException {
        while (!isSo.getAsBoolean()) {
            Thread.sleep(10);
        }
    }

    /** Whether a process has exited; its parent may not have looked yet. */
    private static boolean hasExited(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
        } catch (IOException gone) {
            return true;
        }
    }

    @Test
    void aBrokerThatWasStartedAgainIsFoundAgainAndNothingIsLost() throws Exception {
        var builder =
                MayflyClient.builder()
                        .app(System.getenv("MAYFLY_TEST_APP"))
                        .orchestration("java-restart");
        try (var client = builder.build();
                var patient = builder.brokerWait(Duration.ofSeconds(20)).build();
                var revocations = client.followRevocations()) {
            Agent agent = client.spawn(AgentRequest.of("restart", SCOPE));
            patient.connect();
            revocations.awaitCaughtUp(Duration.ofSeconds(10));
            Verifier verifier = Verifier.builder(client.keys(), revocations).build();
            assertTrue(verifier.verify(agent.token()).isValid());

            long pid = Long.parseLong(System.getenv("MAYFLY_TEST_BROKER_PID"));
            ProcessHandle.of(pid).orElseThrow().destroy();
            await(() -> hasExited(pid));
            assertThrows(ConnectionException.class, client::keys);
            // What is known stays known for a while.
            assertTrue(verifier.verify(agent.token()).isValid());

            Process broker =
                    new ProcessBuilder(System.getenv("MAYFLY_TEST_BROKER_COMMAND"))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try (var operator = new OperatorClient()) {
                assertTrue(patient.validate(agent.token()).isValid());
                Agent other = client.spawn(AgentRequest.of("again", SCOPE));
                operator.revokeAgent(agent.id());
                await(() -> verifier.verify(agent.token()).refusal() == Refusal.REVOKED);
                assertTrue(other.release());
            } finally {
                broker.destroy();
            }
        }
    }
}
