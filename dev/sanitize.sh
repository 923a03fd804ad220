#!/usr/bin/env bash
# The test suite under a sanitizer, with zero reports: `thread` for data races, `address` for memory.
# Each has a build folder of its own. What the runtime reports falsely is in dev/sanitizers/, with
# reasons.
#
#     dev/sanitize.sh [thread|address] [--end-to-end] [--filter PATTERN]
#
# Without a name both, one after the other. The tests with real processes run with --end-to-end; a
# report of a broker that they start fails the run too.
set -euo pipefail
cd "$(dirname "$0")/.."

kinds=()
selection=(--skip EndToEndTests)
while [ $# -gt 0 ]; do
    case "$1" in
    thread | address) kinds+=("$1") ;;
    --end-to-end) selection=() ;;
    --filter)
        selection=(--filter "${2:?--filter takes a pattern}")
        shift
        ;;
    *)
        sed -n '2,9s/^# \{0,1\}//p' "$0"
        exit 64
        ;;
    esac
    shift
done
[ ${#kinds[@]} -gt 0 ] || kinds=(thread address)

# A crashing program must fail at once, not hang in the backtracer.
export SWIFT_BACKTRACE=enable=no

run() {
    local kind=$1 place=.build-$1 reports=.build-$1/reports code=0 started=$SECONDS
    # Optimised, and a debug build all the same: the models and histories take minutes otherwise.
    local flags=(--sanitize="$kind" --scratch-path "$place" -Xswiftc -O)
    # The linker that is used otherwise fails on the symbols of the address sanitizer.
    [ "$kind" != address ] || flags+=(-Xswiftc -use-ld=lld)
    swift build --build-tests "${flags[@]}"
    local built=$((SECONDS - started))
    started=$SECONDS
    rm -rf "$reports"
    mkdir -p "$reports"
    # Leaks are what the fuzzer looks for: a test process ends with much of its memory in use.
    ASAN_OPTIONS=log_path=$PWD/$reports/report:detect_leaks=0 \
    TSAN_OPTIONS=log_path=$PWD/$reports/report:suppressions=$PWD/dev/sanitizers/threads.txt \
        swift test --skip-build "${flags[@]}" "${selection[@]}" >"$place/tests.log" 2>&1 \
        || code=$?
    local found
    found=$(find "$reports" -type f | wc -l)
    echo "$kind: built in $built s, ran in $((SECONDS - started)) s, $found processes with reports"
    grep -h 'SUMMARY:' "$reports"/* 2>/dev/null | sort | uniq -c || true
    if [ "$code" -ne 0 ] || [ "$found" -ne 0 ]; then
        grep -E '^(✘|error:)' "$place/tests.log" | head -20 || tail -20 "$place/tests.log"
        echo "$kind: failed; see $place/tests.log and $reports"
        return 1
    fi
}

failed=0
for kind in "${kinds[@]}"; do run "$kind" || failed=1; done
exit $failed
