#include "support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* --- arena --- */

enum { CHUNK_COUNT = 4096 };

struct mf_chunk {
    struct mf_chunk *next;
    size_t used;
    size_t count;
    _Alignas(max_align_t) unsigned char bytes[];
};

void mf_arena_init(mf_arena *arena, size_t maximum) {
    memset(arena, 0, sizeof *arena);
    arena->maximum = maximum;
    arena->chunk_count = CHUNK_COUNT;
}

void mf_arena_free(mf_arena *arena) {
    while (arena->chunks != NULL) {
        struct mf_chunk *chunk = arena->chunks;
        arena->chunks = chunk->next;
        free(chunk);
    }
    arena->used = 0;
}

void mf_arena_wipe(mf_arena *arena) {
    for (struct mf_chunk *chunk = arena->chunks; chunk != NULL; chunk = chunk->next) {
        sodium_memzero(chunk->bytes, chunk->used);
    }
}

void *mf_arena_take(mf_arena *arena, size_t count) {
    if (count > arena->maximum) return NULL;
    count = (count + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (count > arena->maximum - arena->used) return NULL;
    struct mf_chunk *chunk = arena->chunks;
    if (chunk == NULL || chunk->count - chunk->used < count) {
        size_t room = count > arena->chunk_count ? count : arena->chunk_count;
        chunk = malloc(sizeof *chunk + room);
        if (chunk == NULL) return NULL;
        chunk->next = arena->chunks;
        chunk->used = 0;
        chunk->count = room;
        arena->chunks = chunk;
    }
    void *place = chunk->bytes + chunk->used;
    chunk->used += count;
    arena->used += count;
    return place;
}

char *mf_arena_text(mf_arena *arena, const char *bytes, size_t count) {
    char *text = mf_arena_take(arena, count + 1);
    if (text == NULL) return NULL;
    if (count > 0) memcpy(text, bytes, count);
    text[count] = 0;
    return text;
}

static void *protobuf_take(void *arena, size_t count) { return mf_arena_take(arena, count); }

static void protobuf_give(void *arena, void *place) {
    (void)arena;
    (void)place;
}

ProtobufCAllocator *mf_arena_allocator(mf_arena *arena) {
    arena->protobuf = (ProtobufCAllocator){
        .alloc = protobuf_take, .free = protobuf_give, .allocator_data = arena};
    return &arena->protobuf;
}

/* --- buffer --- */

void mf_buffer_free(mf_buffer *buffer) {
    free(buffer->bytes);
    memset(buffer, 0, sizeof *buffer);
}

uint8_t *mf_buffer_reserve(mf_buffer *buffer, size_t count) {
    if (buffer->failed) return NULL;
    size_t needed = buffer->count + count;
    if (needed > buffer->capacity || buffer->bytes == NULL) {
        size_t capacity = buffer->capacity < 256 ? 256 : buffer->capacity * 2;
        if (capacity < needed) capacity = needed;
        uint8_t *bytes = realloc(buffer->bytes, capacity);
        if (bytes == NULL) {
            buffer->failed = true;
            return NULL;
        }
        buffer->bytes = bytes;
        buffer->capacity = capacity;
    }
    return buffer->bytes + buffer->count;
}

void mf_buffer_add(mf_buffer *buffer, const void *bytes, size_t count) {
    uint8_t *place = mf_buffer_reserve(buffer, count);
    if (place == NULL || count == 0) return;
    memcpy(place, bytes, count);
    buffer->count += count;
}

void mf_buffer_text(mf_buffer *buffer, const char *text) {
    mf_buffer_add(buffer, text, strlen(text));
}

void mf_buffer_number(mf_buffer *buffer, uint64_t number) {
    char text[24];
    int count = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    mf_buffer_add(buffer, text, (size_t)count);
}

/* --- errors --- */

static const char *const REASONS[] = {
    [MAYFLY_OK] = "",
    [MAYFLY_REFUSED] = "REFUSED",
    [MAYFLY_CONNECTION_LOST] = "CONNECTION_LOST",
    [MAYFLY_OUTCOME_UNKNOWN] = "OUTCOME_UNKNOWN",
    [MAYFLY_TIMED_OUT] = "TIMED_OUT",
    [MAYFLY_PROTOCOL_VIOLATION] = "PROTOCOL_VIOLATION",
    [MAYFLY_INVALID_ARGUMENT] = "INVALID_ARGUMENT",
    [MAYFLY_NO_MEMORY] = "NO_MEMORY",
};

mayfly_status mf_fail(mayfly_error *error, mayfly_status status, const char *format, ...) {
    if (error == NULL) return status;
    memset(error, 0, sizeof *error);
    error->status = status;
    snprintf(error->reason, sizeof error->reason, "%s", REASONS[status]);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return status;
}

mayfly_status mf_no_memory(mayfly_error *error) {
    return mf_fail(error, MAYFLY_NO_MEMORY, "there is no memory");
}

mayfly_status mf_pass(mayfly_error *error, const mayfly_error *from) {
    if (error != NULL && error != from) *error = *from;
    return from->status;
}

const char *mayfly_error_metadata(const mayfly_error *error, const char *name) {
    for (size_t index = 0; index < error->metadata_count; index++) {
        if (strcmp(error->metadata[index].name, name) == 0) return error->metadata[index].value;
    }
    return NULL;
}

/* --- clocks and texts --- */

uint64_t mf_monotonic_milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

uint64_t mf_now_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec < 0 ? 0 : (uint64_t)time.tv_sec;
}

int mf_remaining(uint64_t deadline) {
    uint64_t now = mf_monotonic_milliseconds();
    if (now >= deadline) return 0;
    return deadline - now > 1000000 ? 1000000 : (int)(deadline - now);
}

char *mf_copy(const char *text) {
    size_t count = strlen(text) + 1;
    char *copy = malloc(count);
    if (copy != NULL) memcpy(copy, text, count);
    return copy;
}

void mf_rwlock_init(pthread_rwlock_t *lock) {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(lock, &attributes);
    pthread_rwlockattr_destroy(&attributes);
}
