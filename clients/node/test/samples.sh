#!/usr/bin/env bash
# Runs the samples beside the broker of with-broker.sh, as a new user would.
set -euo pipefail
cd "$(dirname "$0")/../examples"

for sample in quickstart delegation registration; do
    node "$sample.js" "$MAYFLY_TEST_APP"
done

# The resource server: the customer of the token, another one, none, and after the release.
output=$(mktemp)
node resource_server.js 0 >"$output" &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -f "$output"' EXIT
for _ in $(seq 100); do
    url=$(sed -n 's/^listening on //p' "$output")
    [ -n "$url" ] && break
    sleep 0.05
done

token=$(mayfly spawn --app "$MAYFLY_TEST_APP" --orch samples --task "read-$$" \
    --scope read:data:customer-12345 --token-only)

# status PATH: the HTTP status of a request with the token
status() {
    node -e '
        fetch(process.argv[1], { headers: { authorization: `Bearer ${process.argv[2]}` } })
            .then((response) => console.log(response.status));
    ' "$url/customers/$1" "$2"
}
expect() {
    [ "$1" = "$2" ] || { echo "expected $2, got $1: $3"; exit 1; }
}
expect "$(status customer-12345 "$token")" 200 "its customer"
expect "$(status customer-67890 "$token")" 403 "another customer"
expect "$(status customer-12345 not.a.token)" 401 "no token"
mayfly release <<<"$token" >/dev/null
# The end travels to the verifier after it was acknowledged.
for _ in $(seq 100); do
    [ "$(status customer-12345 "$token")" = 401 ] && break
    sleep 0.02
done
expect "$(status customer-12345 "$token")" 401 "a released token"

kill "$server"
wait "$server"
