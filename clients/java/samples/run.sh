#!/usr/bin/env bash
# Runs the samples beside the broker of with-broker.sh, as a new user would.
#   samples/run.sh CLASSPATH
set -euo pipefail

for sample in Quickstart DelegationSample Registration; do
    java -cp "$1" "$sample" "$MAYFLY_TEST_APP"
done

# The resource server: the customer of the token, another one, none, and after the release.
output=$(mktemp)
java -cp "$1" ResourceServer 0 >"$output" &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -f "$output"' EXIT
for _ in $(seq 200); do
    port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$output")
    [ -n "$port" ] && break
    sleep 0.05
done

token=$(mayfly spawn --app "$MAYFLY_TEST_APP" --orch samples --task "read-$$" \
    --scope read:data:customer-12345 --token-only)

# ask CUSTOMER TOKEN: the status.
ask() {
    local status
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET /customers/%s HTTP/1.0\r\nAuthorization: Bearer %s\r\n\r\n' "$1" "$2" >&3
    read -r _ status _ <&3
    exec 3>&-
    echo "$status"
}

# expect STATUS CUSTOMER TOKEN
expect() {
    local status
    status=$(ask "$2" "$3")
    [ "$status" = "$1" ] || { echo "expected $1, got $status: $2"; exit 1; }
}
expect 200 customer-12345 "$token"
expect 403 customer-67890 "$token"
expect 401 customer-12345 not.a.token
mayfly release <<<"$token" >/dev/null
# The end travels to the verifier after it was acknowledged.
for _ in $(seq 100); do
    [ "$(ask customer-12345 "$token")" = 200 ] || break
    sleep 0.05
done
expect 401 customer-12345 "$token"
