#!/usr/bin/env bash
# Writes generated/ from proto/ with protoc: the lite form, in packages of our own, without services.
#   scripts/generate.sh            write it
#   scripts/generate.sh --check    fail where it is not what would be written
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
proto=$(cd "$here/../../proto" && pwd)
wanted="3.21"

command -v protoc >/dev/null || {
    echo "generate: protoc is missing: install protobuf-compiler" >&2
    exit 1
}
protoc --version | grep -q " $wanted\." || {
    echo "generate: protoc $wanted is wanted, this is $(protoc --version)" >&2
    exit 1
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/out"

# The contract says nothing of Java: where its classes live is said here, in a copy.
files=(
    ttrpc/ttrpc.proto google/rpc/status.proto google/rpc/error_details.proto
    mayfly/v1/agents.proto mayfly/v1/apps.proto mayfly/v1/grants.proto
    mayfly/v1/operator.proto mayfly/v1/trust.proto
)
for file in "${files[@]}"; do
    package=$(dirname "$file" | tr / .)
    mkdir -p "$scratch/proto/$(dirname "$file")"
    sed -e '/^service /,/^}/d' \
        -e "s/^package .*;\$/&\noption java_package = \"dev.mayfly.internal.generated.$package\";/" \
        "$proto/$file" >"$scratch/proto/$file"
done
protoc --proto_path="$scratch/proto" --java_out="lite:$scratch/out" "${files[@]}"

if [ "${1:-}" = --check ]; then
    diff -r "$scratch/out" "$here/generated" >/dev/null || {
        echo "generated/ is not what proto/ says: run scripts/generate.sh" >&2
        exit 1
    }
else
    rm -rf "$here/generated"
    cp -r "$scratch/out" "$here/generated"
fi
