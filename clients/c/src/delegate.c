#include <stdlib.h>

#include "agents.h"
#include "chain.h"

static const mf_method DESCRIBE = {
    "mayfly.v1.Agents", "Describe", &mayfly__v1__describe_response__descriptor, true,
    MF_NEED_NOTHING};
static const mf_method DELEGATE = {
    "mayfly.v1.Agents", "Delegate", &mayfly__v1__delegate_response__descriptor, false,
    MF_NEED_CHALLENGE};

/* --- what is held --- */

mayfly_text mf_payload(mf_arena *arena, mayfly_text token) {
    const char *first = memchr(token.bytes, '.', token.count);
    if (first == NULL) return mf_text("", 0);
    size_t rest = token.count - (size_t)(first + 1 - token.bytes);
    const char *second = memchr(first + 1, '.', rest);
    if (second == NULL) return mf_text("", 0);
    mayfly_text encoded = mf_text(first + 1, (size_t)(second - first - 1));
    char *decoded = mf_arena_take(arena, encoded.count + 1);
    if (decoded == NULL || !mf_base64url_decode(encoded, (uint8_t *)decoded)) return mf_text("", 0);
    return mf_text(decoded, encoded.count * 3 / 4);
}

bool mf_held_read(mf_arena *arena, mayfly_text claims, mf_held *held) {
    memset(held, 0, sizeof *held);
    const mf_json *json = mf_json_strict(arena, claims);
    const mf_json *agent = mf_json_member(json, "sub");
    const mf_json *grant = mf_json_member(json, "grant");
    const mf_json *scope = mf_json_member(json, "scope");
    const mf_json *expiry = mf_json_member(json, "exp");
    const mf_json *hops = mf_json_member(json, "delegation_chain");
    if (agent == NULL || agent->kind != MF_JSON_TEXT || grant == NULL ||
        grant->kind != MF_JSON_TEXT || scope == NULL || scope->kind != MF_JSON_ARRAY ||
        expiry == NULL || !mf_whole_number(expiry->text, &held->expires_at)) {
        return false;
    }
    held->agent = agent->text;
    held->grant = grant->text;
    held->scope = scope->text;
    if (hops == NULL) return true;
    for (const mf_json *hop = hops->child; hop != NULL; hop = hop->next) held->last_hop = hop->text;
    held->depth = hops->count;
    return hops->kind == MF_JSON_ARRAY && hops->count > 0;
}

/* --- the hop --- */

static void put_text(mf_buffer *json, const char *name, mayfly_text text) {
    mf_buffer_text(json, name);
    mf_buffer_text(json, "\"");
    mf_buffer_add(json, text.bytes, text.count);
    mf_buffer_text(json, "\"");
}

static void put_bytes(mf_buffer *json, const char *name, const uint8_t bytes[32]) {
    char text[43];
    mf_base64url_encode(bytes, 32, text);
    put_text(json, name, mf_text(text, sizeof text));
}

static void put_list(mf_buffer *json, const char *name, const char *const *list, size_t count) {
    mf_buffer_text(json, name);
    for (size_t index = 0; index < count; index++) {
        put_text(json, index == 0 ? "[" : ",", mf_text(list[index], strlen(list[index])));
    }
    mf_buffer_text(json, "]");
}

static void put_number(mf_buffer *json, const char *name, uint64_t number) {
    mf_buffer_text(json, name);
    mf_buffer_number(json, number);
}

