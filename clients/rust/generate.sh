#!/usr/bin/env bash
# Writes src/generated from proto/ with Debian's protobuf-codegen-pure; with --check it writes nothing
# and fails where what is committed differs.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/code"
(cd "$here/generate" && CARGO_TARGET_DIR="$root/.build-clients/rust-generate" \
    "$here/cargo.sh" build --quiet)
"$root/.build-clients/rust-generate/debug/generate" "$root/proto" "$work/code"

if [ "${1:-}" = --check ]; then
    diff --brief --recursive --exclude=mod.rs "$work/code" "$here/src/generated"
    exit
fi
mkdir -p "$here/src/generated"
rm -f "$work/code/mod.rs"
cp "$work/code"/*.rs "$here/src/generated"
