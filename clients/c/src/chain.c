#include "chain.h"

#include <sodium.h>
#include <stdlib.h>

/* A token's own, and what its chain decodes to. */
enum { TOKEN_ARENA = 128 * 1024, READING_ARENA = 4 * 1024 * 1024 };

static const char MALFORMED[] = "CLAIM_MALFORMED";
static const char MISSING[] = "CLAIM_MISSING";

/* What stands behind the claims of a token while it is read. */
typedef struct token_claims {
    const mf_json *json;
    mayfly_text root;
    const mf_json *hops;
    uint8_t chain_hash[32];
    uint8_t thumbprint[32];
} token_claims;

/* What the last delegate holds. */
typedef struct holding {
    mayfly_text agent;
    uint8_t key[32];
    mayfly_text grant;
    char grant_text[32];
    const mayfly_text *scope;
    size_t scope_count;
    const mayfly_text *audience;
    size_t audience_count;
    uint32_t maximum_uses;
    uint64_t expires_at;
    uint8_t digest[32];
} holding;

/* --- claims --- */

static const char *text_claim(
    const mf_json *json, const char *name, bool (*is_right)(mayfly_text), mayfly_text *text) {
    const mf_json *value = mf_json_member(json, name);
    if (value == NULL) return MISSING;
    if (value->kind != MF_JSON_TEXT || !is_right(value->text)) return MALFORMED;
    *text = value->text;
    return NULL;
}

static const char *number_claim(const mf_json *json, const char *name, uint64_t *number) {
    const mf_json *value = mf_json_member(json, name);
    if (value == NULL) return MISSING;
    return value->kind == MF_JSON_NUMBER && mf_whole_number(value->text, number) ? NULL : MALFORMED;
}

static const char *list_claim(
    const mf_json *json, const char *name, bool (*is_right)(mayfly_text), mayfly_text *list,
    size_t maximum, size_t *count) {
    const mf_json *value = mf_json_member(json, name);
    if (value == NULL) return MISSING;
    if (value->kind != MF_JSON_ARRAY || value->count == 0 || value->count > maximum) {
        return MALFORMED;
    }
    for (const mf_json *one = value->child; one != NULL; one = one->next) {
        if (one->kind != MF_JSON_TEXT || !is_right(one->text)) return MALFORMED;
        list[(*count)++] = one->text;
    }
    return NULL;
}

static bool is_agent(mayfly_text text) { return mf_is_agent_id(text, NULL, NULL); }
static bool is_anything(mayfly_text text) {
    (void)text;
    return true;
}

static bool is_digest(mayfly_text text) {
    for (size_t index = 0; index < text.count; index++) {
        char character = text.bytes[index];
        if (!((character >= '0' && character <= '9') || (character >= 'a' && character <= 'f'))) {
            return false;
        }
    }
    return text.count == 64;
}

static const char *read_delegation(token_claims *claims) {
    const mf_json *json = claims->json;
    const mf_json *hops = mf_json_member(json, "delegation_chain");
    if (mf_json_member(json, "root") == NULL && hops == NULL &&
        mf_json_member(json, "chain_hash") == NULL) {
        return NULL;
    }
    const char *refusal = text_claim(json, "root", is_anything, &claims->root);
    if (refusal != NULL) return refusal;
    if (hops == NULL) return MISSING;
    if (hops->kind != MF_JSON_ARRAY || hops->count == 0) return MALFORMED;
    for (const mf_json *hop = hops->child; hop != NULL; hop = hop->next) {
        if (hop->kind != MF_JSON_TEXT) return MALFORMED;
    }
    claims->hops = hops;
    mayfly_text hash;
    refusal = text_claim(json, "chain_hash", is_digest, &hash);
    if (refusal != NULL) return refusal;
    size_t count;
    sodium_hex2bin(claims->chain_hash, 32, hash.bytes, hash.count, NULL, &count, NULL);
    return NULL;
}

