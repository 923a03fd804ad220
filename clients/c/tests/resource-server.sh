#!/usr/bin/env bash
# The sample of that name, as a customer meets it: beside a live broker, with curl.
#   resource-server.sh <program>
set -euo pipefail

spawn=(mayfly spawn --app "$MAYFLY_TEST_APP" --orch sample --task serve --token-only)
token=$("${spawn[@]}" --scope read:data:customer-12345)
scratch=$(mktemp -d)
"$1" 0 >"$scratch/out" &
server=$!
trap 'kill "$server"; rm -rf "$scratch"' EXIT
for _ in $(seq 100); do
    grep -q listening "$scratch/out" && break
    sleep 0.05
done
address=$(sed -n 's/^listening on //p' "$scratch/out")

# What comes of a request for a customer, as a status.
status() {
    curl --silent --max-time 10 --output "$scratch/body" --write-out '%{http_code}' \
        --header "$2" "$address/customers/$1"
}
expect() {
    local got
    got=$(status "$2" "$3")
    [ "$got" = "$1" ] && return 0
    echo "customer $2: $got instead of $1: $(cat "$scratch/body")" >&2
    return 1
}

bearer="Authorization: Bearer $token"
expect 200 customer-12345 "$bearer"
expect 200 customer-12345 "$bearer"
expect 403 customer-67890 "$bearer"
expect 401 customer-12345 'X-Nothing: here'
expect 401 customer-12345 'Authorization: Bearer not.a.token'
mayfly release <<<"$token" >/dev/null
for _ in $(seq 100); do
    [ "$(status customer-12345 "$bearer")" = 401 ] && break
    sleep 0.02
done
expect 401 customer-12345 "$bearer"
grep -q REVOKED "$scratch/body"
echo "resource server: served one customer, refused the rest, saw the release"
