package dev.mayfly.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.mayfly.InvalidRequestException;
import dev.mayfly.Vectors;
import dev.mayfly.internal.token.Base64Url;
import dev.mayfly.internal.token.Ed25519;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class VerifierTest {
    private static final long NOW = 1_790_000_000;
    private static final String GRANT = "a".repeat(32);
    private static final String TOKEN_ID = "b".repeat(32);
    private static final String SUBJECT =
            "spiffe://mayfly.local/agent/nightly/summarize/0123456789abcdef";
    private static final String AUDIENCE = "https://data.example";

    private final KeyPair broker = pair();
    private final BrokerKeys keys =
            new BrokerKeys("mayfly", List.of(Ed25519.bytesOf(broker.getPublic())));
    private final String token = sign(claims("read:data:*", ""));

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private String kid() {
        return keys.keyIds().get(0);
    }

    private String claims(String scope, String more) {
        return ("{'grant':'" + GRANT + "','jti':'" + TOKEN_ID + "','iss':'mayfly','sub':'" + SUBJECT
                        + "','aud':['" + AUDIENCE + "'],'exp':" + (NOW + 300) + ",'nbf':" + NOW
                        + ",'iat':" + NOW + ",'scope':['" + scope + "'],'task_id':'summarize',"
                        + "'orch_id':'nightly','app_id':'reports','cnf':{'jkt':'" + kid()
                        + "'},'binding':'none','proof':'agent'" + more + "}")
                .replace('\'', '"');
    }

    private String sign(String claims) {
        String header = "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"" + kid() + "\"}";
        String signed = Base64Url.encode(header) + "." + Base64Url.encode(claims);
        byte[] signature =
                Ed25519.sign(broker.getPrivate(), signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + Base64Url.encode(signature);
    }

    /** What a follower is to a verifier. */
    private record Known(RevocationSet ended, Duration staleFor) implements Revocations {
        static Known of(RevocationDigest... ends) {
            var set = new RevocationSet();
            set.insert(new RevocationBatch(1, List.of(ends), Instant.EPOCH, false, true));
            return new Known(set, Duration.ZERO);
        }
    }

    /** A broker that answers the same to everything, and remembers what it was asked. */
    private record Answering(Claims claims, List<List<String>> asked) implements Broker {
        static Answering with(Claims claims) {
            return new Answering(claims, new ArrayList<>());
        }

        @Override
        public Claims ask(String token, List<String> scope, String audience, boolean consumeUse) {
            asked.add(scope);
            return claims;
        }

        @Override
        public BrokerKeys keys() {
            throw new IllegalStateException("no keys");
        }
    }

    private Verifier.Builder builder(Revocations revocations) {
        return at(NOW, Verifier.builder(keys, revocations));
    }

    private static Verifier.Builder at(long seconds, Verifier.Builder builder) {
        return builder.clock(Clock.fixed(Instant.ofEpochSecond(seconds), ZoneOffset.UTC));
    }

    private static Refusal refusal(Verifier verifier, String token) {
        return verifier.verifyOffline(token, Verifier.Wanted.of()).refusal();
    }

    @Test
    void aTokenIsGoodForWhatItCoversTheSecondTimeFromTheCache() {
        Verifier verifier = builder(Known.of()).build();
        for (String scope : List.of("read:data:*", "read:data:customer-12345")) {
            Verdict verdict =
                    verifier.verify(token, Verifier.Wanted.of(scope).withAudience(AUDIENCE));
            assertTrue(verdict.isValid());
            assertEquals(SUBJECT, verdict.claims().subject());
        }
    }

    @Test
    void aTokenIsRefusedForWhatItDoesNotCoverAlsoWhenItWasVerifiedBefore() {
        Verifier verifier = builder(Known.of()).build();
        for (int time = 0; time < 2; time++) {
            assertEquals(
                    Refusal.SCOPE_VIOLATION, verifier.verify(token, "write:data:x").refusal());
            assertEquals(
                    Refusal.AUDIENCE_MISMATCH,
                    verifier.verify(token, Verifier.Wanted.of().withAudience("other"))
                            .refusal());
            assertTrue(verifier.verify(token).isValid());
        }
    }

    @Test
    void aTokenThatWasVerifiedBeforeIsRefusedWhenItHasExpired() {
        var seconds = new AtomicLong(NOW);
        var clock =
                new Clock() {
                    @Override
                    public ZoneId getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(ZoneId zone) {
                        return this;
                    }

                    @Override
                    public Instant instant() {
                        return Instant.ofEpochSecond(seconds.get());
                    }
                };
        Verifier verifier = Verifier.builder(keys, Known.of()).clock(clock).build();
        assertNull(refusal(verifier, token));
        seconds.set(NOW + 300 + 29);
        assertNull(refusal(verifier, token));
        seconds.set(NOW + 300 + 30);
        assertEquals(Refusal.EXPIRED, refusal(verifier, token));
    }

    @TestFactory
    Stream<DynamicTest> theEndOfWhatATokenHangsOnIsItsOwn() {
        return Stream.of(
                        Map.entry(RevocationLevel.TOKEN, TOKEN_ID),
                        Map.entry(RevocationLevel.GRANT, GRANT),
                        Map.entry(RevocationLevel.AGENT, SUBJECT),
                        Map.entry(RevocationLevel.TASK, "summarize"),
                        Map.entry(RevocationLevel.TASK, "nightly/summarize"),
                        Map.entry(RevocationLevel.CHAIN, GRANT))
                .map(
                        end ->
                                dynamicTest(
                                        end.toString(),
                                        () -> {
                                            var digest =
                                                    RevocationDigest.of(
                                                            end.getKey(), end.getValue());
                                            assertEquals(
                                                    Refusal.REVOKED,
                                                    refusal(
                                                            builder(Known.of(digest)).build(),
                                                            token));
                                        }));
    }

    @Test
    void everyLinkOfALineageCanEndAToken() throws Exception {
        Map<String, Object> vectors = Vectors.read("chains.json");
        List<byte[]> bytes =
                Vectors.objects(vectors.get("keys")).stream()
                        .map(key -> Base64Url.decode((String) key.get("x")))
                        .toList();
        var vectorKeys = new BrokerKeys((String) vectors.get("issuer"), bytes);
        Map<String, Object> chain =
                Vectors.objects(vectors.get("cases")).stream()
                        .filter(vector -> vector.get("name").equals("a chain of depth 3"))
                        .findFirst()
                        .orElseThrow();
        for (var link :
                Vectors.objects(Vectors.object(chain.get("verified")).get("lineage"))) {
            for (var digest :
                    List.of(
                            RevocationDigest.of(
                                    RevocationLevel.AGENT, (String) link.get("agent")),
                            RevocationDigest.of(
                                    RevocationLevel.GRANT, (String) link.get("grant")))) {
                Verifier verifier =
                        at(NOW, Verifier.builder(vectorKeys, Known.of(digest))).build();
                assertEquals(Refusal.REVOKED, refusal(verifier, (String) chain.get("token")));
            }
        }
    }

    @Test
    void aTokenOfAnEarlierBootIsDead() {
        Known known = Known.of();
        Instant later = Instant.ofEpochSecond(NOW + 1);
        known.ended().insert(new RevocationBatch(1, List.of(), later, false, true));
        assertEquals(Refusal.REVOKED, refusal(builder(known).build(), token));
    }

    @Test
    void whereRevocationsAreStaleNothingIsAcceptedWithoutAsking() {
        for (Duration stale : new Duration[] {Duration.ofSeconds(31), null}) {
            var known = new Known(new RevocationSet(), stale);
            assertEquals(Refusal.REVOCATIONS_STALE, refusal(builder(known).build(), token));
            Answering asked = Answering.with(Claims.of("{}".getBytes(StandardCharsets.UTF_8)));
            assertTrue(builder(known).broker(asked).build().verify(token).isValid());
            assertEquals(1, asked.asked().size());
        }
    }

    @Test
    void aTokenThatLivesLongerThanEndsAreRememberedIsForTheBroker() {
        var known = new Known(new RevocationSet(10, Duration.ofSeconds(299)), Duration.ZERO);
        assertEquals(Refusal.REVOCATIONS_STALE, refusal(builder(known).build(), token));
    }

    @Test
    void whatIsCriticalIsAskedAboutEveryTime() {
        Answering asked = Answering.with(null);
        Verifier verifier = builder(Known.of()).broker(asked).askAlways().build();
        for (int time = 0; time < 2; time++) {
            assertEquals(Refusal.TOKEN_NOT_VALID, verifier.verify(token, "read:data:x").refusal());
        }
        assertEquals(List.of(List.of("read:data:x"), List.of("read:data:x")), asked.asked());
    }

    @Test
    void aTokenThatSaysSoIsForTheBrokerOnly() {
        String online = sign(claims("read:data:*", ",'online':true"));
        assertEquals(
                Refusal.BROKER_REQUIRED, builder(Known.of()).build().verify(online).refusal());
        Broker absent =
                new Broker() {
                    @Override
                    public Claims ask(
                            String token, List<String> scope, String audience, boolean consume) {
                        throw new IllegalStateException("no broker");
                    }

                    @Override
                    public BrokerKeys keys() {
                        throw new IllegalStateException("no broker");
                    }
                };
        assertEquals(
                Refusal.BROKER_UNREACHABLE,
                builder(Known.of()).broker(absent).build().verify(online).refusal());
    }

    @Test
    void ofATokenByReferenceTheBrokerHasTheClaims() {
        String reference =
                sign(
                        ("{'grant':'" + GRANT + "','jti':'" + TOKEN_ID + "','iss':'mayfly','exp':"
                                        + (NOW + 300) + ",'online':true}")
                                .replace('\'', '"'));
        Claims claims = Claims.of(claims("read:data:*", "").getBytes(StandardCharsets.UTF_8));
        Answering asked = Answering.with(claims);
        Verdict verdict =
                builder(Known.of()).broker(asked).build().verify(reference, "read:data:x");
        assertEquals(claims, verdict.claims());
        assertEquals(List.of(List.of("read:data:x")), asked.asked());
    }

    @Test
    void newKeysAreAskedForWhenATokenNamesOneAndNotMoreOftenThanThat() {
        var old = new BrokerKeys("mayfly", List.of(Ed25519.bytesOf(pair().getPublic())));
        var asked = new AtomicInteger();
        Broker knowing =
                new Broker() {
                    @Override
                    public Claims ask(
                            String token, List<String> scope, String audience, boolean consume) {
                        return null;
                    }

                    @Override
                    public BrokerKeys keys() {
                        asked.incrementAndGet();
                        return keys;
                    }
                };
        Verifier verifier = at(NOW, Verifier.builder(old, null)).broker(knowing).build();
        assertTrue(verifier.verify(token).isValid());
        verifier.replaceKeys(old);
        assertEquals(Refusal.FOREIGN_HEADER, verifier.verify(token).refusal());
        assertEquals(1, asked.get());
    }

    @Test
    void aTokenWithTheSignatureOfAnotherIsNotTakenForIt() {
        Verifier verifier = builder(null).build();
        assertTrue(verifier.verify(token).isValid());
        String other = sign(claims("write:data:*", ""));
        String forged =
                other.substring(0, other.length() - 86) + token.substring(token.length() - 86);
        assertEquals(Refusal.SIGNATURE_INVALID, verifier.verify(forged).refusal());
    }

    @Test
    void whatIsNoTokenIsMalformed() {
        for (String text : new String[] {null, "", "x", "...", "a.b.c.d", "x".repeat(100_000)}) {
            assertEquals(Refusal.MALFORMED, refusal(builder(null).build(), text));
        }
    }

    @Test
    void theCacheStaysWithinItsCapacityAndKeepsWhatIsUsed() {
        var cache = new TokenCache(100);
        String kept = "h.p." + "K".repeat(86);
        cache.add(new TokenCache.Entry(kept, null, List.of(), null, null));
        for (int number = 0; number < 1000; number++) {
            String other = "h.p." + String.format("%086d", number);
            cache.add(new TokenCache.Entry(other, null, List.of(), null, null));
            assertTrue(cache.size() <= 101);
            assertNotNull(cache.get(kept));
        }
        assertNull(cache.get("h.p." + String.format("%086d", 1)));
        assertNull(cache.get("other" + kept));
    }

    @Test
    void endsAreRememberedForTheRetentionAndWithinTheCapacity() {
        var nanoseconds = new AtomicLong();
        Duration minute = Duration.ofSeconds(60);
        var set = new RevocationSet(3, minute, nanoseconds::get);
        assertTrue(set.insert(batch("one")));
        nanoseconds.addAndGet(minute.toNanos());
        assertTrue(set.insert(batch("two")));
        assertTrue(set.contains(RevocationLevel.GRANT, "one"));
        nanoseconds.addAndGet(minute.toNanos());
        assertTrue(set.insert(batch("three")));
        assertFalse(set.contains(RevocationLevel.GRANT, "one"));
        assertTrue(set.contains(RevocationLevel.GRANT, "two"));
        assertFalse(set.insert(batch("four", "five")));
    }

    private static RevocationBatch batch(String... grants) {
        List<RevocationDigest> digests =
                Stream.of(grants)
                        .map(grant -> RevocationDigest.of(RevocationLevel.GRANT, grant))
                        .toList();
        return new RevocationBatch(1, digests, Instant.EPOCH, false, true);
    }

    @Test
    void keysAreReadFromTheProgramsFileAndFromAJwks() {
        String x = Base64Url.encode(Ed25519.bytesOf(broker.getPublic()));
        String file =
                "{ \"issuer\": \"mayfly\", \"keys\": [ {\"use\": \"token\", \"public_key\": \"" + x
                        + "\"}, {\"use\": \"checkpoint\", \"public_key\": \"A\"} ] }\n";
        assertEquals(keys.keyIds(), BrokerKeys.fromJson(file, null).keyIds());
        String jwks =
                "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + x + "\"}]}";
        assertEquals(keys.keyIds(), BrokerKeys.fromJson(jwks, "mayfly").keyIds());
        for (String wrong :
                List.of("", "{}", "[]", "null", jwks, "{\"issuer\":\"m\",\"keys\":[]}")) {
            assertThrows(
                    InvalidRequestException.class, () -> BrokerKeys.fromJson(wrong, null), wrong);
        }
    }
}
