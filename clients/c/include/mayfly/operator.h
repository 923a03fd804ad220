/* What an operator's program ends; the rest of the operator's work is the mayfly command's. */
#ifndef MAYFLY_OPERATOR_H
#define MAYFLY_OPERATOR_H

#include "mayfly/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A client of the operator socket, to be freed as any client: for mayfly_revoke and
 * mayfly_validate. NULL options, or a NULL path in them: MAYFLY_OPERATOR_SOCKET of the environment,
 * else /run/mayfly/operator/operator.sock. They name no app. */
MAYFLY_API mayfly_client *mayfly_operator_new(
    const mayfly_client_options *options, mayfly_error *error);

typedef enum mayfly_revocation_level {
    MAYFLY_REVOKE_TOKEN = 1,
    MAYFLY_REVOKE_AGENT = 3,
    MAYFLY_REVOKE_TASK = 4,
    MAYFLY_REVOKE_CHAIN = 5
} mayfly_revocation_level;

/* Ends a token (its jti), an agent (its id), a task (its id; `orchestration` NULL means under all),
 * or a chain (an agent or grant id of it), and all that hangs on it. `count`, which may be NULL, is
 * how many live grants the name matched. */
MAYFLY_API mayfly_status mayfly_revoke(
    mayfly_client *operator_client, mayfly_revocation_level level, const char *target,
    const char *orchestration, uint64_t *count, mayfly_error *error);

#ifdef __cplusplus
}
#endif
#endif
