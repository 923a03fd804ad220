//! Base64 (RFC 4648), strict: every text is that of one byte string, and every byte string has one
//! text. Padding, white space, stray bits and lengths that nothing encodes to are refused.

use super::Bytes32;

const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// No digit of an alphabet.
const NONE: u8 = 0xFF;
const URL_DIGITS: [u8; 256] = digits(URL);
const STANDARD_DIGITS: [u8; 256] = digits(STANDARD);

const fn digits(alphabet: &[u8; 64]) -> [u8; 256] {
    let mut digits = [NONE; 256];
    let mut index = 0;
    while index < alphabet.len() {
        digits[alphabet[index] as usize] = index as u8;
        index += 1;
    }
    digits
}

/// Base64url without padding.
pub(crate) fn encode_url(bytes: &[u8]) -> String {
    encode(bytes, URL)
}

/// `None` where the text is not the one base64url text of some bytes.
pub(crate) fn decode_url(text: &str) -> Option<Vec<u8>> {
    decode(text.as_bytes(), &URL_DIGITS)
}

/// 32 bytes in base64url.
pub(crate) fn decode_url_32(text: &str) -> Option<Bytes32> {
    decode_url(text)?.try_into().ok()
}

/// Base64 with the padding that it needs, as PEM has it.
pub(crate) fn encode_padded(bytes: &[u8]) -> String {
    let mut text = encode(bytes, STANDARD);
    while text.len() % 4 != 0 {
        text.push('=');
    }
    text
}

/// `None` where the text is not the one padded base64 text of some bytes.
pub(crate) fn decode_padded(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if text.len() % 4 != 0 || text.len() - digits.len() > 2 {
        return None;
    }
    decode(digits.as_bytes(), &STANDARD_DIGITS)
}

fn encode(bytes: &[u8], alphabet: &[u8; 64]) -> String {
    let mut text = String::with_capacity((bytes.len() * 4 + 2) / 3);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            text.push(char::from(alphabet[(bits >> (18 - 6 * place) & 0x3F) as usize]));
        }
    }
    text
}

fn decode(text: &[u8], digits: &[u8; 256]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for group in text.chunks(4) {
        let mut bits = 0u32;
        for character in group {
            let digit = digits[usize::from(*character)];
            if digit == NONE {
                return None;
            }
            bits = bits << 6 | u32::from(digit);
        }
        bits <<= 6 * (4 - group.len());
        let count = match group.len() {
            1 => return None,
            length => length - 1,
        };
        let decoded = bits.to_be_bytes();
        if decoded[1 + count..].iter().any(|stray| *stray != 0) {
            return None;
        }
        bytes.extend_from_slice(&decoded[1..1 + count]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_string_has_one_text() {
        for text in ["QQ==", "QR", "Q Q", "Q\nQ", "Q+", "Q", "QQ\n", "QQQQQ", "\u{fc}Q"] {
            assert_eq!(decode_url(text), None, "{text:?}");
        }
        for bytes in [&b""[..], b"A", b"AB", b"ABC", b"\xff\xfe\xfd\xfc"] {
            assert_eq!(decode_url(&encode_url(bytes)).as_deref(), Some(bytes));
            assert_eq!(decode_padded(&encode_padded(bytes)).as_deref(), Some(bytes));
        }
        for text in ["QQ", "QQ=", "QQ===", "Q===", "====", "QR=="] {
            assert_eq!(decode_padded(text), None, "{text:?}");
        }
    }
}
