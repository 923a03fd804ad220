/* Follows the stream of ends, in a thread of its own. */
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "revocations.h"
#include "scan.h"

enum {
    CAPACITY = 500000, RETENTION_SECONDS = 86400 + 60, SILENCE_MILLISECONDS = 15000,
    FIRST_PAUSE_MILLISECONDS = 50, LONGEST_PAUSE_MILLISECONDS = 5000,
    /* After more ends than there is room for. */
    OVERFLOW_PAUSE_MILLISECONDS = 60000,
    STREAM = 1, FLAG_CLOSED = 1, FLAG_NO_DATA = 4, MESSAGE_ARENA = 16 * 1024 * 1024
};

struct mayfly_revocations {
    mf_end_set set;
    char *path;
    uint32_t silence_milliseconds;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock. */
    bool is_ending;
    int descriptor;
    mayfly_error failure;
    /* When everything until then was known, CLOCK_MONOTONIC in milliseconds; 0 where it is not. */
    atomic_uint_fast64_t heard_at;
    /* The thread's own. */
    uint64_t position;
};

/* What becomes of a stream, and of the one after it. */
typedef enum stream_outcome { OUTCOME_LOST, OUTCOME_GAP, OUTCOME_OVERFLOW } stream_outcome;

static void hear(mayfly_revocations *self, bool is_known) {
    atomic_store_explicit(
        &self->heard_at, is_known ? mf_monotonic_milliseconds() : 0, memory_order_release);
    pthread_mutex_lock(&self->lock);
    if (is_known) self->failure.status = MAYFLY_OK;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

/* --- messages --- */

/* MAYFLY_OK, or why the stream ends here. */
static mayfly_status take_message(
    mayfly_revocations *self, const mf_frame *frame, bool *is_current, stream_outcome *outcome,
    mayfly_error *error) {
    mf_arena arena;
    mf_arena_init(&arena, MESSAGE_ARENA);
    mayfly_status status = MAYFLY_OK;
    const Mayfly__V1__WatchRevocationsResponse *message = mf_unpack(
        &mayfly__v1__watch_revocations_response__descriptor, &arena, frame->data, frame->count);
    const uint8_t **digests = NULL;
    if (message != NULL) {
        digests = mf_arena_take(&arena, (message->n_digests + 1) * sizeof *digests);
    }
    if (digests == NULL) {
        status =
            mf_fail(error, MAYFLY_PROTOCOL_VIOLATION, "a message of the stream cannot be read");
    }
    for (size_t index = 0; status == MAYFLY_OK && index < message->n_digests; index++) {
        digests[index] = message->digests[index].data;
        if (message->digests[index].len != 32) {
            status = mf_fail(error, MAYFLY_PROTOCOL_VIOLATION, "a digest is 32 bytes");
        }
    }
    if (status == MAYFLY_OK && message->gap) {
        *outcome = OUTCOME_GAP;
        status = mf_fail(error, MAYFLY_CONNECTION_LOST, "ends were lost to the stream");
    } else if (status == MAYFLY_OK &&
               !mf_end_set_add(&self->set, digests, message->n_digests, message->first_issue_at)) {
        *outcome = OUTCOME_OVERFLOW;
        status = mf_fail(error, MAYFLY_NO_MEMORY, "more ends than there is room for");
    } else if (status == MAYFLY_OK) {
        if (message->position > self->position) self->position = message->position;
        /* Once it has caught up, every message says that nothing is missing before it. */
        *is_current = *is_current || message->current;
        if (*is_current) hear(self, true);
    }
    mf_arena_free(&arena);
    return status;
}

static mayfly_status end_of(const mf_frame *frame, mayfly_error *error) {
    mf_arena arena;
    mf_arena_init(&arena, MESSAGE_ARENA);
    const Ttrpc__Response *envelope =
        mf_unpack(&ttrpc__response__descriptor, &arena, frame->data, frame->count);
    mayfly_status status;
    if (envelope == NULL) {
        status =
            mf_fail(error, MAYFLY_PROTOCOL_VIOLATION, "an end of the stream that cannot be read");
    } else if (envelope->status != NULL && envelope->status->code != 0) {
        status = mf_refusal(envelope->status, error);
    } else {
        status = mf_fail(error, MAYFLY_CONNECTION_LOST, "the broker ended the stream");
    }
    mf_arena_free(&arena);
    return status;
}

static mayfly_status take_frame(
    mayfly_revocations *self, const mf_frame *frame, bool *is_current, stream_outcome *outcome,
    mayfly_error *error) {
    if (frame->stream != STREAM) {
        return mf_fail(
            error, MAYFLY_PROTOCOL_VIOLATION, "a frame came on stream %u", frame->stream);
    }
    if (frame->type == MF_TYPE_RESPONSE) return end_of(frame, error);
    mayfly_status status = MAYFLY_OK;
    if ((frame->flags & FLAG_NO_DATA) == 0) {
        status = take_message(self, frame, is_current, outcome, error);
    }
    if (status == MAYFLY_OK && (frame->flags & FLAG_CLOSED) != 0) {
        status = mf_fail(error, MAYFLY_CONNECTION_LOST, "the broker ended the stream");
    }
    return status;
}

/* --- streams --- */

static mayfly_status ask(mayfly_revocations *self, int descriptor, mayfly_error *error) {
    Mayfly__V1__WatchRevocationsRequest request = MAYFLY__V1__WATCH_REVOCATIONS_REQUEST__INIT;
    request.after_position = self->position;
    mf_buffer payload = {0}, frame = {0};
    mayfly_status status = mf_pack(&request.base, &payload, error);
    if (status == MAYFLY_OK) {
        mf_request(&frame, STREAM, FLAG_CLOSED, "mayfly.v1.Trust", "WatchRevocations",
                   payload.bytes, payload.count);
        status = frame.failed
                     ? mf_no_memory(error)
                     : mf_send(descriptor, frame.bytes, frame.count,
                               mf_monotonic_milliseconds() + self->silence_milliseconds, error);
    }
    mf_buffer_free(&payload);
    mf_buffer_free(&frame);
    return status;
}

/* Until the stream ends; `was_good` where something came. */
static stream_outcome follow_once(mayfly_revocations *self, bool *was_good) {
    mayfly_error error;
    stream_outcome outcome = OUTCOME_LOST;
    int descriptor =
        mf_connect(self->path, mf_monotonic_milliseconds() + self->silence_milliseconds, &error);
    mayfly_status status = descriptor < 0 ? error.status : MAYFLY_OK;
    if (status == MAYFLY_OK) {
        pthread_mutex_lock(&self->lock);
        self->descriptor = descriptor;
        if (self->is_ending) shutdown(descriptor, SHUT_RDWR);
        pthread_mutex_unlock(&self->lock);
        status = ask(self, descriptor, &error);
    }
    mf_receiver receiver = {0};
    bool is_current = false;
    while (status == MAYFLY_OK) {
        mf_frame frame;
        int found = mf_next_frame(&receiver, &frame, &error);
        if (found < 0) {
            status = error.status;
        } else if (found > 0) {
            status = take_frame(self, &frame, &is_current, &outcome, &error);
            *was_good = *was_good || status == MAYFLY_OK;
        } else {
            status = mf_receive(
                &receiver, descriptor, mf_monotonic_milliseconds() + self->silence_milliseconds,
                &error);
        }
    }
    mf_buffer_free(&receiver.bytes);
    pthread_mutex_lock(&self->lock);
    self->descriptor = -1;
    self->failure = error;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
    if (descriptor >= 0) close(descriptor);
    return outcome;
}

static struct timespec time_of(uint64_t milliseconds) {
    return (struct timespec){
        .tv_sec = (time_t)(milliseconds / 1000), .tv_nsec = (long)(milliseconds % 1000) * 1000000};
}

/* False where it was told to end. */
static bool pause_for(mayfly_revocations *self, uint64_t milliseconds) {
    uint64_t deadline = mf_monotonic_milliseconds() + milliseconds;
    struct timespec time = time_of(deadline);
    pthread_mutex_lock(&self->lock);
    while (!self->is_ending && mf_remaining(deadline) > 0) {
        pthread_cond_timedwait(&self->changed, &self->lock, &time);
    }
    bool goes_on = !self->is_ending;
    pthread_mutex_unlock(&self->lock);
    return goes_on;
}

static void *follow(void *context) {
    mayfly_revocations *self = context;
    uint64_t pause = FIRST_PAUSE_MILLISECONDS;
    do {
        bool was_good = false;
        bool was_anew = self->position == 0;
        stream_outcome outcome = follow_once(self, &was_good);
        if (outcome != OUTCOME_LOST) {
            /* What is known is not enough: everything is asked for again. */
            hear(self, false);
            mf_end_set_clear(&self->set);
            self->position = 0;
        }
        pause = pause * 2 > LONGEST_PAUSE_MILLISECONDS ? LONGEST_PAUSE_MILLISECONDS : pause * 2;
        if (was_good || (outcome == OUTCOME_GAP && !was_anew)) pause = FIRST_PAUSE_MILLISECONDS;
        if (outcome == OUTCOME_OVERFLOW) pause = OVERFLOW_PAUSE_MILLISECONDS;
    } while (pause_for(self, pause));
    return NULL;
}

/* The program's signals are for its own threads. */
static bool start(mayfly_revocations *self) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool is_started = pthread_create(&self->thread, NULL, follow, self) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return is_started;
}

