#!/usr/bin/env bash
# Runs all tests of the Rust client, with Debian's crates and no network: the vectors, the scenario
# beside a live broker, and a hostile one.
#   MAYFLY_BIN=<folder of mayflyd and mayfly> clients/rust/test.sh
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
build=$root/.build-clients/rust
: "${MAYFLY_BIN:?the folder with mayflyd and mayfly}"
mkdir -p "$build"

cd "$here"
./generate.sh --check
# Debian has neither of the two by itself.
if cargo fmt --version >/dev/null 2>&1; then cargo fmt --check; fi
if cargo clippy --version >/dev/null 2>&1; then
    ./cargo.sh clippy --quiet --all-targets -- --deny warnings
fi
RUSTFLAGS="--deny warnings" CARGO_TARGET_DIR="$build" ./cargo.sh test --no-run --quiet

status=0
RUSTFLAGS="--deny warnings" "$root/clients/testing/with-broker.sh" \
    "$root/clients/testing/hostile_server.py" ./cargo.sh test --no-fail-fast \
    >"$build/results" 2>&1 || status=$?
[ "$status" -eq 0 ] || cat "$build/results"
sum() { awk -v word="$1;" '/^test result:/ { for (i = 2; i <= NF; i++) if ($i == word) n += $(i - 1) }
    END { print n + 0 }' "$build/results"; }
echo "$(sum passed) passed, $(sum failed) failed"
exit "$status"
