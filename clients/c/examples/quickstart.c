/* Spawn an agent, validate its token, release it.
 *
 *     mayfly app add --name support-desk --ceiling 'read:data:*'
 *     ./quickstart support-desk */
#include "sample.h"

int main(int count, char **arguments) {
    mayfly_client_options options = {
        .app = count > 1 ? arguments[1] : "support-desk",
        .orchestration = "support",
    };
    mayfly_error error;
    mayfly_client *client = mayfly_client_new(&options, &error);
    if (client == NULL) stop("client", &error);

    const char *scope[] = {"read:data:customer-12345"};
    mayfly_agent_request request = {
        .task = "ticket-4711",
        .scope = scope,
        .scope_count = 1,
        .lifetime_seconds = 120,
    };
    mayfly_agent *agent = mayfly_spawn(client, &request, &error);
    if (agent == NULL) stop("spawn", &error);
    printf("spawned   %s\n", mayfly_agent_id(agent));

    const char *token = mayfly_agent_token(agent);
    printf("valid     for its customer: %s, for another: %s\n",
           yes_or_no(is_valid(client, token, "read:data:customer-12345")),
           yes_or_no(is_valid(client, token, "read:data:customer-67890")));

    if (mayfly_agent_release(agent, NULL, &error) != MAYFLY_OK) stop("release", &error);
    printf("released  and now valid: %s\n", yes_or_no(is_valid(client, token, NULL)));

    mayfly_agent_free(agent);
    mayfly_client_free(client);
    return 0;
}
