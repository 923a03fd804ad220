/* What the library takes, on this machine, beside a live broker:
 *
 *     make bench
 *     MAYFLY_BIN=... ../testing/with-broker.sh ../../.build-clients/c/bench [seconds]
 *
 * prints one line for each figure; the seconds are those of each measurement. */
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mayfly.h"

enum { TOKENS = 256, THREADS = 8, SAMPLES = 20000 };

static double seconds_each = 2;
static const char *const customer[] = {"read:data:customer-12345"};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

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

static double signature_seconds(void) {
    unsigned char public_key[32], secret_key[64], signature[64], message[512] = {0};
    crypto_sign_keypair(public_key, secret_key);
    crypto_sign_detached(signature, NULL, message, sizeof message, secret_key);
    double began = now();
    long count = 0;
    int faults = 0;
    for (; now() - began < seconds_each / 4; count++) {
        faults |= crypto_sign_verify_detached(signature, message, sizeof message, public_key);
    }
    if (faults != 0) abort();
    return (now() - began) / (double)count;
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
    double first = 0;
    int rounds = 0;
    mayfly_verifier *verifier = NULL;
    for (; rounds == 0 || first < seconds_each / 2; rounds++) {
        mayfly_verifier_free(verifier);
        verifier = verifier_of(keys, revocations);
        double began = now();
        for (size_t index = 0; index < TOKENS; index++) {
            verify(verifier, agents[index], counts[index]);
        }
        first += now() - began;
    }
    first /= TOKENS * rounds;
    double one = signature_seconds();
    printf("first-seen token       %8.2f us   %.2f Ed25519 verifications of %.2f us\n", first * 1e6,
           first / one, one * 1e6);

    double began = now();
    long repeats = 0;
    for (; now() - began < seconds_each; repeats += TOKENS) {
        for (size_t index = 0; index < TOKENS; index++) {
            verify(verifier, agents[index], counts[index]);
        }
    }
    printf("repeated token         %8.3f us\n", (now() - began) / (double)repeats * 1e6);

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
    bench_pairs(client, 1);
    bench_pairs(client, THREADS);
    mayfly_client_free(client);
    return 0;
}
