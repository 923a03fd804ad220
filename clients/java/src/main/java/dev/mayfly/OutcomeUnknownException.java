package dev.mayfly;

/**
 * The reply to a call that must not be repeated was lost, so that nobody here can say whether it
 * was carried out; the cause is what happened to the reply. After a lost spawn an agent may live,
 * until its token expires, of which the caller knows nothing.
 */
public final class OutcomeUnknownException extends MayflyException {
    private static final long serialVersionUID = 1L;

    /** Made by the client. */
    OutcomeUnknownException(MayflyException cause) {
        super(
                "OUTCOME_UNKNOWN",
                "the reply was lost, and the request may have been carried out: "
                        + cause.getMessage(),
                cause);
    }

    /** What happened to the reply. */
    @Override
    public synchronized MayflyException getCause() {
        return (MayflyException) super.getCause();
    }
}
