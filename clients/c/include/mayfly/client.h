/* A client of one broker, and what it can be asked without an agent.
 *
 * One client is one connection: make one and share it among threads. It is made at the first call
 * and made again when it is lost. Every function may be called from any thread at any time, but for
 * mayfly_client_free, which must be the last. */
#ifndef MAYFLY_CLIENT_H
#define MAYFLY_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "mayfly/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mayfly_client mayfly_client;

/* Zero-initialize it, and set what is wanted. The texts are copied. */
typedef struct mayfly_client_options {
    /* NULL: MAYFLY_SOCKET of the environment, else /run/mayfly/agent.sock. */
    const char *socket_path;
    /* The app to speak for, proven by this process's uid; NULL speaks for none. */
    const char *app;
    /* Or, for an app without a uid of its own, its client id and secret. */
    const char *client_id;
    const char *client_secret;
    /* Of the agents that are spawned, where their request names none. */
    const char *orchestration;
    /* Of one call, connecting included; 0 means 10,000. */
    uint32_t call_timeout_milliseconds;
} mayfly_client_options;

/* A client that has not connected yet; NULL options are those of a zero-initialized struct. NULL
 * with MAYFLY_NO_MEMORY or MAYFLY_INVALID_ARGUMENT. */
MAYFLY_API mayfly_client *mayfly_client_new(
    const mayfly_client_options *options, mayfly_error *error);

/* Closes the connection. Agents of the client must not be used any more. NULL is nothing. */
MAYFLY_API void mayfly_client_free(mayfly_client *client);

/* Connects and names the app now rather than at the first call. */
MAYFLY_API mayfly_status mayfly_client_connect(mayfly_client *client, mayfly_error *error);

/* What a token is wanted for; a zero-initialized one asks for nothing but that it is valid. */
typedef struct mayfly_wanted {
    /* All of it must be covered by the token's scope. */
    const char *const *scope;
    size_t scope_count;
    /* Must be named by the token; NULL asks for none. */
    const char *audience;
    /* Consumes one use of a token whose uses are limited, durably. The client speaks for an app. */
    bool consume_use;
    /* Leaves out the claims of the answer. */
    bool omit_claims;
} mayfly_wanted;

typedef struct mayfly_validation {
    bool valid;
    /* JSON exactly as signed, with a zero behind it; NULL where not valid or omitted. */
    char *claims;
    size_t claims_count;
    /* Seconds since the Unix epoch; 0 where not valid. */
    uint64_t expires_at;
    /* What is left, where one was consumed. */
    uint32_t uses_left;
} mayfly_validation;

/* Asks the broker whether a token is valid at this moment: a revocation that was acknowledged
 * before is seen. What is no token is not valid, and no error. Clear the answer. */
MAYFLY_API mayfly_status mayfly_validate(
    mayfly_client *client, const char *token, size_t token_count, const mayfly_wanted *wanted,
    mayfly_validation *validation, mayfly_error *error);
MAYFLY_API void mayfly_validation_clear(mayfly_validation *validation);

/* Ends the grant behind a token, and all that hangs on it; whoever holds the token may. `ended` is
 * false where it was not live, and may be NULL. */
MAYFLY_API mayfly_status mayfly_release(
    mayfly_client *client, const char *token, size_t token_count, bool *ended, mayfly_error *error);

/* Ends the grants behind 1 to 1,024 tokens, zero-ended texts, each judged alone. `ended` has
 * `count` places, or is NULL. */
MAYFLY_API mayfly_status mayfly_release_batch(
    mayfly_client *client, const char *const *tokens, size_t count, bool *ended,
    mayfly_error *error);

/* Ends a grant of the client's own app by its id: 32 lower-case hexadecimal characters. */
MAYFLY_API mayfly_status mayfly_release_grant(
    mayfly_client *client, const char *grant_id, bool *ended, mayfly_error *error);

typedef struct mayfly_launch_request {
    /* 1 to 32 scopes inside the app's ceiling: the most that the agent may ask for. */
    const char *const *ceiling;
    size_t ceiling_count;
    /* 1 to 3,600; 0 means 30. */
    uint32_t lifetime_seconds;
    /* The agent's longest life; 0 means the app's maximum. */
    uint32_t maximum_agent_lifetime_seconds;
    /* What the audit calls it; NULL, or an identifier. */
    const char *label;
} mayfly_launch_request;

typedef struct mayfly_launch_token {
    /* 64 hexadecimal characters and a zero. Hand it over through a pipe or the environment, never
     * as an argument. */
    char secret[65];
    /* Seconds since the Unix epoch. */
    uint64_t expires_at;
} mayfly_launch_token;

/* A single-use secret with which one agent process registers itself: mayfly_register. */
MAYFLY_API mayfly_status mayfly_create_launch_token(
    mayfly_client *client, const mayfly_launch_request *request, mayfly_launch_token *launch_token,
    mayfly_error *error);

/* A live grant of the app, as mayfly_list_grants tells it: valid during the call only. */
typedef struct mayfly_grant {
    const char *grant_id;
    const char *agent_id;
    const char *orchestration;
    const char *task;
    const char *const *scope;
    size_t scope_count;
    /* Seconds since the Unix epoch. */
    uint64_t issued_at;
    uint64_t expires_at;
    /* 0 for an agent's own. */
    uint32_t depth;
} mayfly_grant;

/* Tells the app's own live grants, read page by page; orchestration and task may be NULL. The
 * function ends it early by returning false. It may call the client. */
MAYFLY_API mayfly_status mayfly_list_grants(
    mayfly_client *client, const char *orchestration, const char *task,
    bool (*each)(void *context, const mayfly_grant *grant), void *context, mayfly_error *error);

#ifdef __cplusplus
}
#endif
#endif
