#include <stdlib.h>

#include "agents.h"

enum { RENEWAL_ID_COUNT = 16 };

static const mf_method SPAWN = {
    "mayfly.v1.Agents", "Spawn", &mayfly__v1__spawn_response__descriptor, false, MF_NEED_CHALLENGE};
static const mf_method REGISTER = {
    "mayfly.v1.Agents", "Register", &mayfly__v1__register_response__descriptor, false,
    MF_NEED_FRESH_CHALLENGE};
static const mf_method RENEW = {
    "mayfly.v1.Agents", "Renew", &mayfly__v1__renew_response__descriptor, true, MF_NEED_CHALLENGE};
static const mf_method HEARTBEAT = {
    "mayfly.v1.Agents", "Heartbeat", &mayfly__v1__heartbeat_response__descriptor, true,
    MF_NEED_NOTHING};

/* A body of one of the three, the place of its number, and whose key proves it. */
typedef struct proof_request {
    const char *purpose;
    ProtobufCMessage *body;
    uint64_t *sequence;
    const mayfly_key *key;
} proof_request;

/* The three requests have the same two fields. */
static mayfly_status build_proven(
    void *context, const mf_proof_terms *terms, mf_buffer *payload, mayfly_error *error) {
    const proof_request *proven = context;
    *proven->sequence = terms->sequence;
    mf_buffer body = {0};
    mayfly_status status = mf_pack(proven->body, &body, error);
    if (status == MAYFLY_OK) {
        uint8_t proof[MF_PROOF_COUNT];
        mf_prove(proven->key, proven->purpose, terms->issuer_digest, terms->challenge,
                 terms->sequence, body.bytes, body.count, proof);
        Mayfly__V1__SpawnRequest request = MAYFLY__V1__SPAWN_REQUEST__INIT;
        request.body = (ProtobufCBinaryData){body.count, body.bytes};
        request.proof = (ProtobufCBinaryData){sizeof proof, proof};
        status = mf_pack(&request.base, payload, error);
    }
    sodium_memzero(body.bytes, body.count);
    mf_buffer_free(&body);
    return status;
}

/* --- what a broker answers with --- */

static bool is_whole(const Mayfly__V1__SpawnedAgent *answer) {
    return answer != NULL && answer->agent_id[0] != 0 && answer->token[0] != 0 &&
           mf_is_reference(mf_text(answer->grant_id, strlen(answer->grant_id)));
}

static mayfly_status take_token(
    mayfly_agent *agent, const Mayfly__V1__SpawnedAgent *answer, mayfly_error *error) {
    char *token = mf_copy(answer->token);
    if (token == NULL) return mf_no_memory(error);
    free(agent->token);
    agent->token = token;
    agent->expires_at = answer->expires_at;
    memcpy(agent->grant_id, answer->grant_id, sizeof agent->grant_id);
    return MAYFLY_OK;
}

static mayfly_agent *new_agent(
    mayfly_client *client, const mayfly_key *key, const char *id, mayfly_error *error) {
    mayfly_agent *agent = calloc(1, sizeof *agent);
    if (agent != NULL) {
        agent->client = client;
        agent->key = *key;
        agent->id = mf_copy(id);
    }
    if (agent == NULL || agent->id == NULL) {
        mayfly_agent_free(agent);
        mf_no_memory(error);
        return NULL;
    }
    return agent;
}

mayfly_agent *mf_take_agent(
    mayfly_client *client, const mayfly_key *key, const Mayfly__V1__SpawnedAgent *answer,
    mayfly_error *error) {
    if (!is_whole(answer)) {
        /* It was carried out, and nobody can say what came of it. */
        mf_fail(error, MAYFLY_OUTCOME_UNKNOWN, "the answer has no agent in it");
        return NULL;
    }
    mayfly_agent *agent = new_agent(client, key, answer->agent_id, error);
    if (agent != NULL && take_token(agent, answer, error) != MAYFLY_OK) {
        mayfly_agent_free(agent);
        return NULL;
    }
    return agent;
}

