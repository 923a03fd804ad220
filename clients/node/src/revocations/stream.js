import { CallFailure } from '../connection/link.js';
import { MAXIMUM_SENT_UNNAMED } from '../connection/frames.js';
import { Trust } from '../connection/methods.js';
import { ClosedError, ConnectionError, MayflyError, ProtocolError } from '../errors.js';

/** What may wait to be taken: 2 MiB of digests, and as many heartbeats as come in hours. */
const MAXIMUM_DIGESTS = 65_536;
const MAXIMUM_BATCHES = 4_096;
const DIGEST_SIZE = 32;

/**
 * Every end before expiry, batch by batch, for one consumer: iterate it with `for await`.
 *
 * It has a connection of its own, which ends with the iteration, or with `close()`. It does not end
 * by itself: it throws. A consumer that is too slow is told so with the code EVENTS_LOST instead of
 * using memory without end; it goes on with a new stream from the last position that it handled.
 */
export class RevocationStream {
    #openLink;
    #afterPosition;
    #silenceLimitMilliseconds;
    #isBackground;
    #link = null;
    #batches = [];
    #digestCount = 0;
    #end = null;
    #wake = () => {};

    /** Made by `Client.watchRevocations`. */
    constructor(openLink, afterPosition, silenceLimitMilliseconds, { isBackground = false } = {}) {
        this.#openLink = openLink;
        this.#afterPosition = afterPosition;
        this.#silenceLimitMilliseconds = silenceLimitMilliseconds;
        this.#isBackground = isBackground;
    }

    /** Ends the stream: whoever iterates it gets a ClosedError. */
    close() {
        this.#finish(new ClosedError());
    }

    /**
     * @returns {AsyncGenerator<RevocationBatch>}
     *
     * @typedef {object} RevocationBatch
     * @property {number} position of its last digest: where a stream goes on behind it.
     * @property {Buffer[]} digests what ended, 32 bytes each; none in a heartbeat.
     * @property {Date} firstIssueAt tokens issued before this are dead.
     * @property {boolean} hasGap ends before this batch were lost to this stream.
     * @property {boolean} isCurrent every end from before the stream was asked for has come.
     */
    async *[Symbol.asyncIterator]() {
        try {
            await this.#open();
            for (;;) {
                const batch = this.#batches.shift();
                if (batch !== undefined) {
                    this.#digestCount -= batch.digests.length;
                    yield batch;
                } else if (this.#end !== null) {
                    throw this.#end;
                } else {
                    await new Promise((resolve) => (this.#wake = resolve));
                }
            }
        } finally {
            this.close();
        }
    }

    async #open() {
        const link = await this.#openLink();
        this.#link = link;
        if (this.#end !== null) return link.close(this.#end);
        link.stream(Trust.watchRevocations, { afterPosition: this.#afterPosition }, {
            limit: MAXIMUM_SENT_UNNAMED,
            timeoutMilliseconds: this.#silenceLimitMilliseconds,
            isBackground: this.#isBackground,
        }, (message) => this.#take(message)).then(
            () => this.#finish(new ConnectionError('the broker ended the stream')),
            (failure) => this.#finish(failure instanceof CallFailure ? failure.error : failure));
    }

    #take({ position, digests, firstIssueAt, gap, current }) {
        if (digests.some((digest) => digest.length !== DIGEST_SIZE)) {
            throw new ProtocolError('a digest is 32 bytes');
        }
        if (this.#end !== null) return;
        this.#digestCount += digests.length;
        if (this.#digestCount > MAXIMUM_DIGESTS || this.#batches.length === MAXIMUM_BATCHES) {
            this.#finish(new MayflyError('EVENTS_LOST', 'batches were not taken fast enough'));
            return;
        }
        this.#batches.push({
            position,
            digests,
            firstIssueAt: new Date(firstIssueAt * 1000),
            hasGap: gap,
            isCurrent: current,
        });
        this.#wake();
    }

    /** Nothing more comes; what is there is still given out. */
    #finish(end) {
        this.#end ??= end;
        this.#link?.close(this.#end);
        this.#wake();
    }
}
