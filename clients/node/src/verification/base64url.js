// Base64url, strictly: no padding, no other alphabet, no stray bits at the end, so that bytes have
// one text.

const ALPHABET = /^[A-Za-z0-9_-]*$/;
/** The last character has 4 bits too many where two are left over, 2 where three are. */
const WITHOUT_FOUR_BITS = new Set('AQgw');
const WITHOUT_TWO_BITS = new Set('AEIMQUYcgkosw048');

/** @returns {boolean} whether the text is that of some bytes. */
export function isBase64url(text) {
    if (!ALPHABET.test(text)) return false;
    const last = text[text.length - 1];
    switch (text.length % 4) {
        case 1:
            return false;
        case 2:
            return WITHOUT_FOUR_BITS.has(last);
        case 3:
            return WITHOUT_TWO_BITS.has(last);
        default:
            return true;
    }
}

/** @returns {Buffer | null} null where the text is that of no bytes. */
export function decodeBase64url(text) {
    return isBase64url(text) ? Buffer.from(text, 'base64url') : null;
}
