#include "texts.h"

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* One more than the value, so that what is not named has 0. */
static const uint8_t VALUES[256] = {
    ['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8,
    ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['-'] = 63, ['_'] = 64,
};

bool mf_base64url_decode(mayfly_text text, uint8_t *out) {
    if (text.count % 4 == 1) return false;
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t index = 0; index < text.count; index++) {
        unsigned value = VALUES[(uint8_t)text.bytes[index]];
        if (value == 0) return false;
        bits = bits << 6 | (value - 1);
        count += 6;
        if (count >= 8) {
            count -= 8;
            if (out != NULL) *out++ = (uint8_t)(bits >> count);
        }
    }
    return (bits & ((1u << count) - 1)) == 0;
}

void mf_base64url_encode(const uint8_t *bytes, size_t count, char *out) {
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t index = 0; index < count; index++) {
        bits = bits << 8 | bytes[index];
        have += 8;
        while (have >= 6) {
            have -= 6;
            *out++ = ALPHABET[bits >> have & 63];
        }
    }
    if (have > 0) *out = ALPHABET[bits << (6 - have) & 63];
}

bool mf_base64url_digest(mayfly_text text, uint8_t digest[32]) {
    return text.count == 43 && mf_base64url_decode(text, digest);
}
