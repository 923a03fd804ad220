#!/usr/bin/env bash
# All tests of the C library, against brokers of MAYFLY_BIN: as it is, with the address and the
# undefined-behaviour sanitizer, and with the thread sanitizer. Ends with "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")" || exit 1
: "${MAYFLY_BIN:?the folder with mayflyd and mayfly}"

build=../../.build-clients/c
passed=0
failed=0
check() {
    local name=$1
    shift
    local status=0
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
        tail -n 1 "$log"
    else
        failed=$((failed + 1))
        echo "failed: $name, with status $status"
        cat "$log"
    fi
}
log=$(mktemp)
scratch=$(mktemp -d)
trap 'rm -rf "$log" "$scratch"' EXIT

jobs=$(nproc)
export UBSAN_OPTIONS=print_stacktrace=1

for sanitize in '' address,undefined thread; do
    folder=$build${sanitize:+/${sanitize//,/-}}
    echo "== ${sanitize:-as it is}"
    if ! make --silent -j "$jobs" WERROR=-Werror SANITIZE="$sanitize" all tests examples >"$log" 2>&1; then
        cat "$log"
        failed=$((failed + 1))
        continue
    fi
    for program in "$folder"/tests/*_test; do
        case $(basename "$program") in
            hostile_test) beside=../testing/hostile_server.py ;;
            scenario_test | live_test) beside=../testing/with-broker.sh ;;
            *) beside="env" ;;
        esac
        check "$(basename "$program") $sanitize" timeout 300 "$beside" "$program"
    done
    for example in quickstart delegation registration; do
        check "example $example $sanitize" \
            timeout 60 ../testing/with-broker.sh "$folder/examples/$example" testing
    done
done

echo "== installed"
check "resource server" timeout 60 ../testing/with-broker.sh tests/resource-server.sh \
    "$build/examples/resource_server"
check "install" make --silent install PREFIX="$scratch/usr"
check "a C++ program" tests/installed.sh "$scratch/usr"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
