/* An HTTP server that verifies tokens by itself and sees a revocation at once.
 *
 *     ./resource_server 8080
 *     curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/customers/customer-12345
 *
 * It answers one request after the other: it shows what to do with a token, not how to write a
 * server, and serves until it is interrupted. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "sample.h"

/* A token has at most 16 KiB. */
enum { LONGEST_REQUEST = 24 * 1024 };

/* Reads to the end of the headers; false where they do not come, or are too many. */
static bool read_request(int peer, char request[LONGEST_REQUEST]) {
    size_t count = 0;
    while (count < LONGEST_REQUEST - 1) {
        ssize_t got = recv(peer, request + count, LONGEST_REQUEST - 1 - count, 0);
        if (got <= 0) return false;
        count += (size_t)got;
        request[count] = 0;
        if (strstr(request, "\r\n\r\n") != NULL) return true;
    }
    return false;
}

/* Where the bearer token is, and how long; NULL where there is none. */
static const char *bearer_of(const char *request, size_t *count) {
    const char name[] = "\r\nAuthorization: Bearer ";
    const char *line = request;
    while ((line = strstr(line + 1, "\r\n")) != NULL) {
        if (strncasecmp(line, name, sizeof name - 1) != 0) continue;
        const char *token = line + sizeof name - 1;
        *count = strcspn(token, "\r\n");
        return token;
    }
    return NULL;
}

static void answer(int peer, const char *status, const char *name, const char *value) {
    char text[512];
    int count = snprintf(
        text, sizeof text,
        "HTTP/1.1 %s\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
        "{\"%s\":\"%s\"}\n",
        status, name, value);
    send(peer, text, (size_t)count, MSG_NOSIGNAL);
}

static void serve(mayfly_verifier *verifier, int peer) {
    char request[LONGEST_REQUEST];
    if (!read_request(peer, request)) return;
    char customer[64];
    if (sscanf(request, "GET /customers/%63[A-Za-z0-9-] HTTP/1.", customer) != 1) {
        answer(peer, "404 Not Found", "error", "NOT_FOUND");
        return;
    }
    size_t count;
    const char *token = bearer_of(request, &count);
    if (token == NULL) {
        answer(peer, "401 Unauthorized", "error", "TOKEN_MISSING");
        return;
    }
    char scope[128];
    snprintf(scope, sizeof scope, "read:data:%s", customer);
    const char *wanted_scope[] = {scope};
    mayfly_wanted wanted = {.scope = wanted_scope, .scope_count = 1};
    const char *refusal = mayfly_verify(verifier, token, count, &wanted, NULL);
    if (refusal == NULL) answer(peer, "200 OK", "customer", customer);
    else if (strcmp(refusal, "SCOPE_VIOLATION") == 0) {
        answer(peer, "403 Forbidden", "error", refusal);
    } else answer(peer, "401 Unauthorized", "error", refusal);
}

static int listen_on(const char *port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(port)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t length = sizeof address;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 64) != 0
        || getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        perror("listen");
        exit(1);
    }
    printf("listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int count, char **arguments) {
    mayfly_error error;
    mayfly_client *client = mayfly_client_new(NULL, &error);
    if (client == NULL) stop("client", &error);
    mayfly_keys *keys = mayfly_keys_fetch(client, &error);
    if (keys == NULL) stop("keys", &error);
    mayfly_revocations *revocations = mayfly_revocations_follow(NULL, &error);
    if (revocations == NULL) stop("revocations", &error);
    mayfly_verifier_options options = {
        .keys = keys, .revocations = revocations, .broker = client};
    mayfly_verifier *verifier = mayfly_verifier_new(&options, &error);
    if (verifier == NULL) stop("verifier", &error);

    int listener = listen_on(count > 1 ? arguments[1] : "8080");
    for (;;) {
        int peer = accept(listener, NULL, NULL);
        if (peer < 0) continue;
        struct timeval patience = {.tv_sec = 5};
        setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        serve(verifier, peer);
        close(peer);
    }
}
