package dev.mayfly.verify;

/**
 * Why a token is not accepted: the same codes in every language's client. Those up to {@link
 * #KEY_MISMATCH} are of the token alone (proto/vectors/README.md), the rest of a {@link Verifier}.
 */
public enum Refusal {
    MALFORMED("this is not a token"),
    FOREIGN_HEADER("none of the broker's keys signs tokens with this header"),
    SIGNATURE_INVALID("the broker did not sign this"),
    PAYLOAD_MALFORMED("the claims are not strict JSON"),
    CLAIM_MISSING("a claim that every token has is missing"),
    CLAIM_MALFORMED("a claim does not have its form"),
    ISSUER_MISMATCH("it is from another issuer"),
    EXPIRED("it has expired"),
    NOT_YET_VALID("it is not valid yet"),
    AUDIENCE_MISMATCH("it is for somebody else"),
    DEPTH_EXCEEDED("its chain is longer than any may be"),
    ROOT_MALFORMED("the root statement does not have its form"),
    HOP_MALFORMED("a hop does not have its form"),
    HOP_ORDER("a hop does not stand where it belongs"),
    DELEGATOR_MISMATCH("a hop is by somebody who was not delegated to"),
    HOP_SIGNATURE_INVALID("a hop was not signed by its delegator"),
    PARENT_MISMATCH("a hop is from another grant than the one before it made"),
    HELD_WIDENED("a delegator claims a scope that it did not hold"),
    SCOPE_WIDENED("the scope grew on the way"),
    AUDIENCE_WIDENED("the audience grew on the way"),
    USES_WIDENED("the uses grew on the way"),
    EXPIRY_WIDENED("the expiry grew on the way"),
    CHAIN_HASH_MISMATCH("the chain is not the one that the token names"),
    GRANT_MISMATCH("the grant is not the one that the last hop made"),
    SUBJECT_MISMATCH("the subject is not the last delegate"),
    KEY_MISMATCH("the key is not the last delegate's"),

    /** It does not cover the scope that is asked for. */
    SCOPE_VIOLATION("it does not cover the scope that is asked for"),
    /** It, or something that it hangs on, has ended. */
    REVOKED("it was ended before its expiry"),
    /** Ends may have been missed, and there is no broker to ask. */
    REVOCATIONS_STALE("what has ended is not known, and there is no broker to ask"),
    /** Only the broker can say, and there is none to ask. */
    BROKER_REQUIRED("only the broker can say whether it holds, and there is none to ask"),
    /** The broker could not be asked. */
    BROKER_UNREACHABLE("the broker could not be asked"),
    /** The broker was asked, and said no. */
    TOKEN_NOT_VALID("the broker says that it does not hold");

    private final String sentence;

    Refusal(String sentence) {
        this.sentence = sentence;
    }

    /** For a developer; it may change at any time. */
    public String sentence() {
        return sentence;
    }
}
