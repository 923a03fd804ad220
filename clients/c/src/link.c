#include "link.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <sys/socket.h>
#include <unistd.h>

/* A call whose answer has not come. It lives on its caller's stack. */
typedef struct mf_waiting {
    uint32_t stream;
    struct mf_waiting *next;
    pthread_cond_t wake;
    /* In wait_until, so that it can take over the reading. */
    bool is_idle;
    bool is_done;
    uint8_t *answer;
    size_t count;
} mf_waiting;

/* The next one but one would begin anew. */
static const uint32_t LAST_STREAM = 0xFFFFFFF0;

static void cond_init(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* False where the deadline has passed. */
static bool wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t deadline) {
    struct timespec time = {
        .tv_sec = (time_t)(deadline / 1000), .tv_nsec = (long)(deadline % 1000) * 1000000};
    return pthread_cond_timedwait(condition, lock, &time) != ETIMEDOUT;
}

/* --- life --- */

mf_link *mf_link_open(const char *path, uint64_t deadline, mayfly_error *error) {
    mf_link *link = calloc(1, sizeof *link);
    if (link == NULL) {
        mf_no_memory(error);
        return NULL;
    }
    link->descriptor = mf_connect(path, deadline, error);
    if (link->descriptor < 0) {
        free(link);
        return NULL;
    }
    atomic_init(&link->references, 1);
    pthread_mutex_init(&link->lock, NULL);
    cond_init(&link->can_send);
    link->next_stream = 1;
    link->sent_maximum = MF_SENT_MAXIMUM_UNNAMED;
    return link;
}

mf_link *mf_link_keep(mf_link *link) {
    atomic_fetch_add_explicit(&link->references, 1, memory_order_relaxed);
    return link;
}

