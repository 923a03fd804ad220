package dev.mayfly;

/** No answer within the time that the client's options allow. */
public final class CallTimeoutException extends MayflyException {
    private static final long serialVersionUID = 1L;

    /** Made by the client. */
    CallTimeoutException(String message) {
        super("TIMEOUT", message, null);
    }
}
