// JSON (RFC 8259) as the broker writes it. What programs read in different ways is refused: names
// given twice, white space, escapes, invalid UTF-8, control characters, trailing bytes and commas.

import { isUtf8 } from 'node:buffer';

/** The longest text that is looked at, in bytes. */
const MAXIMUM_COUNT = 1024 * 1024;
/** Objects and arrays within each other, the outermost counted. */
const MAXIMUM_DEPTH = 8;
/** Of one object. */
const MAXIMUM_MEMBERS = 64;

const TEXT = /"([^"\\\u0000-\u001f]*)"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const WORDS = new Map([['true', true], ['false', false], ['null', null]]);

const WHOLE_NUMBER = /^(?:0|[1-9][0-9]{0,19})$/;
const MAXIMUM_WHOLE_NUMBER = 0xffff_ffff_ffff_ffffn;

/** A number as written: it never passes through a floating point. */
export class NumberText {
    constructor(text) {
        this.text = text;
    }
}

/**
 * Reads a text: objects become a Map, numbers a NumberText, the rest what it is in JavaScript.
 *
 * @param {Uint8Array} bytes
 * @returns undefined where the bytes are not one such text from the first to the last.
 */
export function readJson(bytes) {
    if (bytes.length > MAXIMUM_COUNT || !isUtf8(bytes)) return undefined;
    const reader = new Reader(Buffer.from(bytes).toString('utf8'));
    const value = reader.value(1);
    return reader.isAtEnd ? value : undefined;
}

/**
 * A whole number from 0 to 2^64 − 1, written without fraction or exponent.
 *
 * @returns {number | bigint | null} a bigint where a number would not be exact: both compare; null
 *     for anything else.
 */
export function wholeNumber(value) {
    return value instanceof NumberText ? parseWholeNumber(value.text) : null;
}

/** As `wholeNumber`, of a text. */
export function parseWholeNumber(text) {
    if (!WHOLE_NUMBER.test(text)) return null;
    if (text.length <= 15) return Number(text);
    const number = BigInt(text);
    return number <= MAXIMUM_WHOLE_NUMBER ? number : null;
}

/** Each method gives undefined for what is malformed, and leaves no end to be at. */
class Reader {
    #text;
    #place = 0;

    constructor(text) {
        this.#text = text;
    }

    get isAtEnd() {
        return this.#place === this.#text.length;
    }

    value(depth) {
        switch (this.#text[this.#place]) {
            case '{':
                return this.#members(depth);
            case '[':
                return this.#elements(depth);
            case '"':
                return this.#match(TEXT)?.[1];
            case 't':
            case 'f':
            case 'n':
                return WORDS.get(this.#match(WORD)?.[0]);
            default: {
                const number = this.#match(NUMBER);
                return number && new NumberText(number[0]);
            }
        }
    }

    #members(depth) {
        const members = new Map();
        return this.#items('}', depth, () => {
            const name = this.#match(TEXT)?.[1];
            if (name === undefined || members.has(name) || members.size === MAXIMUM_MEMBERS) {
                return false;
            }
            if (!this.#skip(':')) return false;
            const value = this.value(depth + 1);
            members.set(name, value);
            return value !== undefined;
        }) ? members : undefined;
    }

    #elements(depth) {
        const elements = [];
        return this.#items(']', depth, () => {
            const value = this.value(depth + 1);
            elements.push(value);
            return value !== undefined;
        }) ? elements : undefined;
    }

    /** What objects and arrays have in common: a first and a last bracket, commas in between. */
    #items(last, depth, readItem) {
        if (depth > MAXIMUM_DEPTH) return this.#fail();
        this.#place += 1;
        if (this.#skip(last)) return true;
        do {
            if (!readItem()) return this.#fail();
        } while (this.#skip(','));
        return this.#skip(last) || this.#fail();
    }

    #match(pattern) {
        pattern.lastIndex = this.#place;
        const match = pattern.exec(this.#text);
        if (match === null) {
            this.#fail();
            return undefined;
        }
        this.#place = pattern.lastIndex;
        return match;
    }

    #skip(character) {
        if (this.#text[this.#place] !== character) return false;
        this.#place += 1;
        return true;
    }

    #fail() {
        this.#place = -1;
        return false;
    }
}
