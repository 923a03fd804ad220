#include <sodium.h>
#include <stdlib.h>

#include "call.h"
#include "texts.h"

enum { TIMEOUT_MILLISECONDS = 10000 };

static const mf_method VALIDATE = {
    "mayfly.v1.Agents", "Validate", &mayfly__v1__validate_response__descriptor, true,
    MF_NEED_NOTHING};
/* A use that was consumed must not be consumed again. */
static const mf_method CONSUME = {
    "mayfly.v1.Agents", "Validate", &mayfly__v1__validate_response__descriptor, false,
    MF_NEED_NOTHING};
static const mf_method RELEASE = {
    "mayfly.v1.Agents", "Release", &mayfly__v1__release_response__descriptor, true,
    MF_NEED_NOTHING};
static const mf_method CREATE_LAUNCH_TOKEN = {
    "mayfly.v1.Apps", "CreateLaunchToken", &mayfly__v1__create_launch_token_response__descriptor,
    true, MF_NEED_NOTHING};
static const mf_method LIST_GRANTS = {
    "mayfly.v1.Apps", "ListGrants", &mayfly__v1__apps_list_grants_response__descriptor, true,
    MF_NEED_NOTHING};
static const mf_method REVOKE = {
    "mayfly.v1.Operator", "Revoke", &mayfly__v1__revoke_response__descriptor, true,
    MF_NEED_NOTHING};

/* --- life --- */

char *mf_socket_path(const char *given, const char *variable, const char *usual) {
    if (given == NULL) given = getenv(variable);
    return mf_copy(given == NULL || given[0] == 0 ? usual : given);
}

static bool copy(char **out, const char *text) {
    *out = text == NULL ? NULL : mf_copy(text);
    return text == NULL || *out != NULL;
}

static mayfly_client *new_client(
    const mayfly_client_options *options, const char *variable, const char *usual,
    mayfly_error *error) {
    static const mayfly_client_options NONE = {0};
    if (options == NULL) options = &NONE;
    if (options->app != NULL && options->client_id != NULL) {
        mf_fail(error, MAYFLY_INVALID_ARGUMENT, "an app is named, or a client id, not both");
        return NULL;
    }
    mayfly_client *client = sodium_init() < 0 ? NULL : calloc(1, sizeof *client);
    if (client == NULL) {
        mf_no_memory(error);
        return NULL;
    }
    pthread_mutex_init(&client->lock, NULL);
    pthread_cond_init(&client->opened, NULL);
    client->first_maximum = MF_SENT_MAXIMUM_UNNAMED;
    client->timeout_milliseconds = options->call_timeout_milliseconds == 0
                                       ? TIMEOUT_MILLISECONDS
                                       : options->call_timeout_milliseconds;
    client->path = mf_socket_path(options->socket_path, variable, usual);
    if (client->path == NULL || !copy(&client->app, options->app) ||
        !copy(&client->client_id, options->client_id) ||
        !copy(&client->client_secret, options->client_secret) ||
        !copy(&client->orchestration, options->orchestration)) {
        mayfly_client_free(client);
        mf_no_memory(error);
        return NULL;
    }
    return client;
}

mayfly_client *mayfly_client_new(const mayfly_client_options *options, mayfly_error *error) {
    return new_client(options, "MAYFLY_SOCKET", MF_AGENT_SOCKET, error);
}

mayfly_client *mayfly_operator_new(const mayfly_client_options *options, mayfly_error *error) {
    if (options != NULL && (options->app != NULL || options->client_id != NULL)) {
        mf_fail(error, MAYFLY_INVALID_ARGUMENT, "an operator speaks for no app");
        return NULL;
    }
    mayfly_client *client = new_client(
        options, "MAYFLY_OPERATOR_SOCKET", "/run/mayfly/operator/operator.sock", error);
    if (client != NULL) client->first_maximum = MF_SENT_MAXIMUM;
    return client;
}

void mayfly_client_free(mayfly_client *client) {
    if (client == NULL) return;
    mf_link_free(client->link);
    pthread_cond_destroy(&client->opened);
    pthread_mutex_destroy(&client->lock);
    if (client->client_secret != NULL) {
        sodium_memzero(client->client_secret, strlen(client->client_secret));
    }
    free(client->path);
    free(client->app);
    free(client->client_id);
    free(client->client_secret);
    free(client->orchestration);
    free(client);
}

