package dev.mayfly;

/** The calling thread was interrupted; it still is. Nothing was sent, or nothing was changed. */
public final class CancelledException extends MayflyException {
    private static final long serialVersionUID = 1L;

    /** Made by the client. */
    CancelledException(String message) {
        super("CANCELLED", message, null);
    }
}
