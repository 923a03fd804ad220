/* What is right, with some bytes changed, cut off or put in: every reader of bytes from outside gives
 * its answer, whatever that is. Worth most with the sanitizers. The same each time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CMayflyProto.h"
#include "agents.h"
#include "chain.h"
#include "scan.h"
#include "vectors.h"

enum { ROUNDS = 60, ARENA = 4 * 1024 * 1024 };

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint64_t random_number(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* A copy without a byte to spare, so that a sanitizer sees who reads on. */
static char *mutated(const char *bytes, size_t count, size_t *new_count) {
    char *copy = malloc(count + 1);
    if (copy == NULL) exit(1);
    memcpy(copy, bytes, count);
    for (uint64_t changes = random_number() % 4; changes > 0 && count > 0; changes--) {
        copy[random_number() % count] = (char)random_number();
    }
    if (random_number() % 4 == 0 && count > 0) count = random_number() % count;
    if (random_number() % 4 == 0 && count > 0) {
        size_t at = random_number() % count;
        memmove(copy + at, copy + at + 1, count - at - 1);
        count--;
    }
    char *exact = malloc(count == 0 ? 1 : count);
    if (exact == NULL) exit(1);
    memcpy(exact, copy, count);
    free(copy);
    *new_count = count;
    return exact;
}

static void read_text(mayfly_text text) {
    mf_arena arena;
    mf_arena_init(&arena, ARENA);
    mf_hop hop;
    mf_root root;
    mf_held held;
    mf_json_strict(&arena, text);
    mf_json_lenient(&arena, text);
    mf_hop_parse(&arena, text, &hop);
    mf_root_parse(&arena, text, &root);
    mf_held_read(&arena, text, &held);
    mf_payload(&arena, text);
    mf_is_agent_id(text, NULL, NULL);
    mf_is_scope(text);
    mf_arena_free(&arena);
    mayfly_keys_free(mayfly_keys_parse(text.bytes, text.count, "mayfly", NULL));
    mayfly_key_free(mayfly_key_from_pem(text.bytes, text.count));
}

static size_t read_mutations(const char *bytes, size_t count, void (*read)(mayfly_text)) {
    for (int round = 0; round < ROUNDS; round++) {
        size_t new_count;
        char *text = mutated(bytes, count, &new_count);
        read(mf_text(text, new_count));
        free(text);
    }
    return ROUNDS;
}

static void read_message(mayfly_text text) {
    static const ProtobufCMessageDescriptor *const ANSWERS[] = {
        &ttrpc__response__descriptor, &google__rpc__error_info__descriptor,
        &mayfly__v1__spawn_response__descriptor, &mayfly__v1__validate_response__descriptor,
        &mayfly__v1__get_keys_response__descriptor,
        &mayfly__v1__watch_revocations_response__descriptor,
        &mayfly__v1__apps_list_grants_response__descriptor,
        &mayfly__v1__release_batch_response__descriptor,
    };
    for (size_t index = 0; index < sizeof ANSWERS / sizeof *ANSWERS; index++) {
        mf_arena arena;
        mf_arena_init(&arena, ARENA);
        mf_unpack(ANSWERS[index], &arena, (const uint8_t *)text.bytes, text.count);
        mf_arena_free(&arena);
    }
}

/* Payloads, roots and hops stand behind a signature, where no change of a token reaches: they are
 * read by themselves. */
static size_t read_inside(const char *token) {
    mf_arena arena;
    mf_arena_init(&arena, ARENA);
    mayfly_text payload = mf_payload(&arena, mf_text(token, strlen(token)));
    size_t count = read_mutations(payload.bytes, payload.count, read_text);
    const mf_json *json = mf_json_strict(&arena, payload);
    const mf_json *root = mf_json_member(json, "root");
    if (root != NULL && root->kind == MF_JSON_TEXT) {
        count += read_mutations(root->text.bytes, root->text.count, read_text);
    }
    const mf_json *hops = mf_json_member(json, "delegation_chain");
    if (hops != NULL && hops->child != NULL) {
        count += read_mutations(hops->child->text.bytes, hops->child->text.count, read_text);
    }
    mf_arena_free(&arena);
    return count;
}

static size_t read_tokens(void) {
    const vector *file = vector_file("chains.json");
    const vector *cases = vector_get(file, "cases");
    size_t count = 0;
    for (size_t index = 0; index < vector_count(cases); index++) {
        const char *token = vector_text_of(vector_at(cases, index), "token");
        count += read_mutations(token, strlen(token), read_text);
        count += read_inside(token);
    }
    return count;
}

static size_t read_frames(const char *name, const char *list) {
    const vector *cases = vector_get(vector_file(name), list);
    size_t total = 0;
    for (size_t index = 0; index < vector_count(cases); index++) {
        size_t count;
        uint8_t *frame = vector_bytes_of(vector_at(cases, index), "frame", &count);
        for (int again = 0; again < 10; again++) {
            total += read_mutations((const char *)frame + 10, count - 10, read_message);
        }
        free(frame);
    }
    return total;
}

int main(void) {
    size_t count = read_tokens();
    count += read_frames("frames.json", "responses");
    count += read_frames("frames.json", "stream");
    count += read_frames("refusals.json", "cases");
    printf("mutated: %zu texts and messages\n", count);
    return 0;
}
