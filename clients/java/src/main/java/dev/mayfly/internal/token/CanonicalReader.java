package dev.mayfly.internal.token;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Reads canonical JSON by expecting it: each text has one form, so that nothing needs to be
 * compared with a text written again.
 */
final class CanonicalReader {
    /** The text is not the one that is expected. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed() {
            super(null, null, false, false);
        }
    }

    private static final int KEY_TEXT = 43;

    private final String text;
    private int place;

    CanonicalReader(String text) {
        this.text = text;
    }

    void end() throws Malformed {
        if (place != text.length()) {
            throw new Malformed();
        }
    }

    boolean skip(String literal) {
        if (!text.startsWith(literal, place)) {
            return false;
        }
        place += literal.length();
        return true;
    }

    void expect(String literal) throws Malformed {
        if (!skip(literal)) {
            throw new Malformed();
        }
    }

    /** What stands before the next quote, as the word that it must be; the quote is skipped. */
    String text(Predicate<String> isWord) throws Malformed {
        int end = text.indexOf('"', place);
        if (end < 0) {
            throw new Malformed();
        }
        String word = text.substring(place, end);
        if (!isWord.test(word)) {
            throw new Malformed();
        }
        place = end + 1;
        return word;
    }

    /** The rest of an array of words behind its first quote, to the bracket. */
    List<String> texts(int maximum, Predicate<String> isWord) throws Malformed {
        List<String> words = new ArrayList<>();
        words.add(text(isWord));
        while (skip(",\"")) {
            if (words.size() == maximum) {
                throw new Malformed();
            }
            words.add(text(isWord));
        }
        expect("]");
        return List.copyOf(words);
    }

    /** A whole number, as an unsigned long. */
    long number() throws Malformed {
        int start = place;
        while (place < text.length() && text.charAt(place) >= '0' && text.charAt(place) <= '9') {
            place += 1;
        }
        Long number = JsonNumber.parseWhole(text.substring(start, place));
        if (number == null) {
            throw new Malformed();
        }
        return number;
    }

    /** A whole number between two others. */
    long number(long least, long most) throws Malformed {
        long number = number();
        if (Long.compareUnsigned(number, least) < 0 || Long.compareUnsigned(number, most) > 0) {
            throw new Malformed();
        }
        return number;
    }

    /** 32 bytes in base64url. */
    static boolean isBytes32(String text) {
        return text.length() == KEY_TEXT && Base64Url.decode(text) != null;
    }
}
