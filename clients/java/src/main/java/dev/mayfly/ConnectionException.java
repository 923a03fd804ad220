package dev.mayfly;

/**
 * There is no broker at the socket, or the connection was lost. A call that may be repeated was
 * repeated once on a new connection before this is thrown.
 */
public final class ConnectionException extends MayflyException {
    private static final long serialVersionUID = 1L;

    /** Made by the client. */
    ConnectionException(String message, Throwable cause) {
        super("CONNECTION_FAILED", message, cause);
    }

    /** Made by the client. */
    ConnectionException(String message) {
        this(message, null);
    }
}
