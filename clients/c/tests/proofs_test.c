/* proto/vectors/proofs.json: what is signed, and the small computations around it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents.h"
#include "chain.h"
#include "revocations.h"
#include "vectors.h"

static int failed;

static void check(bool is_so, const char *what, const vector *one) {
    if (is_so) return;
    failed++;
    const char *name = vector_text_of(one, "name");
    fprintf(stderr, "%s: %s\n", what, name == NULL ? vector_text_of(one, "public_key") : name);
}

static mayfly_key *key_of(const vector *one) {
    size_t count;
    uint8_t *seed = vector_bytes_of(one, "seed", &count);
    mayfly_key *key = count == MAYFLY_SEED_COUNT ? mayfly_key_from_seed(seed) : NULL;
    free(seed);
    if (key == NULL) exit(1);
    return key;
}

/* Whether bytes are those of a member in hexadecimal. */
static bool are_bytes(const vector *one, const char *name, const uint8_t *bytes, size_t count) {
    size_t expected_count;
    uint8_t *expected = vector_bytes_of(one, name, &expected_count);
    bool fits = expected_count == count && memcmp(expected, bytes, count) == 0;
    free(expected);
    return fits;
}

static void digest_of(const char *text, uint8_t digest[32]) {
    crypto_hash_sha256(digest, (const uint8_t *)text, strlen(text));
}

static void check_proof(const vector *one) {
    size_t challenge_count, body_count;
    uint8_t *challenge = vector_bytes_of(one, "challenge", &challenge_count);
    uint8_t *body = vector_bytes_of(one, "body", &body_count);
    uint8_t issuer[32], proof[MF_PROOF_COUNT];
    digest_of(vector_text_of(one, "issuer"), issuer);
    mayfly_key *key = key_of(one);
    mf_prove(key, vector_text_of(one, "purpose"), issuer, challenge,
             (uint64_t)vector_number_of(one, "proof_seq"), body, body_count, proof);
    check(are_bytes(one, "public_key", mayfly_key_public(key), 32), "public key", one);
    check(are_bytes(one, "proof", proof, sizeof proof), "proof", one);
    mayfly_key_free(key);
    free(challenge);
    free(body);
}

static mayfly_text member(const vector *members, const char *name) {
    const char *text = vector_text_of(members, name);
    return mf_text(text, strlen(text));
}

static void check_hop(const vector *one) {
    const vector *members = vector_get(one, "members");
    mf_buffer scope = {0};
    const vector *held_scope = vector_get(members, "held");
    for (size_t index = 0; index < vector_count(held_scope); index++) {
        mf_buffer_text(&scope, index == 0 ? "[\"" : ",\"");
        mf_buffer_text(&scope, vector_text(vector_at(held_scope, index)));
        mf_buffer_text(&scope, "\"");
    }
    mf_buffer_text(&scope, "]");
    mf_held held = {
        .agent = member(members, "delegator"),
        .grant = member(members, "parent"),
        .scope = mf_text((const char *)scope.bytes, scope.count),
        .depth = (size_t)vector_number_of(members, "depth") - 1,
    };
    mayfly_delegation delegation = {
        .to = vector_text_of(members, "delegate"),
        .maximum_uses = (uint32_t)vector_number_of(members, "max_uses"),
    };
    const char **given = vector_texts_of(members, "scope", &delegation.scope_count);
    const char **audience = vector_texts_of(members, "aud", &delegation.audience_count);
    delegation.scope = given;
    delegation.audience = audience;
    mf_hop_draft draft = {
        .held = &held, .delegate = member(members, "delegate"), .terms = &delegation};
    mf_base64url_digest(member(members, "delegator_key"), draft.delegator_key);
    mf_base64url_digest(member(members, "delegate_key"), draft.delegate_key);
    mf_base64url_digest(member(members, "prev"), draft.previous);
    uint8_t challenge[32];
    mf_base64url_digest(member(members, "challenge"), challenge);
    mf_proof_terms terms = {
        .challenge = challenge,
        .issuer = vector_text_of(members, "iss"),
        .sequence = (uint64_t)vector_number_of(members, "proof_seq"),
        .now = (uint64_t)vector_number_of(members, "iat"),
    };
    mayfly_key *key = key_of(one);
    mf_buffer hop = {0};
    mf_hop_sign(&draft, &terms, (uint64_t)vector_number_of(members, "exp"), key, &hop);
    mayfly_text text = mf_text((const char *)hop.bytes, hop.count);
    check(mf_is(text, vector_text_of(one, "hop")), "hop", one);
    mayfly_key_free(key);
    mf_buffer_free(&hop);
    mf_buffer_free(&scope);
    free(given);
    free(audience);
}

static void check_key(const vector *one) {
    const char *pem = vector_text_of(one, "pem");
    mayfly_key *key = mayfly_key_from_pem(pem, strlen(pem));
    if (key == NULL) {
        check(false, "pem", one);
        return;
    }
    check(are_bytes(one, "public_key", mayfly_key_public(key), 32), "public key", one);
    char thumbprint[43];
    mf_thumbprint(mayfly_key_public(key), thumbprint);
    check(mf_is(mf_text(thumbprint, 43), vector_text_of(one, "thumbprint")), "thumbprint", one);
    mayfly_key_free(key);
    /* What is cut before its last line is none. */
    size_t count = (size_t)(strstr(pem, "\n-----END") - pem);
    do {
        key = mayfly_key_from_pem(pem, count);
        check(key == NULL, "a part of a pem", one);
        mayfly_key_free(key);
    } while (count-- > 0);
}

static void check_digest(const vector *one) {
    uint8_t digest[32];
    mf_end_digest(vector_text_of(one, "level"), member(one, "target"), mf_text("", 0), digest);
    if (are_bytes(one, "digest", digest, sizeof digest)) return;
    failed++;
    fprintf(stderr, "the digest of %s\n", vector_text_of(one, "target"));
}

static void check_scope(const vector *one) {
    bool covers = mf_scope_covers(member(one, "held"), member(one, "wanted"));
    if (covers == vector_is_true(vector_get(one, "covers"))) return;
    failed++;
    fprintf(stderr, "%s covers %s\n", vector_text_of(one, "held"), vector_text_of(one, "wanted"));
}

static size_t each(const vector *file, const char *name, void (*check_one)(const vector *)) {
    const vector *cases = vector_get(file, name);
    for (size_t index = 0; index < vector_count(cases); index++) check_one(vector_at(cases, index));
    return vector_count(cases);
}

int main(void) {
    if (sodium_init() < 0) return 1;
    const vector *file = vector_file("proofs.json");
    size_t count = each(file, "proofs", check_proof) + each(file, "hops", check_hop) +
                   each(file, "keys", check_key) + each(file, "digests", check_digest) +
                   each(file, "scopes", check_scope);
    printf("proofs: %zu cases, %d failed\n", count, failed);
    return failed == 0 ? 0 : 1;
}
