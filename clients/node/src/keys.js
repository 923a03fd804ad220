// Ed25519 keys (RFC 8032), as node:crypto has them.

import {
    createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign,
} from 'node:crypto';
import { inspect } from 'node:util';
import { InvalidRequestError } from './errors.js';

/**
 * An Ed25519 key pair: an agent's own, or one that the operator registered for an app and that
 * attests its batches. Printing it does not show the private half.
 */
export class KeyPair {
    #privateKey;
    #publicKey;

    /** @param {import('node:crypto').KeyObject} privateKey */
    constructor(privateKey) {
        if (privateKey.asymmetricKeyType !== 'ed25519' || privateKey.type !== 'private') {
            throw new InvalidRequestError('an agent has an Ed25519 private key');
        }
        this.#privateKey = privateKey;
        const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
        this.#publicKey = Buffer.from(x, 'base64url');
    }

    /** A fresh one. */
    static generate() {
        return new KeyPair(generateKeyPairSync('ed25519').privateKey);
    }

    /**
     * @param {string} pem PKCS #8, unencrypted.
     * @throws {InvalidRequestError} where it is no such key.
     */
    static fromPem(pem) {
        let key;
        try {
            key = createPrivateKey({ key: pem, format: 'pem' });
        } catch {
            // Without the cause: its text may have a part of the key.
            throw new InvalidRequestError('this is no unencrypted Ed25519 key in PEM (PKCS #8)');
        }
        return new KeyPair(key);
    }

    /** The 32 bytes of the public half. */
    get publicKey() {
        return this.#publicKey;
    }

    /** The private half as PKCS #8 in PEM. Keep it out of logs and argument lists. */
    exportPem() {
        return this.#privateKey.export({ format: 'pem', type: 'pkcs8' });
    }

    /** @returns {Buffer} 64 bytes. */
    sign(message) {
        return sign(null, message, this.#privateKey);
    }

    [inspect.custom]() {
        return `KeyPair ${this.#publicKey.toString('base64url')}`;
    }
}

/**
 * A public key for `crypto.verify`.
 *
 * @param {string} x the 32 bytes in base64url.
 */
export function importPublicKey(x) {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** The RFC 7638 thumbprint of a public key in base64url: in base64url too. */
export function thumbprint(x) {
    return createHash('sha256')
        .update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`)
        .digest('base64url');
}
