package dev.mayfly.verify;

import dev.mayfly.internal.token.Base64Url;
import dev.mayfly.internal.token.Ed25519;
import dev.mayfly.internal.token.Hop;
import dev.mayfly.internal.token.RootStatement;
import dev.mayfly.internal.token.Words;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * Verifies a token and the whole lineage in it with nothing but the broker's public keys: the
 * broker's signature over all of it, each hop by the key that the root or the hop before names,
 * their order, and that nothing grew on the way (proto/PROTOCOL.md, "Verified offline").
 */
public final class ChainVerifier {
    /** The longest token there is, in characters. */
    private static final int MAXIMUM_TOKEN = 16 * 1024;

    private final BrokerKeys keys;
    private final String issuer;
    private final long leeway;

    /**
     * Verifies by a broker's keys.
     *
     * @param issuer the {@code iss} that a token must have; null takes the keys' own
     * @param leeway how far the clocks may be apart, in whole seconds
     */
    public ChainVerifier(BrokerKeys keys, String issuer, Duration leeway) {
        this.keys = keys;
        this.issuer = issuer == null ? keys.issuer() : issuer;
        this.leeway = leeway.toSeconds();
    }

    /**
     * Verifies a token without asking anyone.
     *
     * @param token a compact JWS; null is none
     * @param audience one that it must name; null where any token will do. A token by reference
     *     names none: its audience is for the broker to say
     * @param now the time
     * @throws VerificationException with the first thing that is wrong
     */
    public VerifiedToken verify(String token, String audience, Instant now)
            throws VerificationException {
        // No token has an issuer or an audience that is none.
        require(Words.isIssuer(issuer), Refusal.ISSUER_MISMATCH);
        require(audience == null || Words.isAudience(audience), Refusal.AUDIENCE_MISMATCH);
        require(token != null && token.length() <= MAXIMUM_TOKEN, Refusal.MALFORMED);
        String[] parts = token.split("\\.", -1);
        require(parts.length == 3 && !parts[0].isEmpty() && !parts[1].isEmpty(), Refusal.MALFORMED);
        byte[] payload = Base64Url.decode(parts[1]);
        byte[] signature = Base64Url.decode(parts[2]);
        boolean isWellFormed =
                Base64Url.decode(parts[0]) != null
                        && payload != null
                        && signature != null
                        && signature.length == Ed25519.SIGNATURE_SIZE;
        require(isWellFormed, Refusal.MALFORMED);
        // The header is compared and never interpreted: no token chooses its algorithm or its key.
        BrokerKeys.Signer signer = keys.signerOf(parts[0]);
        require(signer != null, Refusal.FOREIGN_HEADER);
        String signed = token.substring(0, parts[0].length() + 1 + parts[1].length());
        require(Ed25519.isSigned(signer.key(), signed, signature), Refusal.SIGNATURE_INVALID);

        TokenClaims claims = TokenClaims.read(payload);
        require(claims.issuer().equals(issuer), Refusal.ISSUER_MISMATCH);
        checkTimes(claims, now);
        TokenClaims.Authority authority = claims.authority();
        if (authority == null) {
            return new VerifiedToken(claims, payload, signer.keyId(), List.of(), true);
        }
        require(
                audience == null || authority.audience().contains(audience),
                Refusal.AUDIENCE_MISMATCH);
        return follow(claims, payload, signer.keyId());
    }

    /** Whether a token's time has come and is not over. */
    void checkTimes(TokenClaims claims, Instant now) throws VerificationException {
        long earliest = Math.max(now.getEpochSecond() - leeway, 0);
        long latest = Math.max(now.getEpochSecond() + leeway, 0);
        require(Long.compareUnsigned(claims.expiresAt(), earliest) > 0, Refusal.EXPIRED);
        TokenClaims.Authority authority = claims.authority();
        if (authority != null) {
            boolean hasBegun =
                    Long.compareUnsigned(authority.notBefore(), latest) <= 0
                            && Long.compareUnsigned(authority.issuedAt(), latest) <= 0;
            require(hasBegun, Refusal.NOT_YET_VALID);
        }
    }

    /** What the last agent of a chain holds, on the way from the root to the end. */
    private record Held(
            String agent,
            String key,
            String grant,
            List<String> scope,
            List<String> audience,
            Long maximumUses,
            long expiresAt,
            byte[] digest) {}

