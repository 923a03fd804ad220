#!/usr/bin/env bash
# Runs all tests of the Rust client, with Debian's crates and no network: the vectors, the scenario
# beside a live broker, a hostile one, and the samples.
#   MAYFLY_BIN=<folder of mayflyd and mayfly> clients/rust/test.sh
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
build=$root/.build-clients/rust
testing=$root/clients/testing
: "${MAYFLY_BIN:?the folder with mayflyd and mayfly}"
mkdir -p "$build"

cd "$here"
./generate.sh --check
# Debian has neither of the two by itself.
if cargo fmt --version >/dev/null 2>&1; then cargo fmt --check; fi
if cargo clippy --version >/dev/null 2>&1; then
    ./cargo.sh clippy --quiet --all-targets -- --deny warnings
fi
./cargo.sh test --no-run 2>&1 | tee "$build/warnings" | grep -E '^(warning|error)' -A 8 || true
if grep -qE '^(warning|error)' "$build/warnings"; then
    echo "the build is not clean" >&2
    exit 1
fi

status=0
"$testing/with-broker.sh" "$testing/hostile_server.py" ./cargo.sh test --no-fail-fast \
    >"$build/results" 2>&1 || status=$?
[ "$status" -eq 0 ] || cat "$build/results"
for sample in quickstart delegation registration; do
    # shellcheck disable=SC2016 # the name of the app is the broker's to say
    "$testing/with-broker.sh" sh -c '"$0" "$MAYFLY_TEST_APP"' "$build/debug/examples/$sample" \
        >"$build/$sample" 2>&1 || { cat "$build/$sample"; status=1; }
done
"$testing/with-broker.sh" tests/resource_server.sh "$build/debug/examples/resource_server" || status=1

sum() {
    awk -v word="$1;" '/^test result:/ { for (i = 2; i <= NF; i++) if ($i == word) n += $(i - 1) }
        END { print n + 0 }' "$build/results"
}
echo "$(sum passed) passed, $(sum failed) failed"
exit "$status"