static const char *read_authority(mf_token *token, token_claims *claims) {
    const mf_json *json = claims->json;
    mayfly_token *view = &token->view;
    const char *refusal;
    if ((refusal = text_claim(json, "sub", is_agent, &view->subject)) != NULL) return refusal;
    if (mf_json_member(json, "aud") != NULL &&
        (refusal = list_claim(json, "aud", mf_is_audience, token->audience, MF_AUDIENCES_MAXIMUM,
                              &view->audience_count)) != NULL) {
        return refusal;
    }
    if ((refusal = number_claim(json, "nbf", &view->not_before)) != NULL) return refusal;
    if ((refusal = number_claim(json, "iat", &view->issued_at)) != NULL) return refusal;
    if ((refusal = list_claim(json, "scope", mf_is_scope, token->scope, MF_SCOPES_MAXIMUM,
                              &view->scope_count)) != NULL) {
        return refusal;
    }
    const mf_json *confirmation = mf_json_member(json, "cnf");
    if (confirmation == NULL) return MISSING;
    const mf_json *thumbprint = mf_json_member(confirmation, "jkt");
    if (thumbprint == NULL || thumbprint->kind != MF_JSON_TEXT ||
        !mf_base64url_digest(thumbprint->text, claims->thumbprint)) {
        return MALFORMED;
    }
    view->key_thumbprint = thumbprint->text;
    view->scope = token->scope;
    view->audience = token->audience;
    return read_delegation(claims);
}

static bool is_reference_only(const mf_json *json) {
    static const char *const AUTHORITY[] = {
        "sub", "aud", "nbf", "iat", "scope", "cnf", "root", "delegation_chain", "chain_hash",
    };
    for (size_t index = 0; index < sizeof AUTHORITY / sizeof *AUTHORITY; index++) {
        if (mf_json_member(json, AUTHORITY[index]) != NULL) return false;
    }
    return true;
}

static const char *read_claims(mf_token *token, mf_arena *arena, token_claims *claims) {
    mayfly_token *view = &token->view;
    const mf_json *json = claims->json = mf_json_strict(arena, view->claims);
    if (json == NULL || json->kind != MF_JSON_OBJECT) return "PAYLOAD_MALFORMED";
    const char *refusal;
    if ((refusal = text_claim(json, "grant", mf_is_reference, &view->grant_id)) != NULL ||
        (refusal = text_claim(json, "jti", mf_is_reference, &view->token_id)) != NULL ||
        (refusal = text_claim(json, "iss", mf_is_issuer, &view->issuer)) != NULL ||
        (refusal = number_claim(json, "exp", &view->expires_at)) != NULL) {
        return refusal;
    }
    const mf_json *online = mf_json_member(json, "online");
    if (online != NULL && online->kind != MF_JSON_TRUE) return MALFORMED;
    view->online = online != NULL;
    view->by_reference = view->online && is_reference_only(json);
    return view->by_reference ? NULL : read_authority(token, claims);
}

/* --- the lineage --- */

static bool are_among(
    const mayfly_text *some, size_t some_count, const mayfly_text *all, size_t all_count) {
    for (size_t index = 0; index < some_count; index++) {
        bool is_found = false;
        for (size_t other = 0; other < all_count && !is_found; other++) {
            is_found = mf_equal(some[index], all[other]);
        }
        if (!is_found) return false;
    }
    return true;
}

