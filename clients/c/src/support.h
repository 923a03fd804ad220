/* What every part uses: errors, an arena, texts, clocks. */
#ifndef MF_SUPPORT_H
#define MF_SUPPORT_H

#include <protobuf-c/protobuf-c.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "mayfly.h"

/* Memory that is let go of as a whole. Bounded, so that no bytes from outside decide how much of it
 * there is. */
typedef struct mf_arena {
    struct mf_chunk *chunks;
    /* How much is taken at once, at least. */
    size_t chunk_count;
    size_t used;
    size_t maximum;
    ProtobufCAllocator protobuf;
} mf_arena;

void mf_arena_init(mf_arena *arena, size_t maximum);
void mf_arena_free(mf_arena *arena);
/* Of what was a secret. */
void mf_arena_wipe(mf_arena *arena);
/* Aligned for anything; NULL where there is no memory or the maximum is reached. */
void *mf_arena_take(mf_arena *arena, size_t count);
/* A copy with a zero behind it. */
char *mf_arena_text(mf_arena *arena, const char *bytes, size_t count);
/* For protobuf-c: its memory is the arena's. */
ProtobufCAllocator *mf_arena_allocator(mf_arena *arena);

/* Bytes that grow. `failed` stays true once there was no memory: look at it at the end. */
typedef struct mf_buffer {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
    bool failed;
} mf_buffer;

void mf_buffer_free(mf_buffer *buffer);
/* Room for `count` more; NULL where there is none. */
uint8_t *mf_buffer_reserve(mf_buffer *buffer, size_t count);
void mf_buffer_add(mf_buffer *buffer, const void *bytes, size_t count);
void mf_buffer_text(mf_buffer *buffer, const char *text);
void mf_buffer_number(mf_buffer *buffer, uint64_t number);

static inline mayfly_text mf_text(const char *bytes, size_t count) {
    return (mayfly_text){bytes, count};
}
static inline bool mf_equal(mayfly_text one, mayfly_text other) {
    return one.count == other.count && memcmp(one.bytes, other.bytes, one.count) == 0;
}
static inline bool mf_is(mayfly_text text, const char *word) {
    return text.count == strlen(word) && memcmp(text.bytes, word, text.count) == 0;
}

/* Fills the error, and gives its status back. */
mayfly_status mf_fail(mayfly_error *error, mayfly_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
mayfly_status mf_no_memory(mayfly_error *error);
/* Copies where somebody wants it. */
mayfly_status mf_pass(mayfly_error *error, const mayfly_error *from);

/* CLOCK_MONOTONIC and CLOCK_REALTIME. */
uint64_t mf_monotonic_milliseconds(void);
uint64_t mf_now_seconds(void);
/* Until a time of CLOCK_MONOTONIC in milliseconds, for poll: at least 0, rounded up. */
int mf_remaining(uint64_t deadline);

char *mf_copy(const char *text);

/* Of which a writer is not kept out by readers that keep coming. */
void mf_rwlock_init(pthread_rwlock_t *lock);
#endif
