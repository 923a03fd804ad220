// What the proofs of one connection are over, and the broker's clock. Dies with the connection.

import { createHash } from 'node:crypto';
import { ProtocolError } from '../errors.js';

const CHALLENGE_SIZE = 32;

export class Session {
    #issuerDigest;
    #proofSequence = 0;
    #clockOffset = 0;

    /** @param {{ challenge: Buffer, issuer: string, nowMilliseconds: number }} response */
    constructor({ challenge, issuer, nowMilliseconds }) {
        if (challenge.length !== CHALLENGE_SIZE) {
            throw new ProtocolError(`a challenge is 32 bytes, not ${challenge.length}`);
        }
        this.challenge = challenge;
        this.issuer = issuer;
        this.#issuerDigest = sha256(issuer);
        this.setClock(nowMilliseconds);
    }

    setClock(nowMilliseconds) {
        this.#clockOffset = nowMilliseconds - performance.now();
    }

    /** The broker's clock, as far as can be told from when it last said: seconds, rounded down. */
    get brokerSeconds() {
        return Math.floor((performance.now() + this.#clockOffset) / 1000);
    }

    /** Each number once, from 1. */
    nextProofSequence() {
        return ++this.#proofSequence;
    }

    /**
     * The signature over `body`, which holds the same sequence number.
     *
     * @param {'spawn' | 'spawn-batch' | 'register' | 'renew'} purpose
     */
    proof(purpose, sequence, body, key) {
        return key.sign(proofMessage(purpose, this.#issuerDigest, this.challenge, sequence, body));
    }
}

/** What a proof signs (proto/PROTOCOL.md, "What is signed"). */
export function proofMessage(purpose, issuerDigest, challenge, sequence, body) {
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(BigInt(sequence));
    return Buffer.concat([
        Buffer.from(`mayfly/v1/${purpose}\0`), issuerDigest, challenge, number, sha256(body),
    ]);
}

function sha256(bytes) {
    return createHash('sha256').update(bytes).digest();
}
