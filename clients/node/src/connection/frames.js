// ttrpc frames: a header of ten bytes, big-endian (u32 length of the data, u32 stream, u8 type,
// u8 flags), and the data.

import { ProtocolError } from '../errors.js';

export const FrameType = Object.freeze({ REQUEST: 1, RESPONSE: 2, DATA: 3 });

/** Flags of a request whose answer is a stream, and of the last frame of a stream. */
export const REMOTE_CLOSED = 1;
/** Beside REMOTE_CLOSED: the frame carries no message. */
export const NO_DATA = 4;

/** The longest data that a broker sends, in bytes. */
export const MAXIMUM_RECEIVED = 4 * 1024 * 1024;
/** The longest data that a broker takes before Authenticate, and after, in bytes. */
export const MAXIMUM_SENT_UNNAMED = 64 * 1024;
export const MAXIMUM_SENT = 1024 * 1024;

const HEADER_SIZE = 10;
/** Pieces of one frame: each costs memory of its own. */
const MAXIMUM_CHUNKS = 1024;

/** A whole frame in one buffer. */
export function encodeFrame(stream, type, flags, data) {
    const frame = Buffer.allocUnsafe(HEADER_SIZE + data.length);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(stream, 4);
    frame[8] = type;
    frame[9] = flags;
    frame.set(data, HEADER_SIZE);
    return frame;
}

/** Cuts what a socket brings into frames. A header's fault shows before its data is there. */
export class FrameReader {
    #chunks = [];
    #count = 0;

    /**
     * Takes in what was received, and gives the frames that are complete with it.
     *
     * @param {Buffer} chunk
     * @returns {Generator<{ stream: number, type: number, flags: number, data: Buffer }>}
     * @throws {ProtocolError} where a header is not one that a broker sends.
     */
    *take(chunk) {
        this.#chunks.push(chunk);
        this.#count += chunk.length;
        if (this.#chunks.length > MAXIMUM_CHUNKS) this.#chunks = [Buffer.concat(this.#chunks)];
        while (this.#count >= HEADER_SIZE) {
            const header = this.#front(HEADER_SIZE);
            const length = header.readUInt32BE(0);
            const stream = header.readUInt32BE(4);
            const [type, flags] = [header[8], header[9]];
            checkHeader(length, stream, type, flags);
            if (this.#count < HEADER_SIZE + length) return;
            const frame = this.#front(HEADER_SIZE + length);
            this.#drop(HEADER_SIZE + length);
            yield { stream, type, flags, data: frame.subarray(HEADER_SIZE, HEADER_SIZE + length) };
        }
    }

    /** The first bytes in one piece. Pieces are joined only when there are enough of them. */
    #front(count) {
        if (this.#chunks[0].length < count) this.#chunks = [Buffer.concat(this.#chunks)];
        return this.#chunks[0];
    }

    #drop(count) {
        this.#count -= count;
        const rest = this.#chunks[0].subarray(count);
        if (rest.length === 0) this.#chunks.shift();
        else this.#chunks[0] = rest;
    }
}

function checkHeader(length, stream, type, flags) {
    if (length > MAXIMUM_RECEIVED) {
        throw new ProtocolError(`a frame of ${length} bytes is over ${MAXIMUM_RECEIVED}`);
    }
    if (type !== FrameType.RESPONSE && type !== FrameType.DATA) {
        throw new ProtocolError(`a frame of type ${type} is not expected here`);
    }
    if (stream % 2 === 0) throw new ProtocolError(`stream ${stream} is no call of a client`);
    const isAllowed =
        flags === 0 ||
        (type === FrameType.DATA &&
            (flags === REMOTE_CLOSED || (flags === (REMOTE_CLOSED | NO_DATA) && length === 0)));
    if (!isAllowed) throw new ProtocolError(`a frame has the flags ${flags}`);
}
