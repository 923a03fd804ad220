package dev.mayfly.internal.token;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;

/** Ed25519 (RFC 8032) and SHA-256, as the platform has them. */
public final class Ed25519 {
    public static final int KEY_SIZE = 32;
    public static final int SIGNATURE_SIZE = 64;

    /** SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING { key } }, up to the key (RFC 8410). */
    private static final byte[] PUBLIC_PREFIX = {
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
    };

    private Ed25519() {}

    /** A public key of 32 bytes; null where they are no point. */
    public static PublicKey publicKey(byte[] bytes) {
        byte[] encoded = new byte[PUBLIC_PREFIX.length + KEY_SIZE];
        System.arraycopy(PUBLIC_PREFIX, 0, encoded, 0, PUBLIC_PREFIX.length);
        System.arraycopy(bytes, 0, encoded, PUBLIC_PREFIX.length, KEY_SIZE);
        try {
            return KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException notAKey) {
            return null;
        }
    }

    /** The 32 bytes of a public key. */
    public static byte[] bytesOf(PublicKey key) {
        byte[] encoded = key.getEncoded();
        byte[] bytes = new byte[KEY_SIZE];
        System.arraycopy(encoded, encoded.length - KEY_SIZE, bytes, 0, KEY_SIZE);
        return bytes;
    }

    /** Whether a key signed a text of ASCII. */
    public static boolean isSigned(PublicKey key, String text, byte[] signature) {
        if (key == null || signature.length != SIGNATURE_SIZE) {
            return false;
        }
        try {
            Signature verification = Signature.getInstance("Ed25519");
            verification.initVerify(key);
            verification.update(text.getBytes(StandardCharsets.US_ASCII));
            return verification.verify(signature);
        } catch (GeneralSecurityException notValid) {
            return false;
        }
    }

    /** Signs a message. */
    public static byte[] sign(PrivateKey key, byte[] message) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The RFC 7638 thumbprint of a public key in base64url: in base64url too. */
    public static String thumbprint(String key) {
        return Base64Url.encode(
                sha256("{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + key + "\"}"));
    }

    /** The digest of a text's UTF-8. */
    public static byte[] sha256(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The digest of some bytes. */
    public static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