void mf_link_free(mf_link *link) {
    if (link == NULL ||
        atomic_fetch_sub_explicit(&link->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    close(link->descriptor);
    pthread_cond_destroy(&link->can_send);
    pthread_mutex_destroy(&link->lock);
    mf_buffer_free(&link->receiver.bytes);
    free(link);
}

/* --- under the lock --- */

static void fail_locked(mf_link *link, const mayfly_error *failure) {
    if (link->is_over) return;
    link->is_over = true;
    link->failure = *failure;
    /* The other end is told now, and whoever polls here wakes up; the descriptor itself is closed
     * with the last reference. */
    shutdown(link->descriptor, SHUT_RDWR);
    for (size_t bucket = 0; bucket < MF_BUCKETS; bucket++) {
        for (mf_waiting *call = link->calls[bucket]; call != NULL; call = call->next) {
            pthread_cond_signal(&call->wake);
        }
    }
    pthread_cond_broadcast(&link->can_send);
}

static mf_waiting **find(mf_link *link, uint32_t stream) {
    mf_waiting **place = &link->calls[stream / 2 % MF_BUCKETS];
    while (*place != NULL && (*place)->stream != stream) place = &(*place)->next;
    return place;
}

static void forget(mf_link *link, mf_waiting *call) {
    mf_waiting **place = find(link, call->stream);
    if (*place != call) return;
    *place = call->next;
    link->waiting--;
}

static bool take_abandoned(mf_link *link, uint32_t stream) {
    for (size_t index = 0; index < link->abandoned_count; index++) {
        if (link->abandoned[index] != stream) continue;
        link->abandoned[index] = link->abandoned[--link->abandoned_count];
        return true;
    }
    return false;
}

static void abandon(mf_link *link, uint32_t stream) {
    if (link->abandoned_count < MF_ABANDONED_MAXIMUM) {
        link->abandoned[link->abandoned_count++] = stream;
        return;
    }
    mayfly_error failure;
    mf_fail(&failure, MAYFLY_CONNECTION_LOST, "the broker has stopped answering");
    fail_locked(link, &failure);
}

static bool answer(mf_link *link, const mf_frame *frame, mayfly_error *error) {
    mf_waiting *call = *find(link, frame->stream);
    if (frame->type == MF_TYPE_RESPONSE && call == NULL && take_abandoned(link, frame->stream)) {
        return true;
    }
    if (frame->type != MF_TYPE_RESPONSE || call == NULL) {
        mf_fail(error, MAYFLY_PROTOCOL_VIOLATION, "a frame came on stream %u, where none belongs",
                frame->stream);
        return false;
    }
    call->answer = malloc(frame->count + 1);
    if (call->answer == NULL) {
        mf_no_memory(error);
        return false;
    }
    memcpy(call->answer, frame->data, frame->count);
    call->count = frame->count;
    call->is_done = true;
    forget(link, call);
    pthread_cond_signal(&call->wake);
    return true;
}

/* Gives out every frame that is whole. */
static void deliver(mf_link *link) {
    mf_frame frame;
    mayfly_error failure;
    int found = 0;
    while (!link->is_over && (found = mf_next_frame(&link->receiver, &frame, &failure)) > 0) {
        if (!answer(link, &frame, &failure)) found = -1;
        if (found < 0) break;
    }
    if (found < 0) fail_locked(link, &failure);
}

/* Lets somebody else read, now that nobody does. */
static void hand_over(mf_link *link) {
    if (link->is_reading || link->waiting == 0) return;
    for (size_t bucket = 0; bucket < MF_BUCKETS; bucket++) {
        for (mf_waiting *call = link->calls[bucket]; call != NULL; call = call->next) {
            if (!call->is_idle) continue;
            pthread_cond_signal(&call->wake);
            return;
        }
    }
}

/* Reads once for all. False where the deadline has passed. */
static bool read_once(mf_link *link, uint64_t deadline) {
    mayfly_error failure;
    link->is_reading = true;
    pthread_mutex_unlock(&link->lock);
    mayfly_status status = mf_receive(&link->receiver, link->descriptor, deadline, &failure);
    pthread_mutex_lock(&link->lock);
    link->is_reading = false;
    if (status == MAYFLY_TIMED_OUT) return false;
    if (status == MAYFLY_OK) {
        deliver(link);
    } else {
        fail_locked(link, &failure);
    }
    return true;
}

/* --- calls --- */

void mf_link_fail(mf_link *link, const mayfly_error *failure) {
    pthread_mutex_lock(&link->lock);
    fail_locked(link, failure);
    pthread_mutex_unlock(&link->lock);
}

bool mf_link_is_good(mf_link *link) {
    pthread_mutex_lock(&link->lock);
    if (!link->is_over && !link->is_reading && link->waiting == 0) {
        uint8_t byte;
        ssize_t count = recv(link->descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        bool is_quiet = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
        if (!is_quiet) read_once(link, mf_monotonic_milliseconds());
    }
    bool is_good = !link->is_over && link->next_stream <= LAST_STREAM;
    hand_over(link);
    pthread_mutex_unlock(&link->lock);
    return is_good;
}

/* Its turn, and the request with a stream of its own; the caller passes the turn on. */
static mayfly_status prepare(
    mf_link *link, mf_waiting *call, const char *service, const char *method,
    const uint8_t *payload, size_t count, uint64_t deadline, mf_buffer *frame,
    mayfly_error *error) {
    while (link->is_sending && !link->is_over) {
        if (!wait_until(&link->can_send, &link->lock, deadline)) {
            return mf_fail(error, MAYFLY_TIMED_OUT, "there was no time left to send the request");
        }
    }
    if (link->is_over) return mf_pass(error, &link->failure);
    if (link->next_stream > LAST_STREAM) {
        return mf_fail(error, MAYFLY_CONNECTION_LOST, "the connection has no stream left");
    }
    call->stream = link->next_stream;
    mf_request(frame, call->stream, 0, service, method, payload, count);
    if (frame->failed) return mf_no_memory(error);
    if (frame->count - MF_HEADER_COUNT > link->sent_maximum) {
        return mf_fail(error, MAYFLY_INVALID_ARGUMENT, "the request is larger than a broker takes");
    }
    return MAYFLY_OK;
}

/* Waits for its turn to send, sends, and has the call among those that wait. */
static mayfly_status start(
    mf_link *link, mf_waiting *call, const char *service, const char *method,
    const uint8_t *payload, size_t count, uint64_t deadline, bool *was_sent, mayfly_error *error) {
    mf_buffer frame = {0};
    mayfly_status status =
        prepare(link, call, service, method, payload, count, deadline, &frame, error);
    if (status != MAYFLY_OK) {
        mf_buffer_free(&frame);
        pthread_cond_signal(&link->can_send);
        return status;
    }
    mf_waiting **place = find(link, call->stream);
    call->next = *place;
    *place = call;
    link->waiting++;
    link->next_stream += 2;
    link->is_sending = true;
    pthread_mutex_unlock(&link->lock);
    mayfly_error failure;
    status = mf_send(link->descriptor, frame.bytes, frame.count, deadline, &failure);
    mf_buffer_free(&frame);
    pthread_mutex_lock(&link->lock);
    link->is_sending = false;
    pthread_cond_signal(&link->can_send);
    /* A frame that was sent in part leaves the connection of no use; of a whole one nothing is
     * known where the connection had ended before. */
    *was_sent = status == MAYFLY_OK;
    if (status == MAYFLY_OK) return MAYFLY_OK;
    mf_pass(error, &failure);
    /* Only this call ran out of time; the others lost their connection. */
    if (status == MAYFLY_TIMED_OUT) {
        mf_fail(&failure, MAYFLY_CONNECTION_LOST, "the broker took half a request and no more");
    }
    fail_locked(link, &failure);
    return status;
}

mayfly_status mf_link_call(
    mf_link *link, const char *service, const char *method, const uint8_t *payload, size_t count,
    uint64_t deadline, bool *was_sent, uint8_t **answer_data, size_t *answer_count,
    mayfly_error *error) {
    mf_waiting call = {0};
    *was_sent = false;
    *answer_data = NULL;
    cond_init(&call.wake);
    pthread_mutex_lock(&link->lock);
    mayfly_status status =
        start(link, &call, service, method, payload, count, deadline, was_sent, error);
    bool is_in_time = true;
    while (status == MAYFLY_OK && !call.is_done && !link->is_over && is_in_time) {
        if (link->is_reading) {
            call.is_idle = true;
            is_in_time = wait_until(&call.wake, &link->lock, deadline);
            call.is_idle = false;
        } else {
            is_in_time = read_once(link, deadline);
        }
    }
    if (status == MAYFLY_OK && !call.is_done) {
        if (link->is_over) {
            status = mf_pass(error, &link->failure);
        } else {
            status = mf_fail(error, MAYFLY_TIMED_OUT, "the broker did not answer in time");
            abandon(link, call.stream);
        }
    }
    if (!call.is_done) forget(link, &call);
    hand_over(link);
    pthread_mutex_unlock(&link->lock);
    pthread_cond_destroy(&call.wake);
    if (status != MAYFLY_OK) {
        /* An answer to half a request: the call has failed all the same. */
        free(call.answer);
        return status;
    }
    *answer_data = call.answer;
    *answer_count = call.count;
    return status;
}
