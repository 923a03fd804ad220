/* A verifier alone: its cache, its reasons, the set of ends, and threads that share it. */
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache.h"
#include "revocations.h"

enum { THREADS = 4, ROUNDS = 2000, TOKENS = 64 };

#define GRANT "5b1f3c0e9d2a47c61f0e8d3b6a795c24"
#define SUBJECT "spiffe://mayfly.local/agent/nightly/summarize/5b1f3c0e9d2a47c6"
#define JKT "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"

static int failed;
static uint8_t broker_public[32], broker_secret[64];
static mayfly_keys *keys;

#define CHECK(condition) check((condition), #condition, __LINE__)

static void check(bool is_so, const char *what, int line) {
    if (is_so) return;
    __atomic_add_fetch(&failed, 1, __ATOMIC_RELAXED);
    fprintf(stderr, "verifier_test.c:%d: not so: %s\n", line, what);
}

static bool is(const char *refusal, const char *expected) {
    if (refusal == NULL || expected == NULL) return refusal == expected;
    return strcmp(refusal, expected) == 0;
}

/* --- tokens of a broker of our own --- */

static char *signed_token(const char *claims) {
    size_t header = keys->keys[0].header_count, payload = MF_BASE64URL_COUNT(strlen(claims));
    char *token = calloc(1, header + payload + 100);
    if (token == NULL) exit(1);
    memcpy(token, keys->keys[0].header, header);
    token[header] = '.';
    mf_base64url_encode((const uint8_t *)claims, strlen(claims), token + header + 1);
    size_t signed_count = header + 1 + payload;
    uint8_t signature[64];
    crypto_sign_detached(
        signature, NULL, (const uint8_t *)token, signed_count, broker_secret);
    token[signed_count] = '.';
    mf_base64url_encode(signature, 64, token + signed_count + 1);
    return token;
}

/* `more` stands behind the rest, as `,"online":true`. */
static char *token_of(int number, int64_t expires_in, const char *more) {
    char claims[1024];
    long long now = (long long)mf_now_seconds();
    snprintf(
        claims, sizeof claims,
        "{\"grant\":\"" GRANT "\",\"jti\":\"%032x\",\"iss\":\"mayfly\",\"sub\":\"" SUBJECT
        "\",\"aud\":[\"data-service\"],\"exp\":%lld,\"nbf\":%lld,\"iat\":%lld,"
        "\"scope\":[\"read:data:*\"],\"task_id\":\"summarize\",\"orch_id\":\"nightly\","
        "\"app_id\":\"reports\",\"cnf\":{\"jkt\":\"" JKT "\"},\"binding\":\"none\","
        "\"proof\":\"agent\"%s}",
        (unsigned)number, now + (long long)expires_in, now, now, more);
    return signed_token(claims);
}

static mayfly_verifier *verifier_of(mayfly_verifier_options options) {
    mayfly_error error;
    options.keys = keys;
    mayfly_verifier *verifier = mayfly_verifier_new(&options, &error);
    if (verifier == NULL) exit(1);
    return verifier;
}

/* Of a token that is used up by it. */
static const char *verdict(
    mayfly_verifier *verifier, char *token, const char *scope, const char *audience) {
    mayfly_wanted wanted = {.scope = &scope, .scope_count = scope != NULL, .audience = audience};
    const char *refusal = mayfly_verify(verifier, token, strlen(token), &wanted, NULL);
    const char *again = mayfly_verify(verifier, token, strlen(token), &wanted, NULL);
    CHECK(is(refusal, again));
    free(token);
    return again;
}

static void reasons_are_the_same_the_second_time(void) {
    mayfly_verifier *verifier = verifier_of((mayfly_verifier_options){.ignore_revocations = true});
    CHECK(is(verdict(verifier, token_of(1, 300, ""), NULL, NULL), NULL));
    CHECK(is(verdict(verifier, token_of(1, 300, ""), "read:data:x", "data-service"), NULL));
    CHECK(is(verdict(verifier, token_of(1, 300, ""), "write:data:x", NULL), "SCOPE_VIOLATION"));
    CHECK(is(verdict(verifier, token_of(1, 300, ""), "read", NULL), "SCOPE_VIOLATION"));
    CHECK(is(verdict(verifier, token_of(1, 300, ""), NULL, "mail-service"), "AUDIENCE_MISMATCH"));
    CHECK(is(verdict(verifier, token_of(2, -60, ""), NULL, NULL), "EXPIRED"));
    CHECK(is(verdict(verifier, token_of(3, -20, ""), NULL, NULL), NULL));
    CHECK(is(verdict(verifier, token_of(4, 300, ",\"online\":true"), NULL, NULL),
             "BROKER_REQUIRED"));
    mayfly_verifier_free(verifier);
}

