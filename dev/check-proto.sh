#!/bin/sh
# The contract is well kept: the committed C code is what protoc-c makes of proto/, buf lint is
# content, and nothing breaks the contract of the newest release tag.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$root/dev/generate-proto.sh" "$scratch/generated"
diff -r "$scratch/generated" "$root/Sources/CMayflyProto" || {
    echo "check-proto: Sources/CMayflyProto differs: run dev/generate-proto.sh" >&2
    exit 1
}

# buf: the one on the path, else this version in an environment that is kept beside the build.
buf=$(command -v buf || true)
if [ -z "$buf" ]; then
    tools="$root/.build/proto-tools"
    buf="$tools/bin/buf"
    if [ ! -x "$buf" ]; then
        python3 -m venv "$tools"
        "$tools/bin/pip" install --quiet --disable-pip-version-check buf-bin==1.75.0
    fi
fi
cd "$root/proto"
"$buf" lint

# Read out of the history by git, because a linked worktree has no .git directory for buf to read.
release=$(git -C "$root" describe --tags --abbrev=0 --match 'v*' 2>/dev/null || true)
if [ -n "$release" ]; then
    mkdir "$scratch/release"
    git -C "$root" archive "$release" proto | tar -x -C "$scratch/release"
    "$buf" breaking --against "$scratch/release/proto"
fi
echo "check-proto: the generated code is current and the contract is in order"
