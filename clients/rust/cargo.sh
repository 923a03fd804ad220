#!/usr/bin/env bash
# Runs cargo on Debian's crates, offline: cargo.sh test, cargo.sh run --example quickstart ...
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$here/../../.build-clients/rust}"
# What Debian has installed is taken, whatever another cargo found there before.
rm -f "$here/Cargo.lock" "$here/generate/Cargo.lock"
command=${1:?a cargo command}
shift
exec cargo "$command" --offline --config 'source.crates-io.replace-with="debian"' \
    --config 'source.debian.directory="/usr/share/cargo/registry"' "$@"
