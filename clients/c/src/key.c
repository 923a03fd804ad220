#include <stdlib.h>

#include "agents.h"

/* PKCS #8 of an Ed25519 key (RFC 8410): this, and the seed. */
static const uint8_t PKCS8[] = {
    0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
};
static const char BEGIN[] = "-----BEGIN PRIVATE KEY-----";
static const char END[] = "-----END PRIVATE KEY-----";

mayfly_key *mayfly_key_from_seed(const uint8_t seed[MAYFLY_SEED_COUNT]) {
    mayfly_key *key = sodium_init() < 0 ? NULL : calloc(1, sizeof *key);
    if (key != NULL) crypto_sign_seed_keypair(key->public_bytes, key->secret, seed);
    return key;
}

mayfly_key *mayfly_key_new(void) {
    if (sodium_init() < 0) return NULL;
    uint8_t seed[MAYFLY_SEED_COUNT];
    randombytes_buf(seed, sizeof seed);
    mayfly_key *key = mayfly_key_from_seed(seed);
    sodium_memzero(seed, sizeof seed);
    return key;
}

mayfly_key *mayfly_key_from_pem(const char *text, size_t count) {
    const char *begin = memmem(text, count, BEGIN, sizeof BEGIN - 1);
    if (begin == NULL) return NULL;
    begin += sizeof BEGIN - 1;
    size_t rest = count - (size_t)(begin - text);
    const char *end = memmem(begin, rest, END, sizeof END - 1);
    uint8_t bytes[sizeof PKCS8 + MAYFLY_SEED_COUNT];
    size_t length = 0;
    bool is_key =
        end != NULL &&
        sodium_base642bin(bytes, sizeof bytes, begin, (size_t)(end - begin), " \r\n", &length, NULL,
                          sodium_base64_VARIANT_ORIGINAL) == 0 &&
        length == sizeof bytes && memcmp(bytes, PKCS8, sizeof PKCS8) == 0;
    mayfly_key *key = is_key ? mayfly_key_from_seed(bytes + sizeof PKCS8) : NULL;
    sodium_memzero(bytes, sizeof bytes);
    return key;
}

void mayfly_key_free(mayfly_key *key) {
    if (key == NULL) return;
    sodium_memzero(key, sizeof *key);
    free(key);
}

const uint8_t *mayfly_key_public(const mayfly_key *key) { return key->public_bytes; }

void mf_prove(
    const mayfly_key *key, const char *purpose, const uint8_t issuer_digest[32],
    const uint8_t challenge[32], uint64_t sequence, const uint8_t *body, size_t count,
    uint8_t proof[MF_PROOF_COUNT]) {
    uint8_t message[160];
    static const char CONTEXT[] = "mayfly/v1/";
    size_t length = sizeof CONTEXT - 1;
    memcpy(message, CONTEXT, length);
    /* With its zero. No purpose is longer than "spawn-batch". */
    size_t purpose_count = strlen(purpose) + 1;
    memcpy(message + length, purpose, purpose_count);
    length += purpose_count;
    memcpy(message + length, issuer_digest, 32);
    memcpy(message + length + 32, challenge, 32);
    length += 64;
    for (int index = 0; index < 8; index++) {
        message[length++] = (uint8_t)(sequence >> (56 - 8 * index));
    }
    crypto_hash_sha256(message + length, body, count);
    length += 32;
    crypto_sign_detached(proof, NULL, message, length, key->secret);
}
