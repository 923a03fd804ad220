import dev.mayfly.Agent;
import dev.mayfly.AgentKey;
import dev.mayfly.AgentRequest;
import dev.mayfly.Delegation;
import dev.mayfly.IssuedToken;
import dev.mayfly.MayflyClient;
import dev.mayfly.OperatorClient;
import dev.mayfly.RevocationFollower;
import dev.mayfly.verify.BrokerKeys;
import dev.mayfly.verify.ChainVerifier;
import dev.mayfly.verify.VerificationException;
import dev.mayfly.verify.Verifier;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Figures of this client, on this machine: spawn and release through the socket, a verifier's first
 * and repeated look at a token, and the time from an acknowledged revocation to its refusal.
 */
final class Bench {
    private static final String SCOPE = "read:data:customer-12345";
    private static final int TASKS = 8;
    private static final Duration PAIR_TIME = Duration.ofSeconds(3);
    private static final int REVOCATIONS = 200;
    private static final int WATCHERS = 8;
    private static final int ROUNDS = 15;

    private interface Work {
        void run() throws GeneralSecurityException, VerificationException;
    }

    public static void main(String[] arguments) throws Exception {
        String app = System.getenv().getOrDefault("MAYFLY_TEST_APP", "testing");
        try (var client = MayflyClient.builder().app(app).orchestration("bench").build()) {
            pairs(client);
            alone(client);
            verification(client);
            revocation(client);
        }
    }

    private static void report(String what, double value, String unit) {
        System.out.printf(Locale.ROOT, "%-58s %10.2f %s%n", what, value, unit);
    }

    private static double percentile(double[] values, double part) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * part))];
    }

    /**
     * Microseconds of one run of each, the least of several rounds in turn: so that what else the
     * machine does weighs on none of them alone.
     */
    private static double[] microseconds(int count, Work... works)
            throws GeneralSecurityException, VerificationException {
        double[] least = new double[works.length];
        Arrays.fill(least, Double.MAX_VALUE);
        for (int round = 0; round < ROUNDS; round++) {
            for (int which = 0; which < works.length; which++) {
                long start = System.nanoTime();
                for (int index = 0; index < count; index++) {
                    works[which].run();
                }
                double taken = (System.nanoTime() - start) / 1000.0 / count;
                least[which] = Math.min(least[which], taken);
            }
        }
        return least;
    }

    private static void pairs(MayflyClient client) throws InterruptedException {
        var count = new AtomicLong();
        long end = System.nanoTime() + PAIR_TIME.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int task = 0; task < TASKS; task++) {
            String name = "bench-" + task;
            threads.add(
                    new Thread(
                            () -> {
                                while (System.nanoTime() < end) {
                                    client.spawn(AgentRequest.of(name, SCOPE)).release();
                                    count.incrementAndGet();
                                }
                            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        report(
                "spawn and release, " + TASKS + " threads",
                (double) count.get() / PAIR_TIME.toSeconds(),
                "pairs/s");
    }

    private static void alone(MayflyClient client) {
        double[] spawns = new double[300];
        double[] validations = new double[300];
        for (int index = 0; index < spawns.length; index++) {
            long start = System.nanoTime();
            Agent agent = client.spawn(AgentRequest.of("bench", SCOPE));
            spawns[index] = (System.nanoTime() - start) / 1e6;
            start = System.nanoTime();
            client.validate(agent.token());
            validations[index] = (System.nanoTime() - start) / 1e6;
            agent.release();
        }
        report("one spawn alone, median", percentile(spawns, 0.5), "ms");
        report("one validation alone, median", percentile(validations, 0.5), "ms");
    }

    private static void verification(MayflyClient client)
            throws GeneralSecurityException, VerificationException {
        BrokerKeys keys = client.keys();
        List<Agent> agents = new ArrayList<>();
        for (int index = 0; index < 4; index++) {
            agents.add(client.spawn(AgentRequest.of("bench-" + index, SCOPE)));
        }
        String token = agents.get(0).token();
        String chain = token;
        for (int index = 1; index < agents.size(); index++) {
            AgentKey key = agents.get(index - 1).key();
            IssuedToken next =
                    client.delegate(chain, key, Delegation.to(agents.get(index).id(), SCOPE));
            chain = next.token();
        }
        String leaf = chain;
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] message = token.getBytes(StandardCharsets.US_ASCII);
        Signature signing = Signature.getInstance("Ed25519");
        signing.initSign(pair.getPrivate());
        signing.update(message);
        byte[] signature = signing.sign();
        var verifier = new ChainVerifier(keys, null, Duration.ofSeconds(30));
        double[] first =
                microseconds(
                        200,
                        () -> {
                            Signature verification = Signature.getInstance("Ed25519");
                            verification.initVerify(pair.getPublic());
                            verification.update(message);
                            verification.verify(signature);
                        },
                        () -> verifier.verify(token, null, Instant.now()),
                        () -> verifier.verify(leaf, null, Instant.now()));
        Verifier cached = Verifier.builder(keys, null).build();
        double[] again =
                microseconds(
                        100_000,
                        () -> cached.verify(token, SCOPE),
                        () -> cached.verify(leaf, SCOPE));
        report("one Ed25519 verification", first[0], "us");
        report("a token seen first", first[1], "us");
        report("  in verifications for each signature", first[1] / first[0], "");
        report("a chain of depth 3 seen first", first[2], "us");
        report("  in verifications for each signature", first[2] / first[0] / 4, "");
        report("a token again", again[0], "us");
        report("a chain of depth 3 again", again[1], "us");
        agents.forEach(Agent::close);
    }

    private static void revocation(MayflyClient client) {
        List<RevocationFollower> followers = new ArrayList<>();
        List<Verifier> verifiers = new ArrayList<>();
        for (int index = 0; index < WATCHERS; index++) {
            RevocationFollower follower = client.followRevocations();
            followers.add(follower);
            verifiers.add(Verifier.builder(client.keys(), follower).build());
        }
        followers.forEach(follower -> follower.awaitCaughtUp(Duration.ofSeconds(10)));
        double[] delays = new double[REVOCATIONS];
        try (var operator = new OperatorClient()) {
            for (int index = 0; index < REVOCATIONS; index++) {
                Agent agent = client.spawn(AgentRequest.of("bench", SCOPE));
                verifiers.forEach(verifier -> verifier.verify(agent.token()));
                operator.revokeAgent(agent.id());
                long start = System.nanoTime();
                for (Verifier verifier : verifiers) {
                    while (verifier.verify(agent.token()).isValid()) {
                        Thread.onSpinWait();
                    }
                }
                delays[index] = (System.nanoTime() - start) / 1e6;
            }
        }
        report(
                "acknowledged revoke to refusal by " + WATCHERS + " verifiers, median",
                percentile(delays, 0.5),
                "ms");
        report("  99th percentile", percentile(delays, 0.99), "ms");
        followers.forEach(RevocationFollower::close);
    }
}
