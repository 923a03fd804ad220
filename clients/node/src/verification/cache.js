/**
 * Tokens that were verified, by their signature's text: the whole token is compared, so that
 * nothing else is ever taken for one. Bounded: in two generations, of which the older is forgotten
 * as a whole.
 */
export class TokenCache {
    #young = new Map();
    #old = new Map();

    /** @param {number} capacity */
    constructor(capacity) {
        this.generation = Math.max(1, Math.floor(capacity / 2));
    }

    get size() {
        return this.#young.size + this.#old.size;
    }

    /** What was kept for exactly this token; undefined where nothing was. */
    get(token) {
        const key = signatureOf(token);
        const young = this.#young.get(key);
        if (young !== undefined) return young.token === token ? young : undefined;
        const old = this.#old.get(key);
        if (old === undefined || old.token !== token) return undefined;
        this.#old.delete(key);
        this.#keep(key, old);
        return old;
    }

    /** @param {{ token: string }} entry */
    add(entry) {
        this.#keep(signatureOf(entry.token), entry);
    }

    clear() {
        this.#young.clear();
        this.#old.clear();
    }

    #keep(key, entry) {
        if (this.#young.size >= this.generation) {
            this.#old = this.#young;
            this.#young = new Map();
        }
        this.#young.set(key, entry);
    }
}

/** 64 bytes in base64url at the end of a token. */
function signatureOf(token) {
    return token.slice(-86);
}
