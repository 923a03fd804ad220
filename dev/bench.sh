#!/usr/bin/env bash
# Every figure of docs/benchmarks.md, measured on this machine: broker and load on cores of their own,
# a fresh broker for each run, medians over the runs. Prints one table; the JSON of every run goes to
# the folder named as the first argument, by default to .build/bench.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${MAYFLY_BIN:?the folder with mayflyd and mayfly-load: use make bench}
results=$(mkdir -p "${1:-.build/bench}" && cd "${1:-.build/bench}" && pwd)
runs=${MAYFLY_BENCH_RUNS:-3}
seconds=${MAYFLY_BENCH_SECONDS:-10}
# The issue asks for at least five minutes of open loop, a million grants and ten million events.
open_seconds=${MAYFLY_BENCH_OPEN_SECONDS:-300}
grants=${MAYFLY_BENCH_GRANTS:-1000000}
events=${MAYFLY_BENCH_EVENTS:-10000000}
# What is killed, what is hostile, and how many come and go.
processes=${MAYFLY_BENCH_PROCESSES:-10000}
crowd=${MAYFLY_BENCH_CROWD:-10000}
churn=${MAYFLY_BENCH_CHURN:-10000000}
# Which figures: all of these, or some of them.
only=${MAYFLY_BENCH_ONLY:-pairs grants validate chains revoke verify open restart kill shares hostile churn}

# The data must lie on a disk that is meant to last, or an fsync measures nothing; the paths of
# sockets must be short.
data=$(mktemp -d "$results/data.XXXXXX")
sockets=$(mktemp -d "${TMPDIR:-/tmp}/mayfly-bench.XXXXXX")
broker=

finish() {
    stop_broker || true
    rm -rf "$data" "$sockets"
}
trap finish EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*" >&2; }

load=("$bin/mayfly-load")
where=(--socket "$sockets/run/agent.sock" --operator-socket "$sockets/operator/operator.sock")

# start_broker CORES REACTORS [OPTIONS]: on the data that is there. A crowd needs descriptors.
start_broker() {
    local cores=$1 reactors=$2
    shift 2
    taskset -c "$cores" "$bin/mayflyd" --data-directory "$data/broker" \
        --agent-socket "$sockets/run/agent.sock" \
        --operator-socket "$sockets/operator/operator.sock" \
        --reactors "$reactors" --max-live-grants 2000000 --max-live-grants-per-uid 2000000 \
        --max-live-grants-per-app 2000000 --max-ttl 86400 "$@" 2>"$results/broker.log" &
    broker=$!
    "${load[@]}" status --wait 120 --operator-socket "$sockets/operator/operator.sock" \
        >"$results/status.json"
}

stop_broker() {
    [ -n "$broker" ] || return 0
    kill "$broker" 2>/dev/null || true
    wait "$broker" || { cat "$results/broker.log" >&2; return 1; }
    broker=
}

fresh_broker() {
    stop_broker
    # The sockets' directory is open to all or not, as the broker's socket is.
    rm -rf "$data/broker" "$sockets/run"
    start_broker "$@"
}

# Puts the broker under load from the given cores; the JSON goes to NAME.RUN.json.
put_load() {
    local cores=$1 name=$2 run=$3
    shift 3
    taskset -c "$cores" "${load[@]}" "${where[@]}" --setup --json "$@" >"$results/$name.$run.json" \
        || { echo "$name: see $results/$name.$run.json" >&2; return 1; }
}

# measure NAME LAYOUT ARGUMENTS…: the runs of one figure, each on a fresh broker.
measure() {
    local name=$1 layout=$2 run
    shift 2
    say "$name: mayfly-load $* ($layout)"
    for run in $(seq "$runs"); do
        case $layout in
            apart)
                fresh_broker "$broker_core" 1
                put_load "$load_core" "$name" "$run" "$@"
                ;;
            together)
                fresh_broker "$all_cores" 2
                put_load "$all_cores" "$name" "$run" --threads 2 "$@"
                ;;
        esac
    done
}

# The value of one member of a flat JSON object with a line for each.
member() { sed -n "s/^  \"$2\": \(.*[^,]\),\{0,1\}\$/\1/p" "$1"; }

