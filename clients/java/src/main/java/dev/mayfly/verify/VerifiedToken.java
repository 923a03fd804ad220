package dev.mayfly.verify;

import dev.mayfly.internal.token.Words;
import java.time.Instant;
import java.util.List;

/**
 * A token whose signature and whole lineage were verified without asking the broker; only {@link
 * ChainVerifier} and {@link Verifier} make one.
 *
 * <p>It says what was granted, by whom and until when; not whether it has ended since.
 */
public final class VerifiedToken {
    /**
     * An agent and the grant by which it holds what it holds.
     *
     * @param agentId the SPIFFE ID
     * @param grantId 32 lower-case hexadecimal characters
     */
    public record Link(String agentId, String grantId) {
        /** Its orchestration. */
        public String orchestration() {
            return Words.workOf(agentId)[0];
        }

        /** Its task. */
        public String task() {
            return Words.workOf(agentId)[1];
        }
    }

    /** The last second that an Instant has. */
    private static final long LAST_SECOND = Instant.MAX.getEpochSecond();

    private final TokenClaims claims;
    private final byte[] payload;
    private final String keyId;
    private final List<Link> lineage;
    private final boolean isOnline;

    VerifiedToken(
            TokenClaims claims,
            byte[] payload,
            String keyId,
            List<Link> lineage,
            boolean isOnline) {
        this.claims = claims;
        this.payload = payload;
        this.keyId = keyId;
        this.lineage = List.copyOf(lineage);
        this.isOnline = isOnline;
    }

    /** The {@code jti}: 32 lower-case hexadecimal characters. */
    public String tokenId() {
        return claims.tokenId();
    }

    /** The grant that it states: of the same form. */
    public String grantId() {
        return claims.grant();
    }

    /** The {@code iss}. */
    public String issuer() {
        return claims.issuer();
    }

    /** Whom it is for, the SPIFFE ID; null in a token by reference. */
    public String subject() {
        return isReference() ? null : claims.authority().subject();
    }

    /** What it allows; empty in a token by reference. */
    public List<String> scope() {
        return isReference() ? List.of() : claims.authority().scope();
    }

    /** Whom it is meant for; empty where it names nobody. */
    public List<String> audience() {
        return isReference() ? List.of() : claims.authority().audience();
    }

    /** When it was issued; null in a token by reference. */
    public Instant issuedAt() {
        return isReference() ? null : instant(claims.authority().issuedAt());
    }

    /** When it ends if nothing ends it before. */
    public Instant expiresAt() {
        return instant(claims.expiresAt());
    }

    /** Of the agent's key (RFC 7638, RFC 7800), in base64url; null in a token by reference. */
    public String keyThumbprint() {
        return isReference() ? null : claims.authority().keyThumbprint();
    }

    /**
     * From the root to the subject: one link for a token that was not delegated, at most six; empty
     * in a token by reference.
     */
    public List<Link> lineage() {
        return lineage;
    }

    /**
     * Worth nothing until the broker has been asked: its uses are limited, or it is a reference.
     */
    public boolean isOnline() {
        return isOnline;
    }

    /** Stands for claims that only the broker has. */
    public boolean isReference() {
        return claims.authority() == null;
    }

    /** The {@code kid} of the key that signed it. */
    public String keyId() {
        return keyId;
    }

    /** The payload, exactly as signed. */
    public Claims claims() {
        return Claims.of(payload);
    }

    /** What is compared with a clock. */
    TokenClaims times() {
        return claims;
    }

    /** A second that no Instant has is the last one that one has. */
    private static Instant instant(long seconds) {
        boolean isBeyond = Long.compareUnsigned(seconds, LAST_SECOND) > 0;
        return Instant.ofEpochSecond(isBeyond ? LAST_SECOND : seconds);
    }

    @Override
    public String toString() {
        return "VerifiedToken[" + (isReference() ? tokenId() : subject()) + "]";
    }
}
