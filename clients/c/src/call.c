#include "call.h"
#include "scan.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

/* A link may be found lost before anything was sent; then another is tried, a few times. A proof
 * may come too late, overtaken by a thousand others. */
enum { ATTEMPTS_MAXIMUM = 4, PROOFS_MAXIMUM = 3 };

static const mf_method AUTHENTICATE = {
    "mayfly.v1.Apps", "Authenticate", &mayfly__v1__authenticate_response__descriptor, true,
    MF_NEED_NOTHING};
static const mf_method CHALLENGE = {
    "mayfly.v1.Agents", "Challenge", &mayfly__v1__challenge_response__descriptor, true,
    MF_NEED_NOTHING};
const mf_method mf_get_keys = {
    "mayfly.v1.Trust", "GetKeys", &mayfly__v1__get_keys_response__descriptor, true,
    MF_NEED_NOTHING};

/* --- requests --- */

mayfly_status mf_pack(const ProtobufCMessage *message, mf_buffer *buffer, mayfly_error *error) {
    size_t count = protobuf_c_message_get_packed_size(message);
    uint8_t *place = mf_buffer_reserve(buffer, count);
    if (place == NULL) return mf_no_memory(error);
    buffer->count += protobuf_c_message_pack(message, place);
    return MAYFLY_OK;
}

mayfly_status mf_build_empty(
    void *context, const mf_proof_terms *terms, mf_buffer *payload, mayfly_error *error) {
    (void)context, (void)terms, (void)payload, (void)error;
    return MAYFLY_OK;
}

mayfly_status mf_build_message(
    void *context, const mf_proof_terms *terms, mf_buffer *payload, mayfly_error *error) {
    (void)terms;
    return mf_pack(context, payload, error);
}

/* --- answers --- */

