/* An agent process registers itself with a launch token, renews, and releases.
 *
 *     mayfly app add --name support-desk --ceiling 'read:data:*'
 *     ./registration support-desk */
#include "sample.h"

int main(int count, char **arguments) {
    mayfly_error error;

    /* The orchestrator's side: a secret for one agent, handed over through a pipe, never as an
     * argument. */
    mayfly_client_options for_app = {.app = count > 1 ? arguments[1] : "support-desk"};
    mayfly_client *orchestrator = mayfly_client_new(&for_app, &error);
    if (orchestrator == NULL) stop("client", &error);
    const char *ceiling[] = {"read:data:*"};
    mayfly_launch_request launch = {
        .ceiling = ceiling, .ceiling_count = 1, .lifetime_seconds = 30, .label = "ticket-4712"};
    mayfly_launch_token launch_token;
    if (mayfly_create_launch_token(orchestrator, &launch, &launch_token, &error) != MAYFLY_OK) {
        stop("launch token", &error);
    }
    printf("launch    token until %llu\n", (unsigned long long)launch_token.expires_at);

    /* The agent's side: it needs no app, and its key never leaves it. */
    mayfly_client_options for_agent = {.orchestration = "support"};
    mayfly_client *client = mayfly_client_new(&for_agent, &error);
    if (client == NULL) stop("client", &error);
    const char *scope[] = {"read:data:customer-12345"};
    mayfly_agent_request request = {
        .task = "ticket-4712",
        .scope = scope,
        .scope_count = 1,
        .lifetime_seconds = 60,
        .renewable_for_seconds = 3600,
    };
    mayfly_agent *agent = mayfly_register(client, &request, launch_token.secret, false, &error);
    if (agent == NULL) stop("register", &error);
    printf("registered %s\n", mayfly_agent_id(agent));

    char *before = strdup(mayfly_agent_token(agent));
    if (before == NULL) return 1;
    if (mayfly_agent_renew(agent, NULL, &error) != MAYFLY_OK) stop("renew", &error);
    printf("renewed   until %llu\n", (unsigned long long)mayfly_agent_expires_at(agent));
    printf("valid     the token before: %s, the new one: %s\n",
           yes_or_no(is_valid(client, before, NULL)),
           yes_or_no(is_valid(client, mayfly_agent_token(agent), NULL)));

    if (mayfly_agent_release(agent, NULL, &error) != MAYFLY_OK) stop("release", &error);
    free(before);
    mayfly_agent_free(agent);
    mayfly_client_free(client);
    mayfly_client_free(orchestrator);
    return 0;
}