/* In the order of the protocol. No text in it needs an escape: the words were checked before. */
static void put_payload(
    mf_buffer *json, const mf_hop_draft *draft, const mf_proof_terms *terms, uint64_t expires_at) {
    const mf_held *held = draft->held;
    const mayfly_delegation *wanted = draft->terms;
    put_text(json, "{\"iss\":", mf_text(terms->issuer, strlen(terms->issuer)));
    put_bytes(json, ",\"challenge\":", terms->challenge);
    put_number(json, ",\"proof_seq\":", terms->sequence);
    put_text(json, ",\"delegator\":", held->agent);
    put_bytes(json, ",\"delegator_key\":", draft->delegator_key);
    put_text(json, ",\"delegate\":", draft->delegate);
    put_bytes(json, ",\"delegate_key\":", draft->delegate_key);
    mf_buffer_text(json, ",\"held\":");
    mf_buffer_add(json, held->scope.bytes, held->scope.count);
    put_list(json, ",\"scope\":", wanted->scope, wanted->scope_count);
    if (wanted->audience_count > 0) {
        put_list(json, ",\"aud\":", wanted->audience, wanted->audience_count);
    }
    if (wanted->maximum_uses > 0) put_number(json, ",\"max_uses\":", wanted->maximum_uses);
    put_number(json, ",\"iat\":", terms->now);
    put_number(json, ",\"exp\":", expires_at);
    put_text(json, ",\"parent\":", held->grant);
    put_number(json, ",\"depth\":", held->depth + 1);
    put_bytes(json, ",\"prev\":", draft->previous);
    mf_buffer_text(json, "}");
}

static void put_encoded(mf_buffer *out, const void *bytes, size_t count) {
    char *place = (char *)mf_buffer_reserve(out, MF_BASE64URL_COUNT(count));
    if (place == NULL) return;
    mf_base64url_encode(bytes, count, place);
    out->count += MF_BASE64URL_COUNT(count);
}

void mf_hop_sign(
    const mf_hop_draft *draft, const mf_proof_terms *terms, uint64_t expires_at,
    const mayfly_key *key, mf_buffer *hop) {
    mf_buffer payload = {0};
    put_payload(&payload, draft, terms, expires_at);
    put_encoded(hop, MF_HOP_HEADER, sizeof MF_HOP_HEADER - 1);
    mf_buffer_text(hop, ".");
    put_encoded(hop, payload.bytes, payload.count);
    hop->failed = hop->failed || payload.failed;
    mf_buffer_free(&payload);
    if (hop->failed) return;
    uint8_t signature[MF_SIGNATURE_COUNT];
    crypto_sign_detached(signature, NULL, hop->bytes, hop->count, key->secret);
    mf_buffer_text(hop, ".");
    put_encoded(hop, signature, sizeof signature);
}

/* --- the call --- */

typedef struct delegating {
    const mayfly_agent *agent;
    mf_hop_draft draft;
    bool by_reference;
} delegating;

static mayfly_status build_delegation(
    void *context, const mf_proof_terms *terms, mf_buffer *payload, mayfly_error *error) {
    const delegating *call = context;
    uint32_t lifetime = call->draft.terms->lifetime_seconds;
    uint64_t expires_at = lifetime == 0 ? call->draft.held->expires_at : terms->now + lifetime;
    mf_buffer hop = {0};
    mf_hop_sign(&call->draft, terms, expires_at, &call->agent->key, &hop);
    mf_buffer_add(&hop, "", 1);
    mayfly_status status = MAYFLY_OK;
    if (hop.failed) {
        status = mf_no_memory(error);
    } else {
        Mayfly__V1__DelegateRequest request = MAYFLY__V1__DELEGATE_REQUEST__INIT;
        request.token = call->agent->token;
        request.hop = (char *)hop.bytes;
        request.by_reference = call->by_reference;
        status = mf_pack(&request.base, payload, error);
    }
    mf_buffer_free(&hop);
    return status;
}

static mayfly_status describe(
    mayfly_client *client, const char *agent_id, mf_arena *arena,
    const Mayfly__V1__DescribeResponse **answer, mayfly_error *error) {
    Mayfly__V1__DescribeRequest request = MAYFLY__V1__DESCRIBE_REQUEST__INIT;
    request.agent_id = (char *)(uintptr_t)agent_id;
    mayfly_status status =
        mf_call(client, &DESCRIBE, mf_build_message, &request, arena, (void *)answer, error);
    if (status == MAYFLY_OK && (*answer)->public_key.len != 32) {
        status = mf_fail(error, MAYFLY_PROTOCOL_VIOLATION, "a key is 32 bytes");
    }
    return status;
}