# median NAME MEMBER: over the runs.
median() {
    local file
    for file in "$results/$1".[0-9]*.json; do
        [ -f "$file" ] && member "$file" "$2"
    done | sort -g | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)]; else print "-" }'
}

rows=()
row() { rows+=("$(printf '%s\t' "$@")"); }
# One decimal, or a dash.
tidy() { awk -v value="$1" 'BEGIN { if (value ~ /^[0-9.]+$/) printf "%.1f", value; else print "-" }'; }
milliseconds() {
    awk -v value="$1" 'BEGIN { if (value ~ /^[0-9.]+$/) printf "%.2f ms", value / 1000; else print "-" }'
}

pair_row() {
    local name=$1 what=$2 target=$3
    row "$what" "$target" \
        "$(tidy "$(median "$name" broker_cpu_microseconds_per_pair)") us/pair," \
        "$(tidy "$(median "$name" pairs_per_second)") pairs/s," \
        "spawn p50 $(milliseconds "$(median "$name" spawn_p50_microseconds)")," \
        "p99 $(milliseconds "$(median "$name" spawn_p99_microseconds)")," \
        "errors $(median "$name" error_count)"
}

validate_row() {
    local name=$1 what=$2 target=$3
    row "$what" "$target" \
        "$(tidy "$(median "$name" broker_cpu_microseconds_per_operation)") us," \
        "$(tidy "$(median "$name" validate_per_second)") /s," \
        "p50 $(milliseconds "$(median "$name" validate_p50_microseconds)")," \
        "p99 $(milliseconds "$(median "$name" validate_p99_microseconds)")," \
        "errors $(median "$name" error_count)"
}

operation_row() {
    local name=$1 what=$2 target=$3 operation=$4
    row "$what" "$target" \
        "$(tidy "$(median "$name" broker_cpu_microseconds_per_operation)") us," \
        "$(tidy "$(median "$name" "${operation}_per_second")") /s," \
        "p50 $(milliseconds "$(median "$name" "${operation}_p50_microseconds")")," \
        "p99 $(milliseconds "$(median "$name" "${operation}_p99_microseconds")")," \
        "errors $(median "$name" error_count)"
}

# The users of the apps, beside root; nobody's as long as no app names them.
users=(60001 60002 60003 60004 60005 60006 60007 60008)
as_user() {
    local user=$1
    shift
    setpriv --reuid "$user" --regid "$user" --clear-groups "$@"
}

# share NAME USER ARGUMENTS…: a run of one user's load; its JSON goes to NAME.1.json.
share() {
    local name=$1 user=$2
    shift 2
    as_user "$user" taskset -c "$load_core" "${load[@]}" --socket "$sockets/run/agent.sock" \
        --app "user-$user" --json --quiet "$@" >"$results/$name.1.json"
}

# Eight users: what one gets alone, and what it keeps when the seven others flood.
measure_shares() {
    local user
    local -a flood=()
    say "shares: one user alone, then beside seven that flood (nice 19)"
    chmod 755 "$sockets"
    fresh_broker "$broker_core" 1 --agent-socket-mode 0666
    for user in "${users[@]}"; do
        "$bin/mayfly" app add --operator-socket "$sockets/operator/operator.sock" \
            --name "user-$user" --uid "$user" --ceiling 'read:data:*' >/dev/null 2>&1
    done
    share shares-quiet "${users[0]}" --connections 8 --depth 8 --seconds "$seconds"
    share shares-quiet-rate "${users[0]}" --connections 8 --rate 500 --seconds "$seconds"
    for user in "${users[@]:1}"; do
        as_user "$user" nice -n 19 taskset -c "$load_core" "${load[@]}" --quiet --json \
            --socket "$sockets/run/agent.sock" --app "user-$user" --connections 8 --depth 32 \
            --seconds $((3 * seconds + 15)) >"$results/shares-flood-$user.json" &
        flood+=($!)
    done
    sleep 4
    share shares-flooded "${users[0]}" --connections 8 --depth 8 --seconds "$seconds"
    share shares-flooded-rate "${users[0]}" --connections 8 --rate 500 --seconds "$seconds"
    for user in "${flood[@]}"; do wait "$user" || true; done
}

