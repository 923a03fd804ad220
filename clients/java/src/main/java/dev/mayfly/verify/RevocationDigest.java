package dev.mayfly.verify;

import dev.mayfly.internal.token.Ed25519;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * What the stream of ends says instead of a name: SHA-256 over the level's word, a zero byte and
 * the target (proto/PROTOCOL.md, "The stream of ends").
 */
public record RevocationDigest(long first, long second, long third, long fourth) {
    /** In bytes. */
    public static final int SIZE = 32;

    /** The digest of an end; ids in the target are lower-case. */
    public static RevocationDigest of(RevocationLevel level, String target) {
        return of(Ed25519.sha256(level.word() + "\0" + target));
    }

    /** A digest as it came; null unless it is 32 bytes. */
    public static RevocationDigest of(byte[] bytes) {
        if (bytes.length != SIZE) {
            return null;
        }
        ByteBuffer words = ByteBuffer.wrap(bytes);
        return new RevocationDigest(
                words.getLong(), words.getLong(), words.getLong(), words.getLong());
    }

    /** 64 lower-case hexadecimal characters. */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(first)
                + hex.toHexDigits(second)
                + hex.toHexDigits(third)
                + hex.toHexDigits(fourth);
    }

    /** The digest is random as it is. */
    @Override
    public int hashCode() {
        return (int) first;
    }
}
