package chain

import "encoding/base64"

// strictBase64URL refuses padding and stray bits behind the last byte. It would skip line ends, so
// that DecodeBase64URL looks for those first.
var strictBase64URL = base64.RawURLEncoding.Strict()

// EncodeBase64URL is base64url without padding (RFC 4648, section 5).
func EncodeBase64URL(bytes []byte) string { return base64.RawURLEncoding.EncodeToString(bytes) }

// DecodeBase64URL decodes the one text that some bytes have, and no other.
func DecodeBase64URL(text string) ([]byte, bool) {
	for index := 0; index < len(text); index++ {
		if text[index] == '\n' || text[index] == '\r' {
			return nil, false
		}
	}
	bytes, err := strictBase64URL.DecodeString(text)
	return bytes, err == nil
}

// decode32 decodes 32 bytes: a key, a digest or a challenge.
func decode32(text string) (value [32]byte, ok bool) {
	bytes, ok := DecodeBase64URL(text)
	if !ok || len(bytes) != len(value) {
		return value, false
	}
	copy(value[:], bytes)
	return value, true
}
