package dev.mayfly.verify;

import dev.mayfly.internal.token.Base64Url;
import dev.mayfly.internal.token.Holding;
import dev.mayfly.internal.token.JsonNumber;
import dev.mayfly.internal.token.StrictJson;
import dev.mayfly.internal.token.Words;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What a token's payload says, each claim in its form. Only the broker's signature makes it true.
 *
 * <p>Claims are found by name, in any order; unknown ones are not looked at, so that a later broker
 * can add some; a name given twice is refused by the JSON reader.
 *
 * @param expiresAt seconds since the Unix epoch, unsigned, as all times here
 * @param authority null in a token by reference
 */
record TokenClaims(
        String grant,
        String tokenId,
        String issuer,
        long expiresAt,
        boolean isOnline,
        Authority authority) {

    /** What a token by reference leaves out. */
    record Authority(
            String subject,
            List<String> audience,
            long notBefore,
            long issuedAt,
            List<String> scope,
            String keyThumbprint,
            Delegation delegation) {}

    /** The claims of a delegated token, not looked into yet. */
    record Delegation(String root, List<String> hops, String chainHash) {}

    private static final List<String> OF_AUTHORITY =
            List.of(
                    "sub", "aud", "nbf", "iat", "scope", "cnf", "root", "delegation_chain",
                    "chain_hash");
    private static final List<String> OF_DELEGATION =
            List.of("root", "delegation_chain", "chain_hash");
    private static final int THUMBPRINT_TEXT = 43;

    static TokenClaims read(byte[] payload) throws VerificationException {
        Map<String, Object> json = StrictJson.readObject(payload);
        if (json == null) {
            throw new VerificationException(Refusal.PAYLOAD_MALFORMED);
        }
        String grant = claim(json, "grant", text(Words::isReference));
        String tokenId = claim(json, "jti", text(Words::isReference));
        String issuer = claim(json, "iss", text(Words::isIssuer));
        long expiresAt = claim(json, "exp", JsonNumber::whole);
        Boolean online =
                optional(json, "online", value -> Boolean.TRUE.equals(value) ? true : null);
        boolean isReference =
                online != null && OF_AUTHORITY.stream().noneMatch(json::containsKey);
        return new TokenClaims(
                grant, tokenId, issuer, expiresAt, online != null,
                isReference ? null : authority(json));
    }

    private static Authority authority(Map<String, Object> json) throws VerificationException {
        String subject = claim(json, "sub", text(Words::isAgentId));
        List<String> audience =
                optional(json, "aud", list(Words.MAXIMUM_AUDIENCES, Words::isAudience));
        return new Authority(
                subject,
                audience == null ? List.of() : audience,
                claim(json, "nbf", JsonNumber::whole),
                claim(json, "iat", JsonNumber::whole),
                claim(json, "scope", list(Words.MAXIMUM_SCOPES, Words::isScope)),
                claim(json, "cnf", TokenClaims::thumbprint),
                delegation(json));
    }

    /** Null where the token has none of the three claims. */
    private static Delegation delegation(Map<String, Object> json) throws VerificationException {
        if (OF_DELEGATION.stream().noneMatch(json::containsKey)) {
            return null;
        }
        return new Delegation(
                claim(json, "root", text(any -> true)),
                claim(json, "delegation_chain", list(Integer.MAX_VALUE, any -> true)),
                claim(json, "chain_hash", text(Words::isDigestHex)));
    }

    private static <Value> Value claim(
            Map<String, Object> json, String name, Function<Object, Value> make)
            throws VerificationException {
        Value value = optional(json, name, make);
        if (value == null) {
            throw new VerificationException(Refusal.CLAIM_MISSING);
        }
        return value;
    }

    private static <Value> Value optional(
            Map<String, Object> json, String name, Function<Object, Value> make)
            throws VerificationException {
        Object claim = json.get(name);
        if (claim == null) {
            return null;
        }
        Value value = make.apply(claim);
        if (value == null) {
            throw new VerificationException(Refusal.CLAIM_MALFORMED);
        }
        return value;
    }

    private static Function<Object, String> text(Predicate<String> isRight) {
        return value -> value instanceof String text && isRight.test(text) ? text : null;
    }

    private static Function<Object, List<String>> list(int maximum, Predicate<String> isRight) {
        return value -> {
            List<String> texts = Holding.texts(value);
            boolean isList =
                    texts != null
                            && !texts.isEmpty()
                            && texts.size() <= maximum
                            && texts.stream().allMatch(isRight);
            return isList ? texts : null;
        };
    }

    private static String thumbprint(Object value) {
        Object jkt = value instanceof Map<?, ?> members ? members.get("jkt") : null;
        boolean isThumbprint =
                jkt instanceof String text
                        && text.length() == THUMBPRINT_TEXT
                        && Base64Url.decode(text) != null;
        return isThumbprint ? (String) jkt : null;
    }
}
