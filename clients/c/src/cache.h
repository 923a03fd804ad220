/* Tokens that were verified, by their signature: the whole token is compared, so that nothing else
 * is ever taken for one. Bounded. */
#ifndef MF_CACHE_H
#define MF_CACHE_H

#include "chain.h"

typedef struct mf_cache mf_cache;

mf_cache *mf_cache_new(size_t capacity);
void mf_cache_free(mf_cache *cache);
/* With a reference for the caller; NULL where it is not there. */
mf_token *mf_cache_find(mf_cache *cache, const char *token, size_t count);
/* Everything is forgotten. */
void mf_cache_clear(mf_cache *cache);
/* Keeps a reference of its own; something else may be forgotten for it. */
void mf_cache_add(mf_cache *cache, mf_token *token);
#endif
