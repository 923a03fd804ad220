#!/usr/bin/env bash
# Asks the sample resource server beside a live broker: resource_server.sh <its program>.
set -euo pipefail

output=$(mktemp)
"$1" 127.0.0.1:0 >"$output" &
server=$!
trap 'kill "$server"; rm -f "$output"' EXIT
for _ in $(seq 100); do
    [ -s "$output" ] && break
    sleep 0.05
done
address=$(sed 's|.*http://||' "$output")

status() { # path, token: the status of the answer
    local line
    exec 3<>"/dev/tcp/${address%:*}/${address#*:}"
    printf 'GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n' "$1" "$2" >&3
    read -r line <&3
    cat <&3 >/dev/null
    exec 3<&-
    cut -d ' ' -f 2 <<<"$line"
}
expect() { # status, path, token
    local got
    got=$(status "$2" "$3")
    [ "$got" = "$1" ] || { echo "$2: got $got, want $1" >&2; exit 1; }
}

token=$(mayfly spawn --app "$MAYFLY_TEST_APP" --orch resources --task x --scope read:data:one \
    --token-only)
expect 200 /customers/one "$token"
expect 403 /customers/two "$token"
expect 404 /elsewhere "$token"
expect 401 /customers/one not.a.token
mayfly release <<<"$token" >/dev/null
for _ in $(seq 100); do
    [ "$(status /customers/one "$token")" = 401 ] && exit
    sleep 0.01
done
echo "a released token is still accepted" >&2
exit 1
