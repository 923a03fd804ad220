package dev.mayfly.verify;

/** A token was not verified. */
public final class VerificationException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    VerificationException(Refusal refusal) {
        // Without a stack: it is an answer, and made for every token that is refused.
        super(refusal + ": " + refusal.sentence(), null, false, false);
        this.refusal = refusal;
    }

    /** Why: the first thing that is wrong. */
    public Refusal refusal() {
        return refusal;
    }
}