/* What the token says; of a token by reference the broker says it. */
static mayfly_status read_held(
    mayfly_agent *agent, mf_arena *arena, mf_held *held, mayfly_error *error) {
    mayfly_text token = mf_text(agent->token, strlen(agent->token));
    if (mf_held_read(arena, mf_payload(arena, token), held)) return MAYFLY_OK;
    mayfly_validation validation;
    mayfly_status status =
        mayfly_validate(agent->client, token.bytes, token.count, NULL, &validation, error);
    if (status != MAYFLY_OK) return status;
    char *claims = mf_arena_text(arena, validation.claims, validation.claims_count);
    bool is_read =
        claims != NULL && mf_held_read(arena, mf_text(claims, validation.claims_count), held);
    mayfly_validation_clear(&validation);
    if (is_read) return MAYFLY_OK;
    return mf_fail(error, MAYFLY_INVALID_ARGUMENT, "nothing can be delegated from this token");
}

static bool are_words(const char *const *list, size_t count, bool (*is_right)(mayfly_text)) {
    for (size_t index = 0; index < count; index++) {
        if (!is_right(mf_text(list[index], strlen(list[index])))) return false;
    }
    return true;
}

static mayfly_status check(const mayfly_delegation *terms, mayfly_error *error) {
    if (terms->to == NULL || !mf_is_agent_id(mf_text(terms->to, strlen(terms->to)), NULL, NULL)) {
        return mf_fail(error, MAYFLY_INVALID_ARGUMENT, "the delegate is no agent id");
    }
    if (terms->scope_count == 0 || !are_words(terms->scope, terms->scope_count, mf_is_scope) ||
        !are_words(terms->audience, terms->audience_count, mf_is_audience)) {
        return mf_fail(error, MAYFLY_INVALID_ARGUMENT, "delegate 1 to 32 scopes, for audiences");
    }
    return MAYFLY_OK;
}

static mayfly_status prepare(
    mayfly_agent *agent, const mayfly_delegation *terms, mf_arena *arena, mf_held *held,
    delegating *call, mayfly_error *error) {
    mayfly_status status = check(terms, error);
    if (status == MAYFLY_OK) status = read_held(agent, arena, held, error);
    const Mayfly__V1__DescribeResponse *face;
    mayfly_text before = held->last_hop;
    if (status == MAYFLY_OK && held->depth == 0) {
        /* The root statement is in the delegator's grant, and no token of depth 0 repeats it. */
        status = describe(agent->client, agent->id, arena, &face, error);
        if (status == MAYFLY_OK) before = mf_text(face->root, strlen(face->root));
    }
    if (status == MAYFLY_OK) status = describe(agent->client, terms->to, arena, &face, error);
    if (status != MAYFLY_OK) return status;
    call->agent = agent;
    call->by_reference = terms->by_reference;
    call->draft.held = held;
    call->draft.terms = terms;
    memcpy(call->draft.delegator_key, agent->key.public_bytes, 32);
    call->draft.delegate = mf_text(terms->to, strlen(terms->to));
    memcpy(call->draft.delegate_key, face->public_key.data, 32);
    crypto_hash_sha256(call->draft.previous, (const uint8_t *)before.bytes, before.count);
    return MAYFLY_OK;
}

char *mayfly_agent_delegate(
    mayfly_agent *agent, const mayfly_delegation *terms, uint64_t *expires_at,
    mayfly_error *error) {
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    mf_held held = {0};
    delegating call = {0};
    char *token = NULL;
    const Mayfly__V1__DelegateResponse *answer = NULL;
    mayfly_status status = prepare(agent, terms, &arena, &held, &call, error);
    if (status == MAYFLY_OK) {
        status = mf_call(agent->client, &DELEGATE, build_delegation, &call, &arena, (void *)&answer,
                         error);
    }
    if (status == MAYFLY_OK && (answer->agent == NULL || answer->agent->token[0] == 0)) {
        status = mf_fail(error, MAYFLY_OUTCOME_UNKNOWN, "the answer has no token in it");
    }
    if (status == MAYFLY_OK) {
        if (expires_at != NULL) *expires_at = answer->agent->expires_at;
        token = mf_copy(answer->agent->token);
        if (token == NULL) mf_no_memory(error);
    }
    mf_arena_free(&arena);
    return token;
}
