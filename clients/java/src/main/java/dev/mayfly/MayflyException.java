package dev.mayfly;

/** Everything that a call can end with instead of an answer. */
public abstract class MayflyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /** For the classes of this package. */
    MayflyException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** A stable code for programs and logs; the message may change at any time. */
    public final String code() {
        return code;
    }
}
