package dev.mayfly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.mayfly.internal.token.Holding;
import dev.mayfly.verify.BrokerKeys;
import dev.mayfly.verify.ChainVerifier;
import dev.mayfly.verify.Refusal;
import dev.mayfly.verify.Verdict;
import dev.mayfly.verify.VerificationException;
import dev.mayfly.verify.VerifiedToken;
import dev.mayfly.verify.Verifier;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** proto/vectors/scenario.json against a live broker: see proto/vectors/README.md. */
class ScenarioTest {
    private static final Map<Long, String> CODES =
            Map.of(
                    3L, "INVALID_ARGUMENT", 5L, "NOT_FOUND", 6L, "ALREADY_EXISTS", 7L,
                    "PERMISSION_DENIED", 8L, "RESOURCE_EXHAUSTED", 9L, "FAILED_PRECONDITION", 14L,
                    "UNAVAILABLE", 16L, "UNAUTHENTICATED");

    /** A token that was not verified, as a step's outcome. */
    private record NotVerified(Refusal refusal) {}

    private final Map<String, Object> scenario = Vectors.read("scenario.json");
    private final String run = Long.toString(System.nanoTime(), Character.MAX_RADIX);
    private final Map<String, MayflyClient> clients = new HashMap<>();
    private final Map<String, Object> made = new HashMap<>();
    private OperatorClient operator;
    private BrokerKeys keys;
    private RevocationFollower revocations;
    private Verifier verifier;

    ScenarioTest() throws IOException {}