    private VerifiedToken follow(TokenClaims claims, byte[] payload, String keyId)
            throws VerificationException {
        List<VerifiedToken.Link> lineage = new ArrayList<>();
        boolean isOnline = claims.isOnline();
        TokenClaims.Delegation delegation = claims.authority().delegation();
        if (delegation != null) {
            require(delegation.hops().size() <= Words.MAXIMUM_HOPS, Refusal.DEPTH_EXCEEDED);
            // The root is the broker's word: nothing in it needs to be proven.
            RootStatement root = RootStatement.parse(delegation.root());
            require(root != null, Refusal.ROOT_MALFORMED);
            Held held =
                    new Held(
                            root.agent(), root.key(), root.grant(), root.scope(), root.audience(),
                            null, root.notAfter(), root.digest());
            for (int index = 0; index < delegation.hops().size(); index++) {
                lineage.add(new VerifiedToken.Link(held.agent(), held.grant()));
                held = followHop(delegation.hops().get(index), held, index + 1);
            }
            checkLast(claims, held);
            // Only the broker can count uses, whether or not the token says so.
            isOnline |= held.maximumUses() != null;
        }
        lineage.add(new VerifiedToken.Link(claims.authority().subject(), claims.grant()));
        return new VerifiedToken(claims, payload, keyId, lineage, isOnline);
    }

    private Held followHop(String text, Held held, int depth) throws VerificationException {
        Hop hop = Hop.parse(text);
        require(hop != null, Refusal.HOP_MALFORMED);
        Hop.Content content = hop.content();
        boolean isInOrder =
                content.depth() == depth
                        && content.previous().equals(Base64Url.encode(held.digest()));
        require(isInOrder, Refusal.HOP_ORDER);
        require(content.issuer().equals(issuer), Refusal.ISSUER_MISMATCH);
        boolean isByHolder =
                content.delegator().equals(held.agent())
                        && content.delegatorKey().equals(held.key());
        require(isByHolder, Refusal.DELEGATOR_MISMATCH);
        require(hop.isSigned(), Refusal.HOP_SIGNATURE_INVALID);
        require(content.parent().equals(held.grant()), Refusal.PARENT_MISMATCH);
        checkNarrowing(content, held);
        return new Held(
                content.delegate(),
                content.delegateKey(),
                hop.grant(),
                content.scope(),
                Objects.requireNonNullElse(content.audience(), held.audience()),
                content.maximumUses(),
                content.expiresAt(),
                hop.digest());
    }

    private static void checkNarrowing(Hop.Content content, Held held)
            throws VerificationException {
        // Not equal: a renewal may have narrowed what the delegator held when it delegated.
        require(Words.cover(held.scope(), content.held()), Refusal.HELD_WIDENED);
        require(Words.cover(content.held(), content.scope()), Refusal.SCOPE_WIDENED);
        require(
                content.audience() == null || held.audience().containsAll(content.audience()),
                Refusal.AUDIENCE_WIDENED);
        boolean usesAreWithin =
                held.maximumUses() == null
                        || (content.maximumUses() != null
                                && content.maximumUses() <= held.maximumUses());
        require(usesAreWithin, Refusal.USES_WIDENED);
        require(
                Long.compareUnsigned(content.expiresAt(), held.expiresAt()) <= 0,
                Refusal.EXPIRY_WIDENED);
    }

    /** The token states what the last hop gave, or less of it. */
    private static void checkLast(TokenClaims claims, Held last) throws VerificationException {
        TokenClaims.Authority stated = claims.authority();
        String hash = HexFormat.of().formatHex(last.digest());
        require(stated.delegation().chainHash().equals(hash), Refusal.CHAIN_HASH_MISMATCH);
        require(claims.grant().equals(last.grant()), Refusal.GRANT_MISMATCH);
        require(stated.subject().equals(last.agent()), Refusal.SUBJECT_MISMATCH);
        require(
                stated.keyThumbprint().equals(Ed25519.thumbprint(last.key())),
                Refusal.KEY_MISMATCH);
        require(Words.cover(last.scope(), stated.scope()), Refusal.SCOPE_WIDENED);
        // A token without an audience would be for whoever does not ask.
        boolean audienceIsWithin =
                last.audience().containsAll(stated.audience())
                        && stated.audience().isEmpty() == last.audience().isEmpty();
        require(audienceIsWithin, Refusal.AUDIENCE_WIDENED);
        require(
                Long.compareUnsigned(claims.expiresAt(), last.expiresAt()) <= 0,
                Refusal.EXPIRY_WIDENED);
    }

    private static void require(boolean isRight, Refusal refusal) throws VerificationException {
        if (!isRight) {
            throw new VerificationException(refusal);
        }
    }
}
