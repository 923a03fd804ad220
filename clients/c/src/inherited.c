/* The agent that a wrapper started this process as. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "agents.h"

static const char VARIABLE[] = "MAYFLY_AGENT_FD";
/* A token, a key and what goes with them. */
enum { TEXT_MAXIMUM = 64 * 1024, ARENA_MAXIMUM = 1024 * 1024 };

static mayfly_status read_to_end(int descriptor, char *bytes, size_t *count, mayfly_error *error) {
    *count = 0;
    for (;;) {
        ssize_t more = read(descriptor, bytes + *count, TEXT_MAXIMUM - *count);
        if (more < 0 && errno == EINTR) continue;
        if (more < 0) {
            return mf_fail(error, MAYFLY_INVALID_ARGUMENT, "%s: %s", VARIABLE, strerror(errno));
        }
        *count += (size_t)more;
        if (more == 0 || *count == TEXT_MAXIMUM) return MAYFLY_OK;
    }
}

static char *member(mf_arena *arena, const mf_json *json, const char *name) {
    const mf_json *value = mf_json_member(json, name);
    if (value == NULL || value->kind != MF_JSON_TEXT) return NULL;
    if (memchr(value->text.bytes, 0, value->text.count) != NULL) return NULL;
    return mf_arena_text(arena, value->text.bytes, value->text.count);
}

static mayfly_agent *make(mf_arena *arena, const mf_json *json, mayfly_error *error) {
    const char *path = member(arena, json, "socket");
    const char *token = member(arena, json, "token");
    const char *pem = member(arena, json, "private_key");
    const char *id = member(arena, json, "agent_id");
    const mf_json *expiry = mf_json_member(json, "expires_at");
    uint64_t expires_at;
    mayfly_key *key = NULL;
    if (path != NULL && token != NULL && pem != NULL && id != NULL && expiry != NULL &&
        expiry->kind == MF_JSON_NUMBER && mf_whole_number(expiry->text, &expires_at)) {
        key = mayfly_key_from_pem(pem, strlen(pem));
    }
    if (key == NULL) {
        mf_fail(error, MAYFLY_INVALID_ARGUMENT, "%s: no agent came from the descriptor", VARIABLE);
        return NULL;
    }
    mayfly_client_options options = {.socket_path = path};
    mayfly_client *client = mayfly_client_new(&options, error);
    mayfly_agent *agent = NULL;
    if (client != NULL) agent = mayfly_agent_adopt(client, id, token, expires_at, key, error);
    if (agent == NULL) {
        mayfly_client_free(client);
    } else {
        agent->own_client = client;
    }
    mayfly_key_free(key);
    return agent;
}

mayfly_agent *mayfly_agent_from_environment(mayfly_error *error) {
    const char *text = getenv(VARIABLE);
    if (text == NULL) {
        mf_fail(error, MAYFLY_OK, "%s is not set", VARIABLE);
        return NULL;
    }
    uint64_t descriptor;
    if (!mf_whole_number(mf_text(text, strlen(text)), &descriptor) || descriptor <= 2 ||
        descriptor > 1000000) {
        mf_fail(error, MAYFLY_INVALID_ARGUMENT, "%s names no inherited descriptor", VARIABLE);
        return NULL;
    }
    char *bytes = malloc(TEXT_MAXIMUM);
    if (bytes == NULL) {
        mf_no_memory(error);
        return NULL;
    }
    size_t count;
    mf_arena arena;
    mf_arena_init(&arena, ARENA_MAXIMUM);
    mayfly_agent *agent = NULL;
    if (read_to_end((int)descriptor, bytes, &count, error) == MAYFLY_OK) {
        agent = make(&arena, mf_json_lenient(&arena, mf_text(bytes, count)), error);
    }
    close((int)descriptor);
    /* The private key was in it, and its copies are in the arena. */
    sodium_memzero(bytes, TEXT_MAXIMUM);
    mf_arena_wipe(&arena);
    mf_arena_free(&arena);
    free(bytes);
    return agent;
}
