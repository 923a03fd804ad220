#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "cache.h"
#include "revocations.h"

enum {
    LEEWAY_SECONDS = 30, STALENESS_MILLISECONDS = 30000, CACHE_CAPACITY = 4096,
    /* Not more often are a broker's keys asked for because a token names another one. */
    KEY_INTERVAL_MILLISECONDS = 10000
};

struct mayfly_verifier {
    mayfly_verifier_options options;
    char *issuer;
    char *audience;
    uint64_t leeway;
    mf_cache *cache;
    pthread_rwlock_t keys_lock;
    mayfly_keys *keys;
    atomic_uint_fast64_t keys_asked_at;
};

mayfly_verifier *mayfly_verifier_new(const mayfly_verifier_options *options, mayfly_error *error) {
    bool knows_ends = options->revocations != NULL || options->ignore_revocations ||
                      (options->ask_always && options->broker != NULL);
    if (options->keys == NULL || !knows_ends) {
        mf_fail(error, MAYFLY_INVALID_ARGUMENT,
                "a verifier needs keys, and revocations or the word that they do not matter");
        return NULL;
    }
    mayfly_verifier *self = sodium_init() < 0 ? NULL : calloc(1, sizeof *self);
    if (self == NULL) {
        mf_no_memory(error);
        return NULL;
    }
    self->options = *options;
    mf_rwlock_init(&self->keys_lock);
    if (options->staleness_milliseconds == 0) {
        self->options.staleness_milliseconds = STALENESS_MILLISECONDS;
    }
    self->leeway = options->leeway_seconds == 0  ? LEEWAY_SECONDS
                   : options->leeway_seconds < 0 ? 0
                                                 : (uint64_t)options->leeway_seconds;
    self->cache =
        mf_cache_new(options->cache_capacity == 0 ? CACHE_CAPACITY : options->cache_capacity);
    self->keys = malloc(sizeof *self->keys);
    self->issuer = mf_copy(options->issuer == NULL ? options->keys->issuer : options->issuer);
    self->audience = options->audience == NULL ? NULL : mf_copy(options->audience);
    if (self->cache == NULL || self->keys == NULL || self->issuer == NULL ||
        (options->audience != NULL && self->audience == NULL)) {
        mayfly_verifier_free(self);
        mf_no_memory(error);
        return NULL;
    }
    *self->keys = *options->keys;
    return self;
}

void mayfly_verifier_free(mayfly_verifier *self) {
    if (self == NULL) return;
    mf_cache_free(self->cache);
    mayfly_keys_free(self->keys);
    pthread_rwlock_destroy(&self->keys_lock);
    free(self->issuer);
    free(self->audience);
    free(self);
}

/* Whether there are other keys now. */
static bool refresh_keys(mayfly_verifier *self) {
    uint64_t now = mf_monotonic_milliseconds();
    uint64_t asked_at = atomic_load(&self->keys_asked_at);
    if (self->options.broker == NULL ||
        (asked_at != 0 && now - asked_at < KEY_INTERVAL_MILLISECONDS) ||
        !atomic_compare_exchange_strong(&self->keys_asked_at, &asked_at, now)) {
        return false;
    }
    mayfly_keys *keys = mayfly_keys_fetch(self->options.broker, NULL);
    if (keys == NULL) return false;
    pthread_rwlock_wrlock(&self->keys_lock);
    mayfly_keys *old = self->keys;
    self->keys = keys;
    /* What a key signed that is not among them any more has to be verified anew. */
    mf_cache_clear(self->cache);
    pthread_rwlock_unlock(&self->keys_lock);
    mayfly_keys_free(old);
    return true;
}

/* Into the cache while the keys are the same. */
static const char *verify_first(
    mayfly_verifier *self, mayfly_text token, mayfly_text audience, uint64_t now,
    mf_token **verified) {
    mayfly_text issuer = mf_text(self->issuer, strlen(self->issuer));
    pthread_rwlock_rdlock(&self->keys_lock);
    const char *refusal =
        mf_chain_verify(self->keys, issuer, token, audience, now, self->leeway, verified);
    if (refusal == NULL) {
        mf_find_ends(*verified);
        mf_cache_add(self->cache, *verified);
    }
    pthread_rwlock_unlock(&self->keys_lock);
    return refusal;
}

