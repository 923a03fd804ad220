#include "cache.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

/* A token has WAYS places, all in one set; sets are dealt to SHARDS locks, so that threads seldom
 * meet. */
enum { WAYS = 8, SHARDS = 16, SIGNATURE_TEXT = 86 };

typedef struct cache_set {
    uint64_t hashes[WAYS];
    mf_token *tokens[WAYS];
    /* Found since the hand came by. */
    bool was_used[WAYS];
    unsigned hand;
} cache_set;

struct mf_cache {
    uint64_t seed[2];
    size_t set_count;
    cache_set *sets;
    struct {
        _Alignas(64) pthread_mutex_t lock;
    } shards[SHARDS];
};

mf_cache *mf_cache_new(size_t capacity) {
    mf_cache *cache = aligned_alloc(64, (sizeof *cache + 63) / 64 * 64);
    if (cache == NULL) return NULL;
    memset(cache, 0, sizeof *cache);
    cache->set_count = capacity / WAYS == 0 ? 1 : capacity / WAYS;
    cache->sets = calloc(cache->set_count, sizeof *cache->sets);
    if (cache->sets == NULL) {
        free(cache);
        return NULL;
    }
    randombytes_buf(cache->seed, sizeof cache->seed);
    for (int shard = 0; shard < SHARDS; shard++) {
        pthread_mutex_init(&cache->shards[shard].lock, NULL);
    }
    return cache;
}

void mf_cache_clear(mf_cache *cache) {
    for (size_t index = 0; index < cache->set_count; index++) {
        cache_set *set = &cache->sets[index];
        pthread_mutex_lock(&cache->shards[index % SHARDS].lock);
        for (int way = 0; way < WAYS; way++) {
            if (set->tokens[way] != NULL) mayfly_token_free(&set->tokens[way]->view);
            set->tokens[way] = NULL;
        }
        pthread_mutex_unlock(&cache->shards[index % SHARDS].lock);
    }
}

void mf_cache_free(mf_cache *cache) {
    if (cache == NULL) return;
    mf_cache_clear(cache);
    for (int shard = 0; shard < SHARDS; shard++) pthread_mutex_destroy(&cache->shards[shard].lock);
    free(cache->sets);
    free(cache);
}

/* Of 16 characters of the signature, which nobody chooses; and yet with a seed of our own. */
static uint64_t hash_of(const mf_cache *cache, const char *token, size_t count) {
    uint64_t parts[2] = {0, 0};
    if (count >= SIGNATURE_TEXT) memcpy(parts, token + count - SIGNATURE_TEXT, sizeof parts);
    uint64_t hash = (parts[0] ^ cache->seed[0]) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 29;
    hash = (hash ^ parts[1] ^ cache->seed[1]) * 0xBF58476D1CE4E5B9u;
    return hash ^ hash >> 32;
}

mf_token *mf_cache_find(mf_cache *cache, const char *token, size_t count) {
    uint64_t hash = hash_of(cache, token, count);
    size_t index = hash % cache->set_count;
    cache_set *set = &cache->sets[index];
    mf_token *found = NULL;
    pthread_mutex_lock(&cache->shards[index % SHARDS].lock);
    for (int way = 0; way < WAYS && found == NULL; way++) {
        mf_token *known = set->tokens[way];
        if (known == NULL || set->hashes[way] != hash || known->text.count != count ||
            memcmp(known->text.bytes, token, count) != 0) {
            continue;
        }
        set->was_used[way] = true;
        atomic_fetch_add_explicit(&known->references, 1, memory_order_relaxed);
        found = known;
    }
    pthread_mutex_unlock(&cache->shards[index % SHARDS].lock);
    return found;
}

void mf_cache_add(mf_cache *cache, mf_token *token) {
    uint64_t hash = hash_of(cache, token->text.bytes, token->text.count);
    size_t index = hash % cache->set_count;
    cache_set *set = &cache->sets[index];
    atomic_fetch_add_explicit(&token->references, 1, memory_order_relaxed);
    pthread_mutex_lock(&cache->shards[index % SHARDS].lock);
    /* The first place that is free, or that was not used since the hand came by. */
    while (set->tokens[set->hand] != NULL && set->was_used[set->hand]) {
        set->was_used[set->hand] = false;
        set->hand = (set->hand + 1) % WAYS;
    }
    mf_token *forgotten = set->tokens[set->hand];
    set->tokens[set->hand] = token;
    set->hashes[set->hand] = hash;
    set->was_used[set->hand] = true;
    set->hand = (set->hand + 1) % WAYS;
    pthread_mutex_unlock(&cache->shards[index % SHARDS].lock);
    if (forgotten != NULL) mayfly_token_free(&forgotten->view);
}