# Connections that mean well, alone and then beside nine times as many that do not.
measure_hostile() {
    local hostile
    local -a as=()
    local good=$((crowd / 10))
    local -a run=(--connections "$good" --rate 1000 --seconds "$seconds")
    say "hostile: $good connections at 1000 pairs/s, alone, then beside $((crowd - good)) hostile ones"
    chmod 755 "$sockets"
    # Users of nobody's, where there can be others.
    [ "$EUID" -ne 0 ] || as=(as_user "${users[0]}")
    fresh_broker "$broker_core" 1 --agent-socket-mode 0666 --max-bound-processes 16 \
        --max-connections $((crowd * 3 / 2)) --max-connections-per-uid "$crowd"
    put_load "$load_core" hostile-quiet 1 --quiet "${run[@]}"
    "${as[@]}" nice -n 19 taskset -c "$load_core" "${load[@]}" hostile --socket "$sockets/run/agent.sock" \
        --connections $((crowd - good)) --seconds $((seconds + 25)) >"$results/hostile.1.json" &
    hostile=$!
    sleep 8
    put_load "$load_core" hostile-beside 1 --quiet "${run[@]}"
    "${load[@]}" status --operator-socket "$sockets/operator/operator.sock" \
        >"$results/hostile-memory.1.json"
    wait "$hostile"
}

# Agents come and go; memory and descriptors after the first hundred thousand, and after all of them.
measure_churn() {
    local -a run=(--quiet --connections 8 --depth 2 --batch 64 --warm-up 0)
    say "churn: $churn agents come and go"
    fresh_broker "$broker_core" 1
    put_load "$load_core" churn-first 1 "${run[@]}" --count 100000
    sleep 3
    churn_before=$(resident)
    churn_open=$(descriptors)
    put_load "$load_core" churn-all 1 "${run[@]}" --count "$churn"
    sleep 3
    churn_after=$(resident)
    churn_still_open=$(descriptors)
}

resident() { awk '/VmRSS/ { print $2 }' "/proc/$broker/status"; }
descriptors() { find "/proc/$broker/fd" -mindepth 1 | wc -l; }

# Writes events into the log until there are as many as asked for, then leaves the grants live and
# measures how long a broker takes from its start to its first answer.
measure_restart() {
    local run pairs=$(((events - grants) / 2))
    say "restart: $grants live grants, $events events in the log"
    fresh_broker "$broker_core" 1
    put_load "$load_core" restart-history 1 --quiet \
        --connections 8 --depth 2 --batch 64 --warm-up 0 --count "$pairs"
    put_load "$load_core" restart-grants 1 --quiet --leave --ttl 86400 \
        --connections 8 --population "$grants" --mix validate --warm-up 0 --count 1000
    for run in $(seq "$runs"); do
        stop_broker
        start_broker "$broker_core" 1
        cp "$results/status.json" "$results/restart.$run.json"
    done
}

