/* What a call ends with. */
#ifndef MAYFLY_ERROR_H
#define MAYFLY_ERROR_H

#include <stddef.h>

#if defined(__GNUC__)
#define MAYFLY_API __attribute__((visibility("default")))
#else
#define MAYFLY_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mayfly_status {
    MAYFLY_OK = 0,
    /* The broker decided against the request, and nothing was changed: see reason and code. */
    MAYFLY_REFUSED = 1,
    /* There is no broker at the socket, or the connection was lost. A call that may be repeated was
     * repeated once on a new connection before. */
    MAYFLY_CONNECTION_LOST = 2,
    /* The answer to a call that must not be repeated was lost: it may have been carried out. After
     * a spawn an agent may live, until its token expires, of which the caller knows nothing. */
    MAYFLY_OUTCOME_UNKNOWN = 3,
    /* No answer in the client's call timeout. */
    MAYFLY_TIMED_OUT = 4,
    /* What came is not what a broker sends. The connection was closed. */
    MAYFLY_PROTOCOL_VIOLATION = 5,
    /* The request cannot be sent as it is; nothing was sent. */
    MAYFLY_INVALID_ARGUMENT = 6,
    MAYFLY_NO_MEMORY = 7
} mayfly_status;

enum { MAYFLY_METADATA_MAXIMUM = 8 };

/* Filled where a function fails; untouched where it succeeds. It owns nothing: copy it, keep it,
 * forget it. Longer texts are cut. Wherever a function takes one, it may be NULL. */
typedef struct mayfly_error {
    mayfly_status status;
    /* Of a refusal: the gRPC status code, for example 7, PERMISSION_DENIED. Else 0. */
    int code;
    /* Stable, for programs. Of a refusal: the broker's, for example "SCOPE_VIOLATION"
     * (proto/PROTOCOL.md lists them), or the name of the code where the broker gave none. Else the
     * status's: "CONNECTION_LOST", "OUTCOME_UNKNOWN", "TIMED_OUT", ... */
    char reason[64];
    /* A sentence for a developer; may change at any time. */
    char message[256];
    /* What goes with a refusal's reason, by name; mostly nothing. More than the first eight are
     * dropped. */
    size_t metadata_count;
    struct {
        char name[64];
        char value[128];
    } metadata[MAYFLY_METADATA_MAXIMUM];
} mayfly_error;

/* The value of a name, for example "limit"; NULL where there is none. */
MAYFLY_API const char *mayfly_error_metadata(const mayfly_error *error, const char *name);

#ifdef __cplusplus
}
#endif
#endif
