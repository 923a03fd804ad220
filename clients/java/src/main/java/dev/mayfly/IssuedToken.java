package dev.mayfly;

import java.time.Instant;

/** What the broker issued: a token, and what it is of. Printing it does not show the token. */
public final class IssuedToken {
    private final String agentId;
    private final String token;
    private final String grantId;
    private final Instant expiresAt;

    /** A token that was issued before and kept, or handed over. */
    public IssuedToken(String agentId, String token, String grantId, Instant expiresAt) {
        this.agentId = agentId;
        this.token = token;
        this.grantId = grantId;
        this.expiresAt = expiresAt;
    }

    /** Whom it is for: a SPIFFE ID. */
    public String agentId() {
        return agentId;
    }

    /** A compact JWS of at most 16 KiB. Whoever has it may use it: keep it out of logs. */
    public String token() {
        return token;
    }

    /** 32 lower-case hexadecimal characters, stable over renewals. */
    public String grantId() {
        return grantId;
    }

    /** When it ends if nothing ends it before. */
    public Instant expiresAt() {
        return expiresAt;
    }

    /** The value of an {@code Authorization} header that presents it (RFC 6750, section 2.1). */
    public String bearerHeader() {
        return "Bearer " + token;
    }

    @Override
    public String toString() {
        return "IssuedToken[" + agentId + " until " + expiresAt + "]";
    }
}
