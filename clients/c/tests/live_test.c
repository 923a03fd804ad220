/* What the scenario does not have, against the live broker of clients/testing/with-broker.sh:
 * threads, client secrets, agents of a wrapper, listings, a broker that stops and comes back. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mayfly.h"
#include "vectors.h"

enum { THREADS = 8, ROUNDS = 100 };

static const char *const customer[] = {"read:data:customer-12345"};
static int failed;

#define CHECK(condition) check((condition), #condition, __LINE__)

static void check(bool is_so, const char *what, int line) {
    if (is_so) return;
    __atomic_add_fetch(&failed, 1, __ATOMIC_RELAXED);
    fprintf(stderr, "live_test.c:%d: not so: %s\n", line, what);
}

static void rest(long milliseconds) {
    nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000}, NULL);
}

static mayfly_client *client_for(const char *app) {
    mayfly_client_options options = {
        .app = app, .orchestration = "live", .call_timeout_milliseconds = 20000};
    mayfly_error error;
    mayfly_client *client = mayfly_client_new(&options, &error);
    if (client == NULL) exit(1);
    return client;
}

static mayfly_agent *spawned(mayfly_client *client, const char *task, const mayfly_key *key) {
    mayfly_agent_request request = {
        .task = task,
        .scope = customer,
        .scope_count = 1,
        .renewable_for_seconds = 600,
        .key = key,
    };
    mayfly_error error;
    mayfly_agent *agent = mayfly_spawn(client, &request, &error);
    if (agent == NULL) {
        fprintf(stderr, "spawn: %s: %s\n", error.reason, error.message);
        exit(1);
    }
    return agent;
}

static bool is_valid(mayfly_client *client, const char *token) {
    mayfly_validation validation = {0};
    mayfly_error error;
    mayfly_wanted wanted = {.omit_claims = true};
    CHECK(mayfly_validate(client, token, strlen(token), &wanted, &validation, &error) == MAYFLY_OK);
    return validation.valid;
}

/* --- threads --- */

static void *work(void *context) {
    mayfly_client *client = context;
    for (int round = 0; round < ROUNDS; round++) {
        mayfly_agent *agent = spawned(client, "thread", NULL);
        const char *token = mayfly_agent_token(agent);
        CHECK(is_valid(client, token));
        bool ended = false;
        mayfly_error error;
        CHECK(mayfly_agent_release(agent, &ended, &error) == MAYFLY_OK && ended);
        CHECK(!is_valid(client, token));
        mayfly_agent_free(agent);
    }
    return NULL;
}

static void one_client_serves_many_threads(void) {
    mayfly_client *client = client_for("testing");
    pthread_t threads[THREADS];
    for (int index = 0; index < THREADS; index++) {
        if (pthread_create(&threads[index], NULL, work, client) != 0) exit(1);
    }
    for (int index = 0; index < THREADS; index++) pthread_join(threads[index], NULL);
    mayfly_client_free(client);
}

/* --- ways to be somebody --- */

static void a_secret_is_as_good_as_a_uid(void) {
    mayfly_client_options options = {
        .client_id = getenv("MAYFLY_TEST_CLIENT_ID"),
        .client_secret = getenv("MAYFLY_TEST_CLIENT_SECRET"),
        .orchestration = "live",
    };
    mayfly_error error;
    mayfly_client *client = mayfly_client_new(&options, &error);
    if (client == NULL) exit(1);
    mayfly_agent *agent = spawned(client, "secret", NULL);
    CHECK(mayfly_release_grant(client, mayfly_agent_grant_id(agent), NULL, &error) == MAYFLY_OK);
    CHECK(!is_valid(client, mayfly_agent_token(agent)));
    mayfly_agent_free(agent);
    mayfly_client_free(client);

    char wrong[65];
    memset(wrong, 'a', 64);
    wrong[64] = 0;
    options.client_secret = wrong;
    client = mayfly_client_new(&options, &error);
    CHECK(mayfly_client_connect(client, &error) == MAYFLY_REFUSED);
    CHECK(strcmp(error.reason, "CREDENTIALS_INVALID") == 0 && error.code == 16);
    mayfly_client_free(client);
}

