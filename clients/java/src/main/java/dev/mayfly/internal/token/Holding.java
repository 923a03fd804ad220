package dev.mayfly.internal.token;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a token says its agent holds, as far as a hop from it needs it. Nothing is verified: what is
 * wrong in it the broker refuses.
 *
 * @param expiresAt seconds since the Unix epoch, unsigned
 * @param previous SHA-256 of the last hop; null in an agent's own grant
 */
public record Holding(
        String agent,
        String grant,
        List<String> scope,
        long expiresAt,
        int depth,
        byte[] previous) {

    /** The claims of a compact JWS; null where a text is none. */
    public static Map<String, Object> claimsOf(String token) {
        String[] parts = token.split("\\.", -1);
        byte[] payload = parts.length == 3 ? Base64Url.decode(parts[1]) : null;
        return payload == null ? null : StrictJson.readObject(payload);
    }

    /** Null where the claims lack one of these, as those of a token by reference do. */
    public static Holding in(Map<String, Object> claims) {
        if (claims == null
                || !(claims.get("sub") instanceof String agent)
                || !(claims.get("grant") instanceof String grant)
                || !(claims.get("scope") instanceof List<?> scope)
                || !Words.isAgentId(agent)) {
            return null;
        }
        Long expiresAt = JsonNumber.whole(claims.get("exp"));
        List<String> hops = texts(claims.getOrDefault("delegation_chain", List.of()));
        List<String> scopes = texts(scope);
        if (expiresAt == null || hops == null || scopes == null) {
            return null;
        }
        byte[] previous = hops.isEmpty() ? null : Ed25519.sha256(hops.get(hops.size() - 1));
        return new Holding(agent, grant, scopes, expiresAt, hops.size(), previous);
    }

    /** The texts of an array that has nothing else in it; null for anything else. */
    public static List<String> texts(Object value) {
        if (!(value instanceof List<?> elements)) {
            return null;
        }
        List<String> texts = new ArrayList<>(elements.size());
        for (Object element : elements) {
            if (!(element instanceof String text)) {
                return null;
            }
            texts.add(text);
        }
        return List.copyOf(texts);
    }
}
