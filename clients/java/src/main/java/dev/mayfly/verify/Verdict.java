package dev.mayfly.verify;

/**
 * What a verifier says of a token.
 *
 * @param refusal why not; null where it is good for what was asked
 * @param message a sentence for a developer; null where it is good
 * @param token null where it is not the broker's
 * @param claims of a good token; of one by reference, those that it refers to; else null
 */
public record Verdict(Refusal refusal, String message, VerifiedToken token, Claims claims) {
    static Verdict good(VerifiedToken token, Claims claims) {
        return new Verdict(null, null, token, claims);
    }

    static Verdict refused(Refusal refusal, VerifiedToken token) {
        return new Verdict(refusal, refusal.sentence(), token, null);
    }

    /** Whether the token is good for what was asked. */
    public boolean isValid() {
        return refusal == null;
    }
}
