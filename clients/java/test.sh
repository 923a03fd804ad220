#!/usr/bin/env bash
# All tests of the Java client, against a broker of MAYFLY_BIN. Prints "N passed, N failed".
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
        return 1
    fi
}

# suite PATTERN COMMAND...: the test classes of a pattern, whose tests are counted
suite() {
    local pattern=$1 output=$scratch/suite status=0
    shift
    "$@" java -cp "$(make -s print-test-path)" org.junit.platform.console.ConsoleLauncher \
        --disable-banner --disable-ansi-colors --details=tree \
        --scan-classpath "$(make -s print-test-classes)" --include-classname "$pattern" \
        >"$output" 2>&1 || status=$?
    local good bad containers
    good=$(sed -n 's/^\[ *\([0-9]*\) tests successful .*/\1/p' "$output")
    bad=$(sed -n 's/^\[ *\([0-9]*\) tests failed .*/\1/p' "$output")
    containers=$(sed -n 's/^\[ *\([0-9]*\) containers failed .*/\1/p' "$output")
    # A run that did not get to its end has no count.
    [ "$status" -eq 0 ] || [ $((${bad:-0} + ${containers:-0})) -gt 0 ] || bad=1
    [ "$status" -eq 0 ] || grep -vE '\[OK\]|✔' "$output"
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${bad:-1} + ${containers:-0}))
}

step "generated code" scripts/generate.sh --check
if step "build" make -s jar samples test-classes; then
    suite '.*(?<!Hostile|Restart)Test' ../testing/with-broker.sh
    suite '.*RestartTest' ../testing/with-broker.sh
    suite '.*HostileTest' ../testing/hostile_server.py
    step "samples" ../testing/with-broker.sh samples/run.sh "$(make -s print-run-path)"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
