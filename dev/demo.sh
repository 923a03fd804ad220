#!/usr/bin/env bash
# The story in one minute, on a broker of its own in a temporary directory: an app with a ceiling,
# an agent spawned, validated, refused more, released, refused; the audit of it all; ten seconds of
# load. It leaves nothing running and nothing behind.
set -euo pipefail

bin=${MAYFLY_BIN:?the folder with mayflyd, mayfly and mayfly-load}
seconds=${MAYFLY_DEMO_SECONDS:-10}
place=$(mktemp -d "${TMPDIR:-/tmp}/mayfly-demo.XXXXXX")
broker=

finish() {
    if [ -n "$broker" ] && kill -0 "$broker" 2>/dev/null; then
        kill "$broker"
        wait "$broker" || true
    fi
    rm -rf "$place"
}
trap finish EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { printf '\033[2m$ %s\033[0m\n' "$*"; }
run() {
    show "$@"
    "$@"
}
# A step that has to be refused; if it is not, the demonstration has failed.
refused() {
    show "$@"
    if "$@"; then
        echo "this should have been refused" >&2
        exit 1
    fi
}

export PATH="$bin:$PATH"
export MAYFLY_SOCKET="$place/run/agent.sock"
export MAYFLY_OPERATOR_SOCKET="$place/operator/operator.sock"

say "A broker of our own"
show mayflyd --data-directory "$place/data" ...
mayflyd --data-directory "$place/data" --agent-socket "$MAYFLY_SOCKET" \
    --operator-socket "$MAYFLY_OPERATOR_SOCKET" 2>"$place/log" &
broker=$!
for _ in $(seq 100); do
    [ -S "$MAYFLY_SOCKET" ] && mayfly status >/dev/null 2>&1 && break
    kill -0 "$broker" 2>/dev/null || { cat "$place/log" >&2; exit 1; }
    sleep 0.05
done

say "The operator registers an app: whatever it asks for, its agents only ever read data"
run mayfly app add --name support-desk --ceiling 'read:data:*'

say "An agent is spawned with exactly what its task needs"
show mayfly spawn --app support-desk --orchestration support --task ticket-4711 \
    --scope read:data:customer-12345
mayfly spawn --app support-desk --orchestration support --task ticket-4711 \
    --scope read:data:customer-12345 --json >"$place/agent.json"
sed -n 's/.*"token" *: *"\([^"]*\)".*/\1/p' "$place/agent.json" >"$place/token"
sed 's/\("token":"[^"]\{60\}\)[^"]*/\1.../; s/,"/,\n "/g' "$place/agent.json"

say "Whoever is shown the token can ask whether it is good, and for what"
show 'mayfly validate < token'
mayfly validate <"$place/token"

say "More than the ceiling is refused"
refused mayfly spawn --app support-desk --orchestration support --task ticket-4711 \
    --scope write:data:customer-12345

say "The work is done: released, and dead at once"
show 'mayfly release < token'
mayfly release <"$place/token"
show 'mayfly validate < token'
if mayfly validate <"$place/token"; then
    echo "a released token was valid" >&2
    exit 1
fi

say "What the audit has of it, and the proof that nobody changed it"
run mayfly audit tail
sleep 1.1
run mayfly audit checkpoint
mayfly audit checkpoint >"$place/checkpoint"
run mayfly audit verify --database "$place/data/mayfly.db" \
    --key "$(mayfly keys --verifier-key)" --checkpoint "$place/checkpoint"

say "And by the thousand: $seconds seconds of spawn and release, every one proven, durable, audited"
run mayfly-load --app support-desk --connections 8 --depth 32 --seconds "$seconds"

say "The broker stops when it is asked to: everything it answered is on disk"
kill "$broker"
wait "$broker"
tail -n 1 "$place/log"
broker=
