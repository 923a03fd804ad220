#!/usr/bin/env bash
# The story in one minute, on a broker of its own in a temporary directory: an app with a ceiling,
# an agent spawned, validated, refused more; a second one with a launch token, and a delegation to it
# that only narrows and is proven offline; renewal, release, revocation; the audit of it all; ten
# seconds of load. It leaves nothing running and nothing behind.
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
spawn=(mayfly spawn --app support-desk --orch support --task ticket-4711
    --scope 'read:data:*' --renewable-for 1h)
show "${spawn[@]}" --key-out key
"${spawn[@]}" --key-out "$place/key" --json >"$place/agent.json"
member() { sed -n 's/.*"'"$2"'" *: *"\([^"]*\)".*/\1/p' "$1"; }
member "$place/agent.json" token >"$place/token"
sed 's/\("token":"[^"]\{60\}\)[^"]*/\1.../; s/,"/,\n "/g' "$place/agent.json"

say "Whoever is shown the token can ask whether it is good, and for what"
show 'mayfly validate < token'
mayfly validate <"$place/token"

say "More than the ceiling is refused"
refused mayfly spawn --app support-desk --orch support --task ticket-4711 \
    --scope write:data:customer-12345

say "A helper starts with nothing but a launch token, which lives 30 s and works once"
show "mayfly launch-token create --scope 'read:data:*' | mayfly register --task billing ..."
mayfly launch-token create --app support-desk --scope 'read:data:*' --token-only \
    | mayfly register --orch support --task billing --scope read:data:none --json \
        >"$place/helper.json"
helper=$(member "$place/helper.json" agent_id)
echo "$helper"

say "It is given one customer of the first agent's, by a hop that the first agent signs"
show "mayfly token delegate --to HELPER --scope read:data:customer-12345 < token"
mayfly token delegate --key "$place/key" --to "$helper" --scope read:data:customer-12345 \
    --token-only <"$place/token" >"$place/child"
show 'mayfly token delegate --to HELPER --scope write:data:customer-12345 < token'
if mayfly token delegate --key "$place/key" --to "$helper" \
    --scope write:data:customer-12345 <"$place/token"; then
    echo "a delegation that widens was granted" >&2
    exit 1
fi

say "Anyone with the broker's public key can verify the whole lineage, without the broker"
mayfly keys --json >"$place/keys.json"
show 'mayfly token verify --key keys.json < child'
mayfly token verify --key "$place/keys.json" <"$place/child"
run mayfly tree --task ticket-4711

say "Renewed: the old token is dead first"
show 'mayfly token renew --key key < token > renewed'
mayfly token renew --key "$place/key" --token-only <"$place/token" >"$place/renewed"
dead() {
    show "mayfly validate < $1"
    if mayfly validate <"$place/$1"; then
        echo "a dead token was valid" >&2
        exit 1
    fi
}
dead token

say "The work is done: released, and dead at once with all that was delegated from it"
show 'mayfly release < renewed'
mayfly release <"$place/renewed"
dead renewed
dead child

say "An agent is a process: its credential came through a descriptor, and dies when it is killed"
show "mayfly run --app support-desk --task ticket-4713 --scope read:data:customer-12345 -- agent"
# shellcheck disable=SC2016 # the agent's own shell reads them
mayfly run --app support-desk --task ticket-4713 --scope read:data:customer-12345 -- sh -c \
    'cat "/dev/fd/$MAYFLY_AGENT_FD" >"$0.json"; echo $$ >"$0.pid"; exec sleep 60' "$place/killed" &
wrapper=$!
until [ -s "$place/killed.pid" ]; do sleep 0.02; done
member "$place/killed.json" token >"$place/killed"
show 'mayfly validate < killed'
mayfly validate <"$place/killed"
show 'kill -KILL agent; mayfly validate < killed'
began=${EPOCHREALTIME/./}
kill -KILL "$(cat "$place/killed.pid")"
while mayfly validate <"$place/killed"; do :; done
echo "refused $(((${EPOCHREALTIME/./} - began) / 1000)) ms after the kill, most of it the start of the command"
wait "$wrapper" || echo "mayfly run: exit $?, as a shell has it for a process that was killed"

say "The operator revokes a task: what it has is dead, its name refused"
run mayfly revoke task billing
refused mayfly spawn --app support-desk --orch support --task billing --scope read:data:x

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
