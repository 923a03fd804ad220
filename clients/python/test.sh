#!/usr/bin/env bash
# Checks and tests the Python client.
#
#   MAYFLY_BIN=<folder of mayflyd and mayfly> clients/python/test.sh [pytest argument ...]
#
# What it needs from PyPI goes into a virtual environment in .build-clients/python. PYTHON names
# another interpreter, of 3.10 or newer. MAYFLY_SKIP_FRAMEWORKS=1 leaves out the agent frameworks,
# each of which has an environment of its own (tests/frameworks/test.sh).
set -euo pipefail
cd "$(dirname "$0")"
: "${MAYFLY_BIN:?the folder with mayflyd and mayfly}"
MAYFLY_BIN=$(cd "$MAYFLY_BIN" && pwd)
export MAYFLY_BIN

place=../../.build-clients/python
venv=$place/venv
mkdir -p "$place"
[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
# Only where something changed since the last time.
stamp=$(cat pyproject.toml requirements-test.txt | sha256sum)
if [ "$(cat "$venv/stamp" 2>/dev/null)" != "$stamp" ]; then
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r requirements-test.txt -e .
    echo "$stamp" > "$venv/stamp"
fi
bin=$PWD/$venv/bin

# The generated code as this protoc makes it; another version orders its output in its own way.
case $(protoc --version 2>/dev/null) in
"libprotoc 3.21."*) ./generate.sh --check ;;
*) echo "protoc 3.21 is not here: the generated code is not compared" ;;
esac
"$bin/ruff" format --check --quiet .
"$bin/ruff" check --quiet .
"$bin/mypy" --cache-dir "$place/mypy"

results=$place/results.xml
status=0
../testing/with-broker.sh "$bin/python" -m pytest -p no:cacheprovider \
    --junit-xml "$results" "$@" || status=$?
# Whoever asks for certain tests does not wait for the frameworks.
frameworks=$place/frameworks.log
: >"$frameworks"
[ $# -gt 0 ] || tests/frameworks/test.sh | tee "$frameworks" || status=$?
"$bin/python" - "$results" "$frameworks" <<'SUMMARY'
import sys
import xml.etree.ElementTree as tree

suite = tree.parse(sys.argv[1]).getroot().find("testsuite")
number = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
failed = number["failures"] + number["errors"]
passed = number["tests"] - failed - number["skipped"]
for line in list(open(sys.argv[2]))[-1:]:
    passed, failed = passed + int(line.split()[0]), failed + int(line.split()[2])
print(f"{passed} passed, {failed} failed")
SUMMARY
exit "$status"
