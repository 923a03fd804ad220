package dev.mayfly;

/** The request cannot be sent as it is; nothing was sent. Also of keys and files that are none. */
public final class InvalidRequestException extends MayflyException {
    private static final long serialVersionUID = 1L;

    /** Says what is wrong. */
    public InvalidRequestException(String message) {
        super("INVALID_REQUEST", message, null);
    }
}
