/* proto/vectors/scenario.json against the live broker of clients/testing/with-broker.sh. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mayfly.h"
#include "vectors.h"

enum { THINGS = 64, APPS = 4 };

/* What a step made: an agent with a token, or a launch token. */
struct thing {
    const char *name;
    mayfly_agent *agent;
    mayfly_launch_token launch_token;
};

/* What came of a step; only what belongs to it is set. */
struct outcome {
    bool is_refused;
    mayfly_error error;
    /* Of `validate`. */
    mayfly_validation validation;
    /* Of `verify` and `accept`: a code, or NULL and the token. */
    bool is_judged;
    const char *refusal;
    const mayfly_token *token;
    bool ended;
    uint64_t count;
    struct thing made;
};

static const vector *file;
static char run[16];
static struct thing things[THINGS];
static size_t thing_count;
static struct {
    const char *name;
    mayfly_client *client;
} apps[APPS];
static mayfly_client *anyone;
static mayfly_client *operator_client;
static mayfly_keys *keys;
static mayfly_revocations *revocations;
static mayfly_verifier *offline;
static mayfly_verifier *live;

static _Noreturn void give_up(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static void *checked(void *value, const char *what, const mayfly_error *error) {
    if (value == NULL) give_up("%s: %s: %s", what, error->reason, error->message);
    return value;
}

static const struct thing *named(const char *name) {
    for (size_t index = 0; index < thing_count; index++) {
        if (strcmp(things[index].name, name) == 0) return &things[index];
    }
    give_up("no step made %s", name);
}

static mayfly_client *client_of(const char *app) {
    if (app == NULL) app = "testing";
    size_t place = 0;
    while (place < APPS && apps[place].name != NULL && strcmp(apps[place].name, app) != 0) place++;
    if (place == APPS) give_up("one app too many");
    if (apps[place].name == NULL) {
        const char *variable = vector_text_of(vector_get(file, "apps"), app);
        mayfly_client_options options = {.app = variable == NULL ? app : getenv(variable)};
        mayfly_error error;
        apps[place].name = app;
        apps[place].client = checked(mayfly_client_new(&options, &error), app, &error);
    }
    return apps[place].client;
}

/* The text with {run} in it replaced. */
static const char *with_run(const char *text, char room[128]) {
    const char *at = strstr(text, "{run}");
    if (at == NULL) give_up("no {run} in %s", text);
    snprintf(room, 128, "%.*s%s%s", (int)(at - text), text, run, at + 5);
    return room;
}

/* An agent of its own with the same token and key, so that a renewal leaves the first as it was. */
static mayfly_agent *copied(const mayfly_agent *token, const mayfly_agent *holder) {
    mayfly_error error;
    return checked(
        mayfly_agent_adopt(
            client_of(NULL), mayfly_agent_id(token), mayfly_agent_token(token),
            mayfly_agent_expires_at(token), mayfly_agent_key(holder), &error),
        "adopt", &error);
}

/* The token of a step, to be freed: that of a thing, or the text itself, perhaps changed. */
static char *text_of(const vector *step) {
    const char *name = vector_text_of(step, "token");
    const char *text = name == NULL ? vector_text_of(step, "text")
                                    : mayfly_agent_token(named(name)->agent);
    char *copy = strdup(text);
    if (copy == NULL) give_up("no memory");
    if (vector_get(step, "change") != NULL) {
        char *letter = strrchr(copy, '.') + 10;
        *letter = *letter == 'A' ? 'B' : 'A';
    }
    return copy;
}

static void make_agent(const vector *step, bool by_registration, struct outcome *outcome) {
    char room[128];
    const char *orchestration = vector_text_of(step, "orchestration");
    if (orchestration == NULL) orchestration = vector_text_of(file, "orchestration");
    const char *key = vector_text_of(step, "key_of");
    mayfly_agent_request request = {
        .orchestration = with_run(orchestration, room),
        .task = vector_text_of(step, "task"),
        .lifetime_seconds = (uint32_t)vector_number_of(step, "lifetime_seconds"),
        .renewable_for_seconds = (uint32_t)vector_number_of(step, "renewable_for_seconds"),
        .maximum_uses = (uint32_t)vector_number_of(step, "max_uses"),
        .by_reference = vector_is_true(vector_get(step, "by_reference")),
        .key = key == NULL ? NULL : mayfly_agent_key(named(key)->agent),
    };
    const char **scope = vector_texts_of(step, "scope", &request.scope_count);
    const char **audience = vector_texts_of(step, "audience", &request.audience_count);
    request.scope = scope;
    request.audience = audience;
    mayfly_agent *agent;
    if (by_registration) {
        const char *secret = named(vector_text_of(step, "with"))->launch_token.secret;
        agent = mayfly_register(anyone, &request, secret, false, &outcome->error);
    } else {
        mayfly_client *client = client_of(vector_text_of(step, "app"));
        agent = mayfly_spawn(client, &request, &outcome->error);
    }
    outcome->is_refused = agent == NULL;
    outcome->made.agent = agent;
    free(scope);
    free(audience);
}

static void make_launch_token(const vector *step, struct outcome *outcome) {
    mayfly_launch_request request = {0};
    const char **ceiling = vector_texts_of(step, "ceiling", &request.ceiling_count);
    request.ceiling = ceiling;
    outcome->is_refused = mayfly_create_launch_token(
        client_of(vector_text_of(step, "app")), &request, &outcome->made.launch_token,
        &outcome->error);
    free(ceiling);
}

static void renew(const vector *step, struct outcome *outcome) {
    const mayfly_agent *agent = named(vector_text_of(step, "token"))->agent;
    outcome->made.agent = copied(agent, agent);
    outcome->is_refused = mayfly_agent_renew(outcome->made.agent, NULL, &outcome->error);
}

static void heartbeat(const vector *step, struct outcome *outcome) {
    mayfly_agent *agent = named(vector_text_of(step, "token"))->agent;
    outcome->is_refused =
        mayfly_agent_heartbeat(agent, MAYFLY_AGENT_ACTIVE, &outcome->error);
}

static void delegate(const vector *step, struct outcome *outcome) {
    const mayfly_agent *token = named(vector_text_of(step, "token"))->agent;
    const mayfly_agent *holder = named(vector_text_of(step, "key_of"))->agent;
    const mayfly_agent *to = named(vector_text_of(step, "to"))->agent;
    mayfly_delegation delegation = {.to = mayfly_agent_id(to)};
    const char **scope = vector_texts_of(step, "scope", &delegation.scope_count);
    delegation.scope = scope;
    mayfly_agent *delegator = copied(token, holder);
    uint64_t expires_at;
    char *given = mayfly_agent_delegate(delegator, &delegation, &expires_at, &outcome->error);
    outcome->is_refused = given == NULL;
    if (given != NULL) {
        outcome->made.agent = checked(
            mayfly_agent_adopt(
                client_of(NULL), mayfly_agent_id(to), given, expires_at, mayfly_agent_key(to),
                &outcome->error),
            "adopt", &outcome->error);
    }
    free(given);
    mayfly_agent_free(delegator);
    free(scope);
}

static void validate(const vector *step, struct outcome *outcome) {
    mayfly_wanted wanted = {
        .audience = vector_text_of(step, "required_audience"),
        .consume_use = vector_is_true(vector_get(step, "consume_use")),
    };
    const char **scope = vector_texts_of(step, "required_scope", &wanted.scope_count);
    wanted.scope = scope;
    char *token = text_of(step);
    outcome->is_refused = mayfly_validate(
        client_of(NULL), token, strlen(token), &wanted, &outcome->validation, &outcome->error);
    free(token);
    free(scope);
}

/* With a verifier; until it says what is expected, or the time is over. */
static void judge(const vector *step, mayfly_verifier *verifier, struct outcome *outcome) {
    mayfly_wanted wanted = {.audience = vector_text_of(step, "audience")};
    const char **scope = vector_texts_of(step, "required_scope", &wanted.scope_count);
    wanted.scope = scope;
    const char *expected = vector_text_of(vector_get(step, "expect"), "refusal");
    char *token = text_of(step);
    int64_t attempts = vector_number_of(step, "within_seconds") * 100 + 1;
    outcome->is_judged = true;
    while (true) {
        outcome->refusal =
            mayfly_verify(verifier, token, strlen(token), &wanted, &outcome->token);
        const char *got = outcome->refusal;
        if (--attempts == 0) break;
        if (got != NULL && expected != NULL && strcmp(got, expected) == 0) break;
        if (got == NULL) mayfly_token_free(outcome->token);
        outcome->token = NULL;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    free(token);
    free(scope);
}

/* By the keys alone: a token of which only the broker can say whether it holds is good so far. */
static void verify(const vector *step, struct outcome *outcome) {
    judge(step, offline, outcome);
    if (outcome->refusal == NULL || strcmp(outcome->refusal, "BROKER_REQUIRED") != 0) return;
    char *token = text_of(step);
    outcome->refusal = mayfly_verify_chain(
        keys, NULL, token, strlen(token), vector_text_of(step, "audience"), (uint64_t)time(NULL),
        30, &outcome->token);
    free(token);
}

static void watch(void) {
    mayfly_error error;
    revocations = checked(mayfly_revocations_follow(NULL, &error), "follow", &error);
    if (mayfly_revocations_wait(revocations, 10000, &error) != MAYFLY_OK) {
        give_up("the stream does not catch up: %s: %s", error.reason, error.message);
    }
    mayfly_verifier_options options = {.keys = keys, .revocations = revocations};
    live = checked(mayfly_verifier_new(&options, &error), "verifier", &error);
}

static void release(const vector *step, struct outcome *outcome) {
    char *token = text_of(step);
    outcome->is_refused = mayfly_release(
        client_of(NULL), token, strlen(token), &outcome->ended, &outcome->error);
    free(token);
}

static void end_grants(const vector *step, struct outcome *outcome) {
    if (strcmp(vector_text_of(step, "level"), "agent") != 0) give_up("only agents are revoked");
    const char *target = mayfly_agent_id(named(vector_text_of(step, "target"))->agent);
    outcome->is_refused = mayfly_revoke(
        operator_client, MAYFLY_REVOKE_AGENT, target, NULL, &outcome->count, &outcome->error);
}

static void take(const vector *step, struct outcome *outcome) {
    const char *what = vector_text_of(step, "do");
    if (strcmp(what, "spawn") == 0) make_agent(step, false, outcome);
    else if (strcmp(what, "register") == 0) make_agent(step, true, outcome);
    else if (strcmp(what, "launch_token") == 0) make_launch_token(step, outcome);
    else if (strcmp(what, "renew") == 0) renew(step, outcome);
    else if (strcmp(what, "heartbeat") == 0) heartbeat(step, outcome);
    else if (strcmp(what, "delegate") == 0) delegate(step, outcome);
    else if (strcmp(what, "validate") == 0) validate(step, outcome);
    else if (strcmp(what, "verify") == 0) verify(step, outcome);
    else if (strcmp(what, "watch") == 0) watch();
    else if (strcmp(what, "accept") == 0) judge(step, live, outcome);
    else if (strcmp(what, "release") == 0) release(step, outcome);
    else if (strcmp(what, "revoke") == 0) end_grants(step, outcome);
    else give_up("this runner does not know how to %s", what);
}

/* Whether texts of the token are those of an array, or the ids of the agents that it names. */
static bool are_texts(const vector *expected, const mayfly_text *texts, size_t count) {
    if (vector_count(expected) != count) return false;
    for (size_t index = 0; index < count; index++) {
        const char *text = vector_text(vector_at(expected, index));
        if (strlen(text) != texts[index].count) return false;
        if (memcmp(text, texts[index].bytes, texts[index].count) != 0) return false;
    }
    return true;
}

static bool is_agent(const char *name, mayfly_text id) {
    const char *expected = mayfly_agent_id(named(name)->agent);
    return strlen(expected) == id.count && memcmp(expected, id.bytes, id.count) == 0;
}

static bool is_lineage(const vector *expected, const mayfly_token *token) {
    if (vector_count(expected) != token->lineage_count) return false;
    for (size_t index = 0; index < token->lineage_count; index++) {
        const char *name = vector_text(vector_at(expected, index));
        if (!is_agent(name, token->lineage[index].agent_id)) return false;
    }
    return true;
}

static bool is_verified(const vector *expected, const mayfly_token *token) {
    bool fits = token != NULL;
    for (size_t index = 0; fits && index < vector_count(expected); index++) {
        const char *name = vector_name_at(expected, index);
        const vector *value = vector_at(expected, index);
        if (strcmp(name, "online") == 0) fits = token->online == vector_is_true(value);
        else if (strcmp(name, "by_reference") == 0) {
            fits = token->by_reference == vector_is_true(value);
        } else if (strcmp(name, "subject") == 0) {
            fits = is_agent(vector_text(value), token->subject);
        } else if (strcmp(name, "scope") == 0) {
            fits = are_texts(value, token->scope, token->scope_count);
        } else if (strcmp(name, "audience") == 0) {
            fits = are_texts(value, token->audience, token->audience_count);
        } else if (strcmp(name, "lineage") == 0) fits = is_lineage(value, token);
        else give_up("this runner does not know what %s is", name);
    }
    return fits;
}

static bool has_claims(const vector *expected, const char *claims) {
    vector *actual = vector_parse("claims", claims);
    bool fits = true;
    for (size_t index = 0; index < vector_count(expected); index++) {
        const vector *claim = vector_get(actual, vector_name_at(expected, index));
        fits = fits && vector_equal(vector_at(expected, index), claim);
    }
    vector_free(actual);
    return fits;
}

static bool is_refusal(const vector *expected, const struct outcome *outcome) {
    return outcome->is_refused && outcome->error.status == MAYFLY_REFUSED &&
        outcome->error.code == vector_number_of(expected, "code") &&
        strcmp(outcome->error.reason, vector_text_of(expected, "reason")) == 0;
}

static bool is_as_expected(const vector *expected, const struct outcome *outcome) {
    const vector *refused = vector_get(expected, "refused");
    if (refused != NULL) return is_refusal(refused, outcome);
    if (outcome->is_refused) return false;
    bool fits = !outcome->is_judged || expected != NULL;
    for (size_t index = 0; fits && index < vector_count(expected); index++) {
        const char *name = vector_name_at(expected, index);
        const vector *value = vector_at(expected, index);
        const mayfly_validation *validation = &outcome->validation;
        if (strcmp(name, "valid") == 0) fits = validation->valid == vector_is_true(value);
        else if (strcmp(name, "claims") == 0) fits = has_claims(value, validation->claims);
        else if (strcmp(name, "uses_left") == 0) {
            fits = validation->uses_left == vector_number(value);
        } else if (strcmp(name, "refusal") == 0) {
            fits = outcome->refusal != NULL && strcmp(outcome->refusal, vector_text(value)) == 0;
        } else if (strcmp(name, "verified") == 0) fits = is_verified(value, outcome->token);
        else if (strcmp(name, "ended") == 0) fits = outcome->ended == vector_is_true(value);
        else if (strcmp(name, "count") == 0) {
            fits = outcome->count == (uint64_t)vector_number(value);
        } else give_up("this runner does not know what to expect of %s", name);
    }
    return fits;
}

static void begin(void) {
    mayfly_error error;
    file = vector_file("scenario.json");
    snprintf(run, sizeof run, "%ld", (long)getpid());
    anyone = checked(mayfly_client_new(NULL, &error), "client", &error);
    operator_client = checked(mayfly_operator_new(NULL, &error), "operator", &error);
    keys = checked(mayfly_keys_fetch(anyone, &error), "keys", &error);
    mayfly_verifier_options options = {.keys = keys, .ignore_revocations = true};
    offline = checked(mayfly_verifier_new(&options, &error), "verifier", &error);
}

static void finish(void) {
    for (size_t index = 0; index < thing_count; index++) mayfly_agent_free(things[index].agent);
    mayfly_verifier_free(live);
    mayfly_verifier_free(offline);
    mayfly_revocations_free(revocations);
    mayfly_keys_free(keys);
    for (size_t index = 0; index < APPS; index++) mayfly_client_free(apps[index].client);
    mayfly_client_free(operator_client);
    mayfly_client_free(anyone);
}

int main(void) {
    begin();
    const vector *steps = vector_get(file, "steps");
    for (size_t index = 0; index < vector_count(steps); index++) {
        const vector *step = vector_at(steps, index);
        struct outcome outcome = {0};
        take(step, &outcome);
        if (!is_as_expected(vector_get(step, "expect"), &outcome)) {
            const char *reason = outcome.is_refused ? outcome.error.reason : outcome.refusal;
            give_up("step %zu, %s, came out otherwise: %s", index, vector_text_of(step, "do"),
                    reason == NULL ? "not refused" : reason);
        }
        mayfly_validation_clear(&outcome.validation);
        if (outcome.token != NULL) mayfly_token_free(outcome.token);
        outcome.made.name = vector_text_of(step, "as");
        if (outcome.made.name == NULL) mayfly_agent_free(outcome.made.agent);
        else if (thing_count == THINGS) give_up("one thing too many");
        else things[thing_count++] = outcome.made;
    }
    finish();
    printf("scenario: %zu steps\n", vector_count(steps));
    return 0;
}