static const char *check_hop(
    const mf_hop *hop, const holding *held, uint64_t depth, mayfly_text issuer) {
    if (hop->depth != depth || memcmp(hop->previous, held->digest, 32) != 0) return "HOP_ORDER";
    if (!mf_equal(hop->issuer, issuer)) return "ISSUER_MISMATCH";
    if (!mf_equal(hop->delegator, held->agent) || memcmp(hop->delegator_key, held->key, 32) != 0) {
        return "DELEGATOR_MISMATCH";
    }
    if (crypto_sign_verify_detached(
            hop->signature, (const uint8_t *)hop->signed_part.bytes, hop->signed_part.count,
            hop->delegator_key) != 0) {
        return "HOP_SIGNATURE_INVALID";
    }
    if (!mf_equal(hop->parent, held->grant)) return "PARENT_MISMATCH";
    /* Not equal: a renewal may have narrowed what the delegator held when it delegated. */
    if (!mf_scopes_cover(held->scope, held->scope_count, hop->held, hop->held_count)) {
        return "HELD_WIDENED";
    }
    if (!mf_scopes_cover(hop->held, hop->held_count, hop->scope, hop->scope_count)) {
        return "SCOPE_WIDENED";
    }
    if (!are_among(hop->audience, hop->audience_count, held->audience, held->audience_count)) {
        return "AUDIENCE_WIDENED";
    }
    if (held->maximum_uses != 0 &&
        (hop->maximum_uses == 0 || hop->maximum_uses > held->maximum_uses)) {
        return "USES_WIDENED";
    }
    return hop->expires_at > held->expires_at ? "EXPIRY_WIDENED" : NULL;
}

static void take_hop(holding *held, const mf_hop *hop, mayfly_text text) {
    held->agent = hop->delegate;
    memcpy(held->key, hop->delegate_key, 32);
    held->scope = hop->scope;
    held->scope_count = hop->scope_count;
    if (hop->has_audience) {
        held->audience = hop->audience;
        held->audience_count = hop->audience_count;
    }
    held->maximum_uses = hop->maximum_uses;
    held->expires_at = hop->expires_at;
    crypto_hash_sha256(held->digest, (const uint8_t *)text.bytes, text.count);
    /* The grant that a hop makes: the first half of its digest. */
    char hexadecimal[33];
    sodium_bin2hex(hexadecimal, sizeof hexadecimal, held->digest, 16);
    memcpy(held->grant_text, hexadecimal, 32);
    held->grant = mf_text(held->grant_text, 32);
}

static bool remember(mf_token *token, mayfly_text agent, mayfly_text grant) {
    mayfly_link *link = &token->view.lineage[token->view.lineage_count++];
    char *agent_copy = mf_arena_text(&token->arena, agent.bytes, agent.count);
    char *grant_copy = mf_arena_text(&token->arena, grant.bytes, grant.count);
    if (agent_copy == NULL || grant_copy == NULL) return false;
    link->agent_id = mf_text(agent_copy, agent.count);
    link->grant_id = mf_text(grant_copy, grant.count);
    return true;
}

/* The token states what the last hop gave, or less of it. */
static const char *check_last(
    const mf_token *token, const token_claims *claims, const holding *last) {
    const mayfly_token *view = &token->view;
    if (memcmp(claims->chain_hash, last->digest, 32) != 0) return "CHAIN_HASH_MISMATCH";
    if (!mf_equal(view->grant_id, last->grant)) return "GRANT_MISMATCH";
    if (!mf_equal(view->subject, last->agent)) return "SUBJECT_MISMATCH";
    char thumbprint[43];
    mf_thumbprint(last->key, thumbprint);
    if (memcmp(view->key_thumbprint.bytes, thumbprint, 43) != 0) return "KEY_MISMATCH";
    if (!mf_scopes_cover(last->scope, last->scope_count, view->scope, view->scope_count)) {
        return "SCOPE_WIDENED";
    }
    /* A token without an audience would be for whoever does not ask. */
    if (!are_among(view->audience, view->audience_count, last->audience, last->audience_count) ||
        (view->audience_count == 0) != (last->audience_count == 0)) {
        return "AUDIENCE_WIDENED";
    }
    return view->expires_at > last->expires_at ? "EXPIRY_WIDENED" : NULL;
}