/* --- tokens --- */

static mayfly_status token_text(
    mf_arena *arena, const char *token, size_t count, char **text, mayfly_error *error) {
    if (token == NULL || memchr(token, 0, count) != NULL || !mf_is_utf8(token, count)) {
        return mf_fail(error, MAYFLY_INVALID_ARGUMENT, "a token is a text");
    }
    *text = mf_arena_text(arena, token, count);
    return *text == NULL ? mf_no_memory(error) : MAYFLY_OK;
}

mayfly_status mayfly_validate(
    mayfly_client *client, const char *token, size_t token_count, const mayfly_wanted *wanted,
    mayfly_validation *validation, mayfly_error *error) {
    static const mayfly_wanted NOTHING = {0};
    if (wanted == NULL) wanted = &NOTHING;
    memset(validation, 0, sizeof *validation);
    Mayfly__V1__ValidateRequest request = MAYFLY__V1__VALIDATE_REQUEST__INIT;
    request.omit_claims = wanted->omit_claims;
    request.required_scope = (char **)(uintptr_t)wanted->scope;
    request.n_required_scope = wanted->scope_count;
    if (wanted->audience != NULL) request.required_audience = (char *)(uintptr_t)wanted->audience;
    request.consume_use = wanted->consume_use;
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    const Mayfly__V1__ValidateResponse *answer = NULL;
    mayfly_status status = token_text(&arena, token, token_count, &request.token, error);
    if (status == MAYFLY_OK) {
        status = mf_call(client, wanted->consume_use ? &CONSUME : &VALIDATE, mf_build_message,
                         &request, &arena, (void *)&answer, error);
    }
    if (status == MAYFLY_OK && answer->valid) {
        validation->expires_at = answer->expires_at;
        validation->uses_left = answer->uses_left;
        if (answer->claims.len > 0) {
            validation->claims = malloc(answer->claims.len + 1);
            if (validation->claims == NULL) {
                status = mf_no_memory(error);
            } else {
                memcpy(validation->claims, answer->claims.data, answer->claims.len);
                validation->claims[answer->claims.len] = 0;
                validation->claims_count = answer->claims.len;
            }
        }
        validation->valid = status == MAYFLY_OK;
    }
    mf_arena_free(&arena);
    return status;
}

void mayfly_validation_clear(mayfly_validation *validation) {
    free(validation->claims);
    memset(validation, 0, sizeof *validation);
}

static mayfly_status release(
    mayfly_client *client, Mayfly__V1__ReleaseRequest *request, mf_arena *arena, bool *ended,
    mayfly_error *error) {
    const Mayfly__V1__ReleaseResponse *answer = NULL;
    mayfly_status status =
        mf_call(client, &RELEASE, mf_build_message, request, arena, (void *)&answer, error);
    if (status == MAYFLY_OK && ended != NULL) *ended = answer->ended;
    return status;
}

mayfly_status mayfly_release(
    mayfly_client *client, const char *token, size_t token_count, bool *ended,
    mayfly_error *error) {
    Mayfly__V1__ReleaseRequest request = MAYFLY__V1__RELEASE_REQUEST__INIT;
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    request.target_case = MAYFLY__V1__RELEASE_REQUEST__TARGET_TOKEN;
    mayfly_status status = token_text(&arena, token, token_count, &request.token, error);
    if (status == MAYFLY_OK) status = release(client, &request, &arena, ended, error);
    mf_arena_free(&arena);
    return status;
}

mayfly_status mayfly_release_grant(
    mayfly_client *client, const char *grant_id, bool *ended, mayfly_error *error) {
    Mayfly__V1__ReleaseRequest request = MAYFLY__V1__RELEASE_REQUEST__INIT;
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    request.target_case = MAYFLY__V1__RELEASE_REQUEST__TARGET_GRANT_ID;
    request.grant_id = (char *)(uintptr_t)grant_id;
    mayfly_status status = release(client, &request, &arena, ended, error);
    mf_arena_free(&arena);
    return status;
}

/* --- the app --- */

