import { KeyUse } from '../generated/messages.js';
import { InvalidRequestError } from './errors.js';
import { importPublicKey, thumbprint } from './keys.js';
import { decodeBase64url } from './verification/base64url.js';

const KEY_SIZE = 32;

/** The public keys of a broker that sign tokens, with which they are verified without asking it. */
export class BrokerKeys {
    #byHeader = new Map();

    /**
     * @param {string} issuer the `iss` of every token.
     * @param {Iterable<Uint8Array>} publicKeys Ed25519, 32 bytes each.
     * @throws {InvalidRequestError} where one is no key.
     */
    constructor(issuer, publicKeys) {
        /** The `iss` of every token. */
        this.issuer = issuer;
        for (const bytes of publicKeys) {
            if (bytes.length !== KEY_SIZE) throw new InvalidRequestError('a key is 32 bytes');
            const x = Buffer.from(bytes).toString('base64url');
            const keyId = thumbprint(x);
            const header = `{"alg":"EdDSA","typ":"JWT","kid":"${keyId}"}`;
            this.#byHeader.set(Buffer.from(header).toString('base64url'), {
                keyId,
                keyObject: importPublicKey(x),
            });
        }
    }

    /**
     * Reads a file: what `mayfly keys --json` wrote, or a JWKS (RFC 7517, RFC 8037).
     *
     * @param {string} text
     * @param {{ issuer?: string }} [options] a JWKS does not name its issuer.
     * @throws {InvalidRequestError} where there is no key or no issuer in it.
     */
    static fromJson(text, { issuer } = {}) {
        let document;
        try {
            document = JSON.parse(text);
        } catch (cause) {
            throw new InvalidRequestError('the keys are not JSON', { cause });
        }
        const found = (Array.isArray(document?.keys) ? document.keys : [])
            .filter((key) => key?.use === 'token' || (key?.kty === 'OKP' && key?.crv === 'Ed25519'))
            .map((key) => decodeBase64url(String(key.public_key ?? key.x)));
        const named = issuer ?? document?.issuer;
        if (found.length === 0 || found.includes(null)) {
            throw new InvalidRequestError('there are no Ed25519 keys for tokens in this');
        }
        if (typeof named !== 'string') throw new InvalidRequestError('the keys need an issuer');
        return new BrokerKeys(named, found);
    }

    /** Of a GetKeysResponse. */
    static fromMessage({ issuer, keys }) {
        const forTokens = keys.filter((key) => key.use === KeyUse.TOKEN);
        return new BrokerKeys(issuer, forTokens.map((key) => key.publicKey));
    }

    /** The `kid` of each key. */
    get keyIds() {
        return [...this.#byHeader.values()].map((key) => key.keyId);
    }

    /** The key whose header a token has; undefined where it is none of these. */
    signerOf(header) {
        return this.#byHeader.get(header);
    }
}