static const char *code_name(int code) {
    static const char *const NAMES[] = {
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
        "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    };
    return code >= 0 && code <= 16 ? NAMES[code] : NULL;
}

static bool read_detail(const Google__Protobuf__Any *detail, mayfly_error *error) {
    static const char SUFFIX[] = "/google.rpc.ErrorInfo";
    size_t count = strlen(detail->type_url);
    if (count < sizeof SUFFIX - 1 ||
        strcmp(detail->type_url + count - (sizeof SUFFIX - 1), SUFFIX) != 0) {
        return false;
    }
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    const Google__Rpc__ErrorInfo *info = mf_unpack(
        &google__rpc__error_info__descriptor, &arena, detail->value.data, detail->value.len);
    bool is_ours = info != NULL && strcmp(info->domain, "mayfly") == 0 && info->reason[0] != 0;
    if (is_ours) {
        snprintf(error->reason, sizeof error->reason, "%s", info->reason);
        size_t entries = info->n_metadata;
        for (size_t index = 0; index < entries && index < MAYFLY_METADATA_MAXIMUM; index++) {
            snprintf(error->metadata[index].name, sizeof error->metadata[index].name, "%s",
                     info->metadata[index]->key);
            snprintf(error->metadata[index].value, sizeof error->metadata[index].value, "%s",
                     info->metadata[index]->value);
            error->metadata_count = index + 1;
        }
    }
    mf_arena_free(&arena);
    return is_ours;
}

mayfly_status mf_refusal(const Google__Rpc__Status *status, mayfly_error *error) {
    mayfly_error refusal;
    mf_fail(&refusal, MAYFLY_REFUSED, "%s", status->message);
    refusal.code = code_name(status->code) == NULL ? 2 : status->code;
    snprintf(refusal.reason, sizeof refusal.reason, "%s", code_name(refusal.code));
    for (size_t index = 0; index < status->n_details; index++) {
        if (read_detail(status->details[index], &refusal)) break;
    }
    return mf_pass(error, &refusal);
}

static mayfly_status violation(mf_link *link, mayfly_error *error, const char *what) {
    mayfly_error failure;
    mf_fail(&failure, MAYFLY_PROTOCOL_VIOLATION, "%s", what);
    mf_link_fail(link, &failure);
    return mf_pass(error, &failure);
}

static mayfly_status read_answer(
    mf_link *link, const mf_method *method, const uint8_t *data, size_t count, mf_arena *arena,
    void **answer, mayfly_error *error) {
    const Ttrpc__Response *envelope =
        mf_unpack(&ttrpc__response__descriptor, arena, data, count);
    if (envelope == NULL) return violation(link, error, "an answer that cannot be read");
    if (envelope->status != NULL && envelope->status->code != 0) {
        return mf_refusal(envelope->status, error);
    }
    *answer = mf_unpack(method->answer, arena, envelope->payload.data, envelope->payload.len);
    if (*answer == NULL) return violation(link, error, "an answer that is another message");
    return MAYFLY_OK;
}

/* --- the connection --- */

static mayfly_status take_session(
    mf_link *link, ProtobufCBinaryData challenge, const char *issuer, uint64_t now_milliseconds,
    mayfly_error *error) {
    mf_session *session = &link->session;
    if (challenge.len != 32 || strlen(issuer) >= sizeof session->issuer) {
        return violation(link, error, "a challenge is 32 bytes, and an issuer short");
    }
    pthread_mutex_lock(&link->lock);
    bool is_other = session->is_known && memcmp(session->challenge, challenge.data, 32) != 0;
    memcpy(session->challenge, challenge.data, 32);
    memcpy(session->issuer, issuer, strlen(issuer) + 1);
    crypto_hash_sha256(session->issuer_digest, (const uint8_t *)issuer, strlen(issuer));
    session->clock_offset = (int64_t)(now_milliseconds - mf_monotonic_milliseconds());
    if (!session->is_known) session->next_proof = 1;
    session->is_known = true;
    pthread_mutex_unlock(&link->lock);
    return is_other ? violation(link, error, "a connection's challenge changed") : MAYFLY_OK;
}

static mayfly_status authenticate(
    mayfly_client *client, mf_link *link, uint64_t deadline, mayfly_error *error) {
    if (client->app == NULL && client->client_id == NULL) return MAYFLY_OK;
    Mayfly__V1__AuthenticateRequest request = MAYFLY__V1__AUTHENTICATE_REQUEST__INIT;
    if (client->app != NULL) request.app = client->app;
    if (client->client_id != NULL) request.client_id = client->client_id;
    if (client->client_secret != NULL) request.client_secret = client->client_secret;
    mf_buffer payload = {0};
    bool was_sent;
    uint8_t *data = NULL;
    size_t count = 0;
    mayfly_status status = mf_pack(&request.base, &payload, error);
    if (status == MAYFLY_OK) {
        status = mf_link_call(link, AUTHENTICATE.service, AUTHENTICATE.name, payload.bytes,
                              payload.count, deadline, &was_sent, &data, &count, error);
    }
    mf_buffer_free(&payload);
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    void *answer;
    if (status == MAYFLY_OK) {
        status = read_answer(link, &AUTHENTICATE, data, count, &arena, &answer, error);
    }
    if (status == MAYFLY_OK) {
        const Mayfly__V1__AuthenticateResponse *terms = answer;
        status =
            take_session(link, terms->challenge, terms->issuer, terms->now_milliseconds, error);
        link->sent_maximum = MF_SENT_MAXIMUM;
    }
    mf_arena_free(&arena);
    free(data);
    return status;
}

static mf_link *open_link(mayfly_client *client, uint64_t deadline, mayfly_error *error) {
    mf_link *link = mf_link_open(client->path, deadline, error);
    if (link == NULL) return NULL;
    link->sent_maximum = client->first_maximum;
    mayfly_error failure;
    if (authenticate(client, link, deadline, &failure) == MAYFLY_OK) return link;
    mf_link_fail(link, &failure);
    mf_link_free(link);
    mf_pass(error, &failure);
    return NULL;
}

/* The link in use, or a new one, with a reference for the caller; whoever comes while one is made
 * waits for it. */
static mf_link *take_link(mayfly_client *client, uint64_t deadline, mayfly_error *error) {
    mf_link *old = NULL, *link = NULL;
    pthread_mutex_lock(&client->lock);
    while (client->is_opening) pthread_cond_wait(&client->opened, &client->lock);
    if (client->link != NULL && mf_link_is_good(client->link)) {
        link = mf_link_keep(client->link);
    } else {
        old = client->link;
        client->link = NULL;
        client->is_opening = true;
        pthread_mutex_unlock(&client->lock);
        mf_link_free(old);
        link = open_link(client, deadline, error);
        pthread_mutex_lock(&client->lock);
        client->is_opening = false;
        if (link != NULL) client->link = mf_link_keep(link);
        pthread_cond_broadcast(&client->opened);
    }
    pthread_mutex_unlock(&client->lock);
    return link;
}

mayfly_status mayfly_client_connect(mayfly_client *client, mayfly_error *error) {
    mayfly_error failure;
    mf_link *link = take_link(
        client, mf_monotonic_milliseconds() + client->timeout_milliseconds, &failure);
    if (link == NULL) return mf_pass(error, &failure);
    mf_link_free(link);
    return MAYFLY_OK;
}

static mayfly_status challenge(
    mf_link *link, const mf_method *method, uint64_t deadline, mayfly_error *error) {
    pthread_mutex_lock(&link->lock);
    bool is_known = link->session.is_known;
    pthread_mutex_unlock(&link->lock);
    if (method->need == MF_NEED_NOTHING || (method->need == MF_NEED_CHALLENGE && is_known)) {
        return MAYFLY_OK;
    }
    bool was_sent;
    uint8_t *data;
    size_t count;
    mayfly_status status = mf_link_call(
        link, CHALLENGE.service, CHALLENGE.name, NULL, 0, deadline, &was_sent, &data, &count,
        error);
    mf_arena arena;
    mf_arena_init(&arena, MF_ANSWER_ARENA);
    void *answer;
    if (status == MAYFLY_OK) {
        status = read_answer(link, &CHALLENGE, data, count, &arena, &answer, error);
    }
    if (status == MAYFLY_OK) {
        const Mayfly__V1__ChallengeResponse *terms = answer;
        status =
            take_session(link, terms->challenge, terms->issuer, terms->now_milliseconds, error);
    }
    mf_arena_free(&arena);
    free(data);
    return status;
}

/* --- calls --- */

/* Once on one link. */
static mayfly_status call_on(
    mf_link *link, const mf_method *method, mf_build build, void *context, uint64_t deadline,
    bool *was_sent, uint8_t **data, size_t *count, mayfly_error *error) {
    mayfly_status status = challenge(link, method, deadline, error);
    if (status != MAYFLY_OK) return status;
    mf_session session;
    pthread_mutex_lock(&link->lock);
    session = link->session;
    if (method->need != MF_NEED_NOTHING) link->session.next_proof++;
    pthread_mutex_unlock(&link->lock);
    mf_proof_terms terms = {
        .challenge = session.challenge, .issuer = session.issuer,
        .issuer_digest = session.issuer_digest, .sequence = session.next_proof,
        .now = (mf_monotonic_milliseconds() + (uint64_t)session.clock_offset) / 1000,
    };
    mf_buffer payload = {0};
    status = build(context, &terms, &payload, error);
    if (status == MAYFLY_OK) {
        status = mf_link_call(link, method->service, method->name, payload.bytes, payload.count,
                              deadline, was_sent, data, count, error);
    }
    sodium_memzero(payload.bytes, payload.count);
    mf_buffer_free(&payload);
    return status;
}

static mayfly_status call_once(
    mayfly_client *client, const mf_method *method, mf_build build, void *context, mf_arena *arena,
    void **answer, uint64_t deadline, bool *was_sent, mayfly_error *error) {
    *was_sent = false;
    mf_link *link = take_link(client, deadline, error);
    if (link == NULL) return error->status;
    uint8_t *data = NULL;
    size_t count = 0;
    mayfly_status status =
        call_on(link, method, build, context, deadline, was_sent, &data, &count, error);
    if (status == MAYFLY_OK) {
        status = read_answer(link, method, data, count, arena, answer, error);
        free(data);
    }
    mf_link_free(link);
    return status;
}

mayfly_status mf_call(
    mayfly_client *client, const mf_method *method, mf_build build, void *context, mf_arena *arena,
    void **answer, mayfly_error *error) {
    uint64_t deadline = mf_monotonic_milliseconds() + client->timeout_milliseconds;
    mayfly_error failure;
    bool was_repeated = false;
    int proofs = 1;
    for (int attempt = 1;; attempt++) {
        bool was_sent;
        mayfly_status status = call_once(
            client, method, build, context, arena, answer, deadline, &was_sent, &failure);
        if (status == MAYFLY_OK) return MAYFLY_OK;
        if (status == MAYFLY_REFUSED) {
            bool is_late = method->need != MF_NEED_NOTHING && proofs++ < PROOFS_MAXIMUM &&
                           strcmp(failure.reason, "PROOF_REPLAYED") == 0;
            if (is_late) continue;
            return mf_pass(error, &failure);
        }
        bool is_lost = status == MAYFLY_CONNECTION_LOST && mf_remaining(deadline) > 0;
        if (is_lost && !was_sent && attempt < ATTEMPTS_MAXIMUM) continue;
        if (is_lost && method->is_repeatable && !was_repeated) {
            was_repeated = true;
            continue;
        }
        bool is_unknown = was_sent && !method->is_repeatable && status != MAYFLY_INVALID_ARGUMENT;
        if (!is_unknown) return mf_pass(error, &failure);
        return mf_fail(error, MAYFLY_OUTCOME_UNKNOWN,
                       "the answer was lost, and the request may have been carried out: %s",
                       failure.message);
    }
}