# The cores this process may use, one a line.
usable() {
    taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' \
        | awk -F- '{ for (i = $1; i <= ($2 ? $2 : $1); i++) print i }'
}
mapfile -t cores < <(usable)
[ ${#cores[@]} -ge 2 ] || { echo "two cores are needed: the broker's and the load's" >&2; exit 1; }
broker_core=${cores[0]} load_core=${cores[1]} all_cores="${cores[0]},${cores[1]}"

say "This machine"
{
    lscpu | sed -n 's/^Model name: *//p'
    echo "cores used: broker ${broker_core}, load ${load_core}"
    uname -sr
    df --output=fstype,source "$data" | tail -1
} | tee "$results/machine.txt" >&2
rm -f "$results"/*.[0-9]*.json

say "floor: the cryptography alone"
taskset -c "$load_core" "${load[@]}" floor --json >"$results/floor.1.json"
cat "$results/floor.1.json" >&2
row "floor: verify + sign, key-proven spawn" "" \
    "$(tidy "$(median floor floor_key_proven_spawn_microseconds)") us"
row "floor: sign, attested spawn of 64" "" \
    "$(tidy "$(median floor floor_attested_spawn_microseconds)") us"

fresh_broker "$broker_core" 1
cp "$results/status.json" "$results/base.1.json"
base=$(median base resident_bytes)
row "base RSS" "<= 40 MB" "$(awk -v b="$base" 'BEGIN { printf "%.1f MB", b / 1e6 }')"

common=(--seconds "$seconds")
if [[ $only == *pairs* ]]; then
    for layout in apart together; do
        measure "pairs-64x1-$layout" "$layout" "${common[@]}" --connections 64 --depth 1
        measure "pairs-8x32-$layout" "$layout" "${common[@]}" --connections 8 --depth 32
        measure "attested-8x2x64-$layout" "$layout" "${common[@]}" --connections 8 --depth 2 --batch 64
    done
    pair_row pairs-64x1-apart "key-proven, 64 x 1, a core each" "<= 110 us"
    pair_row pairs-8x32-apart "key-proven, 8 x 32, a core each" "<= 95 us, >= 10000/s"
    pair_row attested-8x2x64-apart "attested, 8 x 2 batches of 64, a core each" "<= 40 us, >= 25000/s"
    pair_row pairs-64x1-together "key-proven, 64 x 1, two reactors" ""
    pair_row pairs-8x32-together "key-proven, 8 x 32, two reactors" ">= 10000/s"
    pair_row attested-8x2x64-together "attested, 8 x 2 batches of 64, two reactors" ">= 25000/s"
fi
if [[ $only == *grants* ]]; then
    measure renew-64x1 apart "${common[@]}" --mix renew --connections 64 --depth 1
    measure delegate-64x1 apart "${common[@]}" --mix delegate --chain-depth 1 \
        --connections 64 --depth 1
    operation_row renew-64x1 "renew, 64 x 1, a core each" "<= 110 us" renew
    operation_row delegate-64x1 "delegate, 64 x 1, a core each" "<= 120 us" delegate
fi
if [[ $only == *validate* ]]; then
    million=(--population "$grants" --present 100000 --mix validate --ttl 86400)
    measure validate-8x1 apart "${common[@]}" "${million[@]}" --connections 8 --depth 1
    measure validate-8x32 apart "${common[@]}" "${million[@]}" --connections 8 --depth 32
    validate_row validate-8x1 "validate, $grants live, 8 x 1" "<= 5 us"
    validate_row validate-8x32 "validate, $grants live, 8 x 32" "<= 2 us"
    row "memory of a live grant" "<= 1024 B" \
        "$(tidy "$(median validate-8x1 broker_bytes_per_live_grant)") B"
fi
if [[ $only == *chains* ]]; then
    for hops in 0 5; do
        measure "chain-$hops" apart "${common[@]}" --mix validate --population 5000 \
            --chain-depth "$hops" --ttl 86400 --connections 8 --depth 32
        validate_row "chain-$hops" "validate, $hops hops from the root, 8 x 32" ""
    done
    row "  of it, the ancestors' look-up and a longer token's digest" "<= 1 us and 1 ns/B" \
        "$(awk -v a="$(median chain-0 broker_cpu_microseconds_per_operation)" \
            -v b="$(median chain-5 broker_cpu_microseconds_per_operation)" \
            'BEGIN { printf "%.2f us more", b - a }')"
fi
if [[ $only == *revoke* ]]; then
    fresh_broker "$broker_core" 1
    say "revoke-task: a task with 100,000 live grants"
    taskset -c "$load_core" "${load[@]}" revoke-task "${where[@]}" --grants 100000 \
        --rounds "$runs" --json >"$results/revoke-task.1.json"
    row "revoke a task with 100,000 live grants" "<= 5 ms" \
        "acknowledged in $(median revoke-task revoke_median_milliseconds) ms," \
        "at most $(median revoke-task revoke_max_milliseconds) ms," \
        "valid after it: $(median revoke-task valid_after)"
fi
if [[ $only == *verify* ]]; then
    fresh_broker "$broker_core" 1
    say "verify: tokens verified without the broker, and revoked under eight verifiers' eyes"
    taskset -c "$load_core" "${load[@]}" verify "${where[@]}" --json >"$results/verify.1.json"
    row "a verifier's first look at a token" "<= 1.3 signatures" \
        "$(median verify first_signatures) signatures"
    row "  and each after it" "<= 1 us" "$(median verify repeat_microseconds) us"
    row "acknowledged revocation to refusal by 8 verifiers" "p99 <= 2 ms" \
        "p50 $(milliseconds "$(median verify refused_p50_microseconds)")," \
        "p99 $(milliseconds "$(median verify refused_p99_microseconds)")"
fi
if [[ $only == *open* ]]; then
    runs=1 measure open-1000 apart --rate 1000 --seconds "$open_seconds" --connections 8 \
        --population 100000 --ttl 86400
    pair_row open-1000 "open loop, 1000 pairs/s, 100000 live" "p50 <= 0.8 ms, p99 <= 5 ms"
    row "  WAL checkpoints in it" ">= 10" "$(median open-1000 broker_wal_checkpoints)"
fi
if [[ $only == *restart* ]]; then
    measure_restart
    row "restart to the first answer" "<= 5 s" "$(median restart waited_seconds) s" \
        "with $(median restart live_grants) live grants, $(median restart log_events) events"
fi

if [[ $only == *kill* ]]; then
    fresh_broker "$broker_core" 1 --max-connections 1000 \
        --max-bound-processes $((processes + 1000)) --max-bound-processes-per-uid $((processes + 1000))
    say "kill: $processes bound processes"
    taskset -c "$load_core" "${load[@]}" kill "${where[@]}" --processes "$processes" --json \
        >"$results/kill.1.json"
    row "kill of a bound process to the first refusal" "p50 <= 2 ms, p99 <= 10 ms" \
        "p50 $(milliseconds "$(median kill refused_p50_microseconds)")," \
        "p99 $(milliseconds "$(median kill refused_p99_microseconds)")," \
        "longest $(milliseconds "$(median kill refused_max_microseconds)")"
    row "the other processes killed at once, all refused" "<= 2 s" \
        "$(median kill all_refused_seconds) s"
fi
if [[ $only == *shares* && $EUID -eq 0 ]]; then
    measure_shares
    row "one of eight users, seven flooding: throughput" ">= 80 % of an eighth of quiet" \
        "$(awk -v quiet="$(median shares-quiet pairs_per_second)" \
            -v kept="$(median shares-flooded pairs_per_second)" \
            'BEGIN { printf "%.0f of %.0f pairs/s, %.0f %% of an eighth", kept, quiet, 800 * kept / quiet }')"
    row "  its p99 at 500 pairs/s" "<= 3 x quiet" \
        "spawn $(milliseconds "$(median shares-quiet-rate spawn_p99_microseconds)") quiet," \
        "$(milliseconds "$(median shares-flooded-rate spawn_p99_microseconds)") beside them," \
        "errors $(median shares-flooded-rate error_count)"
fi
if [[ $only == *hostile* ]]; then
    measure_hostile
    row "$((crowd / 10)) connections beside $((crowd - crowd / 10)) hostile ones: p99" "<= 2 x quiet" \
        "spawn $(milliseconds "$(median hostile-quiet spawn_p99_microseconds)") quiet," \
        "$(milliseconds "$(median hostile-beside spawn_p99_microseconds)") beside them," \
        "errors $(median hostile-beside error_count)"
    row "  RSS of the broker then" "its stated ceiling" \
        "$(awk -v b="$(median hostile-memory resident_bytes)" 'BEGIN { printf "%.0f MB", b / 1e6 }')"
fi
if [[ $only == *churn* ]]; then
    measure_churn
    row "RSS after $churn spawns and releases" "within 1 % or 1 MB" \
        "$churn_before KiB after 100,000, $churn_after KiB after all," \
        "descriptors $churn_open and $churn_still_open"
fi

say "Medians of $runs runs"
printf '%s\n' "figure"$'\t'"asked"$'\t'"measured" "${rows[@]}" \
    | awk -F'\t' '{
        out = sprintf("%-48s %-28s", $1, $2)
        for (i = 3; i <= NF; i++) if ($i != "") out = out " " $i
        sub(/,$/, "", out)
        print out
    }' | tee "$results/table.txt"
