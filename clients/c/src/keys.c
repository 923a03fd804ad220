/* The broker's public keys. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "call.h"
#include "chain.h"

void mf_thumbprint(const uint8_t key[32], char thumbprint[43]) {
    static const char BEFORE[] = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"";
    char x[43];
    uint8_t digest[32];
    crypto_hash_sha256_state state;
    mf_base64url_encode(key, 32, x);
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t *)BEFORE, sizeof BEFORE - 1);
    crypto_hash_sha256_update(&state, (const uint8_t *)x, sizeof x);
    crypto_hash_sha256_update(&state, (const uint8_t *)"\"}", 2);
    crypto_hash_sha256_final(&state, digest);
    mf_base64url_encode(digest, 32, thumbprint);
}

bool mf_keys_add(mayfly_keys *keys, const uint8_t key[32]) {
    if (keys->count == MF_KEYS_MAXIMUM) return false;
    mf_known_key *known = &keys->keys[keys->count++];
    memcpy(known->key, key, 32);
    char thumbprint[43];
    mf_thumbprint(key, thumbprint);
    char header[96];
    int count = snprintf(
        header, sizeof header, "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"%.43s\"}", thumbprint);
    mf_base64url_encode((const uint8_t *)header, (size_t)count, known->header);
    known->header_count = MF_BASE64URL_COUNT((size_t)count);
    return true;
}

static mayfly_keys *new_keys(mayfly_text issuer) {
    mayfly_keys *keys = sodium_init() < 0 ? NULL : calloc(1, sizeof *keys);
    if (keys == NULL || issuer.count >= sizeof keys->issuer) {
        free(keys);
        return NULL;
    }
    if (issuer.count > 0) memcpy(keys->issuer, issuer.bytes, issuer.count);
    return keys;
}

mayfly_keys *mayfly_keys_fetch(mayfly_client *client, mayfly_error *error) {
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    mayfly_keys *keys = NULL;
    const Mayfly__V1__GetKeysResponse *answer = NULL;
    if (mf_call(client, &mf_get_keys, mf_build_empty, NULL, &arena, (void *)&answer, error) ==
        MAYFLY_OK) {
        keys = new_keys(mf_text(answer->issuer, strlen(answer->issuer)));
        for (size_t index = 0; keys != NULL && index < answer->n_keys; index++) {
            const Mayfly__V1__PublicKey *key = answer->keys[index];
            if (key->use != MAYFLY__V1__KEY_USE__KEY_USE_TOKEN) continue;
            if (key->public_key.len != 32 || !mf_keys_add(keys, key->public_key.data)) {
                mf_fail(error, MAYFLY_PROTOCOL_VIOLATION, "the broker's keys cannot be used");
                mayfly_keys_free(keys);
                mf_arena_free(&arena);
                return NULL;
            }
        }
        if (keys == NULL) mf_no_memory(error);
    }
    mf_arena_free(&arena);
    return keys;
}

/* A key of a JWKS has `x`; one that the command wrote has `public_key`, in hexadecimal or
 * base64url, and says by `use` what it signs. */
static bool read_key(const mf_json *json, mayfly_keys *keys) {
    const mf_json *use = mf_json_member(json, "use");
    if (use != NULL && use->kind == MF_JSON_TEXT && mf_is(use->text, "checkpoint")) return true;
    const mf_json *curve = mf_json_member(json, "crv");
    bool is_web_key = mf_json_member(json, "kty") != NULL;
    bool is_ours = curve != NULL && curve->kind == MF_JSON_TEXT && mf_is(curve->text, "Ed25519");
    if (is_web_key && !is_ours) return true;
    const mf_json *text = mf_json_member(json, "x");
    if (text == NULL) text = mf_json_member(json, "public_key");
    uint8_t key[32];
    size_t count;
    if (text == NULL || text->kind != MF_JSON_TEXT) return false;
    bool is_hexadecimal =
        text->text.count == 64 &&
        sodium_hex2bin(key, 32, text->text.bytes, 64, NULL, &count, NULL) == 0 && count == 32;
    if (!is_hexadecimal && !mf_base64url_digest(text->text, key)) return false;
    return mf_keys_add(keys, key);
}

mayfly_keys *mayfly_keys_parse(
    const char *text, size_t count, const char *issuer, mayfly_error *error) {
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    const mf_json *json = mf_json_lenient(&arena, mf_text(text, count));
    const mf_json *list = mf_json_member(json, "keys");
    const mf_json *stated = mf_json_member(json, "issuer");
    mayfly_text name = {NULL, 0};
    if (issuer != NULL) {
        name = mf_text(issuer, strlen(issuer));
    } else if (stated != NULL && stated->kind == MF_JSON_TEXT) {
        name = stated->text;
    }
    mayfly_keys *keys = NULL;
    if (list != NULL && list->kind == MF_JSON_ARRAY && name.count > 0) keys = new_keys(name);
    if (keys != NULL) {
        for (const mf_json *one = list->child; one != NULL; one = one->next) {
            if (read_key(one, keys)) continue;
            mayfly_keys_free(keys);
            keys = NULL;
            break;
        }
    }
    if (keys != NULL && keys->count == 0) {
        mayfly_keys_free(keys);
        keys = NULL;
    }
    if (keys == NULL) {
        mf_fail(error, MAYFLY_INVALID_ARGUMENT, "these are no keys, or nobody names their issuer");
    }
    mf_arena_free(&arena);
    return keys;
}

void mayfly_keys_free(mayfly_keys *keys) { free(keys); }
