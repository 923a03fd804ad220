package dev.mayfly;

/** The client was closed. */
public final class ClosedException extends MayflyException {
    private static final long serialVersionUID = 1L;

    /** Made by the client. */
    ClosedException() {
        super("CLIENT_CLOSED", "the client is closed", null);
    }
}