static const char *follow(
    mf_token *token, const token_claims *claims, mf_arena *arena, mayfly_text issuer) {
    if (claims->hops->count > MF_HOPS_MAXIMUM) return "DEPTH_EXCEEDED";
    mf_root *root = mf_arena_take(arena, sizeof *root);
    if (root == NULL) return "NO_MEMORY";
    /* The root is the broker's word: nothing in it needs to be proven. */
    if (!mf_root_parse(arena, claims->root, root)) return "ROOT_MALFORMED";
    holding held = {
        .agent = root->agent, .grant = root->grant, .scope = root->scope,
        .scope_count = root->scope_count, .audience = root->audience,
        .audience_count = root->audience_count, .expires_at = root->not_after,
    };
    memcpy(held.key, root->key, 32);
    crypto_hash_sha256(held.digest, (const uint8_t *)claims->root.bytes, claims->root.count);
    uint64_t depth = 0;
    for (const mf_json *one = claims->hops->child; one != NULL; one = one->next) {
        if (!remember(token, held.agent, held.grant)) return "NO_MEMORY";
        mf_hop *hop = mf_arena_take(arena, sizeof *hop);
        if (hop == NULL) return "NO_MEMORY";
        if (!mf_hop_parse(arena, one->text, hop)) return "HOP_MALFORMED";
        const char *refusal = check_hop(hop, &held, ++depth, issuer);
        if (refusal != NULL) return refusal;
        take_hop(&held, hop, one->text);
    }
    const char *refusal = check_last(token, claims, &held);
    if (refusal != NULL) return refusal;
    /* Only the broker can count uses, whether or not the token says so. */
    if (held.maximum_uses != 0) token->view.online = true;
    return NULL;
}

/* --- the token --- */

const char *mf_check_times(const mayfly_token *token, uint64_t now, uint64_t leeway) {
    /* Times that no clock reaches are no overflow. */
    if (now >= leeway && now - leeway >= token->expires_at) return "EXPIRED";
    if (token->by_reference || now > UINT64_MAX - leeway) return NULL;
    bool is_early = token->not_before > now + leeway || token->issued_at > now + leeway;
    return is_early ? "NOT_YET_VALID" : NULL;
}

bool mf_names_audience(const mayfly_token *token, mayfly_text audience) {
    return are_among(&audience, 1, token->audience, token->audience_count);
}

static const mf_known_key *signer(const mayfly_keys *keys, mayfly_text header) {
    for (size_t index = 0; index < keys->count; index++) {
        const mf_known_key *known = &keys->keys[index];
        if (mf_equal(header, mf_text(known->header, known->header_count))) return known;
    }
    return NULL;
}

/* Also puts the payload, decoded, into the token. */
static const char *check_signature(mf_token *token, const mayfly_keys *keys) {
    mayfly_text text = token->text;
    const char *end = text.bytes + text.count;
    const char *first = memchr(text.bytes, '.', text.count);
    const char *second = first == NULL ? NULL : memchr(first + 1, '.', (size_t)(end - first - 1));
    if (second == NULL) return "MALFORMED";
    mayfly_text header = mf_text(text.bytes, (size_t)(first - text.bytes));
    mayfly_text payload = mf_text(first + 1, (size_t)(second - first - 1));
    mayfly_text encoded = mf_text(second + 1, (size_t)(end - second - 1));
    char *decoded = mf_arena_take(&token->arena, payload.count + 1);
    if (decoded == NULL) return "NO_MEMORY";
    uint8_t signature[MF_SIGNATURE_COUNT];
    if (header.count == 0 || payload.count == 0 || !mf_base64url_decode(header, NULL) ||
        !mf_base64url_decode(payload, (uint8_t *)decoded) ||
        encoded.count != MF_BASE64URL_COUNT(MF_SIGNATURE_COUNT) ||
        !mf_base64url_decode(encoded, signature)) {
        return "MALFORMED";
    }
    const mf_known_key *known = signer(keys, header);
    if (known == NULL) return "FOREIGN_HEADER";
    if (crypto_sign_verify_detached(
            signature, (const uint8_t *)text.bytes, (size_t)(second - text.bytes), known->key) !=
        0) {
        return "SIGNATURE_INVALID";
    }
    token->view.claims = mf_text(decoded, payload.count * 3 / 4);
    decoded[token->view.claims.count] = 0;
    return NULL;
}

