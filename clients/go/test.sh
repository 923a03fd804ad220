#!/usr/bin/env bash
# Runs all tests of the Go client, with Debian's packages and no network: the vectors, the scenario
# beside a live broker, and a hostile one, under the race detector.
#   MAYFLY_BIN=<folder of mayflyd and mayfly> clients/go/test.sh
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
build=$root/.build-clients/go
: "${MAYFLY_BIN:?the folder with mayflyd and mayfly}"

# Debian's packages are sources for a GOPATH; this one has the client beside them.
mkdir -p "$build/path/src/mayfly.local"
ln -sfn "$here" "$build/path/src/mayfly.local/mayfly"
export GO111MODULE=off GOPATH="$build/path:/usr/share/gocode" GOCACHE="$build/cache" GOFLAGS=

cd "$build/path/src/mayfly.local/mayfly"
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || { echo "gofmt: $unformatted" >&2; exit 1; }
go vet ./...
"$here/generate.sh" --check

status=0
"$root/clients/testing/with-broker.sh" "$root/clients/testing/hostile_server.py" \
    go test -race -count=1 -json ./... >"$build/results" || status=$?
for sample in quickstart delegation registration; do
    # shellcheck disable=SC2016 # the name of the app is the broker's to say
    "$root/clients/testing/with-broker.sh" sh -c 'go run "./examples/$0" "$MAYFLY_TEST_APP"' \
        "$sample" >"$build/$sample" || { cat "$build/$sample"; status=1; }
done
if [ "$status" -ne 0 ]; then
    sed -n '/"Action":"output"/s/.*"Output":"\(.*\)\\n"}$/\1/p' "$build/results" \
        | grep -vE '^ *(=== |--- (PASS|SKIP))|^ok ' || true
fi
count() { grep -c "\"Action\":\"$1\".*\"Test\":" "$build/results" || true; }
echo "$(count pass) passed, $(count fail) failed"
exit "$status"
