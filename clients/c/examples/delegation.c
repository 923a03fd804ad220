/* Delegate three deep, verify the chain offline, revoke the middle, see the leaf die.
 *
 *     mayfly app add --name support-desk --ceiling 'read:data:*'
 *     ./delegation support-desk          (as a user who may operate the broker) */
#include <time.h>

#include "sample.h"

static const char *const everything[] = {"read:data:*"};
static const char *const customer[] = {"read:data:customer-12345"};

static mayfly_agent *spawned(mayfly_client *client, const char *task) {
    mayfly_agent_request request = {.task = task, .scope = everything, .scope_count = 1};
    mayfly_error error;
    mayfly_agent *agent = mayfly_spawn(client, &request, &error);
    if (agent == NULL) stop("spawn", &error);
    return agent;
}

/* Who holds `from` signs what it hands on; `to` holds it by its own key. */
static mayfly_agent *delegated(mayfly_client *client, mayfly_agent *from, const mayfly_agent *to) {
    mayfly_delegation delegation = {
        .to = mayfly_agent_id(to), .scope = customer, .scope_count = 1};
    mayfly_error error;
    uint64_t expires_at;
    char *token = mayfly_agent_delegate(from, &delegation, &expires_at, &error);
    if (token == NULL) stop("delegate", &error);
    mayfly_agent *part = mayfly_agent_adopt(
        client, mayfly_agent_id(to), token, expires_at, mayfly_agent_key(to), &error);
    if (part == NULL) stop("adopt", &error);
    free(token);
    return part;
}

static void show_lineage(const mayfly_keys *keys, const char *token) {
    const mayfly_token *verified;
    const char *refusal = mayfly_verify_chain(
        keys, NULL, token, strlen(token), NULL, (uint64_t)time(NULL), 30, &verified);
    if (refusal != NULL) {
        fprintf(stderr, "verify: %s\n", refusal);
        exit(1);
    }
    printf("verified  %.*s, handed on by\n", (int)verified->scope[0].count,
           verified->scope[0].bytes);
    for (size_t index = 0; index < verified->lineage_count; index++) {
        mayfly_text id = verified->lineage[index].agent_id;
        printf("          %.*s\n", (int)id.count, id.bytes);
    }
    mayfly_token_free(verified);
}

int main(int count, char **arguments) {
    mayfly_client_options options = {
        .app = count > 1 ? arguments[1] : "support-desk",
        .orchestration = "support",
    };
    mayfly_error error;
    mayfly_client *client = mayfly_client_new(&options, &error);
    if (client == NULL) stop("client", &error);
    mayfly_client *operator_client = mayfly_operator_new(NULL, &error);
    if (operator_client == NULL) stop("operator", &error);
    mayfly_keys *keys = mayfly_keys_fetch(client, &error);
    if (keys == NULL) stop("keys", &error);

    mayfly_agent *agents[] = {spawned(client, "plan"), spawned(client, "research"),
                              spawned(client, "read"), spawned(client, "file")};
    mayfly_agent *first = delegated(client, agents[0], agents[1]);
    mayfly_agent *second = delegated(client, first, agents[2]);
    mayfly_agent *leaf = delegated(client, second, agents[3]);
    show_lineage(keys, mayfly_agent_token(leaf));

    mayfly_delegation wider = {
        .to = mayfly_agent_id(agents[3]), .scope = everything, .scope_count = 1};
    if (mayfly_agent_delegate(second, &wider, NULL, &error) == NULL) {
        printf("refused   to hand on more than it holds: %s\n", error.reason);
    }

    const char *middle = mayfly_agent_id(agents[2]);
    uint64_t ended;
    if (mayfly_revoke(operator_client, MAYFLY_REVOKE_AGENT, middle, NULL, &ended, &error)
        != MAYFLY_OK) {
        stop("revoke", &error);
    }
    printf("revoked   %s: %llu grants\n", middle, (unsigned long long)ended);
    printf("valid     the leaf: %s, the first: %s\n",
           yes_or_no(is_valid(client, mayfly_agent_token(leaf), NULL)),
           yes_or_no(is_valid(client, mayfly_agent_token(first), NULL)));

    mayfly_agent *parts[] = {leaf, second, first};
    for (size_t index = 0; index < 3; index++) mayfly_agent_free(parts[index]);
    for (size_t index = 0; index < 4; index++) {
        if (mayfly_agent_release(agents[index], NULL, &error) != MAYFLY_OK) stop("release", &error);
        mayfly_agent_free(agents[index]);
    }
    mayfly_keys_free(keys);
    mayfly_client_free(operator_client);
    mayfly_client_free(client);
    return 0;
}
