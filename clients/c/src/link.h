/* One connection, shared by any number of calls; the first failure ends it and every call on it.
 *
 * There is no thread behind it. Of the callers that wait for an answer one reads for all of them;
 * when it has its own answer, another takes its place. */
#ifndef MF_LINK_H
#define MF_LINK_H

#include <pthread.h>
#include <stdatomic.h>

#include "support.h"

enum {
    MF_HEADER_COUNT = 10,
    MF_TYPE_REQUEST = 1, MF_TYPE_RESPONSE = 2, MF_TYPE_DATA = 3,
    /* A frame's data: what a broker sends at most, and takes before and after an app was named. */
    MF_RECEIVED_MAXIMUM = 4 * 1024 * 1024,
    MF_SENT_MAXIMUM_UNNAMED = 64 * 1024,
    MF_SENT_MAXIMUM = 1024 * 1024
};

typedef struct mf_frame {
    uint32_t stream;
    uint8_t type;
    uint8_t flags;
    const uint8_t *data;
    size_t count;
} mf_frame;

/* Bytes on their way to becoming frames. */
typedef struct mf_receiver {
    mf_buffer bytes;
    /* Where the next frame begins. */
    size_t start;
} mf_receiver;

/* Waits for bytes until the deadline and takes what there is. */
mayfly_status mf_receive(
    mf_receiver *receiver, int descriptor, uint64_t deadline, mayfly_error *error);
/* 1 and the next frame, which is valid until the next mf_receive; 0 where more is needed; -1 where
 * what came is no frame of a broker, which its header is enough for. */
int mf_next_frame(mf_receiver *receiver, mf_frame *frame, mayfly_error *error);

/* Connected, non-blocking, closed on exec; -1 where it failed. A full queue is waited for. */
int mf_connect(const char *path, uint64_t deadline, mayfly_error *error);
/* All of it, or the connection is of no use any more. */
mayfly_status mf_send(
    int descriptor, const uint8_t *bytes, size_t count, uint64_t deadline, mayfly_error *error);

/* A request's frame; the payload is in it. `failed` where there was no memory. */
void mf_request(
    mf_buffer *frame, uint32_t stream, uint8_t flags, const char *service, const char *method,
    const uint8_t *payload, size_t count);

enum { MF_BUCKETS = 64, MF_ABANDONED_MAXIMUM = 1024 };

/* What proofs on a connection are over. */
typedef struct mf_session {
    bool is_known;
    uint8_t challenge[32];
    char issuer[256];
    uint8_t issuer_digest[32];
    /* The broker's clock less CLOCK_MONOTONIC, milliseconds. */
    int64_t clock_offset;
    /* Of the next proof, from 1. */
    uint64_t next_proof;
} mf_session;

typedef struct mf_link {
    atomic_uint references;
    int descriptor;
    size_t sent_maximum;
    pthread_mutex_t lock;
    /* All below is under the lock, but for the receiver, which belongs to who reads. */
    pthread_cond_t can_send;
    bool is_sending;
    bool is_reading;
    bool is_over;
    mayfly_error failure;
    mf_session session;
    uint32_t next_stream;
    size_t waiting;
    struct mf_waiting *calls[MF_BUCKETS];
    /* Streams whose callers have gone: their answers may still come. */
    uint32_t abandoned[MF_ABANDONED_MAXIMUM];
    size_t abandoned_count;
    mf_receiver receiver;
} mf_link;

/* NULL where it failed. */
mf_link *mf_link_open(const char *path, uint64_t deadline, mayfly_error *error);
mf_link *mf_link_keep(mf_link *link);
void mf_link_free(mf_link *link);
/* Ends it, and every call on it. */
void mf_link_fail(mf_link *link, const mayfly_error *failure);
/* Whether it can be used; sees whether the broker has closed it meanwhile. */
bool mf_link_is_good(mf_link *link);

/* Makes a call and waits for the data of its answer, to be freed. `was_sent` says whether the
 * broker can have received it. */
mayfly_status mf_link_call(
    mf_link *link, const char *service, const char *method, const uint8_t *payload, size_t count,
    uint64_t deadline, bool *was_sent, uint8_t **answer, size_t *answer_count, mayfly_error *error);
#endif
