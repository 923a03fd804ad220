/* Base64url, JSON and the protocol's words: read strictly, so that bytes have one text and a text
 * one meaning. */
#ifndef MF_TEXTS_H
#define MF_TEXTS_H

#include "support.h"

/* --- base64url: no padding, no other alphabet, no stray bits at the end --- */

#define MF_BASE64URL_COUNT(count) (((count) * 8 + 5) / 6)

/* Writes count * 3 / 4 bytes; false where the text is that of no bytes. `out` may be the text's own
 * place. NULL only checks. */
bool mf_base64url_decode(mayfly_text text, uint8_t *out);
/* Writes MF_BASE64URL_COUNT(count) characters and no zero. */
void mf_base64url_encode(const uint8_t *bytes, size_t count, char *out);
/* Exactly 32 bytes in 43 characters. */
bool mf_base64url_digest(mayfly_text text, uint8_t digest[32]);

/* --- JSON --- */

typedef enum mf_json_kind {
    MF_JSON_OBJECT, MF_JSON_ARRAY, MF_JSON_TEXT, MF_JSON_NUMBER, MF_JSON_TRUE, MF_JSON_FALSE,
    MF_JSON_NULL
} mf_json_kind;

typedef struct mf_json {
    mf_json_kind kind;
    /* Of a member. */
    mayfly_text name;
    /* The text's content, else all of the value as it was written. */
    mayfly_text text;
    struct mf_json *child;
    struct mf_json *next;
    size_t count;
} mf_json;

/* As the broker writes it: no white space, no escapes, no name twice, nothing behind it. NULL where
 * the text is anything else. Texts of the answer are inside the one that was read. */
mf_json *mf_json_strict(mf_arena *arena, mayfly_text text);
/* As people and tools write it. */
mf_json *mf_json_lenient(mf_arena *arena, mayfly_text text);
/* NULL where there is none, or `object` is no object. */
const mf_json *mf_json_member(const mf_json *object, const char *name);
/* A whole number, 0 to 2^64 - 1, without fraction or exponent. */
bool mf_whole_number(mayfly_text text, uint64_t *number);

bool mf_is_utf8(const char *bytes, size_t count);

/* --- words --- */

enum { MF_SCOPES_MAXIMUM = 32, MF_AUDIENCES_MAXIMUM = 8, MF_HOPS_MAXIMUM = 5 };

bool mf_is_scope(mayfly_text text);
bool mf_is_audience(mayfly_text text);
bool mf_is_issuer(mayfly_text text);
/* The id of a grant or a token. */
bool mf_is_reference(mayfly_text text);
/* Also finds the orchestration and the task, where these are not NULL. */
bool mf_is_agent_id(mayfly_text text, mayfly_text *orchestration, mayfly_text *task);
/* Whether holding the one is enough for the other. */
bool mf_scope_covers(mayfly_text held, mayfly_text wanted);
bool mf_scopes_cover(
    const mayfly_text *held, size_t held_count, const mayfly_text *wanted, size_t wanted_count);
#endif
