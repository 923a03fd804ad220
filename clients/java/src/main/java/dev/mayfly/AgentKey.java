package dev.mayfly;

import dev.mayfly.internal.token.Base64Url;
import dev.mayfly.internal.token.Ed25519;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/**
 * An Ed25519 key pair (RFC 8032): an agent's own, or one that the operator registered for an app
 * and that attests its batches. Printing it does not show the private half.
 */
public final class AgentKey {
    private static final String FIRST_LINE = "-----BEGIN PRIVATE KEY-----";
    private static final String LAST_LINE = "-----END PRIVATE KEY-----";
    private static final int LINE_LENGTH = 64;

    private final PrivateKey privateKey;
    private final byte[] publicKey;

    private AgentKey(PrivateKey privateKey, byte[] publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /** A fresh one. */
    public static AgentKey generate() {
        return generate(new SecureRandom());
    }

    /**
     * Reads a key.
     *
     * @param pem PKCS #8, unencrypted
     * @throws InvalidRequestException where it is no such key
     */
    public static AgentKey fromPem(String pem) {
        String text = pem.strip();
        if (!text.startsWith(FIRST_LINE) || !text.endsWith(LAST_LINE)) {
            throw notAKey();
        }
        String body =
                text.substring(FIRST_LINE.length(), text.length() - LAST_LINE.length());
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(body);
            var key =
                    KeyFactory.getInstance("Ed25519")
                            .generatePrivate(new PKCS8EncodedKeySpec(encoded));
            byte[] seed = ((EdECPrivateKey) key).getBytes().orElseThrow(AgentKey::notAKey);
            return generate(new SeedAsRandom(seed));
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            // Without the cause: its text may have a part of the key.
            throw notAKey();
        }
    }

    private static InvalidRequestException notAKey() {
        return new InvalidRequestException(
                "this is no unencrypted Ed25519 key in PEM (PKCS #8)");
    }

    private static AgentKey generate(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, random);
            KeyPair pair = generator.generateKeyPair();
            return new AgentKey(pair.getPrivate(), Ed25519.bytesOf(pair.getPublic()));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * The platform does not tell the public half of a private key; but a generator that draws a
     * private half as its 32 random bytes makes the pair.
     */
    private static final class SeedAsRandom extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final transient byte[] seed;

        SeedAsRandom(byte[] seed) {
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }

    /** The 32 bytes of the public half. */
    public byte[] publicKey() {
        return publicKey.clone();
    }

    /** The private half as PKCS #8 in PEM. Keep it out of logs and argument lists. */
    public String toPem() {
        var encoder = Base64.getMimeEncoder(LINE_LENGTH, new byte[] {'\n'});
        String body = encoder.encodeToString(privateKey.getEncoded());
        return FIRST_LINE + "\n" + body + "\n" + LAST_LINE + "\n";
    }

    PrivateKey privateKey() {
        return privateKey;
    }

    byte[] sign(byte[] message) {
        return Ed25519.sign(privateKey, message);
    }

    @Override
    public String toString() {
        return "AgentKey " + Base64Url.encode(publicKey);
    }
}
