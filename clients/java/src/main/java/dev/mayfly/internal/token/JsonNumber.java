package dev.mayfly.internal.token;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/** A number as it was written: it never passes through a floating point. */
public final class JsonNumber extends Number {
    private static final long serialVersionUID = 1L;
    private static final Pattern WHOLE = Pattern.compile("0|[1-9][0-9]{0,19}");

    private final String text;

    JsonNumber(String text) {
        this.text = text;
    }

    /**
     * A whole number from 0 to 2^64 − 1, written without fraction or exponent, as an unsigned long;
     * null for anything else.
     */
    public static Long whole(Object value) {
        return value instanceof JsonNumber number ? parseWhole(number.text) : null;
    }

    /** As {@link #whole}, of a text. */
    public static Long parseWhole(String text) {
        if (!WHOLE.matcher(text).matches()) {
            return null;
        }
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException over) {
            return null;
        }
    }

    @Override
    public int intValue() {
        return (int) longValue();
    }

    @Override
    public long longValue() {
        return new BigDecimal(text).longValue();
    }

    @Override
    public float floatValue() {
        return (float) doubleValue();
    }

    @Override
    public double doubleValue() {
        return Double.parseDouble(text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonNumber number && number.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
