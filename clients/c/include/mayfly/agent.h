/* Agents: made, renewed, delegated from and released by who holds their key.
 *
 * An agent is used by one thread at a time; its client may be shared. */
#ifndef MAYFLY_AGENT_H
#define MAYFLY_AGENT_H

#include "mayfly/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An Ed25519 key pair; wiped when it is freed. */
typedef struct mayfly_key mayfly_key;

enum { MAYFLY_PUBLIC_KEY_COUNT = 32, MAYFLY_SEED_COUNT = 32 };

/* NULL where there is no memory. */
MAYFLY_API mayfly_key *mayfly_key_new(void);
MAYFLY_API mayfly_key *mayfly_key_from_seed(const uint8_t seed[MAYFLY_SEED_COUNT]);
/* Of PKCS #8 in PEM; NULL also where it is none. */
MAYFLY_API mayfly_key *mayfly_key_from_pem(const char *text, size_t count);
MAYFLY_API void mayfly_key_free(mayfly_key *key);
/* 32 bytes, for as long as the key lives. */
MAYFLY_API const uint8_t *mayfly_key_public(const mayfly_key *key);

/* Zero-initialize it, and set what is wanted. Only read during the call. */
typedef struct mayfly_agent_request {
    /* NULL: the client's. */
    const char *orchestration;
    const char *task;
    /* 1 to 32 scopes `action:resource:identifier`. */
    const char *const *scope;
    size_t scope_count;
    /* 0 to 8. */
    const char *const *audience;
    size_t audience_count;
    /* Of the first token; 0: the app's default. */
    uint32_t lifetime_seconds;
    /* From now, which no renewal passes; 0: the first token's life. */
    uint32_t renewable_for_seconds;
    /* 0: without limit. */
    uint32_t maximum_uses;
    /* A short token that only refers to its claims. */
    bool by_reference;
    /* NULL: a new one. No other live agent may have it. Copied. */
    const mayfly_key *key;
} mayfly_agent_request;

typedef struct mayfly_agent mayfly_agent;

/* A new agent of the client's app, with a token for its task. NULL where it fails, for example
 * refused with SCOPE_VIOLATION. */
MAYFLY_API mayfly_agent *mayfly_spawn(
    mayfly_client *client, const mayfly_agent_request *request, mayfly_error *error);

enum { MAYFLY_BATCH_MAXIMUM = 1024 };

/* 1 to 1,024 agents, all of them or none, vouched for by a key that the operator registered for the
 * app: one signature for all. `agents` has `count` places, which are filled in the order of the
 * requests. */
MAYFLY_API mayfly_status mayfly_spawn_batch(
    mayfly_client *client, const mayfly_agent_request *requests, size_t count,
    const mayfly_key *attestation_key, mayfly_agent **agents, mayfly_error *error);

/* The calling process registers itself as an agent with a launch token. The client speaks for no
 * app: the launch token says which. `supersede` ends what was granted before under the same
 * orchestration and task. */
MAYFLY_API mayfly_agent *mayfly_register(
    mayfly_client *client, const mayfly_agent_request *request, const char *launch_token,
    bool supersede, mayfly_error *error);

/* The agent that this process was started as, by `mayfly run` or another wrapper: MAYFLY_AGENT_FD
 * names an inherited descriptor with {"socket", "token", "private_key", "agent_id", "expires_at"},
 * which is read to its end and closed. It has a client of its own, which is freed with it. NULL
 * where it was not started as one, with MAYFLY_OK in the error, or where what came is no agent. */
MAYFLY_API mayfly_agent *mayfly_agent_from_environment(mayfly_error *error);

/* An agent of what came another way: of a delegation to it, or kept. All is copied. */
MAYFLY_API mayfly_agent *mayfly_agent_adopt(
    mayfly_client *client, const char *agent_id, const char *token, uint64_t expires_at,
    const mayfly_key *key, mayfly_error *error);

/* Forgets the agent and its key; its grant lives on until it is released or expires. */
MAYFLY_API void mayfly_agent_free(mayfly_agent *agent);

/* The SPIFFE ID. This and what follows are valid until the agent is renewed or freed. */
MAYFLY_API const char *mayfly_agent_id(const mayfly_agent *agent);
/* A compact JWS. */
MAYFLY_API const char *mayfly_agent_token(const mayfly_agent *agent);
/* 32 hexadecimal characters, the same over renewals. */
MAYFLY_API const char *mayfly_agent_grant_id(const mayfly_agent *agent);
/* Of the token: seconds since the Unix epoch. */
MAYFLY_API uint64_t mayfly_agent_expires_at(const mayfly_agent *agent);
MAYFLY_API const mayfly_key *mayfly_agent_key(const mayfly_agent *agent);

typedef struct mayfly_renewal {
    /* None: what is held. A narrower one only for a grant without children. */
    const char *const *scope;
    size_t scope_count;
    /* 0: as long as the old token's. */
    uint32_t lifetime_seconds;
} mayfly_renewal;

/* The same grant, a new token: the old one is dead first. Where the connection is lost under it, it
 * asks again, and gets the same token. NULL renews everything as it is. */
MAYFLY_API mayfly_status mayfly_agent_renew(
    mayfly_agent *agent, const mayfly_renewal *renewal, mayfly_error *error);

typedef enum mayfly_agent_state {
    MAYFLY_AGENT_ACTIVE = 1,
    MAYFLY_AGENT_IDLE = 2,
    MAYFLY_AGENT_COMPLETING = 3
} mayfly_agent_state;

/* Says that the agent is alive, where its app wants to hear it. */
MAYFLY_API mayfly_status mayfly_agent_heartbeat(
    mayfly_agent *agent, mayfly_agent_state state, mayfly_error *error);

/* Ends the agent's grant, and all that hangs on it. `ended` may be NULL. */
MAYFLY_API mayfly_status mayfly_agent_release(
    mayfly_agent *agent, bool *ended, mayfly_error *error);

typedef struct mayfly_delegation {
    /* The delegate's agent id. */
    const char *to;
    /* 1 to 32 scopes, each covered by one that the delegator holds. */
    const char *const *scope;
    size_t scope_count;
    /* 1 to 8 of the delegator's; none: all of them. */
    const char *const *audience;
    size_t audience_count;
    /* Renewals included; 0: what is left of the delegator's token. */
    uint32_t lifetime_seconds;
    /* Given away; 0: no limit, which a delegator with a limit cannot give. */
    uint32_t maximum_uses;
    bool by_reference;
} mayfly_delegation;

/* A token with part of what the agent holds, for another live agent: a text to be freed with
 * free(), to be handed over, and adopted there with the delegate's key. NULL where it fails.
 * `expires_at` may be NULL. */
MAYFLY_API char *mayfly_agent_delegate(
    mayfly_agent *agent, const mayfly_delegation *delegation, uint64_t *expires_at,
    mayfly_error *error);

#ifdef __cplusplus
}
#endif
#endif