mayfly_status mayfly_create_launch_token(
    mayfly_client *client, const mayfly_launch_request *wanted, mayfly_launch_token *launch_token,
    mayfly_error *error) {
    Mayfly__V1__CreateLaunchTokenRequest request = MAYFLY__V1__CREATE_LAUNCH_TOKEN_REQUEST__INIT;
    if (wanted->label != NULL) request.label = (char *)(uintptr_t)wanted->label;
    request.ceiling = (char **)(uintptr_t)wanted->ceiling;
    request.n_ceiling = wanted->ceiling_count;
    request.ttl_seconds = wanted->lifetime_seconds;
    request.max_agent_ttl_seconds = wanted->maximum_agent_lifetime_seconds;
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    const Mayfly__V1__CreateLaunchTokenResponse *answer = NULL;
    mayfly_status status = mf_call(
        client, &CREATE_LAUNCH_TOKEN, mf_build_message, &request, &arena, (void *)&answer, error);
    if (status == MAYFLY_OK && strlen(answer->launch_token) != 64) {
        status = mf_fail(error, MAYFLY_PROTOCOL_VIOLATION, "this is no launch token");
    }
    if (status == MAYFLY_OK) {
        memcpy(launch_token->secret, answer->launch_token, 65);
        launch_token->expires_at = answer->expires_at;
    }
    mf_arena_free(&arena);
    return status;
}

static bool tell(
    const Mayfly__V1__GrantSummary *summary, bool (*each)(void *, const mayfly_grant *),
    void *context) {
    mayfly_grant grant = {
        .grant_id = summary->grant_id, .agent_id = summary->agent_id,
        .orchestration = summary->orch_id, .task = summary->task_id,
        .scope = (const char *const *)summary->scope, .scope_count = summary->n_scope,
        .issued_at = summary->issued_at, .expires_at = summary->expires_at,
        .depth = summary->depth,
    };
    return each(context, &grant);
}

mayfly_status mayfly_list_grants(
    mayfly_client *client, const char *orchestration, const char *task,
    bool (*each)(void *context, const mayfly_grant *grant), void *context, mayfly_error *error) {
    char *cursor = mf_copy("");
    mayfly_status status = cursor == NULL ? mf_no_memory(error) : MAYFLY_OK;
    bool goes_on = true;
    while (status == MAYFLY_OK && goes_on) {
        Mayfly__V1__AppsListGrantsRequest request = MAYFLY__V1__APPS_LIST_GRANTS_REQUEST__INIT;
        if (orchestration != NULL) request.orch_id = (char *)(uintptr_t)orchestration;
        if (task != NULL) request.task_id = (char *)(uintptr_t)task;
        request.cursor = cursor;
        mf_arena arena;
        mf_arena_init(&arena, MF_ANSWER_ARENA);
        const Mayfly__V1__AppsListGrantsResponse *page = NULL;
        status = mf_call(
            client, &LIST_GRANTS, mf_build_message, &request, &arena, (void *)&page, error);
        for (size_t index = 0; status == MAYFLY_OK && goes_on && index < page->n_grants; index++) {
            goes_on = tell(page->grants[index], each, context);
        }
        if (status == MAYFLY_OK) {
            goes_on = goes_on && page->cursor[0] != 0;
            free(cursor);
            cursor = mf_copy(page->cursor);
            if (cursor == NULL) status = mf_no_memory(error);
        }
        mf_arena_free(&arena);
    }
    free(cursor);
    return status;
}

/* --- the operator --- */

mayfly_status mayfly_revoke(
    mayfly_client *client, mayfly_revocation_level level, const char *target,
    const char *orchestration, uint64_t *count, mayfly_error *error) {
    Mayfly__V1__RevokeRequest request = MAYFLY__V1__REVOKE_REQUEST__INIT;
    request.level = (Mayfly__V1__RevocationLevel)level;
    request.target = (char *)(uintptr_t)target;
    if (orchestration != NULL) request.orch_id = (char *)(uintptr_t)orchestration;
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    const Mayfly__V1__RevokeResponse *answer = NULL;
    mayfly_status status =
        mf_call(client, &REVOKE, mf_build_message, &request, &arena, (void *)&answer, error);
    if (status == MAYFLY_OK && count != NULL) *count = answer->count;
    mf_arena_free(&arena);
    return status;
}
