import { inspect } from 'node:util';
import { workOf } from './words.js';

/**
 * A token whose signature and whole lineage were verified without asking the broker; only
 * `verifyChain` and a `Verifier` make one.
 */
export class VerifiedToken {
    #claims;
    #payload;

    constructor({ claims, payload, keyId, lineage }) {
        const { authority } = claims;
        this.#claims = claims;
        this.#payload = payload;
        /** The `jti`: 32 lower-case hexadecimal characters. */
        this.tokenId = claims.tokenId;
        /** The grant that it states: of the same form. */
        this.grantId = claims.grant;
        /** The `iss`. */
        this.issuer = claims.issuer;
        /** Whom it is for, the SPIFFE ID; null in a token by reference. */
        this.subject = authority?.subject ?? null;
        /** What it allows; empty in a token by reference. */
        this.scope = authority?.scope ?? [];
        /** Whom it is meant for; empty where it names nobody. */
        this.audience = authority?.audience ?? [];
        /** When it was issued; null in a token by reference. */
        this.issuedAt = authority === null ? null : dateOf(authority.issuedAt);
        /** When it ends if nothing ends it before. */
        this.expiresAt = dateOf(claims.expiresAt);
        /** Of the agent's key (RFC 7638, RFC 7800); null in a token by reference. */
        this.keyThumbprint = authority?.keyThumbprint ?? null;
        /**
         * From the root to the subject, each with the grant by which it holds what it holds: one
         * link for a token that was not delegated, at most six; empty in a token by reference.
         */
        this.lineage = lineage.map((link) => ({ ...link, ...workOf(link.agentId) }));
        /**
         * Worth nothing until the broker has been asked: its uses are limited, or it is a
         * reference.
         */
        this.isOnline = claims.isOnline;
        /** The `kid` of the key that signed it. */
        this.keyId = keyId;
    }

    /** Whether it stands for claims that only the broker has. */
    get isReference() {
        return this.subject === null;
    }

    /** The claims, as JSON.parse reads them. */
    claims() {
        return JSON.parse(this.#payload.toString('utf8'));
    }

    /** What is compared with a clock, as exactly as it was signed. */
    get times() {
        return this.#claims;
    }

    [inspect.custom](depth, options, inspectAgain) {
        return `VerifiedToken ${inspectAgain({ ...this }, options)}`;
    }
}

/** Seconds since the Unix epoch; a time that no Date has becomes the last one that one has. */
function dateOf(seconds) {
    return new Date(Math.min(Number(seconds) * 1000, 8.64e15));
}
