package dev.mayfly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.verify.Refusal;
import dev.mayfly.verify.Verifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Against a live broker: what the scenario file does not say. */
@EnabledIfEnvironmentVariable(named = "MAYFLY_SOCKET", matches = ".+")
@Timeout(60)
class BrokerTest {
    private static final String SCOPE = "read:data:customer-12345";
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final MayflyClient client =
            MayflyClient.builder()
                    .app(System.getenv("MAYFLY_TEST_APP"))
                    .orchestration("java-tests")
                    .build();

    @AfterEach
    void close() {
        client.close();
    }

    private static String task(String name) {
        return name + "-" + ProcessHandle.current().pid() + "-" + NAMES.incrementAndGet();
    }

    private static AgentRequest request(String name) {
        return AgentRequest.of(task(name), SCOPE);
    }

    private static void assertRefused(String reason, String status, Runnable call) {
        var refused = assertThrows(RefusedException.class, call::run);
        assertEquals(reason, refused.reason());
        assertEquals(status, refused.status());
    }

    @Test
    void anAgentLivesAsLongAsItsBlock() {
        String token;
        try (Agent agent = client.spawn(request("block"))) {
            token = agent.token();
            Validation validation = client.validate(token, ValidationRequest.scope(SCOPE));
            assertTrue(validation.isValid());
            assertEquals(agent.id(), validation.claims().subject());
            assertEquals("Bearer " + token, agent.bearerHeader());
        }
        assertFalse(client.validate(token).isValid());
    }

    @Test
    void aHundredSpawnsOfEightThreadsShareOneConnection() throws Exception {
        List<Agent> agents = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads =
                IntStream.range(0, 8)
                        .mapToObj(
                                number ->
                                        new Thread(
                                                () -> {
                                                    for (int count = 0; count < 13; count++) {
                                                        agents.add(client.spawn(request("many")));
                                                    }
                                                }))
                        .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        Set<String> ids = new HashSet<>(agents.stream().map(Agent::id).toList());
        assertEquals(104, ids.size());
        List<Boolean> ended = client.releaseBatch(agents.stream().map(Agent::token).toList());
        assertEquals(Set.of(true), new HashSet<>(ended));
    }

    @Test
    void aRefusalHasTheReasonAndTheStatus() {
        assertRefused(
                "SCOPE_VIOLATION",
                "PERMISSION_DENIED",
                () -> client.spawn(AgentRequest.of(task("refused"), "delete:data:x")));
        assertRefused(
                "INVALID_SCOPE",
                "INVALID_ARGUMENT",
                () -> client.spawn(AgentRequest.of(task("refused"), "x")));
        assertRefused(
                "INVALID_IDENTIFIER", "INVALID_ARGUMENT", () -> client.describe("nobody"));
        try (var nobody = MayflyClient.builder().orchestration("o").build()) {
            assertRefused(
                    "AUTHENTICATION_REQUIRED",
                    "UNAUTHENTICATED",
                    () -> nobody.spawn(request("refused")));
        }
    }

    @Test
    void anAppIsProvenByItsSecretToo() {
        String id = System.getenv("MAYFLY_TEST_CLIENT_ID");
        String secret = System.getenv("MAYFLY_TEST_CLIENT_SECRET");
        try (var proven =
                        MayflyClient.builder().credentials(id, secret).orchestration("o2").build();
                var wrong = MayflyClient.builder().credentials(id, "0".repeat(64)).build()) {
            assertTrue(proven.spawn(request("secret")).release());
            assertRefused("CREDENTIALS_INVALID", "UNAUTHENTICATED", wrong::connect);
        }
    }

    @Test
    void anAgentRegistersAndIsSuperseded() {
        try (var agentSide = MayflyClient.builder().orchestration("java-tests").build()) {
            AgentRequest request = request("registered");
            LaunchToken first =
                    client.createLaunchToken(
                            List.of("read:data:*"), Duration.ofSeconds(60), null, "tests");
            assertTrue(first.expiresAt().isAfter(Instant.now()));
            Agent agent = agentSide.register(request, first.secret());
            LaunchToken second = client.createLaunchToken("read:data:*");
            Agent successor = agentSide.register(request, second.secret(), true);
            assertFalse(client.validate(agent.token()).isValid());
            assertTrue(successor.release());
        }
    }

    @Test
    void aRenewalTakesTheOldTokensPlaceAndNarrows() {
        Agent agent =
                client.spawn(
                        AgentRequest.of(task("renewed"), "read:data:*")
                                .withLifetime(Duration.ofSeconds(60))
                                .withRenewableFor(Duration.ofSeconds(600)));
        String old = agent.token();
        agent.renew(Renewal.unchanged().withScope(SCOPE).withLifetime(Duration.ofSeconds(120)));
        assertNotEquals(old, agent.token());
        assertEquals(List.of(SCOPE), agent.scope());
        assertFalse(client.validate(old).isValid());
        Renewal renewal = Renewal.unchanged();
        IssuedToken first = client.renew(agent.token(), agent.key(), renewal);
        IssuedToken again = client.renew(agent.token(), agent.key(), renewal);
        assertEquals(first.token(), again.token());
        assertTrue(client.heartbeat(first.token(), AgentState.COMPLETING).isAfter(Instant.now()));
        assertTrue(client.release(first.token()));
    }

