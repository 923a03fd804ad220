/* Agents and their keys, and the hops they sign. */
#ifndef MF_AGENTS_H
#define MF_AGENTS_H

#include <sodium.h>

#include "call.h"
#include "texts.h"

struct mayfly_key {
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t public_bytes[MAYFLY_PUBLIC_KEY_COUNT];
};

struct mayfly_agent {
    mayfly_client *client;
    /* Of an agent from the environment: freed with it. */
    mayfly_client *own_client;
    mayfly_key key;
    char *id;
    char *token;
    char grant_id[33];
    uint64_t expires_at;
};

/* The request as the broker takes it; its texts are the request's and the client's. */
void mf_describe(
    const mayfly_client *client, const mayfly_agent_request *request, const mayfly_key *key,
    Mayfly__V1__AgentSpec *spec);
/* NULL where the answer has no agent in it: then nobody can say what came of it. */
mayfly_agent *mf_take_agent(
    mayfly_client *client, const mayfly_key *key, const Mayfly__V1__SpawnedAgent *answer,
    mayfly_error *error);
static inline mayfly_status mf_no_app(mayfly_error *error) {
    return mf_fail(error, MAYFLY_INVALID_ARGUMENT, "only an app can spawn: name one");
}

/* What a token says its agent holds, as far as a hop needs it. Nothing is verified: what is wrong
 * in it the broker refuses. */
typedef struct mf_held {
    mayfly_text agent;
    mayfly_text grant;
    /* As it is written, a JSON array. */
    mayfly_text scope;
    uint64_t expires_at;
    size_t depth;
    /* The last hop; without bytes where depth is 0. */
    mayfly_text last_hop;
} mf_held;

/* Of claims; false where something is missing, as in a token by reference. */
bool mf_held_read(mf_arena *arena, mayfly_text claims, mf_held *held);
/* The decoded payload of a token; without bytes where it is none. */
mayfly_text mf_payload(mf_arena *arena, mayfly_text token);

/* What a hop says, in its order. */
typedef struct mf_hop_draft {
    const mf_held *held;
    uint8_t delegator_key[32];
    mayfly_text delegate;
    uint8_t delegate_key[32];
    const mayfly_delegation *terms;
    uint8_t previous[32];
} mf_hop_draft;

/* The compact JWS, in the buffer. */
void mf_hop_sign(
    const mf_hop_draft *draft, const mf_proof_terms *terms, uint64_t expires_at,
    const mayfly_key *key, mf_buffer *hop);
#endif
