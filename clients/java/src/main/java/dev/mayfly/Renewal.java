package dev.mayfly;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/**
 * The terms of a renewal.
 *
 * @param scope a narrower one, for a grant without children; null keeps it
 * @param lifetime of the new token; null takes as long as the old one's
 * @param id 16 bytes; keep it where a lost reply is to be asked for again, within 30 seconds
 */
public record Renewal(List<String> scope, Duration lifetime, byte[] id) {
    private static final int ID_SIZE = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** The same for as long again, under a fresh id. */
    public static Renewal unchanged() {
        byte[] id = new byte[ID_SIZE];
        RANDOM.nextBytes(id);
        return new Renewal(null, null, id);
    }

    /** For a narrower scope. */
    public Renewal withScope(String... scope) {
        return new Renewal(List.of(scope), lifetime, id);
    }

    /** For so long. */
    public Renewal withLifetime(Duration lifetime) {
        return new Renewal(scope, lifetime, id);
    }
}
