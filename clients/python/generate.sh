#!/usr/bin/env bash
# Makes src/mayfly/_generated from proto/ anew; with --check compares instead and fails on a
# difference. Needs protoc 3.20 or newer.
#
# The messages live in a descriptor pool of their own: a program that has generated code of its own
# for google.rpc.Status or for mayfly.v1 would otherwise register the same names a second time.
set -euo pipefail
cd "$(dirname "$0")"
target=src/mayfly/_generated
pool='mayfly._generated._pool import POOL'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

files=(
    google/rpc/status.proto google/rpc/error_details.proto ttrpc/ttrpc.proto
    mayfly/v1/agents.proto mayfly/v1/apps.proto mayfly/v1/grants.proto
    mayfly/v1/operator.proto mayfly/v1/trust.proto
)
mkdir "$work/raw" "$work/made"
(cd ../../proto && protoc -I. --python_out="$work/raw" --pyi_out="$work/raw" "${files[@]}")

find "$work/raw" -name '*_pb2.py*' | while read -r file; do
    sed -E \
        -e 's/^from (google\.rpc|ttrpc|mayfly\.v1) import /from mayfly._generated import /' \
        -e 's/^from google\.protobuf import descriptor_pool as .*/from '"$pool"' as _pool/' \
        -e 's/_descriptor_pool\.Default\(\)/_pool/' \
        -e "s/'(google\.rpc|ttrpc|mayfly\.v1)\.([a-z_]+_pb2)'/'mayfly._generated.\2'/" \
        "$file" > "$work/made/$(basename "$file")"
done

if [ "${1:-}" = --check ]; then
    for made in "$work"/made/*; do
        diff -u "$target/$(basename "$made")" "$made" || {
            echo "$target is not what proto/ makes: run clients/python/generate.sh" >&2
            exit 1
        }
    done
else
    cp "$work"/made/* "$target/"
fi
