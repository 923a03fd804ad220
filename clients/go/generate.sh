#!/usr/bin/env bash
# Writes internal/mayflyv1 from proto/mayfly/v1 with Debian's protoc and protoc-gen-go; with --check
# it writes nothing and fails where what is committed differs.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
target=$here/internal/mayflyv1
package=mayfly.local/mayfly/internal/mayflyv1
files=(agents apps grants operator trust)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$root/.build-clients/go/cache" \
    go build -o "$work/protoc-gen-go" google.golang.org/protobuf/cmd/protoc-gen-go

options=(paths=source_relative)
for file in "${files[@]}"; do options+=("Mmayfly/v1/$file.proto=$package"); done
sources=("${files[@]/#/mayfly/v1/}")
protoc --plugin="$work/protoc-gen-go" --proto_path="$root/proto" \
    --go_out="$work" --go_opt="$(IFS=,; echo "${options[*]}")" "${sources[@]/%/.proto}"

if [ "${1:-}" = --check ]; then
    diff --brief --recursive "$work/mayfly/v1" "$target"
    exit
fi
mkdir -p "$target"
cp "$work"/mayfly/v1/*.pb.go "$target"
