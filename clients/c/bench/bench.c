/* What the library takes, on this machine, beside a live broker:
 *
 *     make bench
 *     MAYFLY_BIN=... ../testing/with-broker.sh ../../.build-clients/c/bench [seconds]
 *
 * prints one line for each figure; the seconds are those of each measurement. Verifying is measured
 * in CPU time, asking the broker in real time. */
#include <pthread.h>
#include <sched.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mayfly.h"

enum { TOKENS = 256, THREADS = 8, SAMPLES = 20000, WATCHERS = 8 };

static double seconds_each = 2;
static const char *const customer[] = {"read:data:customer-12345"};

static double seconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double now(void) { return seconds(CLOCK_MONOTONIC); }

/* What this thread has had of the processor: others on the machine do not count. */
static double spent(void) { return seconds(CLOCK_THREAD_CPUTIME_ID); }

static _Noreturn void stop(const char *what, const mayfly_error *error) {
    fprintf(stderr, "%s: %s: %s\n", what, error->reason, error->message);
    exit(1);
}

static mayfly_agent *spawned(mayfly_client *client) {
    mayfly_agent_request request = {
        .orchestration = "bench", .task = "bench", .scope = customer, .scope_count = 1};
    mayfly_error error;
    mayfly_agent *agent = mayfly_spawn(client, &request, &error);
    if (agent == NULL) stop("spawn", &error);
    return agent;
}

/* --- verifying --- */

static mayfly_verifier *verifier_of(const mayfly_keys *keys, mayfly_revocations *revocations) {
    mayfly_verifier_options options = {.keys = keys, .revocations = revocations};
    mayfly_error error;
    mayfly_verifier *verifier = mayfly_verifier_new(&options, &error);
    if (verifier == NULL) stop("verifier", &error);
    return verifier;
}

static void verify(mayfly_verifier *verifier, const mayfly_agent *agent, size_t count) {
    mayfly_wanted wanted = {.scope = customer, .scope_count = 1};
    const char *refusal =
        mayfly_verify(verifier, mayfly_agent_token(agent), count, &wanted, NULL);
    if (refusal == NULL) return;
    fprintf(stderr, "verify: %s\n", refusal);
    exit(1);
}

/* For as many signatures as there are tokens, of about their size. */
static double check_signatures(void) {
    unsigned char public_key[32], secret_key[64], signature[64], message[640] = {0};
    crypto_sign_keypair(public_key, secret_key);
    crypto_sign_detached(signature, NULL, message, sizeof message, secret_key);
    int faults = 0;
    double began = spent();
    for (int index = 0; index < TOKENS; index++) {
        faults |= crypto_sign_verify_detached(signature, message, sizeof message, public_key);
    }
    if (faults != 0) abort();
    return spent() - began;
}

static void bench_verifier(mayfly_client *client) {
    mayfly_error error;
    mayfly_keys *keys = mayfly_keys_fetch(client, &error);
    if (keys == NULL) stop("keys", &error);
    mayfly_revocations *revocations = mayfly_revocations_follow(NULL, &error);
    if (revocations == NULL) stop("revocations", &error);
    if (mayfly_revocations_wait(revocations, 10000, &error) != MAYFLY_OK) stop("wait", &error);

    mayfly_agent *agents[TOKENS];
    size_t counts[TOKENS];
    for (size_t index = 0; index < TOKENS; index++) {
        agents[index] = spawned(client);
        counts[index] = strlen(mayfly_agent_token(agents[index]));
    }
    /* By turns, so that both meet the same machine. */
    double first = 0, one = 0;
    int rounds = 0;
    mayfly_verifier *verifier = NULL;
    for (; rounds == 0 || first < seconds_each / 2; rounds++) {
        mayfly_verifier_free(verifier);
        verifier = verifier_of(keys, revocations);
        double began = spent();
        for (size_t index = 0; index < TOKENS; index++) {
            verify(verifier, agents[index], counts[index]);
        }
        first += spent() - began;
        one += check_signatures();
    }
    printf("first-seen token       %8.2f us   %.2f Ed25519 verifications of %.2f us\n",
           first / (TOKENS * rounds) * 1e6, first / one, one / (TOKENS * rounds) * 1e6);

    double began = spent();
    long repeats = 0;
    for (; spent() - began < seconds_each; repeats += TOKENS) {
        for (size_t index = 0; index < TOKENS; index++) {
            verify(verifier, agents[index], counts[index]);
        }
    }
    printf("repeated token         %8.3f us\n", (spent() - began) / (double)repeats * 1e6);

    for (size_t index = 0; index < TOKENS; index++) {
        mayfly_agent_release(agents[index], NULL, NULL);
        mayfly_agent_free(agents[index]);
    }
    mayfly_verifier_free(verifier);
    mayfly_revocations_free(revocations);
    mayfly_keys_free(keys);
}

/* --- asking the broker --- */

static int by_size(const void *one, const void *other) {
    double first = *(const double *)one, second = *(const double *)other;
    return (first > second) - (first < second);
}

