/* The ends that a broker's stream has brought, in bounded memory. */
#ifndef MF_REVOCATIONS_H
#define MF_REVOCATIONS_H

#include <pthread.h>

#include "chain.h"

typedef struct mf_end_table {
    /* Open addressing; 32 zeros are a free place. */
    uint8_t (*places)[32];
    /* A power of two, or 0. */
    size_t size;
    size_t count;
} mf_end_table;

/* Each end is remembered for at least the retention, which is the longest time that it can matter:
 * in two generations, of which the older is forgotten as a whole. */
typedef struct mf_end_set {
    pthread_rwlock_t lock;
    mf_end_table young;
    mf_end_table old;
    uint64_t young_since;
    size_t capacity;
    uint64_t retention_milliseconds;
    uint64_t first_issue_at;
    /* How often something was added. */
    atomic_uint_fast64_t changes;
} mf_end_set;

void mf_end_set_init(mf_end_set *set, size_t capacity, uint64_t retention_milliseconds);
void mf_end_set_free(mf_end_set *set);
void mf_end_set_clear(mf_end_set *set);
/* False where there is no room: then not every end is known. */
bool mf_end_set_add(
    mf_end_set *set, const uint8_t *const *digests, size_t count, uint64_t first_issue_at);
/* Whether the token is dead: itself, its grant or one that it hangs on, an agent of its lineage, a
 * task of theirs, its chain, or everything of its time. */
bool mf_end_set_revokes(mf_end_set *set, mf_token *token);

/* SHA-256(level || 0 || target), the target in two parts. */
void mf_end_digest(const char *level, mayfly_text first, mayfly_text second, uint8_t digest[32]);
/* Finds all names by which a token's end would be announced. */
void mf_find_ends(mf_token *token);

/* Of mayfly_revocations. */
mf_end_set *mf_revocations_set(mayfly_revocations *revocations);
/* Whether a token lives no longer than ends are remembered. */
bool mf_revocations_cover(const mayfly_revocations *revocations, const mayfly_token *token);
#endif
