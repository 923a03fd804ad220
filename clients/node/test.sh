#!/usr/bin/env bash
# All tests of the Node client, against a broker of MAYFLY_BIN. Prints "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")" || exit 1
: "${MAYFLY_BIN:?the folder with mayflyd and mayfly}"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

# step NAME COMMAND...: one thing that is right or wrong as a whole
step() {
    local name=$1
    shift
    if "$@" >"$scratch/step" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: $name"
        cat "$scratch/step"
    fi
}

# suite COMMAND...: `node --test`, whose tests are counted
suite() {
    local output=$scratch/suite status=0
    "$@" >"$output" 2>&1 || status=$?
    local good bad
    good=$(sed -n 's/^# pass \([0-9]*\)$/\1/p' "$output" | tail -n 1)
    bad=$(sed -n 's/^# fail \([0-9]*\)$/\1/p' "$output" | tail -n 1)
    # A run that did not get to its end has no count.
    [ "$status" -eq 0 ] || [ "${bad:-0}" -gt 0 ] || bad=1
    [ "$status" -eq 0 ] || grep -vE '^ *(ok |# Subtest)' "$output"
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${bad:-1}))
}

# From files rather than a folder: versions of Node differ in what they take a folder for.
mapfile -t files < <(
    find test -name '*.test.js' ! -name hostile.test.js ! -name restart.test.js | sort
)

step "generated code" node scripts/generate.js --check
suite ../testing/with-broker.sh node --test --test-reporter=tap "${files[@]}"
suite ../testing/with-broker.sh node --test --test-reporter=tap test/restart.test.js
suite ../testing/hostile_server.py node --test --test-reporter=tap test/hostile.test.js
step "samples" ../testing/with-broker.sh test/samples.sh

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