static void bench_latency(mayfly_client *client) {
    static double samples[SAMPLES];
    mayfly_agent *agent = spawned(client);
    const char *token = mayfly_agent_token(agent);
    mayfly_wanted wanted = {.omit_claims = true};
    double began = now();
    size_t count = 0;
    for (; count < SAMPLES && now() - began < seconds_each; count++) {
        mayfly_validation validation;
        mayfly_error error;
        double asked = now();
        if (mayfly_validate(client, token, strlen(token), &wanted, &validation, &error) !=
            MAYFLY_OK) {
            stop("validate", &error);
        }
        samples[count] = now() - asked;
    }
    qsort(samples, count, sizeof *samples, by_size);
    printf("validate, one at a time %7.1f us   p99 %.1f us\n", samples[count / 2] * 1e6,
           samples[count * 99 / 100] * 1e6);
    mayfly_agent_release(agent, NULL, NULL);
    mayfly_agent_free(agent);
}

/* From an acknowledged revocation to refusal by all of eight verifiers, each with its own stream. */
static void bench_revocation(mayfly_client *client) {
    static double samples[SAMPLES];
    mayfly_error error;
    mayfly_keys *keys = mayfly_keys_fetch(client, &error);
    mayfly_client *operator_client = mayfly_operator_new(NULL, &error);
    if (keys == NULL || operator_client == NULL) stop("keys", &error);
    mayfly_revocations *revocations[WATCHERS];
    mayfly_verifier *verifiers[WATCHERS];
    for (int index = 0; index < WATCHERS; index++) {
        revocations[index] = mayfly_revocations_follow(NULL, &error);
        if (revocations[index] == NULL ||
            mayfly_revocations_wait(revocations[index], 10000, &error) != MAYFLY_OK) {
            stop("revocations", &error);
        }
        verifiers[index] = verifier_of(keys, revocations[index]);
    }
    double began = now();
    size_t count = 0;
    for (; count < SAMPLES && now() - began < seconds_each; count++) {
        mayfly_agent *agent = spawned(client);
        const char *token = mayfly_agent_token(agent);
        size_t length = strlen(token);
        for (int index = 0; index < WATCHERS; index++) verify(verifiers[index], agent, length);
        if (mayfly_revoke(operator_client, MAYFLY_REVOKE_AGENT, mayfly_agent_id(agent), NULL, NULL,
                          &error) != MAYFLY_OK) {
            stop("revoke", &error);
        }
        double acknowledged = now();
        for (int index = 0; index < WATCHERS; index++) {
            while (mayfly_verify(verifiers[index], token, length, NULL, NULL) == NULL) {
                sched_yield();
            }
        }
        samples[count] = now() - acknowledged;
        mayfly_agent_free(agent);
    }
    qsort(samples, count, sizeof *samples, by_size);
    printf("revoked to refused by %d %7.1f us   p99 %.1f us of %zu\n", WATCHERS,
           samples[count / 2] * 1e6, samples[count * 99 / 100] * 1e6, count);
    for (int index = 0; index < WATCHERS; index++) {
        mayfly_verifier_free(verifiers[index]);
        mayfly_revocations_free(revocations[index]);
    }
    mayfly_client_free(operator_client);
    mayfly_keys_free(keys);
}

struct pairs {
    mayfly_client *client;
    atomic_bool is_over;
    atomic_long count;
};

static void *make_pairs(void *context) {
    struct pairs *pairs = context;
    while (!atomic_load(&pairs->is_over)) {
        mayfly_agent *agent = spawned(pairs->client);
        mayfly_error error;
        if (mayfly_agent_release(agent, NULL, &error) != MAYFLY_OK) stop("release", &error);
        mayfly_agent_free(agent);
        atomic_fetch_add(&pairs->count, 1);
    }
    return NULL;
}

static void bench_pairs(mayfly_client *client, int threads) {
    struct pairs pairs = {.client = client};
    pthread_t running[THREADS];
    double began = now();
    for (int index = 0; index < threads; index++) {
        if (pthread_create(&running[index], NULL, make_pairs, &pairs) != 0) abort();
    }
    struct timespec rest = {.tv_sec = (time_t)seconds_each,
                            .tv_nsec = (long)((seconds_each - (double)(time_t)seconds_each) * 1e9)};
    nanosleep(&rest, NULL);
    atomic_store(&pairs.is_over, true);
    for (int index = 0; index < threads; index++) pthread_join(running[index], NULL);
    printf("spawn and release, %d thread%s on one connection %9.0f pairs/s\n", threads,
           threads == 1 ? "" : "s", (double)atomic_load(&pairs.count) / (now() - began));
}

int main(int count, char **arguments) {
    if (count > 1) seconds_each = atof(arguments[1]);
    if (seconds_each <= 0 || sodium_init() < 0) return 64;
    mayfly_client_options options = {.app = getenv("MAYFLY_TEST_APP")};
    mayfly_error error;
    mayfly_client *client = mayfly_client_new(&options, &error);
    if (client == NULL) stop("client", &error);
    bench_verifier(client);
    bench_latency(client);
    bench_revocation(client);
    bench_pairs(client, 1);
    bench_pairs(client, THREADS);
    mayfly_client_free(client);
    return 0;
}
