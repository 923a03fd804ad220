#!/usr/bin/env bash
# Hours of agents coming and going on one broker: every round a different load, every few rounds a
# restart, and after each a look at what must stay flat. MAYFLY_SOAK_SECONDS (3,600) bounds it; it
# prints a line a round and fails at the first error, lost acknowledgement, or leak.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${MAYFLY_SOAK_SECONDS:-3600}
round_seconds=${MAYFLY_SOAK_ROUND_SECONDS:-30}
# What memory may grow by over what it was after the first round.
readonly slack_kib=$((16 << 10))

make --no-print-directory build
bin=$(swift build -c release --show-bin-path)
place=$(mktemp -d "${TMPDIR:-/tmp}/mayfly-soak.XXXXXX")
broker=

finish() {
    stop || true
    rm -rf "$place"
}
trap finish EXIT

export MAYFLY_SOCKET="$place/run/agent.sock"
export MAYFLY_OPERATOR_SOCKET="$place/operator/operator.sock"

start() {
    "$bin/mayflyd" --data-directory "$place/data" --agent-socket "$MAYFLY_SOCKET" \
        --operator-socket "$MAYFLY_OPERATOR_SOCKET" 2>>"$place/log" &
    broker=$!
    "$bin/mayfly-load" status --wait 60 >/dev/null
}

stop() {
    [ -n "$broker" ] || return 0
    kill "$broker"
    wait "$broker" || { echo "the broker did not stop in peace" >&2; tail "$place/log" >&2; return 1; }
    broker=
}

resident() { awk '/VmRSS/ { print $2 }' "/proc/$broker/status"; }
descriptors() { find "/proc/$broker/fd" -mindepth 1 | wc -l; }

fail() {
    echo "soak: $*" >&2
    tail -n 20 "$place/round" >&2
    exit 1
}

loads=(
    "--connections 64 --depth 1"
    "--connections 8 --depth 32"
    "--connections 8 --batch 64"
    "--connections 16 --depth 8 --lifetime 200"
    "--connections 8 --depth 8 --population 20000 --mix spawn=10,validate=80,release=10"
)

start
SECONDS=0
printf '%-8s %-72s %10s %6s\n' second load "RSS KiB" fds
base=
open=
round=0
while [ "$SECONDS" -lt "$seconds" ]; do
    load=${loads[$((round % ${#loads[@]}))]}
    # shellcheck disable=SC2086 # the words of a load are its arguments
    "$bin/mayfly-load" --setup $load --seconds "$round_seconds" >"$place/round" 2>&1 \
        || fail "round $round ended with an error"
    grep -q '^errors: none' "$place/round" || fail "round $round had errors"
    # What the housekeeper gives back, it gives back within a second.
    sleep 2
    now=$(resident)
    fds=$(descriptors)
    printf '%-8s %-72s %10s %6s\n' "$SECONDS" "$load" "$now" "$fds"
    round=$((round + 1))
    if [ $((round % ${#loads[@]})) -ne 0 ]; then continue; fi
    # Once through all the loads: the base, or the comparison with it.
    base=${base:-$now}
    open=${open:-$fds}
    [ "$now" -le $((base + slack_kib)) ] || fail "memory grew from $base to $now KiB"
    [ "$fds" -le "$open" ] || fail "descriptors grew from $open to $fds"
    if [ $((round % (2 * ${#loads[@]}))) -eq 0 ]; then
        stop
        start
        base=
        echo "restarted"
    fi
done
key=$("$bin/mayfly" keys --verifier-key)
stop
"$bin/mayfly" audit verify --database "$place/data/mayfly.db" --key "$key"
echo "soak: $round rounds in $SECONDS s, nothing lost, nothing leaked"