/* --- the front --- */

mayfly_revocations *mayfly_revocations_follow(
    const mayfly_revocations_options *options, mayfly_error *error) {
    static const mayfly_revocations_options NONE = {0};
    if (options == NULL) options = &NONE;
    mayfly_revocations *self = calloc(1, sizeof *self);
    if (self != NULL) {
        self->path = mf_socket_path(options->socket_path, "MAYFLY_SOCKET", MF_AGENT_SOCKET);
    }
    if (self == NULL || self->path == NULL) {
        free(self);
        mf_no_memory(error);
        return NULL;
    }
    uint64_t retention =
        options->retention_seconds == 0 ? RETENTION_SECONDS : options->retention_seconds;
    mf_end_set_init(
        &self->set, options->capacity == 0 ? CAPACITY : options->capacity, retention * 1000);
    self->silence_milliseconds = options->silence_milliseconds == 0
                                     ? SILENCE_MILLISECONDS
                                     : options->silence_milliseconds;
    self->descriptor = -1;
    pthread_mutex_init(&self->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&self->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (!start(self)) {
        mf_fail(error, MAYFLY_NO_MEMORY, "no thread could be started");
        mf_end_set_free(&self->set);
        free(self->path);
        free(self);
        return NULL;
    }
    return self;
}

mayfly_status mayfly_revocations_wait(
    mayfly_revocations *self, uint32_t timeout_milliseconds, mayfly_error *error) {
    uint64_t deadline = mf_monotonic_milliseconds() + timeout_milliseconds;
    struct timespec time = time_of(deadline);
    bool is_known;
    pthread_mutex_lock(&self->lock);
    while (!(is_known = atomic_load(&self->heard_at) != 0) && mf_remaining(deadline) > 0) {
        pthread_cond_timedwait(&self->changed, &self->lock, &time);
    }
    pthread_mutex_unlock(&self->lock);
    if (is_known) return MAYFLY_OK;
    return mf_fail(error, MAYFLY_TIMED_OUT, "the stream of ends has not caught up in time");
}

uint64_t mayfly_revocations_staleness_milliseconds(const mayfly_revocations *self) {
    uint64_t heard_at = atomic_load_explicit(
        &((mayfly_revocations *)(uintptr_t)self)->heard_at, memory_order_acquire);
    uint64_t now = mf_monotonic_milliseconds();
    if (heard_at == 0) return UINT64_MAX;
    return now > heard_at ? now - heard_at : 0;
}

void mayfly_revocations_failure(mayfly_revocations *self, mayfly_error *error) {
    pthread_mutex_lock(&self->lock);
    if (error != NULL) *error = self->failure;
    pthread_mutex_unlock(&self->lock);
}

void mayfly_revocations_free(mayfly_revocations *self) {
    if (self == NULL) return;
    pthread_mutex_lock(&self->lock);
    self->is_ending = true;
    if (self->descriptor >= 0) shutdown(self->descriptor, SHUT_RDWR);
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
    pthread_join(self->thread, NULL);
    mf_end_set_free(&self->set);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    free(self->path);
    free(self);
}

mf_end_set *mf_revocations_set(mayfly_revocations *self) { return &self->set; }

bool mf_revocations_cover(const mayfly_revocations *self, const mayfly_token *token) {
    if (token->by_reference || token->expires_at <= token->issued_at) return true;
    return token->expires_at - token->issued_at <= self->set.retention_milliseconds / 1000;
}
