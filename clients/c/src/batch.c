/* Many agents with one request. */
#include <stdlib.h>

#include "agents.h"

static const mf_method SPAWN_BATCH = {
    "mayfly.v1.Agents", "SpawnBatch", &mayfly__v1__spawn_batch_response__descriptor, false,
    MF_NEED_CHALLENGE};
static const mf_method RELEASE_BATCH = {
    "mayfly.v1.Agents", "ReleaseBatch", &mayfly__v1__release_batch_response__descriptor, true,
    MF_NEED_NOTHING};

typedef struct agent_batch {
    Mayfly__V1__SpawnBatchBody body;
    Mayfly__V1__AgentSpec *specs;
    Mayfly__V1__AgentSpec **places;
    /* New ones, for the requests that bring none. */
    mayfly_key **own_keys;
    const mayfly_key *attestation_key;
} agent_batch;

static mayfly_status build_batch(
    void *context, const mf_proof_terms *terms, mf_buffer *payload, mayfly_error *error) {
    agent_batch *batch = context;
    batch->body.proof_seq = terms->sequence;
    mf_buffer body = {0};
    mayfly_status status = mf_pack(&batch->body.base, &body, error);
    if (status == MAYFLY_OK) {
        const mayfly_key *key = batch->attestation_key;
        uint8_t proof[MF_PROOF_COUNT];
        mf_prove(key, "spawn-batch", terms->issuer_digest, terms->challenge, terms->sequence,
                 body.bytes, body.count, proof);
        Mayfly__V1__SpawnBatchRequest request = MAYFLY__V1__SPAWN_BATCH_REQUEST__INIT;
        request.body = (ProtobufCBinaryData){body.count, body.bytes};
        request.proof = (ProtobufCBinaryData){sizeof proof, proof};
        request.attestation_key = (ProtobufCBinaryData){
            MAYFLY_PUBLIC_KEY_COUNT, (uint8_t *)(uintptr_t)key->public_bytes};
        status = mf_pack(&request.base, payload, error);
    }
    mf_buffer_free(&body);
    return status;
}

static mayfly_status fill(
    agent_batch *batch, const mayfly_client *client, const mayfly_agent_request *requests,
    size_t count, mayfly_error *error) {
    mayfly__v1__spawn_batch_body__init(&batch->body);
    batch->specs = calloc(count, sizeof *batch->specs);
    batch->places = calloc(count, sizeof *batch->places);
    batch->own_keys = calloc(count, sizeof *batch->own_keys);
    if (batch->specs == NULL || batch->places == NULL || batch->own_keys == NULL) {
        return mf_no_memory(error);
    }
    for (size_t index = 0; index < count; index++) {
        const mayfly_key *key = requests[index].key;
        if (key == NULL) key = batch->own_keys[index] = mayfly_key_new();
        if (key == NULL) return mf_no_memory(error);
        batch->places[index] = &batch->specs[index];
        mayfly__v1__agent_spec__init(&batch->specs[index]);
        mf_describe(client, &requests[index], key, &batch->specs[index]);
    }
    batch->body.n_agents = count;
    batch->body.agents = batch->places;
    return MAYFLY_OK;
}

static void empty(agent_batch *batch, size_t count) {
    for (size_t index = 0; batch->own_keys != NULL && index < count; index++) {
        mayfly_key_free(batch->own_keys[index]);
    }
    free(batch->specs);
    free(batch->places);
    free(batch->own_keys);
}

/* All or none. */
static mayfly_status take_agents(
    mayfly_client *client, const agent_batch *batch, const mayfly_agent_request *requests,
    const Mayfly__V1__SpawnBatchResponse *answer, size_t count, mayfly_agent **agents,
    mayfly_error *error) {
    if (answer->n_agents != count) {
        return mf_fail(
            error, MAYFLY_OUTCOME_UNKNOWN, "the answer has not as many agents as were asked for");
    }
    for (size_t index = 0; index < count; index++) {
        const mayfly_key *key = requests[index].key;
        if (key == NULL) key = batch->own_keys[index];
        mayfly_error failure;
        agents[index] = mf_take_agent(client, key, answer->agents[index], &failure);
        if (agents[index] != NULL) continue;
        while (index > 0) {
            mayfly_agent_free(agents[--index]);
            agents[index] = NULL;
        }
        return mf_pass(error, &failure);
    }
    return MAYFLY_OK;
}

mayfly_status mayfly_spawn_batch(
    mayfly_client *client, const mayfly_agent_request *requests, size_t count,
    const mayfly_key *attestation_key, mayfly_agent **agents, mayfly_error *error) {
    memset(agents, 0, count * sizeof *agents);
    if (client->app == NULL && client->client_id == NULL) return mf_no_app(error);
    if (count == 0 || count > MAYFLY_BATCH_MAXIMUM) {
        return mf_fail(error, MAYFLY_INVALID_ARGUMENT, "a batch is of 1 to 1,024 agents");
    }
    agent_batch batch = {.attestation_key = attestation_key};
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    const Mayfly__V1__SpawnBatchResponse *answer = NULL;
    mayfly_status status = fill(&batch, client, requests, count, error);
    if (status == MAYFLY_OK) {
        status =
            mf_call(client, &SPAWN_BATCH, build_batch, &batch, &arena, (void *)&answer, error);
    }
    if (status == MAYFLY_OK) {
        status = take_agents(client, &batch, requests, answer, count, agents, error);
    }
    mf_arena_free(&arena);
    empty(&batch, count);
    return status;
}

mayfly_status mayfly_release_batch(
    mayfly_client *client, const char *const *tokens, size_t count, bool *ended,
    mayfly_error *error) {
    if (count == 0 || count > MAYFLY_BATCH_MAXIMUM) {
        return mf_fail(error, MAYFLY_INVALID_ARGUMENT, "a batch is of 1 to 1,024 tokens");
    }
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    Mayfly__V1__ReleaseBatchRequest request = MAYFLY__V1__RELEASE_BATCH_REQUEST__INIT;
    Mayfly__V1__ReleaseRequest *items = mf_arena_take(&arena, count * sizeof *items);
    request.items = mf_arena_take(&arena, count * sizeof *request.items);
    request.n_items = count;
    const Mayfly__V1__ReleaseBatchResponse *answer = NULL;
    mayfly_status status = MAYFLY_OK;
    if (items == NULL || request.items == NULL) {
        status = mf_no_memory(error);
    } else {
        for (size_t index = 0; index < count; index++) {
            mayfly__v1__release_request__init(&items[index]);
            items[index].target_case = MAYFLY__V1__RELEASE_REQUEST__TARGET_TOKEN;
            items[index].token = (char *)(uintptr_t)tokens[index];
            request.items[index] = &items[index];
        }
        status = mf_call(
            client, &RELEASE_BATCH, mf_build_message, &request, &arena, (void *)&answer, error);
    }
    if (status == MAYFLY_OK && answer->n_ended != count) {
        status = mf_fail(error, MAYFLY_PROTOCOL_VIOLATION, "the answer is not about these tokens");
    }
    for (size_t index = 0; status == MAYFLY_OK && ended != NULL && index < count; index++) {
        ended[index] = answer->ended[index] != 0;
    }
    mf_arena_free(&arena);
    return status;
}