static void a_change_is_seen_behind_the_cache(void) {
    mayfly_verifier *verifier = verifier_of((mayfly_verifier_options){.ignore_revocations = true});
    char *token = token_of(1, 300, "");
    size_t count = strlen(token);
    CHECK(is(mayfly_verify(verifier, token, count, NULL, NULL), NULL));
    for (size_t at = 0; at < count; at++) {
        char before = token[at];
        token[at] = before == 'A' ? 'B' : 'A';
        CHECK(mayfly_verify(verifier, token, count, NULL, NULL) != NULL);
        token[at] = before;
    }
    CHECK(mayfly_verify(verifier, token, count - 1, NULL, NULL) != NULL);
    CHECK(is(mayfly_verify(verifier, token, count, NULL, NULL), NULL));
    CHECK(is(mayfly_verify(verifier, NULL, 0, NULL, NULL), "MALFORMED"));
    CHECK(is(mayfly_verify(verifier, "", 0, NULL, NULL), "MALFORMED"));
    free(token);
    mayfly_verifier_free(verifier);
}

static void nothing_is_accepted_that_nobody_knows(void) {
    mayfly_error error;
    mayfly_revocations_options nowhere = {.socket_path = "/nonexistent/agent.sock"};
    mayfly_client_options gone = {.socket_path = "/nonexistent/agent.sock"};
    mayfly_revocations *revocations = mayfly_revocations_follow(&nowhere, &error);
    mayfly_client *broker = mayfly_client_new(&gone, &error);
    mayfly_verifier *alone = verifier_of((mayfly_verifier_options){.revocations = revocations});
    mayfly_verifier *asking =
        verifier_of((mayfly_verifier_options){.revocations = revocations, .broker = broker});
    mayfly_verifier *critical = verifier_of(
        (mayfly_verifier_options){.ignore_revocations = true, .ask_always = true, .broker = broker});
    CHECK(is(verdict(alone, token_of(1, 300, ""), NULL, NULL), "REVOCATIONS_STALE"));
    CHECK(is(verdict(asking, token_of(1, 300, ""), NULL, NULL), "BROKER_UNREACHABLE"));
    CHECK(is(verdict(critical, token_of(1, 300, ""), NULL, NULL), "BROKER_UNREACHABLE"));
    CHECK(mayfly_revocations_staleness_milliseconds(revocations) == UINT64_MAX);
    CHECK(mayfly_revocations_wait(revocations, 20, &error) == MAYFLY_TIMED_OUT);
    mayfly_verifier_free(alone);
    mayfly_verifier_free(asking);
    mayfly_verifier_free(critical);
    mayfly_client_free(broker);
    mayfly_revocations_free(revocations);

    mayfly_verifier_options careless = {.keys = keys};
    CHECK(mayfly_verifier_new(&careless, &error) == NULL);
    CHECK(error.status == MAYFLY_INVALID_ARGUMENT);
}

/* --- ends --- */

static mf_token *verified(char *token) {
    mf_token *found = NULL;
    const char *refusal = mf_chain_verify(
        keys, mf_text("mayfly", 6), mf_text(token, strlen(token)), mf_text(NULL, 0),
        mf_now_seconds(), 30, &found);
    CHECK(is(refusal, NULL));
    if (found == NULL) exit(1);
    mf_find_ends(found);
    free(token);
    return found;
}

static bool end(mf_end_set *set, const char *level, const char *target) {
    uint8_t digest[32];
    const uint8_t *digests[] = {digest};
    mf_end_digest(level, mf_text(target, strlen(target)), mf_text("", 0), digest);
    return mf_end_set_add(set, digests, 1, 0);
}

static void every_name_of_a_token_ends_it(void) {
    static const char *const NAMES[][2] = {
        {"token", "00000000000000000000000000000001"}, {"grant", GRANT}, {"chain", GRANT},
        {"agent", SUBJECT}, {"task", "summarize"}, {"task", "nightly/summarize"},
    };
    mf_token *token = verified(token_of(1, 300, ""));
    for (size_t index = 0; index < sizeof NAMES / sizeof *NAMES; index++) {
        mf_end_set set;
        mf_end_set_init(&set, 1000, 1000000);
        CHECK(!mf_end_set_revokes(&set, token));
        CHECK(end(&set, "task", "another"));
        CHECK(!mf_end_set_revokes(&set, token));
        CHECK(end(&set, NAMES[index][0], NAMES[index][1]));
        CHECK(mf_end_set_revokes(&set, token));
        mf_end_set_clear(&set);
        mf_end_set_free(&set);
        atomic_store(&token->checked, 0);
    }
    mf_end_set set;
    mf_end_set_init(&set, 1000, 1000000);
    CHECK(mf_end_set_add(&set, NULL, 0, token->view.issued_at));
    CHECK(!mf_end_set_revokes(&set, token));
    CHECK(mf_end_set_add(&set, NULL, 0, token->view.issued_at + 1));
    CHECK(mf_end_set_revokes(&set, token));
    mf_end_set_free(&set);
    mayfly_token_free(&token->view);
}

