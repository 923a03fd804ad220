#!/usr/bin/env bash
# Checks each integration with the framework that it is for: types against the framework's own, and
# tool calls of a scripted model through the framework, without a network.
#
#   MAYFLY_BIN=<folder of mayflyd and mayfly> clients/python/tests/frameworks/test.sh [name ...]
#
# Names are those of the files in requirements/; all of them where none is given. The frameworks do
# not agree on what they need, so that each has a virtual environment of its own, in
# .build-clients/python-<name>. MAYFLY_SKIP_FRAMEWORKS=1 leaves them all out: together they are 2
# GB, more than half of it CrewAI's.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "${MAYFLY_SKIP_FRAMEWORKS:-}" = 1 ]; then
    echo "frameworks: skipped"
    echo "0 passed, 0 failed"
    exit 0
fi
: "${MAYFLY_BIN:?the folder with mayflyd and mayfly}"
MAYFLY_BIN=$(cd "$MAYFLY_BIN" && pwd)
export MAYFLY_BIN
# None of them is to call home.
export CREWAI_DISABLE_TELEMETRY=true OTEL_SDK_DISABLED=true LANGSMITH_TRACING=false
export OPENAI_AGENTS_DISABLE_TRACING=1

# A virtual environment, made anew only where its requirements changed.
install() {
    local wanted=tests/frameworks/requirements/$1.txt stamp
    stamp=$(sha256sum <"$wanted") || return 1
    [ "$(cat "$place/stamp" 2>/dev/null)" != "$stamp" ] || return 0
    rm -rf "$place"
    "${PYTHON:-python3}" -m venv "$place" &&
        "$place/bin/pip" install --quiet --disable-pip-version-check -r "$wanted" &&
        echo "$stamp" >"$place/stamp"
}

types() {
    local paths=(tests/frameworks/desk.py "tests/frameworks/check_$1.py")
    # Version 1 has nothing for the middleware.
    [ "$1" = mcp1 ] || paths+=("src/mayfly/integrations/$1.py")
    MYPYPATH=src:tests/frameworks "$place/bin/python" -m mypy --strict --no-error-summary \
        --follow-imports=silent --cache-dir "$place/mypy" "${paths[@]}"
}

calls() {
    PYTHONPATH=src:tests/frameworks ../testing/with-broker.sh "$place/bin/python" -m pytest \
        -p no:cacheprovider -p desk -o filterwarnings=ignore --junit-xml "$place.xml" \
        "tests/frameworks/check_$1.py"
}

# An attribute of the results: tests, failures or errors; 0 where there are no results.
count() {
    local number
    number=$(sed -n 's/.*<testsuite [^>]*'"$1"'="\([0-9]*\)".*/\1/p' "$place.xml")
    echo "${number:-0}"
}

passed=0 failed=0
[ $# -gt 0 ] || set -- mcp mcp1 openai_agents langgraph crewai
for name in "$@"; do
    place=$PWD/../../.build-clients/python-$name
    mkdir -p "$(dirname "$place")"
    began=$SECONDS
    status=0
    : >"$place.xml"
    { install "$name" && types "$name" && calls "$name"; } || status=$?
    bad=$(($(count errors) + $(count failures)))
    passed=$((passed + $(count tests) - bad))
    # What did not come as far as a test is one failure.
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    failed=$((failed + bad))
    echo "$name: $((SECONDS - began)) s"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
