// A small protobuf codec (proto3): messages are plain objects, described by the tables that
// scripts/generate.js writes. It knows what mayfly.v1 uses and nothing more: no groups, no fixed
// widths, no floating point.
//
// It reads strictly, because what it reads came from a socket: whatever is cut off, of the wrong
// wire type or no UTF-8 is a CodecError, never a guess.

import { isUtf8 } from 'node:buffer';

/** The bytes are not the message that they should be, or the value does not fit its field. */
export class CodecError extends Error {
    name = 'CodecError';
}

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

/** Where a varint stops fitting 32 bits, and where a JavaScript number stops being exact. */
const TWO_32 = 0x1_0000_0000;

/**
 * A message type.
 *
 * A field is `{ number, name, type, repeated, oneof }`; its type is `string`, `bytes`, `bool`,
 * `uint32`, `uint64`, `int32`, `int64`, `enum`, or another MessageType. Fields stand in ascending
 * order. A member of a oneof is undefined where it is not the one.
 */
export class MessageType {
    constructor(name, fields) {
        this.name = name;
        this.fields = fields;
        this.byNumber = new Map(fields.map((field) => [field.number, field]));
    }

    /** An object with every field at its default. */
    empty() {
        const message = {};
        for (const field of this.fields) message[field.name] = defaultOf(field);
        return message;
    }

    /**
     * The bytes of an object; what it leaves out is at its default and not written.
     *
     * @throws {CodecError} where a value does not fit its field.
     */
    encode(message) {
        const writer = new Writer();
        for (const field of this.fields) {
            const value = message[field.name];
            if (value === undefined || value === null) continue;
            if (!field.repeated) {
                writeField(writer, this, field, value, false);
            } else if (isPacked(field.type)) {
                writePacked(writer, this, field, value);
            } else {
                for (const element of value) writeField(writer, this, field, element, true);
            }
        }
        return writer.finish();
    }

    /**
     * The object that the bytes are of. Unknown fields are passed over.
     *
     * @throws {CodecError} where they are of none.
     */
    decode(bytes) {
        const message = this.empty();
        const reader = new Reader(bytes, this.name);
        while (!reader.isAtEnd) {
            const { number, wireType } = reader.tag();
            const field = this.byNumber.get(number);
            if (field === undefined) {
                reader.skip(wireType);
            } else if (!field.repeated) {
                message[field.name] = readValue(reader, field, wireType);
            } else if (wireType === DELIMITED && isPacked(field.type)) {
                const run = new Reader(reader.delimited(), this.name);
                while (!run.isAtEnd) message[field.name].push(readValue(run, field, VARINT));
            } else {
                message[field.name].push(readValue(reader, field, wireType));
            }
        }
        return message;
    }
}

function isPacked(type) {
    return type !== 'string' && type !== 'bytes' && !(type instanceof MessageType);
}

function defaultOf(field) {
    if (field.repeated) return [];
    if (field.oneof) return undefined;
    switch (field.type) {
        case 'string':
            return '';
        case 'bytes':
            return Buffer.alloc(0);
        case 'bool':
            return false;
        default:
            return field.type instanceof MessageType ? null : 0;
    }
}

// MARK: Writing

function writeField(writer, type, field, value, isElement) {
    const isDefault = !isElement && !field.oneof && value === defaultOf(field);
    switch (field.type) {
        case 'string':
            if (typeof value !== 'string') throw misfit(type, field, 'a string');
            if (isDefault) return;
            writer.tag(field.number, DELIMITED);
            writer.string(value);
            return;
        case 'bytes':
            if (!(value instanceof Uint8Array)) throw misfit(type, field, 'a Uint8Array');
            if (value.length === 0 && !isElement && !field.oneof) return;
            writer.tag(field.number, DELIMITED);
            writer.bytes(value);
            return;
        default:
            if (field.type instanceof MessageType) {
                writer.tag(field.number, DELIMITED);
                writer.bytes(field.type.encode(value));
                return;
            }
            if (isDefault) return;
            writer.tag(field.number, VARINT);
            writeNumber(writer, type, field, value);
    }
}

function writePacked(writer, type, field, values) {
    if (values.length === 0) return;
    const run = new Writer();
    for (const value of values) writeNumber(run, type, field, value);
    writer.tag(field.number, DELIMITED);
    writer.bytes(run.finish());
}

function writeNumber(writer, type, field, value) {
    if (field.type === 'bool') {
        if (typeof value !== 'boolean') throw misfit(type, field, 'a boolean');
        writer.varint(value ? 1 : 0);
        return;
    }
    if (!Number.isSafeInteger(value)) throw misfit(type, field, 'a whole number');
    const isSigned = field.type !== 'uint32' && field.type !== 'uint64';
    if (value < 0) {
        if (!isSigned) throw misfit(type, field, 'a number from 0');
        writer.negative(value);
        return;
    }
    if (field.type === 'uint32' && value >= TWO_32) throw misfit(type, field, 'a 32-bit number');
    writer.varint(value);
}

function misfit(type, field, wanted) {
    return new CodecError(`${type.name}.${field.name} takes ${wanted}`);
}

