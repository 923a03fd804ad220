package dev.mayfly.internal.token;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Base64url, strictly: no padding, no other alphabet, no stray bits at the end, so that bytes have
 * one text.
 */
public final class Base64Url {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

    private Base64Url() {}

    /** The text of some bytes. */
    public static String encode(byte[] bytes) {
        return ENCODER.encodeToString(bytes);
    }

    /** The text of a text's UTF-8. */
    public static String encode(String text) {
        return encode(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The bytes of a text; null where it is that of none. */
    public static byte[] decode(String text) {
        int left = text.length() % 4;
        if (left == 1 || text.indexOf('=') >= 0) {
            return null;
        }
        if (left != 0 && strayBits(text.charAt(text.length() - 1), left) != 0) {
            return null;
        }
        try {
            return DECODER.decode(text);
        } catch (IllegalArgumentException notInTheAlphabet) {
            return null;
        }
    }

    /** The last character has four bits too many where two are left over, two where three are. */
    private static int strayBits(char last, int left) {
        return valueOf(last) & (left == 2 ? 0b1111 : 0b11);
    }

    private static int valueOf(char character) {
        if (character >= 'A' && character <= 'Z') {
            return character - 'A';
        }
        if (character >= 'a' && character <= 'z') {
            return character - 'a' + 26;
        }
        if (character >= '0' && character <= '9') {
            return character - '0' + 52;
        }
        return character == '-' ? 62 : 63;
    }
}
