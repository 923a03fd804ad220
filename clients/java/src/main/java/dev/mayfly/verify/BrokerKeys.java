package dev.mayfly.verify;

import dev.mayfly.InvalidRequestException;
import dev.mayfly.internal.token.Base64Url;
import dev.mayfly.internal.token.Ed25519;
import dev.mayfly.internal.token.StrictJson;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The public keys of a broker that sign tokens, with which they are verified without asking it.
 * Immutable.
 */
public final class BrokerKeys {
    /** A key and its name. */
    record Signer(String keyId, PublicKey key) {}

    private final String issuer;
    private final Map<String, Signer> byHeader = new LinkedHashMap<>();

    /**
     * Keys that were fetched before, or that came another way.
     *
     * @param issuer the {@code iss} of every token
     * @param publicKeys Ed25519, 32 bytes each
     * @throws InvalidRequestException where one is no key
     */
    public BrokerKeys(String issuer, Collection<byte[]> publicKeys) {
        this.issuer = issuer;
        for (byte[] bytes : publicKeys) {
            PublicKey key = bytes.length == Ed25519.KEY_SIZE ? Ed25519.publicKey(bytes) : null;
            if (key == null) {
                throw new InvalidRequestException("a broker's key is an Ed25519 key of 32 bytes");
            }
            String keyId = Ed25519.thumbprint(Base64Url.encode(bytes));
            String header = "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"" + keyId + "\"}";
            byHeader.put(Base64Url.encode(header), new Signer(keyId, key));
        }
    }

    /**
     * Reads a file: what {@code mayfly keys --json} wrote, or a JWKS (RFC 7517, RFC 8037).
     *
     * @param issuer null takes what the file says; a JWKS does not say it
     * @throws InvalidRequestException where there is no key or no issuer in it
     */
    public static BrokerKeys fromJson(String text, String issuer) {
        if (!(StrictJson.readLoosely(text) instanceof Map<?, ?> document)
                || !(document.get("keys") instanceof List<?> entries)) {
            throw new InvalidRequestException("the keys are not JSON");
        }
        List<byte[]> keys = new ArrayList<>();
        for (Object entry : entries) {
            if (entry instanceof Map<?, ?> key && isForTokens(key)) {
                String name = key.containsKey("public_key") ? "public_key" : "x";
                byte[] bytes = key.get(name) instanceof String x ? Base64Url.decode(x) : null;
                keys.add(bytes == null ? new byte[0] : bytes);
            }
        }
        Object named = issuer != null ? issuer : document.get("issuer");
        if (keys.isEmpty() || !(named instanceof String name)) {
            throw new InvalidRequestException("there are no Ed25519 keys, or no issuer, in this");
        }
        return new BrokerKeys(name, keys);
    }

    private static boolean isForTokens(Map<?, ?> key) {
        return "token".equals(key.get("use"))
                || ("OKP".equals(key.get("kty")) && "Ed25519".equals(key.get("crv")));
    }

    /** The {@code iss} of every token. */
    public String issuer() {
        return issuer;
    }

    /** The {@code kid} of each key. */
    public List<String> keyIds() {
        return byHeader.values().stream().map(Signer::keyId).toList();
    }

    /** The key whose header a token has; null where it is none of these. */
    Signer signerOf(String header) {
        return byHeader.get(header);
    }
}