static void a_wrapper_hands_over_an_agent(void) {
    const vector *key_case = vector_at(vector_get(vector_file("proofs.json"), "keys"), 0);
    const char *pem = vector_text_of(key_case, "pem");
    mayfly_key *key = mayfly_key_from_pem(pem, strlen(pem));
    if (key == NULL) exit(1);
    mayfly_client *client = client_for("testing");
    mayfly_agent *agent = spawned(client, "wrapped", key);

    int ends[2];
    if (pipe(ends) != 0) exit(1);
    FILE *writer = fdopen(ends[1], "w");
    fprintf(writer, "{\"socket\":\"%s\",\"token\":\"%s\",\"private_key\":\"",
            getenv("MAYFLY_SOCKET"), mayfly_agent_token(agent));
    for (const char *letter = pem; *letter != 0; letter++) {
        if (*letter == '\n') fputs("\\n", writer);
        else fputc(*letter, writer);
    }
    fprintf(writer, "\",\"agent_id\":\"%s\",\"expires_at\":%llu}\n", mayfly_agent_id(agent),
            (unsigned long long)mayfly_agent_expires_at(agent));
    fclose(writer);

    mayfly_error error;
    unsetenv("MAYFLY_AGENT_FD");
    CHECK(mayfly_agent_from_environment(&error) == NULL && error.status == MAYFLY_OK);
    char number[16];
    snprintf(number, sizeof number, "%d", ends[0]);
    setenv("MAYFLY_AGENT_FD", number, 1);
    mayfly_agent *found = mayfly_agent_from_environment(&error);
    unsetenv("MAYFLY_AGENT_FD");
    if (found == NULL) {
        fprintf(stderr, "from the environment: %s: %s\n", error.reason, error.message);
        exit(1);
    }
    CHECK(strcmp(mayfly_agent_id(found), mayfly_agent_id(agent)) == 0);
    CHECK(mayfly_agent_renew(found, NULL, &error) == MAYFLY_OK);
    CHECK(!is_valid(client, mayfly_agent_token(agent)));
    CHECK(is_valid(client, mayfly_agent_token(found)));
    CHECK(mayfly_agent_release(found, NULL, &error) == MAYFLY_OK);
    mayfly_agent_free(found);
    mayfly_agent_free(agent);
    mayfly_key_free(key);
    mayfly_client_free(client);
}

static bool count_grant(void *context, const mayfly_grant *grant) {
    CHECK(strcmp(grant->task, "listed") == 0 && grant->scope_count == 1);
    return ++*(int *)context < 3;
}

static void grants_are_listed_until_enough(void) {
    mayfly_client *client = client_for("testing");
    mayfly_agent *agents[5];
    for (int index = 0; index < 5; index++) agents[index] = spawned(client, "listed", NULL);
    int count = 0;
    mayfly_error error;
    CHECK(mayfly_list_grants(client, NULL, "listed", count_grant, &count, &error) == MAYFLY_OK);
    CHECK(count == 3);
    for (int index = 0; index < 5; index++) {
        CHECK(mayfly_agent_release(agents[index], NULL, &error) == MAYFLY_OK);
        mayfly_agent_free(agents[index]);
    }
    mayfly_client_free(client);
}

/* --- a broker that goes and comes --- */

static pid_t started(const char *command) {
    pid_t process = fork();
    if (process == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL) _exit(126);
        execl(command, command, (char *)NULL);
        _exit(127);
    }
    return process;
}

static mayfly_key *attestation_key(void) {
    char text[4096];
    FILE *file = fopen(getenv("MAYFLY_TEST_ATTESTATION_KEY"), "r");
    if (file == NULL) exit(1);
    size_t count = fread(text, 1, sizeof text, file);
    fclose(file);
    mayfly_key *key = mayfly_key_from_pem(text, count);
    if (key == NULL) exit(1);
    return key;
}