static void ends_are_bounded_and_forgotten_late(void) {
    char target[32];
    mf_end_set set;
    mf_end_set_init(&set, 5000, 1000000);
    for (int index = 0; index < 5000; index++) {
        snprintf(target, sizeof target, "task-%d", index);
        CHECK(end(&set, "task", target));
    }
    CHECK(!end(&set, "task", "one-too-many"));
    mf_token *token = verified(token_of(1, 300, ""));
    CHECK(!mf_end_set_revokes(&set, token));
    mf_end_set_clear(&set);
    CHECK(end(&set, "task", "summarize"));
    CHECK(mf_end_set_revokes(&set, token));
    /* One retention later it is the older generation's, and known; after another one it is gone. */
    set.retention_milliseconds = 0;
    CHECK(end(&set, "task", "another"));
    CHECK(mf_end_set_revokes(&set, token));
    CHECK(end(&set, "task", "another"));
    CHECK(!mf_end_set_revokes(&set, token));
    mf_end_set_free(&set);
    mayfly_token_free(&token->view);
}

/* --- the cache --- */

static void a_cache_forgets_what_is_not_used(void) {
    mf_cache *cache = mf_cache_new(16);
    if (cache == NULL) exit(1);
    mf_token *tokens[TOKENS];
    for (int index = 0; index < TOKENS; index++) {
        tokens[index] = verified(token_of(index, 300, ""));
        mf_cache_add(cache, tokens[index]);
    }
    int kept = 0;
    for (int index = 0; index < TOKENS; index++) {
        mf_token *found =
            mf_cache_find(cache, tokens[index]->text.bytes, tokens[index]->text.count);
        CHECK(found == NULL || found == tokens[index]);
        kept += found != NULL;
        if (found != NULL) mayfly_token_free(&found->view);
    }
    CHECK(kept > 0 && kept <= 16);
    mf_cache_free(cache);
    for (int index = 0; index < TOKENS; index++) {
        CHECK(atomic_load(&tokens[index]->references) == 1);
        mayfly_token_free(&tokens[index]->view);
    }
}

/* --- threads --- */

typedef struct shared_verifier {
    mayfly_verifier *verifier;
    char *tokens[TOKENS];
} shared_verifier;

static void *verify_many(void *context) {
    const shared_verifier *shared = context;
    for (int round = 0; round < ROUNDS; round++) {
        const char *text = shared->tokens[round % TOKENS];
        const mayfly_token *token = NULL;
        CHECK(is(mayfly_verify(shared->verifier, text, strlen(text), NULL, &token), NULL));
        if (token != NULL) CHECK(token->scope_count == 1 && mf_is(token->grant_id, GRANT));
        mayfly_token_free(token);
    }
    return NULL;
}

static void threads_share_a_verifier(void) {
    shared_verifier shared;
    /* Smaller than the tokens, so that threads also forget what others use. */
    shared.verifier = verifier_of(
        (mayfly_verifier_options){.ignore_revocations = true, .cache_capacity = TOKENS / 2});
    for (int index = 0; index < TOKENS; index++) shared.tokens[index] = token_of(index, 300, "");
    pthread_t threads[THREADS];
    for (int index = 0; index < THREADS; index++) {
        if (pthread_create(&threads[index], NULL, verify_many, &shared) != 0) exit(1);
    }
    for (int index = 0; index < THREADS; index++) pthread_join(threads[index], NULL);
    for (int index = 0; index < TOKENS; index++) free(shared.tokens[index]);
    mayfly_verifier_free(shared.verifier);
}

static void *ask_many(void *context) {
    void **both = context;
    int found = 0;
    for (int round = 0; round < ROUNDS; round++) found += mf_end_set_revokes(both[0], both[1]);
    CHECK(found == 0);
    return NULL;
}

static void threads_ask_while_ends_come(void) {
    mf_end_set set;
    mf_end_set_init(&set, 100000, 1000000);
    mf_token *token = verified(token_of(1, 300, ""));
    void *both[] = {&set, token};
    pthread_t threads[THREADS];
    for (int index = 0; index < THREADS; index++) {
        if (pthread_create(&threads[index], NULL, ask_many, both) != 0) exit(1);
    }
    char target[32];
    for (int index = 0; index < ROUNDS; index++) {
        snprintf(target, sizeof target, "task-%d", index);
        CHECK(end(&set, "task", target));
    }
    for (int index = 0; index < THREADS; index++) pthread_join(threads[index], NULL);
    CHECK(end(&set, "agent", SUBJECT));
    CHECK(mf_end_set_revokes(&set, token));
    mf_end_set_free(&set);
    mayfly_token_free(&token->view);
}

int main(void) {
    if (sodium_init() < 0) return 1;
    crypto_sign_keypair(broker_public, broker_secret);
    keys = calloc(1, sizeof *keys);
    if (keys == NULL || !mf_keys_add(keys, broker_public)) return 1;
    strcpy(keys->issuer, "mayfly");
    reasons_are_the_same_the_second_time();
    a_change_is_seen_behind_the_cache();
    nothing_is_accepted_that_nobody_knows();
    every_name_of_a_token_ends_it();
    ends_are_bounded_and_forgotten_late();
    a_cache_forgets_what_is_not_used();
    threads_share_a_verifier();
    threads_ask_while_ends_come();
    free(keys);
    printf("verifier: %s\n", failed == 0 ? "all as it should be" : "not as it should be");
    return failed != 0;
}
