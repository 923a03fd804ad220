import { ClosedError, TimeoutError } from '../errors.js';
import { RevocationSet } from './set.js';
import { RevocationStream } from './stream.js';

const SILENCE_LIMIT_MILLISECONDS = 15_000;
const FIRST_PAUSE_MILLISECONDS = 50;
const LONGEST_PAUSE_MILLISECONDS = 5_000;
/** After more ends than there is room for: the broker sends all that matter again. */
const OVERFLOW_PAUSE_MILLISECONDS = 60_000;

/**
 * Follows the broker's stream of ends and remembers them, for as long as it is not closed: it
 * connects again when the stream is lost, from where it was.
 *
 * It knows until when it has heard everything. A stream that begins is behind until the broker says
 * that it is current.
 */
export class RevocationFollower {
    #openLink;
    #set;
    #position = 0;
    /** By performance.now(); −∞ where something is missing. */
    #knownUntil = -Infinity;
    #stream = null;
    #isClosed = false;
    #timer;
    /** Who waits until it has caught up. */
    #waiting = new Set();

    /**
     * Made by `Client.followRevocations`. Starts at once, and does not keep the process from
     * ending.
     *
     * @param {() => Promise<import('../connection/link.js').Link>} openLink
     * @param {object} [options]
     * @param {number} [options.capacity] 500,000: ends that are remembered, about 100 bytes each.
     *     With more, nothing counts as known until the broker has sent all that matter again.
     * @param {number} [options.retentionSeconds] 86,460: no less than the broker's longest life and
     *     a minute. Tokens that live longer are for the broker to judge.
     */
    constructor(openLink, options = {}) {
        this.#openLink = openLink;
        this.#set = new RevocationSet(options);
        this.#follow(FIRST_PAUSE_MILLISECONDS);
    }

    /** The ends that it knows of. */
    get ended() {
        return this.#set;
    }

    /** For how many seconds it may have missed something; Infinity before it has caught up. */
    get staleSeconds() {
        return (performance.now() - this.#knownUntil) / 1000;
    }

    /**
     * Waits until it has caught up.
     *
     * @param {{ timeoutMilliseconds?: number }} [options] 10,000.
     * @throws {TimeoutError} and ClosedError, where it is closed before.
     */
    async caughtUp({ timeoutMilliseconds = 10_000 } = {}) {
        if (this.#isClosed) throw new ClosedError();
        if (this.staleSeconds < Infinity) return;
        let timer;
        let settle;
        try {
            await new Promise((resolve, reject) => {
                settle = { resolve, reject };
                this.#waiting.add(settle);
                const late = new TimeoutError('the stream of ends has not caught up in time');
                timer = setTimeout(() => reject(late), timeoutMilliseconds);
            });
        } finally {
            clearTimeout(timer);
            this.#waiting.delete(settle);
        }
    }

    /** Forgets what it knows and ends. */
    close() {
        this.#isClosed = true;
        this.#knownUntil = -Infinity;
        clearTimeout(this.#timer);
        this.#stream?.close();
        this.#set.clear();
        for (const { reject } of this.#waiting) reject(new ClosedError());
    }

    async #follow(pause) {
        let next;
        try {
            next = await this.#followOnce();
        } catch {
            // Whatever it was, what is known grows old, and the next stream may do better.
            next = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS);
        }
        if (this.#isClosed) return;
        this.#timer = setTimeout(() => this.#follow(next), next);
        this.#timer.unref();
    }

    /** @returns {Promise<number>} the pause before the next stream. */
    async #followOnce() {
        const stream = new RevocationStream(
            this.#openLink, this.#position, SILENCE_LIMIT_MILLISECONDS, { isBackground: true });
        this.#stream = stream;
        let isFirst = true;
        let hasCaughtUp = false;
        try {
            for await (const batch of stream) {
                if (batch.hasGap) {
                    this.#beginAnew();
                    return FIRST_PAUSE_MILLISECONDS;
                }
                if (!this.#set.insert(batch)) {
                    this.#beginAnew();
                    return OVERFLOW_PAUSE_MILLISECONDS;
                }
                this.#position = Math.max(this.#position, batch.position);
                // A heartbeat says so as well: nothing has ended that was not told.
                hasCaughtUp ||= batch.isCurrent || (!isFirst && batch.digests.length === 0);
                if (hasCaughtUp) this.#heard();
                isFirst = false;
            }
        } catch (error) {
            // A stream that was good for something is followed by the next one soon.
            if (isFirst) throw error;
        }
        return FIRST_PAUSE_MILLISECONDS;
    }

    #heard() {
        if (this.#isClosed) return;
        this.#knownUntil = performance.now();
        for (const { resolve } of this.#waiting) resolve();
    }

    /** Something is missing: only a stream from the beginning has it. */
    #beginAnew() {
        this.#position = 0;
        this.#knownUntil = -Infinity;
        this.#set.clear();
    }
}