/** Bytes to be sent, in a buffer that grows. */
class Writer {
    #buffer = Buffer.allocUnsafe(256);
    #end = 0;

    finish() {
        return this.#buffer.subarray(0, this.#end);
    }

    tag(number, wireType) {
        this.varint(number * 8 + wireType);
    }

    varint(value) {
        this.#makeRoom(10);
        while (value >= 0x80) {
            this.#buffer[this.#end++] = (value % 0x80) | 0x80;
            value = Math.floor(value / 0x80);
        }
        this.#buffer[this.#end++] = value;
    }

    negative(value) {
        this.#makeRoom(10);
        let rest = BigInt.asUintN(64, BigInt(value));
        while (rest >= 0x80n) {
            this.#buffer[this.#end++] = Number(rest & 0x7fn) | 0x80;
            rest >>= 7n;
        }
        this.#buffer[this.#end++] = Number(rest);
    }

    bytes(bytes) {
        this.varint(bytes.length);
        this.#makeRoom(bytes.length);
        this.#buffer.set(bytes, this.#end);
        this.#end += bytes.length;
    }

    string(text) {
        const count = Buffer.byteLength(text);
        this.varint(count);
        this.#makeRoom(count);
        this.#end += this.#buffer.write(text, this.#end);
    }

    #makeRoom(count) {
        const needed = this.#end + count;
        if (needed <= this.#buffer.length) return;
        const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
        this.#buffer.copy(larger, 0, 0, this.#end);
        this.#buffer = larger;
    }
}

// MARK: Reading

function readValue(reader, field, wireType) {
    const isDelimited = !isPacked(field.type);
    if (wireType !== (isDelimited ? DELIMITED : VARINT)) {
        throw reader.failure(`field ${field.number} has wire type ${wireType}`);
    }
    switch (field.type) {
        case 'string': {
            const bytes = reader.delimited();
            if (!isUtf8(bytes)) throw reader.failure(`field ${field.number} is no UTF-8`);
            return bytes.toString('utf8');
        }
        case 'bytes':
            // A copy: the frame's buffer is not kept alive by a few bytes of it.
            return Buffer.from(reader.delimited());
        case 'bool':
            return reader.varint() !== 0;
        case 'uint32': {
            const value = reader.varint();
            if (value >= TWO_32) throw reader.failure(`field ${field.number} is over 32 bits`);
            return value;
        }
        case 'uint64':
            return reader.varint();
        case 'int32':
        case 'int64':
        case 'enum':
            return reader.signed();
        default:
            return field.type.decode(reader.delimited());
    }
}

class Reader {
    #place = 0;

    constructor(bytes, name) {
        this.bytes = Buffer.isBuffer(bytes)
            ? bytes
            : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        this.name = name;
    }

    get isAtEnd() {
        return this.#place === this.bytes.length;
    }

    failure(sentence) {
        return new CodecError(`${this.name}: ${sentence}`);
    }

    tag() {
        const tag = this.varint();
        const number = Math.floor(tag / 8);
        if (number === 0 || tag >= TWO_32) throw this.failure('a tag is no field');
        return { number, wireType: tag % 8 };
    }

    /** A number from 0 that JavaScript has exactly. */
    varint() {
        let value = 0;
        let scale = 1;
        for (let count = 0; count < 8; count++) {
            const byte = this.#byte();
            value += (byte & 0x7f) * scale;
            if (byte < 0x80) {
                if (!Number.isSafeInteger(value)) throw this.failure('a number is over 2^53');
                return value;
            }
            scale *= 0x80;
        }
        throw this.failure('a number is over 2^53');
    }

    signed() {
        let value = 0n;
        for (let shift = 0n; shift < 70n; shift += 7n) {
            const byte = this.#byte();
            value |= BigInt(byte & 0x7f) << shift;
            if (byte >= 0x80) continue;
            const number = Number(BigInt.asIntN(64, value));
            if (value >> 64n !== 0n || !Number.isSafeInteger(number)) break;
            return number;
        }
        throw this.failure('a number is over 2^53');
    }

    delimited() {
        const count = this.varint();
        const start = this.#place;
        if (count > this.bytes.length - start) throw this.failure('it ends inside a field');
        this.#place += count;
        return this.bytes.subarray(start, this.#place);
    }

    skip(wireType) {
        switch (wireType) {
            case VARINT:
                for (let count = 0; count < 10; count++) if (this.#byte() < 0x80) return;
                throw this.failure('a number is over 64 bits');
            case DELIMITED:
                this.delimited();
                return;
            case FIXED32:
            case FIXED64: {
                const count = wireType === FIXED32 ? 4 : 8;
                if (count > this.bytes.length - this.#place) {
                    throw this.failure('it ends inside a field');
                }
                this.#place += count;
                return;
            }
            default:
                throw this.failure(`a field has wire type ${wireType}`);
        }
    }

    #byte() {
        if (this.#place >= this.bytes.length) throw this.failure('it ends inside a field');
        return this.bytes[this.#place++];
    }
}
