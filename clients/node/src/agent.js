import { inspect } from 'node:util';
import { holdingOf } from './delegation/holding.js';

/** What the broker issued: a token, and what it is of. Printing it does not show the token. */
export class IssuedToken {
    #token;

    /** @param {{ agentId: string, token: string, grantId: string, expiresAt: number }} answer */
    constructor({ agentId, token, grantId, expiresAt }) {
        this.#token = token;
        /** Whom it is for: a SPIFFE ID. */
        this.agentId = agentId;
        /** 32 lower-case hexadecimal characters, stable over renewals. */
        this.grantId = grantId;
        /** When it ends if nothing ends it before. */
        this.expiresAt = new Date(expiresAt * 1000);
    }

    /** A compact JWS of at most 16 KiB. Whoever has it may use it: keep it out of logs. */
    get token() {
        return this.#token;
    }

    /** The value of an `Authorization` header that presents it (RFC 6750, section 2.1). */
    get bearerHeader() {
        return `Bearer ${this.#token}`;
    }
}

/**
 * One agent as its holder has it: an identity, a token, and the key behind both. `Client.spawn`,
 * `Client.register`, `Client.adopt` and `agentFromEnvironment` make one. Printing it shows neither
 * token nor key.
 */
export class Agent {
    #client;
    #issued;
    #key;

    constructor(client, issued, key, scope = holdingOf(issued.token)?.scope ?? []) {
        this.#client = client;
        this.#issued = issued;
        this.#key = key;
        /** The SPIFFE ID `spiffe://{trust domain}/agent/{orchestration}/{task}/{instance}`. */
        this.id = issued.agentId;
        /** What it may do; empty where only the broker knows. */
        this.scope = scope;
    }

    /** The client that it asks through. */
    get client() {
        return this.#client;
    }

    /** The current token: renewal replaces it. */
    get token() {
        return this.#issued.token;
    }

    /** The value of an `Authorization` header that presents the token. */
    get bearerHeader() {
        return this.#issued.bearerHeader;
    }

    /** 32 lower-case hexadecimal characters, stable over renewals. */
    get grantId() {
        return this.#issued.grantId;
    }

    /** When the token ends if nothing ends it before. */
    get expiresAt() {
        return this.#issued.expiresAt;
    }

    /** The agent's own key, which its token names. */
    get key() {
        return this.#key;
    }

    /**
     * Gives the grant a new token, which takes the old one's place here; the old one is dead.
     *
     * @param {object} [options] as `Client.renew`.
     * @returns {Promise<this>}
     */
    async renew(options = {}) {
        this.#issued = await this.#client.renew(this, options);
        if (options.scope) this.scope = options.scope;
        return this;
    }

    /**
     * Delegates a part of what it holds to another live agent.
     *
     * @param {object} terms as `Client.delegate`.
     * @returns {Promise<IssuedToken>} for the other agent, worth nothing without its key.
     */
    delegate(terms) {
        return this.#client.delegate(this, terms);
    }

    /** Says that it is alive, and what it is doing: as `Client.heartbeat`. */
    heartbeat(state) {
        return this.#client.heartbeat(this.token, state);
    }

    /**
     * Ends the grant and all that hangs on it.
     *
     * @returns {Promise<boolean>} false where it was not live any more.
     */
    release() {
        return this.#client.release(this.token);
    }

    [inspect.custom](depth, options, inspectAgain) {
        const { id, grantId, scope, expiresAt } = this;
        return `Agent ${inspectAgain({ id, grantId, scope, expiresAt }, options)}`;
    }
}

// Where the language has `await using`, an agent is released at the end of its block.
if (Symbol.asyncDispose !== undefined) {
    Object.defineProperty(Agent.prototype, Symbol.asyncDispose, {
        async value() {
            await this.release();
        },
    });
}
