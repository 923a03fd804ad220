/* Tokens and the lineage in them, verified with nothing but the broker's public keys. */
#ifndef MF_CHAIN_H
#define MF_CHAIN_H

#include <stdatomic.h>

#include "texts.h"

enum { MF_TOKEN_MAXIMUM = 16 * 1024, MF_SIGNATURE_COUNT = 64, MF_ENDS_MAXIMUM = 27 };

/* --- keys --- */

typedef struct mf_known_key {
    uint8_t key[32];
    /* What a token's first part is when this key signed it: compared, never interpreted. */
    char header[160];
    size_t header_count;
} mf_known_key;

enum { MF_KEYS_MAXIMUM = 64 };

struct mayfly_keys {
    char issuer[256];
    size_t count;
    mf_known_key keys[MF_KEYS_MAXIMUM];
};

/* False where there are too many. */
bool mf_keys_add(mayfly_keys *keys, const uint8_t key[32]);
/* RFC 7638, in base64url. */
void mf_thumbprint(const uint8_t key[32], char thumbprint[43]);

/* --- a verified token --- */

typedef struct mf_token {
    /* First, so that a pointer to it is one to the whole. */
    mayfly_token view;
    atomic_uint references;
    /* The text itself. */
    mayfly_text text;
    mayfly_text scope[MF_SCOPES_MAXIMUM];
    mayfly_text audience[MF_AUDIENCES_MAXIMUM];
    /* Names by which its end would be announced: of revocations.h. */
    uint8_t ends[MF_ENDS_MAXIMUM][32];
    size_t ends_count;
    /* How many changes the revocations had when none of them was found among the ends. */
    atomic_uint_fast64_t checked;
    mf_arena arena;
} mf_token;

static inline mf_token *mf_token_of(const mayfly_token *token) {
    return (mf_token *)(uintptr_t)token;
}

/* EXPIRED, NOT_YET_VALID or NULL. */
const char *mf_check_times(const mayfly_token *token, uint64_t now, uint64_t leeway);
bool mf_names_audience(const mayfly_token *token, mayfly_text audience);
/* The reason why not, or NULL and the token with one reference. `audience` without bytes asks for
 * none. */
const char *mf_chain_verify(
    const mayfly_keys *keys, mayfly_text issuer, mayfly_text token, mayfly_text audience,
    uint64_t now, uint64_t leeway, mf_token **verified);

/* --- hops and roots --- */

typedef struct mf_root {
    mayfly_text agent;
    uint8_t key[32];
    mayfly_text scope[MF_SCOPES_MAXIMUM];
    size_t scope_count;
    mayfly_text audience[MF_AUDIENCES_MAXIMUM];
    size_t audience_count;
    uint64_t not_after;
    mayfly_text grant;
} mf_root;

typedef struct mf_hop {
    mayfly_text issuer;
    mayfly_text delegator;
    uint8_t delegator_key[32];
    mayfly_text delegate;
    uint8_t delegate_key[32];
    mayfly_text held[MF_SCOPES_MAXIMUM];
    size_t held_count;
    mayfly_text scope[MF_SCOPES_MAXIMUM];
    size_t scope_count;
    bool has_audience;
    mayfly_text audience[MF_AUDIENCES_MAXIMUM];
    size_t audience_count;
    /* 0 where it names no limit. */
    uint32_t maximum_uses;
    uint64_t expires_at;
    mayfly_text parent;
    uint64_t depth;
    uint8_t previous[32];
    mayfly_text signed_part;
    uint8_t signature[MF_SIGNATURE_COUNT];
} mf_hop;

#define MF_HOP_HEADER "{\"alg\":\"EdDSA\",\"typ\":\"mayfly-hop+jwt\"}"

/* False where the text is not the one text of any. What is found in it is in the arena. */
bool mf_root_parse(mf_arena *arena, mayfly_text text, mf_root *root);
bool mf_hop_parse(mf_arena *arena, mayfly_text text, mf_hop *hop);
#endif
