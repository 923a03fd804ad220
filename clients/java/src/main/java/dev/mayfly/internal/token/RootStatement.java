package dev.mayfly.internal.token;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a chain of delegations begins with: the grant that an agent was spawned with.
 *
 * @param notAfter seconds since the Unix epoch, unsigned
 * @param digest of its text, which the first hop names
 */
public record RootStatement(
        String agent,
        String key,
        List<String> scope,
        List<String> audience,
        long notAfter,
        String grant,
        byte[] digest) {

    /** Null where a text is not the one text of any statement. */
    public static RootStatement parse(String text) {
        byte[] json = Base64Url.decode(text);
        if (json == null) {
            return null;
        }
        try {
            return read(new CanonicalReader(new String(json, StandardCharsets.ISO_8859_1)), text);
        } catch (CanonicalReader.Malformed malformed) {
            return null;
        }
    }

    private static RootStatement read(CanonicalReader reader, String text)
            throws CanonicalReader.Malformed {
        reader.expect("{\"agent\":\"");
        String agent = reader.text(Words::isAgentId);
        reader.expect(",\"key\":\"");
        String key = reader.text(CanonicalReader::isBytes32);
        reader.expect(",\"scope\":[\"");
        List<String> scope = reader.texts(Words.MAXIMUM_SCOPES, Words::isScope);
        List<String> audience = List.of();
        if (reader.skip(",\"aud\":[\"")) {
            audience = reader.texts(Words.MAXIMUM_AUDIENCES, Words::isAudience);
        }
        reader.expect(",\"not_after\":");
        long notAfter = reader.number();
        reader.expect(",\"grant\":\"");
        String grant = reader.text(Words::isReference);
        reader.expect("}");
        reader.end();
        return new RootStatement(
                agent, key, scope, audience, notAfter, grant, Ed25519.sha256(text));
    }
}