/* --- making one --- */

void mf_describe(
    const mayfly_client *client, const mayfly_agent_request *request, const mayfly_key *key,
    Mayfly__V1__AgentSpec *spec) {
    const char *orchestration =
        request->orchestration == NULL ? client->orchestration : request->orchestration;
    if (orchestration != NULL) spec->orch_id = (char *)(uintptr_t)orchestration;
    if (request->task != NULL) spec->task_id = (char *)(uintptr_t)request->task;
    spec->scope = (char **)(uintptr_t)request->scope;
    spec->n_scope = request->scope_count;
    spec->audience = (char **)(uintptr_t)request->audience;
    spec->n_audience = request->audience_count;
    spec->public_key = (ProtobufCBinaryData){
        MAYFLY_PUBLIC_KEY_COUNT, (uint8_t *)(uintptr_t)key->public_bytes};
    spec->ttl_seconds = request->lifetime_seconds;
    spec->lifetime_seconds = request->renewable_for_seconds;
    spec->max_uses = request->maximum_uses;
    spec->by_reference = request->by_reference;
}

/* The request's key, or a new one in `own`. */
static const mayfly_key *choose_key(
    const mayfly_agent_request *request, mayfly_key **own, mayfly_error *error) {
    *own = NULL;
    if (request->key != NULL) return request->key;
    *own = mayfly_key_new();
    if (*own == NULL) mf_no_memory(error);
    return *own;
}

mayfly_agent *mayfly_spawn(
    mayfly_client *client, const mayfly_agent_request *request, mayfly_error *error) {
    if (client->app == NULL && client->client_id == NULL) {
        mf_no_app(error);
        return NULL;
    }
    mayfly_key *own;
    const mayfly_key *key = choose_key(request, &own, error);
    if (key == NULL) return NULL;
    Mayfly__V1__AgentSpec spec = MAYFLY__V1__AGENT_SPEC__INIT;
    mf_describe(client, request, key, &spec);
    Mayfly__V1__SpawnBody body = MAYFLY__V1__SPAWN_BODY__INIT;
    body.agent = &spec;
    proof_request proven = {"spawn", &body.base, &body.proof_seq, key};
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    const Mayfly__V1__SpawnResponse *answer = NULL;
    mayfly_agent *agent = NULL;
    if (mf_call(client, &SPAWN, build_proven, &proven, &arena, (void *)&answer, error) ==
        MAYFLY_OK) {
        agent = mf_take_agent(client, key, answer->agent, error);
    }
    mf_arena_free(&arena);
    mayfly_key_free(own);
    return agent;
}

mayfly_agent *mayfly_register(
    mayfly_client *client, const mayfly_agent_request *request, const char *launch_token,
    bool supersede, mayfly_error *error) {
    mayfly_key *own;
    const mayfly_key *key = choose_key(request, &own, error);
    if (key == NULL) return NULL;
    Mayfly__V1__AgentSpec spec = MAYFLY__V1__AGENT_SPEC__INIT;
    mf_describe(client, request, key, &spec);
    Mayfly__V1__RegisterBody body = MAYFLY__V1__REGISTER_BODY__INIT;
    body.agent = &spec;
    body.launch_token = (char *)(uintptr_t)launch_token;
    body.supersede = supersede;
    proof_request proven = {"register", &body.base, &body.proof_seq, key};
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    const Mayfly__V1__RegisterResponse *answer = NULL;
    mayfly_agent *agent = NULL;
    if (mf_call(client, &REGISTER, build_proven, &proven, &arena, (void *)&answer, error) ==
        MAYFLY_OK) {
        agent = mf_take_agent(client, key, answer->agent, error);
    }
    mf_arena_free(&arena);
    mayfly_key_free(own);
    return agent;
}