static void a_batch_is_all_or_none(void) {
    enum { BATCH = 20 };
    mayfly_client *client = client_for("testing");
    mayfly_key *key = attestation_key();
    mayfly_agent_request requests[BATCH];
    mayfly_agent *agents[BATCH];
    const char *tokens[BATCH];
    bool ended[BATCH];
    mayfly_error error;
    for (int index = 0; index < BATCH; index++) {
        requests[index] =
            (mayfly_agent_request){.task = "batch", .scope = customer, .scope_count = 1};
    }
    CHECK(mayfly_spawn_batch(client, requests, BATCH, key, agents, &error) == MAYFLY_OK);
    for (int index = 0; index < BATCH; index++) {
        tokens[index] = mayfly_agent_token(agents[index]);
        CHECK(is_valid(client, tokens[index]));
    }
    CHECK(mayfly_release_batch(client, tokens, BATCH, ended, &error) == MAYFLY_OK);
    for (int index = 0; index < BATCH; index++) {
        CHECK(ended[index]);
        mayfly_agent_free(agents[index]);
    }
    static const char *const beyond[] = {"write:reports:q3"};
    requests[BATCH - 1].scope = beyond;
    CHECK(mayfly_spawn_batch(client, requests, BATCH, key, agents, &error) == MAYFLY_REFUSED);
    CHECK(strcmp(error.reason, "SCOPE_VIOLATION") == 0);
    CHECK(agents[0] == NULL);
    CHECK(mayfly_spawn_batch(client, requests, 0, key, agents, &error) == MAYFLY_INVALID_ARGUMENT);
    mayfly_key_free(key);
    mayfly_client_free(client);
}

static void a_broker_stops_and_comes_back(void) {
    mayfly_client *client = client_for("testing");
    mayfly_agent *agent = spawned(client, "outlives", NULL);
    const char *token = mayfly_agent_token(agent);
    size_t count = strlen(token);
    mayfly_error error;
    mayfly_keys *keys = mayfly_keys_fetch(client, &error);
    mayfly_revocations *revocations = mayfly_revocations_follow(NULL, &error);
    CHECK(mayfly_revocations_wait(revocations, 10000, &error) == MAYFLY_OK);
    mayfly_verifier_options options = {
        .keys = keys, .revocations = revocations, .staleness_milliseconds = 1000};
    mayfly_verifier *verifier = mayfly_verifier_new(&options, &error);
    CHECK(mayfly_verify(verifier, token, count, NULL, NULL) == NULL);

    pid_t broker = (pid_t)atoi(getenv("MAYFLY_TEST_BROKER_PID"));
    kill(broker, SIGTERM);
    mayfly_status status = MAYFLY_OK;
    for (int attempt = 0; attempt < 500 && status != MAYFLY_CONNECTION_LOST; attempt++) {
        mayfly_validation validation = {0};
        status = mayfly_validate(client, token, count, NULL, &validation, &error);
        mayfly_validation_clear(&validation);
        rest(10);
    }
    CHECK(status == MAYFLY_CONNECTION_LOST);
    rest(1500);
    const char *refusal = mayfly_verify(verifier, token, count, NULL, NULL);
    CHECK(refusal != NULL && strcmp(refusal, "REVOCATIONS_STALE") == 0);

    broker = started(getenv("MAYFLY_TEST_BROKER_COMMAND"));
    for (int attempt = 0; attempt < 1000; attempt++) {
        if (mayfly_client_connect(client, &error) == MAYFLY_OK) break;
        rest(10);
    }
    CHECK(is_valid(client, token));
    for (int attempt = 0; attempt < 1000 && refusal != NULL; attempt++) {
        refusal = mayfly_verify(verifier, token, count, NULL, NULL);
        rest(10);
    }
    CHECK(refusal == NULL);
    CHECK(mayfly_agent_renew(agent, NULL, &error) == MAYFLY_OK);
    CHECK(mayfly_agent_release(agent, NULL, &error) == MAYFLY_OK);

    mayfly_verifier_free(verifier);
    mayfly_revocations_free(revocations);
    mayfly_keys_free(keys);
    mayfly_agent_free(agent);
    mayfly_client_free(client);
    kill(broker, SIGTERM);
    waitpid(broker, NULL, 0);
}

int main(void) {
    one_client_serves_many_threads();
    a_secret_is_as_good_as_a_uid();
    a_wrapper_hands_over_an_agent();
    grants_are_listed_until_enough();
    a_batch_is_all_or_none();
    /* The last, because it takes the broker with it. */
    a_broker_stops_and_comes_back();
    printf("live: %s\n", failed == 0 ? "all as it should be" : "not as it should be");
    return failed == 0 ? 0 : 1;
}
