package dev.mayfly.internal.token;

import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.util.HexFormat;
import java.util.List;

/**
 * One delegation, as the delegator signed it: a compact JWS of one canonical form. Well formed and
 * no more: whose authority it passes on, and whether the named key signed it, is to be found out.
 */
public final class Hop {
    /**
     * What a hop says, in its order; the bytes are in base64url, the numbers unsigned.
     *
     * @param audience null takes the parent's
     * @param maximumUses null sets no limit
     */
    public record Content(
            String issuer,
            String challenge,
            long proofSequence,
            String delegator,
            String delegatorKey,
            String delegate,
            String delegateKey,
            List<String> held,
            List<String> scope,
            List<String> audience,
            Long maximumUses,
            long issuedAt,
            long expiresAt,
            String parent,
            long depth,
            String previous) {}

    /** The longest hop there is, in characters. */
    private static final int MAXIMUM_LENGTH = 27_406;

    private static final long MAXIMUM_USES = 0xFFFF_FFFFL;
    private static final String START =
            Base64Url.encode("{\"alg\":\"EdDSA\",\"typ\":\"mayfly-hop+jwt\"}") + ".";
    private static final int GRANT_SIZE = 16;

    private final Content content;
    private final String signed;
    private final byte[] signature;
    private final byte[] digest;

    private Hop(Content content, String signed, byte[] signature, byte[] digest) {
        this.content = content;
        this.signed = signed;
        this.signature = signature;
        this.digest = digest;
    }

    /** Null where a text is not the one text of any hop. */
    public static Hop parse(String text) {
        int dot = text.lastIndexOf('.');
        if (text.length() > MAXIMUM_LENGTH || !text.startsWith(START) || dot < START.length()) {
            return null;
        }
        byte[] payload = Base64Url.decode(text.substring(START.length(), dot));
        byte[] signature = Base64Url.decode(text.substring(dot + 1));
        if (payload == null || signature == null || signature.length != Ed25519.SIGNATURE_SIZE) {
            return null;
        }
        try {
            var reader = new CanonicalReader(new String(payload, StandardCharsets.ISO_8859_1));
            return new Hop(
                    read(reader), text.substring(0, dot), signature, Ed25519.sha256(text));
        } catch (CanonicalReader.Malformed malformed) {
            return null;
        }
    }

    /** The compact JWS of a content, by the key that it names as the delegator's. */
    public static String sign(Content content, PrivateKey key) {
        String signed = START + Base64Url.encode(write(content));
        byte[] signature = Ed25519.sign(key, signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + Base64Url.encode(signature);
    }

    public Content content() {
        return content;
    }

    /** SHA-256 of the whole compact JWS. */
    public byte[] digest() {
        return digest;
    }

    /** The grant that it makes: the first half of its digest. */
    public String grant() {
        return HexFormat.of().formatHex(digest, 0, GRANT_SIZE);
    }

    /** Whether the key that it names as the delegator's signed it. */
    public boolean isSigned() {
        byte[] key = Base64Url.decode(content.delegatorKey());
        return Ed25519.isSigned(Ed25519.publicKey(key), signed, signature);
    }

    private static Content read(CanonicalReader reader) throws CanonicalReader.Malformed {
        reader.expect("{\"iss\":\"");
        String issuer = reader.text(Words::isIssuer);
        reader.expect(",\"challenge\":\"");
        String challenge = reader.text(CanonicalReader::isBytes32);
        reader.expect(",\"proof_seq\":");
        long proofSequence = reader.number();
        reader.expect(",\"delegator\":\"");
        String delegator = reader.text(Words::isAgentId);
        reader.expect(",\"delegator_key\":\"");
        String delegatorKey = reader.text(CanonicalReader::isBytes32);
        reader.expect(",\"delegate\":\"");
        String delegate = reader.text(Words::isAgentId);
        reader.expect(",\"delegate_key\":\"");
        String delegateKey = reader.text(CanonicalReader::isBytes32);
        reader.expect(",\"held\":[\"");
        List<String> held = reader.texts(Words.MAXIMUM_SCOPES, Words::isScope);
        reader.expect(",\"scope\":[\"");
        List<String> scope = reader.texts(Words.MAXIMUM_SCOPES, Words::isScope);
        List<String> audience = null;
        if (reader.skip(",\"aud\":[\"")) {
            audience = reader.texts(Words.MAXIMUM_AUDIENCES, Words::isAudience);
        }
        Long maximumUses = null;
        if (reader.skip(",\"max_uses\":")) {
            maximumUses = reader.number(1, MAXIMUM_USES);
        }
        reader.expect(",\"iat\":");
        long issuedAt = reader.number();
        reader.expect(",\"exp\":");
        long expiresAt = reader.number();
        reader.expect(",\"parent\":\"");
        String parent = reader.text(Words::isReference);
        reader.expect(",\"depth\":");
        long depth = reader.number(1, Words.MAXIMUM_HOPS);
        reader.expect(",\"prev\":\"");
        String previous = reader.text(CanonicalReader::isBytes32);
        reader.expect("}");
        reader.end();
        return new Content(
                issuer, challenge, proofSequence, delegator, delegatorKey, delegate, delegateKey,
                held, scope, audience, maximumUses, issuedAt, expiresAt, parent, depth, previous);
    }

    private static String write(Content content) {
        var json = new StringBuilder(1024);
        json.append("{\"iss\":\"").append(content.issuer());
        json.append("\",\"challenge\":\"").append(content.challenge());
        json.append("\",\"proof_seq\":").append(Long.toUnsignedString(content.proofSequence()));
        json.append(",\"delegator\":\"").append(content.delegator());
        json.append("\",\"delegator_key\":\"").append(content.delegatorKey());
        json.append("\",\"delegate\":\"").append(content.delegate());
        json.append("\",\"delegate_key\":\"").append(content.delegateKey());
        json.append("\",\"held\":").append(array(content.held()));
        json.append(",\"scope\":").append(array(content.scope()));
        if (content.audience() != null) {
            json.append(",\"aud\":").append(array(content.audience()));
        }
        if (content.maximumUses() != null) {
            json.append(",\"max_uses\":").append(content.maximumUses());
        }
        json.append(",\"iat\":").append(Long.toUnsignedString(content.issuedAt()));
        json.append(",\"exp\":").append(Long.toUnsignedString(content.expiresAt()));
        json.append(",\"parent\":\"").append(content.parent());
        json.append("\",\"depth\":").append(content.depth());
        json.append(",\"prev\":\"").append(content.previous());
        return json.append("\"}").toString();
    }

    private static String array(List<String> words) {
        return "[\"" + String.join("\",\"", words) + "\"]";
    }
}