/* The grant that a token names, inline or by reference. */
static bool find_grant(const char *token, char grant_id[33]) {
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    mayfly_text payload = mf_payload(&arena, mf_text(token, strlen(token)));
    const mf_json *grant = mf_json_member(mf_json_strict(&arena, payload), "grant");
    bool is_found = grant != NULL && grant->kind == MF_JSON_TEXT && mf_is_reference(grant->text);
    if (is_found) memcpy(grant_id, grant->text.bytes, 32);
    mf_arena_free(&arena);
    return is_found;
}

mayfly_agent *mayfly_agent_adopt(
    mayfly_client *client, const char *agent_id, const char *token, uint64_t expires_at,
    const mayfly_key *key, mayfly_error *error) {
    mayfly_agent *agent = new_agent(client, key, agent_id, error);
    if (agent == NULL) return NULL;
    agent->expires_at = expires_at;
    agent->token = mf_copy(token);
    if (agent->token == NULL || !find_grant(token, agent->grant_id)) {
        mf_fail(error, MAYFLY_INVALID_ARGUMENT, "this is no token of a broker");
        mayfly_agent_free(agent);
        return NULL;
    }
    return agent;
}

void mayfly_agent_free(mayfly_agent *agent) {
    if (agent == NULL) return;
    sodium_memzero(&agent->key, sizeof agent->key);
    mayfly_client_free(agent->own_client);
    free(agent->id);
    free(agent->token);
    free(agent);
}

const char *mayfly_agent_id(const mayfly_agent *agent) { return agent->id; }
const char *mayfly_agent_token(const mayfly_agent *agent) { return agent->token; }
const char *mayfly_agent_grant_id(const mayfly_agent *agent) { return agent->grant_id; }
uint64_t mayfly_agent_expires_at(const mayfly_agent *agent) { return agent->expires_at; }
const mayfly_key *mayfly_agent_key(const mayfly_agent *agent) { return &agent->key; }

/* --- its life --- */

mayfly_status mayfly_agent_renew(
    mayfly_agent *agent, const mayfly_renewal *renewal, mayfly_error *error) {
    uint8_t renewal_id[RENEWAL_ID_COUNT];
    randombytes_buf(renewal_id, sizeof renewal_id);
    Mayfly__V1__RenewBody body = MAYFLY__V1__RENEW_BODY__INIT;
    body.token = agent->token;
    body.renewal_id = (ProtobufCBinaryData){sizeof renewal_id, renewal_id};
    if (renewal != NULL) {
        body.scope = (char **)(uintptr_t)renewal->scope;
        body.n_scope = renewal->scope_count;
        body.ttl_seconds = renewal->lifetime_seconds;
    }
    proof_request proven = {"renew", &body.base, &body.proof_seq, &agent->key};
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    const Mayfly__V1__RenewResponse *answer = NULL;
    mayfly_status status =
        mf_call(agent->client, &RENEW, build_proven, &proven, &arena, (void *)&answer, error);
    if (status == MAYFLY_OK && !is_whole(answer->agent)) {
        status = mf_fail(error, MAYFLY_PROTOCOL_VIOLATION, "the answer has no token in it");
    }
    if (status == MAYFLY_OK) status = take_token(agent, answer->agent, error);
    mf_arena_free(&arena);
    return status;
}

mayfly_status mayfly_agent_heartbeat(
    mayfly_agent *agent, mayfly_agent_state state, mayfly_error *error) {
    Mayfly__V1__HeartbeatRequest request = MAYFLY__V1__HEARTBEAT_REQUEST__INIT;
    request.token = agent->token;
    request.state = (Mayfly__V1__AgentState)state;
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    void *answer;
    mayfly_status status =
        mf_call(agent->client, &HEARTBEAT, mf_build_message, &request, &arena, &answer, error);
    mf_arena_free(&arena);
    return status;
}

mayfly_status mayfly_agent_release(mayfly_agent *agent, bool *ended, mayfly_error *error) {
    return mayfly_release(agent->client, agent->token, strlen(agent->token), ended, error);
}
