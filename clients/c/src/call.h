/* How a client calls: a connection when there is none, a proof over it, and what to do when it is
 * lost in between. */
#ifndef MF_CALL_H
#define MF_CALL_H

#include "CMayflyProto.h"
#include "link.h"

/* The largest answer, as protobuf-c unpacks it: several times its bytes. */
enum { MF_ANSWER_ARENA = 48 * 1024 * 1024, MF_PROOF_COUNT = 64 };

struct mayfly_client {
    char *path;
    char *app;
    char *client_id;
    char *client_secret;
    char *orchestration;
    uint32_t timeout_milliseconds;
    size_t first_maximum;
    pthread_mutex_t lock;
    pthread_cond_t opened;
    /* Under the lock. */
    bool is_opening;
    mf_link *link;
};

typedef enum mf_need { MF_NEED_NOTHING, MF_NEED_CHALLENGE, MF_NEED_FRESH_CHALLENGE } mf_need;

typedef struct mf_method {
    const char *service;
    const char *name;
    const ProtobufCMessageDescriptor *answer;
    /* Whether to make it again, once, where its answer was lost. */
    bool is_repeatable;
    mf_need need;
} mf_method;

extern const mf_method mf_get_keys;

/* What a proof is made of: of one connection, and one number of its count. */
typedef struct mf_proof_terms {
    const uint8_t *challenge;
    const char *issuer;
    const uint8_t *issuer_digest;
    uint64_t sequence;
    /* The broker's clock, seconds since the Unix epoch. */
    uint64_t now;
} mf_proof_terms;

/* Writes the request's payload; called once for each connection that it is tried on. */
typedef mayfly_status (*mf_build)(
    void *context, const mf_proof_terms *terms, mf_buffer *payload, mayfly_error *error);

mayfly_status mf_build_empty(
    void *context, const mf_proof_terms *terms, mf_buffer *payload, mayfly_error *error);
/* `context` is the message itself. */
mayfly_status mf_build_message(
    void *context, const mf_proof_terms *terms, mf_buffer *payload, mayfly_error *error);
mayfly_status mf_pack(const ProtobufCMessage *message, mf_buffer *buffer, mayfly_error *error);

/* `*answer` is in the arena. */
mayfly_status mf_call(
    mayfly_client *client, const mf_method *method, mf_build build, void *context, mf_arena *arena,
    void **answer, mayfly_error *error);

/* The Ed25519 signature of a body (proto/PROTOCOL.md, "What is signed"). */
void mf_prove(
    const mayfly_key *key, const char *purpose, const uint8_t issuer_digest[32],
    const uint8_t challenge[32], uint64_t sequence, const uint8_t *body, size_t count,
    uint8_t proof[MF_PROOF_COUNT]);

/* The refusal of a status that is none of MAYFLY_OK. */
mayfly_status mf_refusal(const Google__Rpc__Status *status, mayfly_error *error);

/* The path that is meant: the one given, the variable's, or the usual one. A copy. */
char *mf_socket_path(const char *given, const char *variable, const char *usual);
#define MF_AGENT_SOCKET "/run/mayfly/agent.sock"
#endif
