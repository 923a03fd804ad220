package dev.mayfly;

import java.time.Instant;

/**
 * A single-use secret with which an agent registers itself. Printing it does not show the secret.
 *
 * @param secret 64 lower-case hexadecimal characters. Hand it over through a pipe or the
 *     environment, never as an argument
 * @param expiresAt when it is worth nothing any more if nobody used it
 */
public record LaunchToken(String secret, Instant expiresAt) {
    @Override
    public String toString() {
        return "LaunchToken[until " + expiresAt + "]";
    }
}
