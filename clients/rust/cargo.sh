#!/usr/bin/env bash
# Runs cargo on Debian's crates, offline: cargo.sh test, cargo.sh run --example quickstart ...
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd -P)
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/.build-clients/rust}"
# Debian has no index of versions: what is there is taken, and nothing is looked up elsewhere.
command=${1:?a cargo command}
shift
exec cargo "$command" --offline --config 'source.crates-io.replace-with="debian"' \
    --config 'source.debian.directory="/usr/share/cargo/registry"' "$@"
