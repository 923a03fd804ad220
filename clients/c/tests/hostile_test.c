/* proto/vectors/hostile.json, played by clients/testing/hostile_server.py: an error each time,
 * never a wait without end, never a crash. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mayfly.h"
#include "vectors.h"

static uint32_t timeout_milliseconds;

static uint64_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The word of hostile.json for a status. */
static const char *word(mayfly_status status) {
    switch (status) {
    case MAYFLY_OK: return "ok";
    case MAYFLY_REFUSED: return "refused";
    case MAYFLY_CONNECTION_LOST: return "connection_lost";
    case MAYFLY_OUTCOME_UNKNOWN: return "outcome_unknown";
    case MAYFLY_TIMED_OUT: return "timeout";
    case MAYFLY_PROTOCOL_VIOLATION: return "protocol";
    case MAYFLY_INVALID_ARGUMENT: return "invalid argument";
    case MAYFLY_NO_MEMORY: return "no memory";
    }
    return "no status at all";
}

static const char *validated(mayfly_client *client) {
    mayfly_validation validation = {0};
    mayfly_error error;
    const char token[] = "e30.e30.AAAA";
    mayfly_status status =
        mayfly_validate(client, token, sizeof token - 1, NULL, &validation, &error);
    bool is_valid = validation.valid;
    mayfly_validation_clear(&validation);
    return status == MAYFLY_OK && !is_valid ? "invalid" : word(status);
}

static const char *spawned(mayfly_client *client) {
    const char *scope[] = {"read:data:x"};
    mayfly_agent_request request = {
        .orchestration = "hostile", .task = "spawn", .scope = scope, .scope_count = 1};
    mayfly_error error = {0};
    mayfly_agent *agent = mayfly_spawn(client, &request, &error);
    mayfly_agent_free(agent);
    return agent != NULL ? "ok" : word(error.status);
}

/* Follows until it fails: the follower would connect again and again. */
static const char *watched(const char *path) {
    mayfly_revocations_options options = {
        .socket_path = path, .silence_milliseconds = timeout_milliseconds};
    mayfly_error error = {0};
    mayfly_revocations *revocations = mayfly_revocations_follow(&options, &error);
    if (revocations == NULL) return word(error.status);
    uint64_t deadline = milliseconds() + 5 * timeout_milliseconds;
    do {
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        mayfly_revocations_failure(revocations, &error);
    } while (error.status == MAYFLY_OK && milliseconds() < deadline);
    mayfly_revocations_free(revocations);
    return word(error.status);
}

/* Whether what came of the first call fits, which for `message_then_x` is `x`: the follower keeps
 * the messages to itself. */
static bool fits_first(const char *expected, const char *got) {
    const char *rest = strstr(expected, "message_then_");
    if (rest == expected) return strcmp(expected + strlen("message_then_"), got) == 0;
    const char *then = strstr(expected, "_then_");
    size_t count = then == NULL ? strlen(expected) : (size_t)(then - expected);
    return strlen(got) == count && memcmp(expected, got, count) == 0;
}

/* Whether a second call on the same client fits. Good behind a violation is an answer on a new
 * connection, or an error that says so. */
static bool fits_second(const char *expected, mayfly_client *client, const char **got) {
    const char *then = strstr(expected, "_then_");
    if (then == NULL || client == NULL) return true;
    const char *wanted = then + strlen("_then_");
    *got = validated(client);
    if (strcmp(wanted, "ok") == 0) return strcmp(*got, "ok") == 0;
    return strcmp(*got, "ok") == 0 || strcmp(*got, "connection_lost") == 0 ||
           strcmp(*got, wanted) == 0;
}

static bool is_survived(const vector *hostile_case, const char *folder) {
    const char *name = vector_text_of(hostile_case, "name");
    const char *call = vector_text_of(hostile_case, "call");
    char path[256];
    snprintf(path, sizeof path, "%s/%s.sock", folder, name);
    mayfly_client_options options = {
        .socket_path = path,
        .app = strcmp(call, "spawn") == 0 ? "testing" : NULL,
        .call_timeout_milliseconds = timeout_milliseconds,
    };
    mayfly_client *client = NULL;
    uint64_t began = milliseconds();
    const char *got;
    if (strcmp(call, "watch") == 0) got = watched(path);
    else {
        mayfly_error error;
        client = mayfly_client_new(&options, &error);
        if (client == NULL) return false;
        got = strcmp(call, "spawn") == 0 ? spawned(client) : validated(client);
    }
    bool fits = false;
    const char *second = "";
    const vector *expect = vector_get(hostile_case, "expect");
    for (size_t index = 0; !fits && index < vector_count(expect); index++) {
        const char *expected = vector_text(vector_at(expect, index));
        fits = fits_first(expected, got) && fits_second(expected, client, &second);
    }
    mayfly_client_free(client);
    uint64_t took = milliseconds() - began;
    if (!fits) fprintf(stderr, "%s: %s %s\n", name, got, second);
    if (took > 5 * timeout_milliseconds) {
        fprintf(stderr, "%s: took %llu ms\n", name, (unsigned long long)took);
        fits = false;
    }
    return fits;
}

int main(void) {
    const char *folder = getenv("MAYFLY_HOSTILE_DIRECTORY");
    if (folder == NULL) {
        fprintf(stderr, "run this with clients/testing/hostile_server.py\n");
        return 64;
    }
    const vector *file = vector_file("hostile.json");
    timeout_milliseconds = (uint32_t)vector_number_of(file, "timeout_seconds") * 1000;
    const vector *cases = vector_get(file, "cases");
    size_t failed = 0;
    for (size_t index = 0; index < vector_count(cases); index++) {
        if (!is_survived(vector_at(cases, index), folder)) failed++;
    }
    printf("hostile: %zu of %zu cases\n", vector_count(cases) - failed, vector_count(cases));
    return failed == 0 ? 0 : 1;
}
