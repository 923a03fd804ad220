package dev.mayfly;

/** What came from the other end is not what a broker sends (proto/PROTOCOL.md). */
public final class ProtocolException extends MayflyException {
    private static final long serialVersionUID = 1L;

    /** Made by the client. */
    ProtocolException(String message, Throwable cause) {
        super("PROTOCOL_VIOLATION", message, cause);
    }

    /** Made by the client. */
    ProtocolException(String message) {
        this(message, null);
    }
}
