#!/usr/bin/env bash
# Fuzzes what parses other people's bytes, under the address sanitizer: libFuzzer on every target of
# Tests/Fuzzing, or on those named. Fails on any finding and says how to see it again.
#
#     dev/fuzz.sh [--seconds N] [TARGET...]
#
# Each target runs for N seconds (MAYFLY_FUZZ_SECONDS, else 600), as many at once as there are cores.
# The corpus stays in .build-fuzz/corpus and is where the next run begins; seeds are made anew each
# time. First the rig itself is checked: a deliberate fault must be found within seconds.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly place=.build-fuzz
readonly fuzz=$place/debug/mayfly-fuzz
# Of one input: seconds; of the process: megabytes, the sanitizer's own included.
readonly input_seconds=10 memory_megabytes=1536
# Within how many seconds each deliberate fault has to be found.
readonly fault_seconds=30

seconds=${MAYFLY_FUZZ_SECONDS:-600}
targets=()
while [ $# -gt 0 ]; do
    case "$1" in
    --seconds)
        seconds=${2:?--seconds takes a number}
        shift 2
        ;;
    -*)
        sed -n '2,6s/^# \{0,1\}//p' "$0"
        exit 64
        ;;
    *)
        targets+=("$1")
        shift
        ;;
    esac
done

# A crashing program must fail at once, not hang in the backtracer.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=quarantine_size_mb=64
export LSAN_OPTIONS=suppressions=$PWD/dev/sanitizers/leaks.txt:print_suppressions=0

MAYFLY_FUZZ=1 swift build --sanitize=address --scratch-path "$place" --product mayfly-fuzz
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <("$fuzz" --list)
mkdir -p "$place/logs" "$place/findings"
rm -rf "$place/seeds"
"$fuzz" --write-seeds "$place/seeds"

# Runs one target; what it prints goes to its log.
run() {
    local target=$1 time=$2 corpus=$3 log=$4 words=()
    mkdir -p "$corpus"
    # An empty dictionary is an error to libFuzzer.
    [ ! -s "$place/seeds/$target.dict" ] || words=(-dict="$place/seeds/$target.dict")
    "$fuzz" "$target" -max_total_time="$time" -timeout="$input_seconds" \
        -rss_limit_mb="$memory_megabytes" -print_final_stats=1 "${words[@]}" \
        -artifact_prefix="$place/findings/$target-" "$corpus" "$place/seeds/$target" \
        >"$log" 2>&1
}

# A rig that finds nothing proves nothing: each fault must be found, from the seeds alone.
check_fault() {
    local fault=$1 target=$2 sign=$3
    local log=$place/logs/fault-$fault.log started=$SECONDS scratch
    scratch=$(mktemp -d)
    if MAYFLY_FAULT=$fault run "$target" "$fault_seconds" "$scratch" "$log" \
        || ! grep -qE "$sign" "$log"; then
        echo "the deliberate fault $fault was not found by $target: see $log"
        exit 1
    fi
    rm -rf "$scratch"
    sed -n 's/.*Test unit written to //p' "$log" | xargs -r rm -f
    echo "the deliberate fault $fault was found by $target in $((SECONDS - started)) s"
}
check_fault read-past-end messages 'heap-buffer-overflow|does not hold: the scan bounds'
check_fault acknowledge-before-commit conversation 'does not hold: a change is durable'

# One job's result is its exit code, in a file: jobs end in any order.
fuzz_target() {
    local target=$1 started=$SECONDS code=0
    run "$target" "$seconds" "$place/corpus/$target" "$place/logs/$target.log" || code=$?
    echo "$code $((SECONDS - started))" >"$place/logs/$target.result"
}

jobs_at_once=$(nproc)
for target in "${targets[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$jobs_at_once" ]; do wait -n || true; done
    fuzz_target "$target" &
done
wait

failed=()
printf '%-14s %12s %10s %8s  %s\n' target executions coverage seconds result
for target in "${targets[@]}"; do
    log=$place/logs/$target.log
    read -r code took <"$place/logs/$target.result"
    result=ok
    if [ "$code" -ne 0 ]; then
        result=FAILED
        failed+=("$target")
    fi
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
    coverage=$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2)
    printf '%-14s %12s %10s %8s  %s\n' \
        "$target" "${executions:-?}" "${coverage:-?}" "$took" "$result"
done

[ ${#failed[@]} -gt 0 ] || exit 0
for target in "${failed[@]}"; do
    log=$place/logs/$target.log
    echo
    echo "== $target: $log"
    grep -m1 -E 'does not hold|ERROR:|SUMMARY:' "$log" || tail -3 "$log"
    sed -n 's/.*Test unit written to /again: '"${fuzz//\//\\/} $target"' /p' "$log"
done
exit 1
