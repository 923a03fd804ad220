#!/usr/bin/env bash
# Copies what was built to where it runs. Called by `make install` with what make knows.
set -euo pipefail
cd "$(dirname "$0")/.."

built=$1 destination=$2 prefix=$3 configuration=$4
binaries=$prefix/bin
documents=$prefix/share/doc/mayfly
# systemd looks below /usr/lib and /usr/local/lib for both of these.
library=$prefix/lib

for program in mayflyd mayfly mayfly-load; do
    install -D -m 0755 "$built/$program" "$destination$binaries/$program"
done

unit=$destination$library/systemd/system/mayfly.service
install -d "$(dirname "$unit")"
sed -e "s|@BINDIR@|$binaries|g" -e "s|@DOCDIR@|$documents|g" \
    packaging/systemd/mayfly.service.in >"$unit"
chmod 0644 "$unit"
for socket in mayfly-agent.socket mayfly-operator.socket; do
    install -D -m 0644 "packaging/systemd/$socket" "$destination$documents/examples/$socket"
done
install -D -m 0644 packaging/systemd/mayfly.sysusers.conf \
    "$destination$library/sysusers.d/mayfly.conf"

install -D -m 0644 packaging/mayfly.toml "$destination$documents/examples/mayfly.toml"
# Never over a configuration that someone has written.
if [ ! -e "$destination$configuration/mayfly/mayfly.toml" ]; then
    install -D -m 0644 packaging/mayfly.toml "$destination$configuration/mayfly/mayfly.toml"
fi
install -D -m 0644 LICENSE "$destination$documents/LICENSE"
for document in README.md docs/*.md proto/*.md; do
    if [ -f "$document" ]; then
        install -D -m 0644 "$document" "$destination$documents/$(basename "$document")"
    fi
done
