// The way to one broker: a link when there is one, a new one when it is gone, and what a call does
// when it is lost in between.

import { setTimeout as pause } from 'node:timers/promises';
import {
    ClosedError, ConnectionError, OutcomeUnknownError, ProtocolError,
} from '../errors.js';
import { MAXIMUM_SENT, MAXIMUM_SENT_UNNAMED } from './frames.js';
import { CallFailure, Link } from './link.js';
import { Agents, Apps } from './methods.js';
import { Session } from './session.js';

/** A link may be found lost before anything was sent; then another is tried, a few times. */
const MAXIMUM_ATTEMPTS = 4;
const DIAL_INTERVAL_MILLISECONDS = 20;

export class Channel {
    #path;
    #identity;
    #options;
    #firstLimit;
    /** The promise of `{ link, session, limit }`; null where there is none. */
    #connecting = null;
    #isClosed = false;

    /**
     * @param {string} path of the socket.
     * @param {object | null} identity the AuthenticateRequest of every connection; null names no
     *     app.
     * @param {{ callTimeoutMilliseconds: number, connectTimeoutMilliseconds: number,
     *           brokerWaitMilliseconds: number }} options
     * @param {number} [firstLimit] on a request's frame while no app is named, in bytes.
     */
    constructor(path, identity, options, firstLimit = MAXIMUM_SENT_UNNAMED) {
        this.#path = path;
        this.#identity = identity;
        this.#options = options;
        this.#firstLimit = firstLimit;
    }

    get speaksForApp() {
        return this.#identity !== null;
    }

    async connect() {
        await this.#connected();
    }

    /** Calls under way fail, and so does every call from now on. */
    close() {
        this.#isClosed = true;
        this.#connecting?.then(({ link }) => link.close(new ClosedError()), () => {});
    }

    /**
     * Makes a call and waits for its answer.
     *
     * @param {object} method of methods.js.
     * @param {(session: Session | null) => object} makeRequest makes it anew for each connection.
     * @param {object} [options]
     * @param {boolean} [options.isRepeatable] whether to make the call again, once, where its reply
     *     was lost; else the caller is told that its outcome is unknown.
     * @param {'none' | 'any' | 'fresh'} [options.challenge] what the request needs of the session:
     *     nothing, a challenge to sign, or one asked for now.
     * @param {number} [options.timeoutMilliseconds]
     */
    async call(method, makeRequest, {
        isRepeatable = true, challenge = 'none',
        timeoutMilliseconds = this.#options.callTimeoutMilliseconds,
    } = {}) {
        let wasRepeated = false;
        for (let attempt = 1; ; attempt++) {
            const connection = await this.#connected();
            try {
                const session = await this.#session(connection, challenge, timeoutMilliseconds);
                const { link, limit } = connection;
                const request = makeRequest(session);
                return await link.call(method, request, { limit, timeoutMilliseconds });
            } catch (failure) {
                if (!(failure instanceof CallFailure)) throw failure;
                const { error, wasSent } = failure;
                const isLost = error instanceof ConnectionError;
                if (isLost && !wasSent && attempt < MAXIMUM_ATTEMPTS) continue;
                if (isLost && isRepeatable && !wasRepeated) {
                    wasRepeated = true;
                    continue;
                }
                throw wasSent && !isRepeatable ? new OutcomeUnknownError(error) : error;
            }
        }
    }

    /** A link of its own that speaks for no app: for a stream, which may be cut as a whole. */
    async separateLink() {
        if (this.#isClosed) throw new ClosedError();
        return this.#dial();
    }

    /** The link in use, or a new one; whoever comes while it is made waits for the same one. */
    async #connected() {
        if (this.#isClosed) throw new ClosedError();
        const present = this.#connecting;
        if (present !== null) {
            const connection = await present;
            if (!connection.link.isOver) return connection;
            if (this.#connecting === present) this.#connecting = null;
            return this.#connected();
        }
        const connecting = this.#open();
        this.#connecting = connecting;
        try {
            return await connecting;
        } catch (error) {
            if (this.#connecting === connecting) this.#connecting = null;
            throw error;
        }
    }

    async #open() {
        const link = await this.#dial();
        if (this.#identity === null) return { link, session: null, limit: this.#firstLimit };
        try {
            const response = await link.call(Apps.authenticate, this.#identity, {
                limit: this.#firstLimit,
                timeoutMilliseconds: this.#options.connectTimeoutMilliseconds,
            });
            return { link, session: new Session(response), limit: MAXIMUM_SENT };
        } catch (failure) {
            const error = failure instanceof CallFailure ? failure.error : failure;
            link.close(error);
            throw error;
        }
    }

    /** Dials until the broker is there or it has been waited for long enough. */
    async #dial() {
        const { connectTimeoutMilliseconds, brokerWaitMilliseconds } = this.#options;
        const start = performance.now();
        for (;;) {
            try {
                return await Link.open(this.#path, connectTimeoutMilliseconds);
            } catch (error) {
                // The broker is there, and its queue of connections is full.
                const isQueueFull = error.cause?.code === 'EAGAIN';
                const wait = isQueueFull
                    ? Math.max(brokerWaitMilliseconds, connectTimeoutMilliseconds)
                    : brokerWaitMilliseconds;
                if (performance.now() - start >= wait || this.#isClosed) throw error;
            }
            await pause(DIAL_INTERVAL_MILLISECONDS);
        }
    }

    async #session(connection, need, timeoutMilliseconds) {
        if (need === 'none' || (need === 'any' && connection.session !== null)) {
            return connection.session;
        }
        const { link, limit } = connection;
        let response;
        try {
            response = await link.call(Agents.challenge, {}, { limit, timeoutMilliseconds });
        } catch (failure) {
            // Of the call itself nothing was sent.
            if (failure instanceof CallFailure) throw new CallFailure(failure.error, false);
            throw failure;
        }
        try {
            connection.session = adopted(response, connection.session);
        } catch (error) {
            link.close(error);
            throw error;
        }
        return connection.session;
    }
}

/** A challenge stays the same, and so must the numbers of the proofs over it. */
function adopted(response, present) {
    if (present === null) return new Session(response);
    if (!present.challenge.equals(response.challenge)) {
        throw new ProtocolError("a connection's challenge changed");
    }
    present.setClock(response.nowMilliseconds);
    return present;
}
