/* Verifying tokens where the resources are: in microseconds without asking anyone, and yet a token
 * that was ended is refused as soon as the broker's stream of ends says so.
 *
 * All of this is safe to share among threads, but for the functions that free. */
#ifndef MAYFLY_VERIFIER_H
#define MAYFLY_VERIFIER_H

#include "mayfly/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The broker's public keys and its issuer. Never changes: ask again, and make another verifier. */
typedef struct mayfly_keys mayfly_keys;

/* Asks the broker. */
MAYFLY_API mayfly_keys *mayfly_keys_fetch(mayfly_client *client, mayfly_error *error);
/* Reads a JWKS, or what `mayfly keys --json` wrote; `issuer` may be NULL where the text has one. */
MAYFLY_API mayfly_keys *mayfly_keys_parse(
    const char *text, size_t count, const char *issuer, mayfly_error *error);
/* Verifiers keep their own copy. */
MAYFLY_API void mayfly_keys_free(mayfly_keys *keys);

/* Follows the stream of ends in a thread of its own and remembers them. */
typedef struct mayfly_revocations mayfly_revocations;

typedef struct mayfly_revocations_options {
    /* NULL: as of a client. */
    const char *socket_path;
    /* Ends that are remembered at most, 64 to 128 bytes each; 0: 500,000. With more, nothing counts
     * as known until the broker has sent all that matter again. */
    size_t capacity;
    /* For how long; 0: 86,460, no less than the broker's longest life and a minute. Tokens that
     * live longer are for the broker to judge. */
    uint32_t retention_seconds;
    /* Silence after which it connects again; 0: 15,000. A broker says something every 5,000. */
    uint32_t silence_milliseconds;
} mayfly_revocations_options;

/* Starts at once, and connects again when it is lost, until it is freed. */
MAYFLY_API mayfly_revocations *mayfly_revocations_follow(
    const mayfly_revocations_options *options, mayfly_error *error);
/* Waits until everything that had ended by now is known. */
MAYFLY_API mayfly_status mayfly_revocations_wait(
    mayfly_revocations *revocations, uint32_t timeout_milliseconds, mayfly_error *error);
/* For how long it may have missed something; UINT64_MAX before it has caught up. */
MAYFLY_API uint64_t mayfly_revocations_staleness_milliseconds(
    const mayfly_revocations *revocations);
/* Why it is not connected just now; the status is MAYFLY_OK where it is. */
MAYFLY_API void mayfly_revocations_failure(mayfly_revocations *revocations, mayfly_error *error);
/* Not while a verifier uses it. */
MAYFLY_API void mayfly_revocations_free(mayfly_revocations *revocations);

typedef struct mayfly_verifier mayfly_verifier;

typedef struct mayfly_verifier_options {
    const mayfly_keys *keys;
    /* NULL only with `ignore_revocations`, or with `ask_always`. */
    mayfly_revocations *revocations;
    /* It is known that what ended before its expiry may still be accepted. */
    bool ignore_revocations;
    /* Whom to ask about tokens that only it can judge, and when the revocations are not known;
     * NULL: they are refused. */
    mayfly_client *broker;
    /* Asks the broker every time, for what is critical. */
    bool ask_always;
    /* NULL: the keys' own. */
    const char *issuer;
    /* Must be named by a token, where the call asks for no other. */
    const char *audience;
    /* How far the clocks may be apart; 0: 30. -1 for none at all. */
    int32_t leeway_seconds;
    /* For how long something may have been missed before nothing is accepted without asking; 0:
     * 30,000. */
    uint32_t staleness_milliseconds;
    /* Tokens that are remembered; 0: 4,096. Each needs about twice its length and 2 KiB. */
    size_t cache_capacity;
} mayfly_verifier_options;

MAYFLY_API mayfly_verifier *mayfly_verifier_new(
    const mayfly_verifier_options *options, mayfly_error *error);
MAYFLY_API void mayfly_verifier_free(mayfly_verifier *verifier);

/* A text inside something else: not ended by a zero. */
typedef struct mayfly_text {
    const char *bytes;
    size_t count;
} mayfly_text;

/* An agent and the grant by which it holds its authority. */
typedef struct mayfly_link {
    mayfly_text agent_id;
    mayfly_text grant_id;
} mayfly_link;

enum { MAYFLY_LINEAGE_MAXIMUM = 6 };

/* A token whose signature and whole lineage were verified. Nothing in it changes. */
typedef struct mayfly_token {
    mayfly_text token_id;
    mayfly_text grant_id;
    mayfly_text issuer;
    /* Seconds since the Unix epoch. */
    uint64_t expires_at;
    uint64_t issued_at;
    uint64_t not_before;
    /* The claims, JSON exactly as signed. */
    mayfly_text claims;
    /* Worth nothing until the broker has been asked. */
    bool online;
    /* Stands for claims that only the broker has: nothing of what follows is known. */
    bool by_reference;
    mayfly_text subject;
    const mayfly_text *scope;
    size_t scope_count;
    /* None: it is for whoever asks for none. */
    const mayfly_text *audience;
    size_t audience_count;
    /* Of the agent's key (RFC 7638). */
    mayfly_text key_thumbprint;
    /* From the root to the subject. */
    mayfly_link lineage[MAYFLY_LINEAGE_MAXIMUM];
    size_t lineage_count;
} mayfly_token;

MAYFLY_API void mayfly_token_free(const mayfly_token *token);

/* NULL where the token is good; else why not, a constant text that is stable: the codes of
 * proto/vectors/README.md, and
 *   SCOPE_VIOLATION      it does not cover what is wanted
 *   REVOKED              it, or something that it hangs on, has ended
 *   REVOCATIONS_STALE    ends may have been missed, and there is no broker to ask
 *   BROKER_REQUIRED      only the broker can say, and there is none to ask
 *   BROKER_UNREACHABLE   it could not be asked
 *   TOKEN_NOT_VALID      it was asked, and said no
 *   NO_MEMORY
 * Where it is good and `verified` is not NULL, that has the token, to be freed. */
MAYFLY_API const char *mayfly_verify(
    mayfly_verifier *verifier, const char *token, size_t token_count, const mayfly_wanted *wanted,
    const mayfly_token **verified);

/* The token and its lineage alone: no cache, no revocations, no broker. `now` in seconds since the
 * Unix epoch; `issuer` NULL: the keys' own; `audience` NULL asks for none. */
MAYFLY_API const char *mayfly_verify_chain(
    const mayfly_keys *keys, const char *issuer, const char *token, size_t token_count,
    const char *audience, uint64_t now, uint32_t leeway_seconds, const mayfly_token **verified);

#ifdef __cplusplus
}
#endif
#endif
