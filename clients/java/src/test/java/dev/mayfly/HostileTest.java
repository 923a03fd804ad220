package dev.mayfly;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.mayfly.internal.token.Holding;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * proto/vectors/hostile.json: what a broker never sends must be an error, and in time. Beside
 * clients/testing/hostile_server.py, see proto/vectors/README.md.
 */
class HostileTest {
    private static final String FOLDER = System.getenv("MAYFLY_HOSTILE_DIRECTORY");

    /** How a first call ends, and how a second one of the same client may. */
    private record Sequence(String first, List<String> then) {}

    private static final Map<String, Sequence> SEQUENCES =
            Map.of(
                    "ok_then_protocol",
                    new Sequence("ok", List.of("ok", "invalid", "protocol", "connection_lost")),
                    "timeout_then_ok",
                    new Sequence("timeout", List.of("ok")),
                    "connection_lost_then_ok",
                    new Sequence("connection_lost", List.of("ok")));

    /**
     * An answer that comes before the request was read cannot be told from one that comes after.
     */
    private static final Map<String, String> RACES = Map.of("answer-before-request", "ok");

    private final Map<String, Object> vectors = Vectors.read("hostile.json");
    private final Duration timeout =
            Duration.ofSeconds(((Number) vectors.get("timeout_seconds")).longValue());

    HostileTest() throws IOException {}

    @TestFactory
    Stream<DynamicTest> cases() {
        return Vectors.objects(vectors.get("cases")).stream()
                .map(vector -> dynamicTest((String) vector.get("name"), () -> check(vector)));
    }

    private void check(Map<String, Object> vector) {
        assumeTrue(FOLDER != null, "no hostile server: run test.sh");
        String name = (String) vector.get("name");
        String call = (String) vector.get("call");
        List<String> expected = Holding.texts(vector.get("expect"));
        var builder =
                MayflyClient.builder()
                        .socketPath(Path.of(FOLDER, name + ".sock"))
                        .orchestration("hostile")
                        .callTimeout(timeout)
                        .connectTimeout(timeout);
        if (call.equals("spawn")) {
            builder.app("testing");
        }
        try (MayflyClient client = builder.build()) {
            long start = System.nanoTime();
            String first = outcome(client, call);
            Duration taken = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(taken.compareTo(timeout.multipliedBy(5)) < 0, "in time");

            boolean isAllowed = expected.contains(first) || first.equals(RACES.get(name));
            List<Sequence> sequences =
                    expected.stream()
                            .filter(SEQUENCES::containsKey)
                            .map(SEQUENCES::get)
                            .filter(sequence -> sequence.first.equals(first))
                            .toList();
            assertTrue(isAllowed || !sequences.isEmpty(), first + ", not " + expected);
            if (!isAllowed) {
                String second = outcome(client, call);
                assertTrue(
                        sequences.stream().anyMatch(sequence -> sequence.then.contains(second)),
                        "then " + second);
            }
        }
    }

    private String outcome(MayflyClient client, String call) {
        String messages = "";
        try {
            switch (call) {
                case "validate":
                    return client.validate("a").isValid() ? "ok" : "invalid";
                case "spawn":
                    client.spawn(AgentRequest.of("t", "read:data:x"));
                    return "ok";
                default:
                    try (var stream = client.watchRevocations(0)) {
                        while (true) {
                            stream.next();
                            messages = "message_then_";
                        }
                    }
            }
        } catch (OutcomeUnknownException error) {
            return "outcome_unknown";
        } catch (ProtocolException error) {
            return "protocol";
        } catch (ConnectionException error) {
            return messages + "connection_lost";
        } catch (CallTimeoutException error) {
            return messages + "timeout";
        } catch (RefusedException error) {
            return messages + "refused";
        }
    }
}
