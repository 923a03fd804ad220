// Why a token is not accepted: a stable code and a sentence.

const SENTENCES = {
    MALFORMED: 'this is not a token',
    FOREIGN_HEADER: "none of the broker's keys signs tokens with this header",
    SIGNATURE_INVALID: 'the broker did not sign this',
    PAYLOAD_MALFORMED: 'the claims are not strict JSON',
    CLAIM_MISSING: 'a claim that every token has is missing',
    CLAIM_MALFORMED: 'a claim does not have its form',
    ISSUER_MISMATCH: 'it is from another issuer',
    EXPIRED: 'it has expired',
    NOT_YET_VALID: 'it is not valid yet',
    AUDIENCE_MISMATCH: 'it is for somebody else',
    DEPTH_EXCEEDED: 'its chain is longer than any may be',
    ROOT_MALFORMED: 'the root statement does not have its form',
    HOP_MALFORMED: 'a hop does not have its form',
    HOP_ORDER: 'a hop does not stand where it belongs',
    DELEGATOR_MISMATCH: 'a hop is by somebody who was not delegated to',
    HOP_SIGNATURE_INVALID: 'a hop was not signed by its delegator',
    PARENT_MISMATCH: 'a hop is from another grant than the one before it made',
    HELD_WIDENED: 'a delegator claims a scope that it did not hold',
    SCOPE_WIDENED: 'the scope grew on the way',
    AUDIENCE_WIDENED: 'the audience grew on the way',
    USES_WIDENED: 'the uses grew on the way',
    EXPIRY_WIDENED: 'the expiry grew on the way',
    CHAIN_HASH_MISMATCH: 'the chain is not the one that the token names',
    GRANT_MISMATCH: 'the grant is not the one that the last hop made',
    SUBJECT_MISMATCH: 'the subject is not the last delegate',
    KEY_MISMATCH: "the key is not the last delegate's",
    // Of a Verifier only: the ones above are of the token alone (proto/vectors/README.md).
    SCOPE_VIOLATION: 'it does not cover the scope that is asked for',
    REVOKED: 'it was ended before its expiry',
    REVOCATIONS_STALE: 'what has ended is not known, and there is no broker to ask',
    BROKER_REQUIRED: 'only the broker can say whether it holds, and there is none to ask',
    BROKER_UNREACHABLE: 'the broker could not be asked',
    TOKEN_NOT_VALID: 'the broker says that it does not hold',
};

/** Thrown by `verifyChain`. */
export class VerificationError extends Error {
    name = 'VerificationError';

    /** @param {keyof typeof SENTENCES} code */
    constructor(code, options) {
        super(SENTENCES[code], options);
        /** The same in every language's client; proto/vectors/README.md lists those of a chain. */
        this.code = code;
    }
}