static const char *verify(
    mf_token *token, mf_arena *arena, const mayfly_keys *keys, mayfly_text issuer,
    mayfly_text audience, uint64_t now, uint64_t leeway) {
    mayfly_token *view = &token->view;
    token_claims claims = {0};
    const char *refusal;
    if ((refusal = check_signature(token, keys)) != NULL) return refusal;
    if ((refusal = read_claims(token, arena, &claims)) != NULL) return refusal;
    if (!mf_equal(view->issuer, issuer)) return "ISSUER_MISMATCH";
    if ((refusal = mf_check_times(view, now, leeway)) != NULL) return refusal;
    if (view->by_reference) return NULL;
    if (audience.bytes != NULL && !mf_names_audience(view, audience)) return "AUDIENCE_MISMATCH";
    if (claims.hops != NULL && (refusal = follow(token, &claims, arena, issuer)) != NULL) {
        return refusal;
    }
    mayfly_link *last = &view->lineage[view->lineage_count++];
    last->agent_id = view->subject;
    last->grant_id = view->grant_id;
    return NULL;
}

const char *mf_chain_verify(
    const mayfly_keys *keys, mayfly_text issuer, mayfly_text text, mayfly_text audience,
    uint64_t now, uint64_t leeway, mf_token **verified) {
    *verified = NULL;
    if (text.bytes == NULL || text.count > MF_TOKEN_MAXIMUM) return "MALFORMED";
    mf_token *token = calloc(1, sizeof *token);
    if (token == NULL) return "NO_MEMORY";
    mf_arena_init(&token->arena, TOKEN_ARENA);
    /* Itself and its payload, so that what is kept in a cache is no larger than it must be. */
    token->arena.chunk_count = text.count * 7 / 4 + 64;
    atomic_init(&token->references, 1);
    token->text.bytes = mf_arena_text(&token->arena, text.bytes, text.count);
    token->text.count = text.count;
    mf_arena reading;
    mf_arena_init(&reading, READING_ARENA);
    const char *refusal = "NO_MEMORY";
    if (token->text.bytes != NULL) {
        refusal = verify(token, &reading, keys, issuer, audience, now, leeway);
    }
    mf_arena_free(&reading);
    if (refusal != NULL) {
        mayfly_token_free(&token->view);
        return refusal;
    }
    *verified = token;
    return NULL;
}

void mayfly_token_free(const mayfly_token *view) {
    if (view == NULL) return;
    mf_token *token = mf_token_of(view);
    if (atomic_fetch_sub_explicit(&token->references, 1, memory_order_acq_rel) != 1) return;
    mf_arena_free(&token->arena);
    free(token);
}

const char *mayfly_verify_chain(
    const mayfly_keys *keys, const char *issuer, const char *text, size_t count,
    const char *audience, uint64_t now, uint32_t leeway_seconds, const mayfly_token **verified) {
    if (issuer == NULL) issuer = keys->issuer;
    mayfly_text wanted = audience == NULL ? mf_text(NULL, 0) : mf_text(audience, strlen(audience));
    mf_token *token;
    const char *refusal = mf_chain_verify(
        keys, mf_text(issuer, strlen(issuer)), mf_text(text, count), wanted, now, leeway_seconds,
        &token);
    if (verified != NULL) {
        *verified = refusal == NULL ? &token->view : NULL;
    } else if (refusal == NULL) {
        mayfly_token_free(&token->view);
    }
    return refusal;
}
