#!/usr/bin/env bash
# All tests of the Node client, against a broker of MAYFLY_BIN. Prints "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")" || exit 1

output=$(mktemp)
trap 'rm -f "$output"' EXIT

status=0
failed=0
check() {
    local name=$1
    shift
    if ! "$@"; then
        echo "failed: $name"
        failed=$((failed + 1))
        status=1
    fi
}

command -v protoc >/dev/null && check "generated code" node scripts/generate.js --check

# From files rather than a folder: versions of Node differ in what they take a folder for.
../testing/with-broker.sh node --test --test-reporter=tap test/*.test.js >"$output" 2>&1 || {
    status=1
    grep -vE '^ *(ok|# Subtest)' "$output"
}
for example in quickstart delegation registration; do
    check "example $example" ../testing/with-broker.sh node "examples/$example.js" testing >/dev/null
done

count() { sed -n "s/^# $1 \([0-9]*\)$/\1/p" "$output" | tail -n 1; }
passed=$(count pass)
failed=$((failed + $(count fail || echo 1) + 0))
echo "${passed:-0} passed, $failed failed"
exit "$status"
