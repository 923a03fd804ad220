package dev.mayfly.verify;

import dev.mayfly.internal.token.Holding;
import dev.mayfly.internal.token.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What a token says, exactly as signed: proto/PROTOCOL.md, "Tokens". */
public final class Claims {
    private final byte[] json;
    private final Map<String, Object> members;

    private Claims(byte[] json, Map<String, Object> members) {
        this.json = json;
        this.members = members;
    }

    /** Null where the bytes are no object as the broker writes one. */
    public static Claims of(byte[] json) {
        Map<String, Object> members = StrictJson.readObject(json);
        return members == null ? null : new Claims(json.clone(), members);
    }

    /** As JSON. */
    public String json() {
        return new String(json, StandardCharsets.UTF_8);
    }

    /** By name: a String, a List, a Map, a Boolean or a Number. */
    public Map<String, Object> asMap() {
        return members;
    }

    /** Whom the token is for, the SPIFFE ID; null where it does not say. */
    public String subject() {
        return text("sub");
    }

    /** What it allows. */
    public List<String> scope() {
        List<String> scope = Holding.texts(members.get("scope"));
        return scope == null ? List.of() : scope;
    }

    /** A claim that is a text; null where it is none. */
    public String text(String name) {
        return members.get(name) instanceof String text ? text : null;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Claims claims && claims.members.equals(members);
    }

    @Override
    public int hashCode() {
        return members.hashCode();
    }

    @Override
    public String toString() {
        return json();
    }
}
