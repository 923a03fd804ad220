// One connection to a broker, shared by any number of calls. The first failure ends the link and
// every call on it.

import { connect } from 'node:net';
import { Envelope, ReplyEnvelope } from '../../generated/messages.js';
import { ConnectionError, InvalidRequestError, ProtocolError, TimeoutError } from '../errors.js';
import { CodecError } from '../protobuf/codec.js';
import { encodeFrame, FrameReader, FrameType, NO_DATA, REMOTE_CLOSED } from './frames.js';
import { refusalOf } from './status.js';

/** Calls given up and not answered since: a broker that leaves so many has stopped answering. */
const MAXIMUM_ABANDONED = 4096;
/** Of requests that the broker has not read, when one of them runs out of time. */
const MAXIMUM_UNSENT = 8 * 1024 * 1024;
const LAST_STREAM = 0xffff_fffd;

/** How a call failed on its link: `wasSent` says whether the broker can have received it. */
export class CallFailure extends Error {
    constructor(error, wasSent) {
        super(error.message);
        this.error = error;
        this.wasSent = wasSent;
    }
}

export class Link {
    /** Why it is over; null while it is not. */
    failure = null;

    #socket;
    #frames = new FrameReader();
    #calls = new Map();
    #abandoned = new Set();
    #nextStream = 1;
    /** Calls that keep the process from ending: a link without any does not. */
    #holds = 0;

    /**
     * @param {string} path of a Unix socket.
     * @param {number} timeoutMilliseconds
     * @returns {Promise<Link>}
     * @throws {ConnectionError} with the system's error as its cause.
     */
    static open(path, timeoutMilliseconds) {
        return new Promise((resolve, reject) => {
            const socket = connect({ path });
            const timer = setTimeout(
                () => socket.destroy(new Error('no connection in time')), timeoutMilliseconds);
            const failed = (cause) => {
                clearTimeout(timer);
                const message = `no broker can be reached at ${path}: ${cause.message}`;
                reject(new ConnectionError(message, { cause }));
            };
            socket.once('error', failed);
            socket.once('connect', () => {
                clearTimeout(timer);
                socket.off('error', failed);
                resolve(new Link(socket));
            });
        });
    }

    constructor(socket) {
        this.#socket = socket;
        socket.on('data', (chunk) => this.#receive(chunk));
        socket.on('error', (cause) => this.close(lost(cause.message, cause)));
        socket.on('close', () => this.close(lost('the broker closed it')));
        socket.unref();
    }

    get isOver() {
        return this.failure !== null;
    }

    /** Ends the link; calls without an answer fail with `error`. */
    close(error) {
        if (this.failure !== null) return;
        this.failure = error;
        this.#socket.destroy();
        for (const call of [...this.#calls.values()]) {
            this.#end(call);
            call.reject(new CallFailure(error, true));
        }
    }

    /**
     * Makes a call and waits for its answer.
     *
     * @param {{ service: string, name: string, request: object, response: object }} method
     * @param {object} message the request.
     * @param {{ limit: number, timeoutMilliseconds: number }} options `limit` on the frame's data.
     * @returns {Promise<object>} the response.
     * @throws {CallFailure} or RefusedError.
     */
    call(method, message, { limit, timeoutMilliseconds }) {
        return new Promise((resolve, reject) => {
            this.#start(method, message, { limit, timeoutMilliseconds, flags: 0 }, {
                finish: (payload) => resolve(method.response.decode(payload)),
                reject,
            });
        });
    }

    /**
     * Makes a call whose answer is a stream.
     *
     * @param {{ limit: number, timeoutMilliseconds: number, isBackground?: boolean }} options
     *     the timeout is of its silence; in the background it does not keep the process from
     *     ending.
     * @param {(message: object) => void} take each message. Must be short.
     * @returns {Promise<void>} settled with the stream's end.
     */
    stream(method, message, { limit, timeoutMilliseconds, isBackground = false }, take) {
        return new Promise((resolve, reject) => {
            this.#start(method, message, { limit, timeoutMilliseconds, flags: REMOTE_CLOSED }, {
                take: (data) => take(method.response.decode(data)),
                finish: () => resolve(),
                reject,
                isBackground,
            });
        });
    }

    #start(method, message, { limit, timeoutMilliseconds, flags }, call) {
        let data;
        try {
            data = Envelope.encode({
                service: method.service,
                method: method.name,
                payload: method.request.encode(message),
                timeoutNano: Math.round(timeoutMilliseconds * 1e6),
            });
        } catch (cause) {
            const error = new InvalidRequestError(cause.message, { cause });
            return call.reject(new CallFailure(error, false));
        }
        if (data.length > limit) {
            const sentence = `the request has ${data.length} bytes, at most ${limit} fit`;
            return call.reject(new CallFailure(new InvalidRequestError(sentence), false));
        }
        if (this.isOver) return call.reject(new CallFailure(this.failure, false));
        const stream = this.#nextStream;
        this.#nextStream += 2;
        call.stream = stream;
        call.timer = setTimeout(() => this.#expire(call), timeoutMilliseconds);
        if (call.isBackground) call.timer.unref();
        else if (this.#holds++ === 0) this.#socket.ref();
        this.#calls.set(stream, call);
        this.#socket.write(encodeFrame(stream, FrameType.REQUEST, flags, data));
        // Stream ids are never used again: the next call finds another link.
        if (this.#nextStream > LAST_STREAM) this.close(lost('its stream ids are used up'));
    }

    #end(call) {
        this.#calls.delete(call.stream);
        clearTimeout(call.timer);
        if (!call.isBackground && --this.#holds === 0) this.#socket.unref();
    }

    #expire(call) {
        this.#end(call);
        // An answer that comes late is told from one that nobody asked for.
        this.#abandoned.add(call.stream);
        call.reject(new CallFailure(new TimeoutError(), true));
        const isStuck =
            this.#abandoned.size > MAXIMUM_ABANDONED ||
            this.#socket.writableLength > MAXIMUM_UNSENT;
        if (isStuck) this.close(lost('the broker has stopped answering'));
    }

    #receive(chunk) {
        try {
            for (const frame of this.#frames.take(chunk)) {
                if (this.isOver) return;
                if (frame.type === FrameType.RESPONSE) this.#answer(frame);
                else this.#message(frame);
            }
        } catch (error) {
            this.close(error instanceof CodecError ? violation(error) : error);
        }
    }

    #answer({ stream, data }) {
        const call = this.#calls.get(stream);
        if (call === undefined) {
            if (this.#abandoned.delete(stream)) return;
            throw new ProtocolError(`an answer came on stream ${stream}, where no call waits`);
        }
        const { status, payload } = ReplyEnvelope.decode(data);
        // Decoded before the call is over, so that a violation fails this call as well.
        const refusal = status === null || status.code === 0 ? null : refusalOf(status);
        if (refusal === null) call.finish(payload);
        this.#end(call);
        if (refusal !== null) call.reject(refusal);
    }

    #message({ stream, flags, data }) {
        const call = this.#calls.get(stream);
        if (call?.take === undefined) {
            if (this.#abandoned.has(stream)) return;
            throw new ProtocolError(`a message came on stream ${stream}, where no stream is open`);
        }
        call.timer.refresh();
        if ((flags & NO_DATA) === 0) call.take(data);
        if ((flags & REMOTE_CLOSED) !== 0) {
            this.#end(call);
            call.finish();
        }
    }
}

function lost(sentence, cause) {
    return new ConnectionError(`the connection was lost: ${sentence}`, { cause });
}

function violation(cause) {
    return new ProtocolError(`the answer cannot be read: ${cause.message}`, { cause });
}
