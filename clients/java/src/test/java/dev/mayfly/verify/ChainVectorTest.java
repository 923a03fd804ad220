package dev.mayfly.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.mayfly.Vectors;
import dev.mayfly.internal.token.Base64Url;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ChainVectorTest {
    private final Map<String, Object> vectors;
    private final BrokerKeys keys;
    private final ChainVerifier verifier;
    private final Instant now;

    ChainVectorTest() throws IOException {
        vectors = Vectors.read("chains.json");
        List<byte[]> bytes =
                Vectors.objects(vectors.get("keys")).stream()
                        .map(key -> Base64Url.decode((String) key.get("x")))
                        .toList();
        keys = new BrokerKeys((String) vectors.get("issuer"), bytes);
        long leeway = ((Number) vectors.get("leeway")).longValue();
        verifier = new ChainVerifier(keys, null, Duration.ofSeconds(leeway));
        now = Instant.ofEpochSecond(((Number) vectors.get("now")).longValue());
    }

    @Test
    void keysHaveTheNamesOfTheVectors() {
        assertEquals(
                Vectors.objects(vectors.get("keys")).stream().map(key -> key.get("kid")).toList(),
                keys.keyIds());
    }

    @TestFactory
    Stream<DynamicTest> vectors() {
        return Vectors.objects(vectors.get("cases")).stream()
                .map(vector -> dynamicTest((String) vector.get("name"), () -> check(vector)));
    }

    private void check(Map<String, Object> vector) throws VerificationException {
        String token = (String) vector.get("token");
        String audience = (String) vector.get("audience");
        if (vector.containsKey("refusal")) {
            var refused =
                    assertThrows(
                            VerificationException.class,
                            () -> verifier.verify(token, audience, now));
            assertEquals(vector.get("refusal"), refused.refusal().name());
        } else {
            Map<String, Object> wanted =
                    new LinkedHashMap<>(Vectors.object(vector.get("verified")));
            wanted.computeIfPresent("expires_at", (name, time) -> ((Number) time).longValue());
            assertEquals(wanted, facts(verifier.verify(token, audience, now)));
        }
    }

    /** A verified token in the words of the vectors. */
    private static Map<String, Object> facts(VerifiedToken token) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("grant", token.grantId());
        facts.put("jti", token.tokenId());
        facts.put("expires_at", token.expiresAt().getEpochSecond());
        facts.put("online", token.isOnline());
        facts.put("by_reference", token.isReference());
        if (!token.isReference()) {
            facts.put("subject", token.subject());
            facts.put("scope", token.scope());
            facts.put("audience", token.audience());
            facts.put("jkt", token.keyThumbprint());
            facts.put(
                    "lineage",
                    token.lineage().stream()
                            .map(link -> Map.of("agent", link.agentId(), "grant", link.grantId()))
                            .toList());
        }
        return facts;
    }
}