    @Test
    void aTokenByReferenceDelegatesAsWell() {
        try (Agent agent = client.spawn(request("reference").asReference());
                Agent other = client.spawn(request("other"))) {
            assertTrue(agent.token().length() < 500);
            IssuedToken part = agent.delegate(Delegation.to(other.id(), SCOPE));
            assertEquals(other.id(), client.validate(part.token()).claims().subject());
        }
    }

    @Test
    void usesAreCountedByTheBroker() {
        try (Agent agent = client.spawn(request("uses").withMaximumUses(1))) {
            Verifier verifier = Verifier.builder(client.keys(), null).broker(client).build();
            var wanted = Verifier.Wanted.of(SCOPE).consumingUse();
            assertTrue(verifier.verify(agent.token(), wanted).isValid());
            assertEquals(Refusal.TOKEN_NOT_VALID, verifier.verify(agent.token(), wanted).refusal());
        }
    }

    @Test
    void aBatchIsAttestedByTheAppsKeyAllOrNone() {
        AgentKey key = AgentKey.generate();
        String name = task("attested");
        try (var operator = new OperatorClient()) {
            var credentials =
                    operator.createApp(name, List.of("read:data:*"), List.of(key.publicKey()));
            try (var app =
                    MayflyClient.builder()
                            .credentials(credentials.clientId(), credentials.clientSecret())
                            .orchestration(name)
                            .build()) {
                List<AgentRequest> requests =
                        IntStream.range(0, 10)
                                .mapToObj(number -> AgentRequest.of("t" + number, SCOPE))
                                .toList();
                List<Agent> agents = app.spawnBatch(requests, key);
                var validations =
                        app.validateBatch(
                                agents.stream().map(Agent::token).toList(),
                                ValidationRequest.plain());
                for (Validation validation : validations) {
                    assertEquals("attested", validation.claims().text("proof"));
                }
                assertEquals(10, app.grants(null, null).size());
                assertTrue(app.releaseGrant(agents.get(0).grantId()));
                assertRefused(
                        "SCOPE_VIOLATION",
                        "PERMISSION_DENIED",
                        () ->
                                app.spawnBatch(
                                        List.of(AgentRequest.of("t", "write:data:x")), key));
            }
            assertEquals(9, operator.removeApp(name));
        }
    }

    @Test
    void verifiersRefuseWhatWasRevokedAMomentAfter() throws Exception {
        List<RevocationFollower> followers =
                IntStream.range(0, 8).mapToObj(number -> client.followRevocations()).toList();
        try (var operator = new OperatorClient();
                Agent agent = client.spawn(request("revoked"))) {
            List<Verifier> verifiers = new ArrayList<>();
            for (RevocationFollower follower : followers) {
                follower.awaitCaughtUp(Duration.ofSeconds(10));
                verifiers.add(Verifier.builder(client.keys(), follower).build());
            }
            for (Verifier verifier : verifiers) {
                assertTrue(verifier.verify(agent.token()).isValid());
            }
            assertEquals(1, operator.revokeAgent(agent.id()));
            for (Verifier verifier : verifiers) {
                while (verifier.verify(agent.token()).refusal() != Refusal.REVOKED) {
                    Thread.sleep(1);
                }
            }
        } finally {
            followers.forEach(RevocationFollower::close);
        }
    }

    @Test
    void nothingThatIsPrintedShowsATokenOrAKey() {
        try (Agent agent = client.spawn(request("printed"))) {
            String end = agent.token().substring(agent.token().length() - 43);
            IssuedToken renewed =
                    client.renew(agent.token(), agent.key(), Renewal.unchanged());
            for (Object shown : List.of(agent, agent.key(), renewed)) {
                assertFalse(shown.toString().contains(end));
                assertFalse(shown.toString().contains("PRIVATE"));
            }
        }
    }

    /** Started by the test below as an agent. */
    static final class InheritedProgram {
        public static void main(String[] arguments) {
            Agent agent = InheritedAgent.fromEnvironment().orElseThrow();
            agent.renew();
            System.out.println(agent.id() + " " + agent.grantId() + " " + agent.release());
        }
    }

    @Test
    void aProcessThatWasStartedAsAnAgentRenewsAndReleases() throws Exception {
        Agent agent = client.spawn(request("inherited").withRenewableFor(Duration.ofSeconds(600)));
        String object =
                "{\"socket\":\"" + System.getenv("MAYFLY_SOCKET") + "\",\"token\":\""
                        + agent.token() + "\",\"private_key\":\""
                        + agent.key().toPem().replace("\n", "\\n") + "\",\"agent_id\":\""
                        + agent.id() + "\",\"expires_at\":" + agent.expiresAt().getEpochSecond()
                        + "}";
        // The shell makes the descriptor: a process of this platform hands on no others.
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process =
                new ProcessBuilder(
                                "sh", "-c",
                                "exec 3<&0 </dev/null; export MAYFLY_AGENT_FD=3; "
                                        + "exec \"$0\" -cp \"$1\" \"$2\"",
                                java, System.getProperty("java.class.path"),
                                InheritedProgram.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var input = process.getOutputStream()) {
            input.write(object.getBytes(StandardCharsets.UTF_8));
        }
        String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        assertEquals(agent.id() + " " + agent.grantId() + " true", output.strip());
    }

    @Test
    void whatIsNoAgentIsRefused() {
        for (String text : List.of("", "x", "1", "-3", "999")) {
            assertThrows(InvalidRequestException.class, () -> InheritedAgent.read(text), text);
        }
    }
}