/* Signature, times and audience: of a known token only what changes. */
static const char *verify_token(
    mayfly_verifier *self, mayfly_text token, const char *wanted_audience, mf_token **verified) {
    uint64_t now = mf_now_seconds();
    const char *name = wanted_audience == NULL ? self->audience : wanted_audience;
    mayfly_text audience = name == NULL ? mf_text(NULL, 0) : mf_text(name, strlen(name));
    mf_token *known = mf_cache_find(self->cache, token.bytes, token.count);
    if (known == NULL) {
        const char *refusal = verify_first(self, token, audience, now, verified);
        if (refusal != NULL && strcmp(refusal, "FOREIGN_HEADER") == 0 && refresh_keys(self)) {
            refusal = verify_first(self, token, audience, now, verified);
        }
        return refusal;
    }
    *verified = known;
    const char *refusal = mf_check_times(&known->view, now, self->leeway);
    if (refusal != NULL) return refusal;
    bool is_for_another =
        name != NULL && !known->view.by_reference && !mf_names_audience(&known->view, audience);
    return is_for_another ? "AUDIENCE_MISMATCH" : NULL;
}

static bool covers(const mayfly_token *token, const mayfly_wanted *wanted) {
    for (size_t index = 0; index < wanted->scope_count; index++) {
        mayfly_text scope = mf_text(wanted->scope[index], strlen(wanted->scope[index]));
        if (!mf_is_scope(scope) || !mf_scopes_cover(token->scope, token->scope_count, &scope, 1)) {
            return false;
        }
    }
    return true;
}

static const char *ask(
    mayfly_verifier *self, mayfly_text token, const mayfly_wanted *wanted, const char *otherwise) {
    if (self->options.broker == NULL) return otherwise;
    mayfly_wanted question = *wanted;
    question.omit_claims = true;
    if (question.audience == NULL) question.audience = self->audience;
    mayfly_validation validation;
    mayfly_status status = mayfly_validate(
        self->options.broker, token.bytes, token.count, &question, &validation, NULL);
    if (status != MAYFLY_OK) return "BROKER_UNREACHABLE";
    bool is_valid = validation.valid;
    mayfly_validation_clear(&validation);
    return is_valid ? NULL : "TOKEN_NOT_VALID";
}

/* Whether it has ended since it was issued. */
static const char *verify_life(
    mayfly_verifier *self, mf_token *token, const mayfly_wanted *wanted) {
    mayfly_revocations *revocations = self->options.revocations;
    if (revocations != NULL && mf_end_set_revokes(mf_revocations_set(revocations), token)) {
        return "REVOKED";
    }
    if (self->options.ask_always || token->view.online) {
        return ask(self, token->text, wanted, "BROKER_REQUIRED");
    }
    if (revocations == NULL) return NULL;
    bool is_known = mayfly_revocations_staleness_milliseconds(revocations) <=
                        self->options.staleness_milliseconds &&
                    mf_revocations_cover(revocations, &token->view);
    return is_known ? NULL : ask(self, token->text, wanted, "REVOCATIONS_STALE");
}

const char *mayfly_verify(
    mayfly_verifier *self, const char *text, size_t count, const mayfly_wanted *wanted,
    const mayfly_token **verified) {
    static const mayfly_wanted NOTHING = {0};
    if (wanted == NULL) wanted = &NOTHING;
    if (verified != NULL) *verified = NULL;
    if (text == NULL) return "MALFORMED";
    mf_token *token = NULL;
    const char *refusal = verify_token(self, mf_text(text, count), wanted->audience, &token);
    if (refusal == NULL && !token->view.by_reference && !covers(&token->view, wanted)) {
        refusal = "SCOPE_VIOLATION";
    }
    if (refusal == NULL) refusal = verify_life(self, token, wanted);
    if (refusal == NULL && verified != NULL) {
        *verified = &token->view;
    } else if (token != NULL) {
        mayfly_token_free(&token->view);
    }
    return refusal;
}