    @TestFactory
    Stream<DynamicTest> steps() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Map<String, Object> step : Vectors.objects(scenario.get("steps"))) {
            Object of = step.getOrDefault("token", step.getOrDefault("as", ""));
            tests.add(
                    dynamicTest(
                            (tests.size() + 1) + ": " + step.get("do") + " " + of,
                            () -> take(step)));
        }
        return tests.stream();
    }

    @AfterEach
    void close() {
        clients.values().forEach(MayflyClient::close);
        if (operator != null) {
            operator.close();
        }
        if (revocations != null) {
            revocations.close();
        }
    }

    private void take(Map<String, Object> step) throws Exception {
        assumeTrue(System.getenv("MAYFLY_SOCKET") != null, "no broker: run test.sh");
        Object outcome;
        try {
            outcome = outcome(step);
        } catch (RefusedException refused) {
            outcome = refused;
        } catch (VerificationException refused) {
            outcome = new NotVerified(refused.refusal());
        }
        check(Vectors.object(step.getOrDefault("expect", Map.of())), outcome);
        if (step.containsKey("as")) {
            made.put((String) step.get("as"), outcome);
        }
    }

    private Object outcome(Map<String, Object> step) throws Exception {
        MayflyClient client = client((String) step.getOrDefault("app", "testing"));
        switch ((String) step.get("do")) {
            case "spawn":
                return client.spawn(request(step));
            case "launch_token":
                return client.createLaunchToken(
                        Holding.texts(step.get("ceiling")), null, null, null);
            case "register":
                String secret = ((LaunchToken) made.get((String) step.get("with"))).secret();
                return client.register(request(step), secret);
            case "renew":
                Agent agent = agent(step, "token");
                AgentKey key = agent.key();
                return client.adopt(client.renew(agent.token(), key, Renewal.unchanged()), key);
            case "heartbeat":
                var state =
                        AgentState.valueOf(((String) step.get("state")).toUpperCase(Locale.ROOT));
                return client.heartbeat(token(step), state);
            case "delegate":
                Agent to = agent(step, "to");
                var terms = Delegation.to(to.id(), texts(step, "scope").toArray(new String[0]));
                AgentKey by = agent(step, "key_of").key();
                return client.adopt(client.delegate(token(step), by, terms), to.key());
            case "validate":
                return client.validate(
                        token(step),
                        new ValidationRequest(
                                texts(step, "required_scope"),
                                (String) step.get("required_audience"),
                                step.containsKey("consume_use"),
                                false));
            case "verify":
                return verify(step);
            case "watch":
                revocations = client.followRevocations();
                verifier = Verifier.builder(keys(), revocations).build();
                revocations.awaitCaughtUp(Duration.ofSeconds(10));
                return null;
            case "accept":
                return accept(step);
            case "revoke":
                assertEquals("agent", step.get("level"));
                operator = operator == null ? new OperatorClient() : operator;
                return operator.revokeAgent(agent(step, "target").id());
            case "release":
                return client.release(token(step));
            default:
                throw new IllegalArgumentException("this runner does not know " + step.get("do"));
        }
    }

    /** An app that the file does not list is none that exists. */
    private MayflyClient client(String app) {
        Object variable = Vectors.object(scenario.get("apps")).get(app);
        String name = variable == null ? app : System.getenv((String) variable);
        return clients.computeIfAbsent(
                name, any -> MayflyClient.builder().app(name).build());
    }

    private Agent agent(Map<String, Object> step, String field) {
        return (Agent) made.get((String) step.get(field));
    }

    private String token(Map<String, Object> step) {
        String text = (String) step.get("text");
        return text == null ? agent(step, "token").token() : text;
    }

    private static List<String> texts(Map<String, Object> step, String name) {
        return Holding.texts(step.getOrDefault(name, List.of()));
    }

    private static Duration seconds(Map<String, Object> step, String name) {
        Object value = step.get(name);
        return value == null ? null : Duration.ofSeconds(((Number) value).longValue());
    }

    private AgentRequest request(Map<String, Object> step) {
        String orchestration =
                (String) step.getOrDefault("orchestration", scenario.get("orchestration"));
        return new AgentRequest(
                orchestration.replace("{run}", run),
                (String) step.get("task"),
                texts(step, "scope"),
                texts(step, "audience"),
                seconds(step, "lifetime_seconds"),
                seconds(step, "renewable_for_seconds"),
                ((Number) step.getOrDefault("max_uses", 0)).intValue(),
                step.containsKey("by_reference"),
                Binding.NONE,
                0,
                step.containsKey("key_of") ? agent(step, "key_of").key() : null);
    }

    private BrokerKeys keys() {
        keys = keys == null ? client("testing").keys() : keys;
        return keys;
    }

    private Object verify(Map<String, Object> step) throws VerificationException {
        String token = token(step);
        if (step.containsKey("change")) {
            int place = token.length() - 20;
            char other = token.charAt(place) == 'A' ? 'B' : 'A';
            token = token.substring(0, place) + other + token.substring(place + 1);
        }
        if (!step.containsKey("required_scope")) {
            return new ChainVerifier(keys(), null, Duration.ofSeconds(30))
                    .verify(token, (String) step.get("audience"), Instant.now());
        }
        return judged(Verifier.builder(keys(), null).build(), token, step);
    }

    private static Object judged(Verifier by, String token, Map<String, Object> step) {
        var wanted =
                new Verifier.Wanted(
                        texts(step, "required_scope"), (String) step.get("audience"), false);
        Verdict verdict = by.verifyOffline(token, wanted);
        return verdict.isValid() ? verdict.token() : new NotVerified(verdict.refusal());
    }

    private Object accept(Map<String, Object> step) throws Exception {
        Object wanted = Vectors.object(step.get("expect")).get("refusal");
        long within = ((Number) step.getOrDefault("within_seconds", 0)).longValue();
        long end = System.nanoTime() + Duration.ofSeconds(within).toNanos();
        while (true) {
            Object outcome = judged(verifier, token(step), step);
            String refusal =
                    outcome instanceof NotVerified refused ? refused.refusal().name() : null;
            if (Objects.equals(refusal, wanted) || System.nanoTime() >= end) {
                return outcome;
            }
            Thread.sleep(1);
        }
    }

    private void check(Map<String, Object> expected, Object outcome) {
        if (expected.get("refused") instanceof Map<?, ?> refused) {
            var error = assertInstanceOf(RefusedException.class, outcome);
            assertEquals(refused.get("reason"), error.reason());
            assertEquals(CODES.get(((Number) refused.get("code")).longValue()), error.status());
            return;
        }
        if (expected.get("refusal") instanceof String refusal) {
            var error = assertInstanceOf(NotVerified.class, outcome);
            assertEquals(refusal, error.refusal().name());
            return;
        }
        if (outcome instanceof RefusedException refused) {
            throw refused;
        }
        if (expected.containsKey("verified")) {
            var token = assertInstanceOf(VerifiedToken.class, outcome);
            Vectors.object(expected.get("verified"))
                    .forEach((name, wanted) -> assertEquals(ids(name, wanted), fact(token, name)));
        } else if (outcome instanceof Validation validation) {
            assertEquals(expected.get("valid"), validation.isValid());
            Vectors.object(expected.getOrDefault("claims", Map.of()))
                    .forEach(
                            (name, wanted) ->
                                    assertEquals(wanted, validation.claims().asMap().get(name)));
            if (expected.get("uses_left") instanceof Number left) {
                assertEquals(left.intValue(), validation.usesLeft());
            }
        } else if (expected.containsKey("ended")) {
            assertEquals(expected.get("ended"), outcome);
        } else if (expected.get("count") instanceof Number count) {
            assertEquals(count.longValue(), outcome);
        }
    }

    private static Object fact(VerifiedToken token, String name) {
        return switch (name) {
            case "online" -> token.isOnline();
            case "by_reference" -> token.isReference();
            case "subject" -> token.subject();
            case "scope" -> token.scope();
            case "audience" -> token.audience();
            case "lineage" -> token.lineage().stream().map(VerifiedToken.Link::agentId).toList();
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Agents stand in the file by the names that steps gave them. */
    private Object ids(String name, Object wanted) {
        return switch (name) {
            case "subject" -> ((Agent) made.get((String) wanted)).id();
            case "lineage" ->
                    ((List<?>) wanted)
                            .stream().map(one -> ((Agent) made.get((String) one)).id()).toList();
            default -> wanted;
        };
    }
}
