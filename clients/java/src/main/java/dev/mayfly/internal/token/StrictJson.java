package dev.mayfly.internal.token;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * JSON (RFC 8259) as the broker writes it. What programs read in different ways is refused: names
 * given twice, white space, escapes, invalid UTF-8, control characters, trailing bytes and commas.
 *
 * <p>Objects become a Map, arrays a List, texts a String, numbers a {@link JsonNumber}, the rest a
 * Boolean, or {@link #NULL}.
 */
public final class StrictJson {
    /** The value {@code null}. */
    public static final Object NULL =
            new Object() {
                @Override
                public String toString() {
                    return "null";
                }
            };

    /** The longest text that is looked at, in bytes. */
    private static final int MAXIMUM_COUNT = 1024 * 1024;

    /** Objects and arrays within each other, the outermost counted. */
    private static final int MAXIMUM_DEPTH = 8;

    private static final int MAXIMUM_LOOSE_DEPTH = 64;

    /** Of one object. */
    private static final int MAXIMUM_MEMBERS = 64;

    private static final Pattern NUMBER =
            Pattern.compile("-?(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?(?:[eE][+-]?[0-9]++)?");

    private static final Pattern CODE_UNIT = Pattern.compile("[0-9a-fA-F]{4}");

    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed() {
            super(null, null, false, false);
        }
    }

    private final String text;
    private final boolean isLoose;
    private int place;

    private StrictJson(String text, boolean isLoose) {
        this.text = text;
        this.isLoose = isLoose;
    }

    /**
     * The value of a text; null where the bytes are not one such text from the first to the last.
     */
    public static Object read(byte[] bytes) {
        if (bytes.length > MAXIMUM_COUNT) {
            return null;
        }
        try {
            var decoder = StandardCharsets.UTF_8.newDecoder();
            String text = decoder.decode(ByteBuffer.wrap(bytes)).toString();
            return new StrictJson(text, false).whole();
        } catch (CharacterCodingException malformed) {
            return null;
        }
    }

    /**
     * The value of a text as people and other programs write it: with white space, and with
     * escapes. For files and descriptors that are trusted; null where it is no JSON.
     */
    public static Object readLoosely(String text) {
        return new StrictJson(text, true).whole();
    }

    /** The object of a text; null where it is none. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> readObject(byte[] bytes) {
        return read(bytes) instanceof Map<?, ?> map ? (Map<String, Object>) map : null;
    }

    private Object whole() {
        try {
            Object value = value(1);
            return place == text.length() ? value : null;
        } catch (Malformed malformed) {
            return null;
        }
    }

    private Object value(int depth) throws Malformed {
        skipSpace();
        Object value =
                switch (peek()) {
                    case '{' -> members(depth);
                    case '[' -> elements(depth);
                    case '"' -> string();
                    case 't' -> word("true", Boolean.TRUE);
                    case 'f' -> word("false", Boolean.FALSE);
                    case 'n' -> word("null", NULL);
                    default -> number();
                };
        skipSpace();
        return value;
    }

    private Map<String, Object> members(int depth) throws Malformed {
        Map<String, Object> members = new LinkedHashMap<>();
        begin(depth);
        if (skip('}')) {
            return members;
        }
        do {
            skipSpace();
            String name = string();
            skipSpace();
            boolean isFull = members.size() == MAXIMUM_MEMBERS && !isLoose;
            if (isFull || members.containsKey(name)) {
                throw new Malformed();
            }
            expect(':');
            members.put(name, value(depth + 1));
        } while (skip(','));
        expect('}');
        return Collections.unmodifiableMap(members);
    }

    private List<Object> elements(int depth) throws Malformed {
        List<Object> elements = new ArrayList<>();
        begin(depth);
        if (skip(']')) {
            return elements;
        }
        do {
            elements.add(value(depth + 1));
        } while (skip(','));
        expect(']');
        return Collections.unmodifiableList(elements);
    }

    private void begin(int depth) throws Malformed {
        if (depth > (isLoose ? MAXIMUM_LOOSE_DEPTH : MAXIMUM_DEPTH)) {
            throw new Malformed();
        }
        place += 1;
        skipSpace();
    }

    private String string() throws Malformed {
        expect('"');
        var string = new StringBuilder();
        for (char character = peek(); character != '"'; character = peek()) {
            place += 1;
            if (character < 0x20 || (character == '\\' && !isLoose)) {
                throw new Malformed();
            }
            string.append(character == '\\' ? escaped() : character);
        }
        place += 1;
        return string.toString();
    }

    private char escaped() throws Malformed {
        char character = peek();
        place += 1;
        return switch (character) {
            case '"', '\\', '/' -> character;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> codeUnit();
            default -> throw new Malformed();
        };
    }

    private char codeUnit() throws Malformed {
        Matcher matcher = CODE_UNIT.matcher(text).region(place, text.length());
        if (!matcher.lookingAt()) {
            throw new Malformed();
        }
        place = matcher.end();
        return (char) Integer.parseInt(matcher.group(), 16);
    }

    private void skipSpace() {
        while (isLoose && " \t\r\n".indexOf(peek()) >= 0) {
            place += 1;
        }
    }

    private JsonNumber number() throws Malformed {
        Matcher matcher = NUMBER.matcher(text).region(place, text.length());
        if (!matcher.lookingAt()) {
            throw new Malformed();
        }
        place = matcher.end();
        return new JsonNumber(matcher.group());
    }

    private Object word(String word, Object value) throws Malformed {
        if (!text.startsWith(word, place)) {
            throw new Malformed();
        }
        place += word.length();
        return value;
    }

    /** Zero at the end, which is nothing that a value begins with or contains. */
    private char peek() {
        return place < text.length() ? text.charAt(place) : '\0';
    }

    private boolean skip(char character) {
        if (place >= text.length() || text.charAt(place) != character) {
            return false;
        }
        place += 1;
        return true;
    }

    private void expect(char character) throws Malformed {
        if (!skip(character)) {
            throw new Malformed();
        }
    }
}
