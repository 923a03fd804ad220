#include <sodium.h>
#include <stdlib.h>

#include "revocations.h"

/* --- names --- */

void mf_end_digest(const char *level, mayfly_text first, mayfly_text second, uint8_t digest[32]) {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    /* With its zero. */
    crypto_hash_sha256_update(&state, (const uint8_t *)level, strlen(level) + 1);
    crypto_hash_sha256_update(&state, (const uint8_t *)first.bytes, first.count);
    crypto_hash_sha256_update(&state, (const uint8_t *)second.bytes, second.count);
    crypto_hash_sha256_final(&state, digest);
}

static void add_end(mf_token *token, const char *level, mayfly_text target) {
    mf_end_digest(level, target, mf_text("", 0), token->ends[token->ends_count++]);
}

void mf_find_ends(mf_token *token) {
    const mayfly_token *view = &token->view;
    add_end(token, "token", view->token_id);
    add_end(token, "grant", view->grant_id);
    if (view->lineage_count > 0) add_end(token, "chain", view->lineage[0].grant_id);
    for (size_t index = 0; index < view->lineage_count; index++) {
        mayfly_link link = view->lineage[index];
        mayfly_text orchestration = {"", 0}, task = {"", 0};
        mf_is_agent_id(link.agent_id, &orchestration, &task);
        if (!mf_equal(link.grant_id, view->grant_id)) add_end(token, "grant", link.grant_id);
        add_end(token, "agent", link.agent_id);
        add_end(token, "task", task);
        /* `{orch}/{task}`, as the agent id has them. */
        mayfly_text both =
            mf_text(orchestration.bytes, (size_t)(task.bytes + task.count - orchestration.bytes));
        add_end(token, "task", both);
    }
}

/* --- tables --- */

static const uint8_t FREE[32];

static size_t place_of(const mf_end_table *table, const uint8_t digest[32]) {
    size_t hash;
    memcpy(&hash, digest, sizeof hash);
    size_t place = hash & (table->size - 1);
    while (memcmp(table->places[place], FREE, 32) != 0 &&
           memcmp(table->places[place], digest, 32) != 0) {
        place = (place + 1) & (table->size - 1);
    }
    return place;
}

static bool has(const mf_end_table *table, const uint8_t digest[32]) {
    if (table->size == 0) return false;
    return memcmp(table->places[place_of(table, digest)], digest, 32) == 0;
}

static bool grow(mf_end_table *table) {
    mf_end_table larger = {.size = table->size == 0 ? 1024 : table->size * 2};
    larger.places = calloc(larger.size, sizeof *larger.places);
    if (larger.places == NULL) return false;
    for (size_t place = 0; place < table->size; place++) {
        if (memcmp(table->places[place], FREE, 32) == 0) continue;
        memcpy(larger.places[place_of(&larger, table->places[place])], table->places[place], 32);
    }
    larger.count = table->count;
    free(table->places);
    *table = larger;
    return true;
}

static bool add(mf_end_table *table, const uint8_t digest[32]) {
    /* No end has this digest; it stands for a free place. */
    if (memcmp(digest, FREE, 32) == 0) return true;
    if (table->count * 2 >= table->size && !grow(table)) return false;
    size_t place = place_of(table, digest);
    if (memcmp(table->places[place], digest, 32) == 0) return true;
    memcpy(table->places[place], digest, 32);
    table->count++;
    return true;
}

static void clear(mf_end_table *table) {
    free(table->places);
    memset(table, 0, sizeof *table);
}

/* --- the set --- */

void mf_end_set_init(mf_end_set *set, size_t capacity, uint64_t retention_milliseconds) {
    memset(set, 0, sizeof *set);
    mf_rwlock_init(&set->lock);
    set->capacity = capacity;
    set->retention_milliseconds = retention_milliseconds;
    set->young_since = mf_monotonic_milliseconds();
}

void mf_end_set_free(mf_end_set *set) {
    clear(&set->young);
    clear(&set->old);
    pthread_rwlock_destroy(&set->lock);
}

void mf_end_set_clear(mf_end_set *set) {
    pthread_rwlock_wrlock(&set->lock);
    clear(&set->young);
    clear(&set->old);
    pthread_rwlock_unlock(&set->lock);
}

bool mf_end_set_add(
    mf_end_set *set, const uint8_t *const *digests, size_t count, uint64_t first_issue_at) {
    uint64_t now = mf_monotonic_milliseconds();
    pthread_rwlock_wrlock(&set->lock);
    if (now - set->young_since >= set->retention_milliseconds) {
        clear(&set->old);
        set->old = set->young;
        memset(&set->young, 0, sizeof set->young);
        set->young_since = now;
    }
    bool is_other = count > 0 || first_issue_at > set->first_issue_at;
    if (first_issue_at > set->first_issue_at) set->first_issue_at = first_issue_at;
    bool has_room = set->young.count + set->old.count + count <= set->capacity;
    for (size_t index = 0; has_room && index < count; index++) {
        has_room = add(&set->young, digests[index]);
    }
    if (is_other) atomic_fetch_add_explicit(&set->changes, 1, memory_order_release);
    pthread_rwlock_unlock(&set->lock);
    return has_room;
}

bool mf_end_set_revokes(mf_end_set *set, mf_token *token) {
    /* One more, so that 0 stands for never. Read before the look-ups: what is added meanwhile is
     * looked for the next time. */
    uint64_t changes = atomic_load_explicit(&set->changes, memory_order_acquire) + 1;
    if (atomic_load_explicit(&token->checked, memory_order_relaxed) == changes) return false;
    pthread_rwlock_rdlock(&set->lock);
    bool is_revoked = !token->view.by_reference && token->view.issued_at < set->first_issue_at;
    for (size_t index = 0; !is_revoked && index < token->ends_count; index++) {
        is_revoked = has(&set->young, token->ends[index]) || has(&set->old, token->ends[index]);
    }
    pthread_rwlock_unlock(&set->lock);
    if (!is_revoked) atomic_store_explicit(&token->checked, changes, memory_order_relaxed);
    return is_revoked;
}
