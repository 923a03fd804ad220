/* proto/vectors/chains.json: every token, and what a verifier with nothing but the keys finds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mayfly.h"
#include "vectors.h"

static mayfly_keys *keys_of(const vector *file) {
    char text[2048] = "{\"keys\":[";
    size_t count = strlen(text);
    const vector *keys = vector_get(file, "keys");
    for (size_t index = 0; index < vector_count(keys); index++) {
        const vector *key = vector_at(keys, index);
        count += (size_t)snprintf(
            text + count, sizeof text - count,
            "%s{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"%s\",\"x\":\"%s\"}",
            index == 0 ? "" : ",", vector_text_of(key, "kid"), vector_text_of(key, "x"));
    }
    count += (size_t)snprintf(text + count, sizeof text - count, "]}");
    mayfly_error error;
    mayfly_keys *parsed = mayfly_keys_parse(text, count, vector_text_of(file, "issuer"), &error);
    if (parsed == NULL) {
        fprintf(stderr, "the keys: %s: %s\n", error.reason, error.message);
        exit(1);
    }
    return parsed;
}

static bool is_text(const char *expected, mayfly_text text) {
    return expected != NULL && strlen(expected) == text.count &&
        memcmp(expected, text.bytes, text.count) == 0;
}

static bool are_texts(const vector *expected, const mayfly_text *texts, size_t count) {
    bool fit = vector_count(expected) == count;
    for (size_t index = 0; fit && index < count; index++) {
        fit = is_text(vector_text(vector_at(expected, index)), texts[index]);
    }
    return fit;
}

static bool is_lineage(const vector *expected, const mayfly_token *token) {
    bool fits = vector_count(expected) == token->lineage_count;
    for (size_t index = 0; fits && index < token->lineage_count; index++) {
        const vector *link = vector_at(expected, index);
        fits = is_text(vector_text_of(link, "agent"), token->lineage[index].agent_id) &&
            is_text(vector_text_of(link, "grant"), token->lineage[index].grant_id);
    }
    return fits;
}

static bool is_found(const vector *expected, const mayfly_token *token) {
    bool by_reference = vector_is_true(vector_get(expected, "by_reference"));
    bool fits = is_text(vector_text_of(expected, "grant"), token->grant_id) &&
        is_text(vector_text_of(expected, "jti"), token->token_id) &&
        token->expires_at == (uint64_t)vector_number_of(expected, "expires_at") &&
        token->online == vector_is_true(vector_get(expected, "online")) &&
        token->by_reference == by_reference;
    if (!fits || by_reference) return fits;
    return is_text(vector_text_of(expected, "subject"), token->subject) &&
        is_text(vector_text_of(expected, "jkt"), token->key_thumbprint) &&
        are_texts(vector_get(expected, "scope"), token->scope, token->scope_count) &&
        are_texts(vector_get(expected, "audience"), token->audience, token->audience_count) &&
        is_lineage(vector_get(expected, "lineage"), token);
}

int main(void) {
    const vector *file = vector_file("chains.json");
    mayfly_keys *keys = keys_of(file);
    const vector *cases = vector_get(file, "cases");
    size_t failed = 0;
    for (size_t index = 0; index < vector_count(cases); index++) {
        const vector *one = vector_at(cases, index);
        const char *text = vector_text_of(one, "token");
        const char *expected = vector_text_of(one, "refusal");
        /* A copy of just its length, so that a read behind it is found. */
        size_t count = strlen(text);
        char *token = malloc(count == 0 ? 1 : count);
        if (token == NULL) return 1;
        memcpy(token, text, count);
        const mayfly_token *verified = NULL;
        const char *refusal = mayfly_verify_chain(
            keys, NULL, token, count, vector_text_of(one, "audience"),
            (uint64_t)vector_number_of(file, "now"), (uint32_t)vector_number_of(file, "leeway"),
            &verified);
        bool fits = expected == NULL
            ? refusal == NULL && is_found(vector_get(one, "verified"), verified)
            : refusal != NULL && strcmp(refusal, expected) == 0;
        if (!fits) {
            failed++;
            fprintf(stderr, "%s: %s\n", vector_text_of(one, "name"),
                    refusal == NULL ? "verified" : refusal);
        }
        if (refusal == NULL) mayfly_token_free(verified);
        free(token);
    }
    mayfly_keys_free(keys);
    printf("chains: %zu of %zu cases\n", vector_count(cases) - failed, vector_count(cases));
    return failed == 0 ? 0 : 1;
}
