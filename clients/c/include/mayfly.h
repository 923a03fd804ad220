/* Mayfly: the credential broker for the AI agents of one host.
 *
 *     mayfly_client_options options = {.app = "support-desk", .orchestration = "support"};
 *     mayfly_error error;
 *     mayfly_client *client = mayfly_client_new(&options, &error);
 *
 *     const char *scope[] = {"read:data:customer-12345"};
 *     mayfly_agent_request request = {.task = "ticket-4711", .scope = scope, .scope_count = 1};
 *     mayfly_agent *agent = mayfly_spawn(client, &request, &error);
 *     if (agent == NULL) fprintf(stderr, "%s: %s\n", error.reason, error.message);
 *
 * No function writes to a global, installs a signal handler or raises SIGPIPE. */
#ifndef MAYFLY_H
#define MAYFLY_H

#include "mayfly/agent.h"
#include "mayfly/client.h"
#include "mayfly/error.h"
#include "mayfly/operator.h"
#include "mayfly/verifier.h"

#endif
