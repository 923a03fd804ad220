#!/usr/bin/env bash
# Runs a command beside a broker of its own, in a temporary directory, with two apps registered.
#
#   MAYFLY_BIN=<folder of mayflyd and mayfly> clients/testing/with-broker.sh command [argument ...]
#
# The command finds in its environment
#
#   MAYFLY_SOCKET, MAYFLY_OPERATOR_SOCKET    the agents' socket and the operator's
#   MAYFLY_TEST_APP                          testing: read:data:* write:data:* read:reports:*
#   MAYFLY_TEST_CLIENT_ID, MAYFLY_TEST_CLIENT_SECRET         its other way to authenticate
#   MAYFLY_TEST_ATTESTATION_KEY              the file of a key that may attest its batches (PEM)
#   MAYFLY_TEST_NARROW_APP                   narrow: read:data:customer-12345, same uid
#   MAYFLY_TEST_BROKER_PID                   the broker, for tests that stop or pause it
#   MAYFLY_TEST_BROKER_COMMAND               starts it again, on the same data and sockets
#   MAYFLY_BIN, PATH                         with the programs
#
# It exits as the command does, and 70 where the broker did not start. The broker and the directory
# are gone afterwards, also when this is interrupted.
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: with-broker.sh command [argument ...]" >&2; exit 64; }
bin=$(cd "${MAYFLY_BIN:?the folder with mayflyd and mayfly}" && pwd)

# Short, because the path of a Unix socket has to fit into 107 bytes.
place=$(mktemp -d /tmp/mayfly-test.XXXXXX)
broker=
command=
is_ready=

member() { sed -n 's/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p'; }
number() { sed -n 's/.*"'"$1"'" *: *"\{0,1\}\([0-9][0-9]*\).*/\1/p'; }

stop() {
    local pid=$1
    [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null || return 0
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}
finish() {
    exec 2>&3
    if [ -z "$is_ready" ]; then
        echo "with-broker: the broker did not start, or did not take its apps" >&2
        cat "$place/log" >&2
    fi
    stop "$command"
    stop "$broker"
    # A test that started the broker again may not have lived to stop it.
    local other
    other=$(timeout 2 mayfly status --json 2>/dev/null | number pid) || true
    [ -z "$other" ] || kill "$other" 2>/dev/null || true
    rm -rf "$place"
}
exec 3>&2
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

export MAYFLY_BIN=$bin PATH="$bin:$PATH"
export MAYFLY_SOCKET="$place/run/agent.sock"
export MAYFLY_OPERATOR_SOCKET="$place/operator/operator.sock"

# Settings in our environment are not this broker's.
cat >"$place/start" <<START
#!/bin/sh
exec env -i PATH="$PATH" '$bin/mayflyd' --data-directory '$place/data' \\
    --key-file '$place/data/mayfly.key' --agent-socket '$MAYFLY_SOCKET' \\
    --operator-socket '$MAYFLY_OPERATOR_SOCKET' --no-pin-reactors
START
chmod 0700 "$place/start"

# Should this script be killed outright, the broker goes too.
setpriv --pdeathsig TERM "$place/start" 2>"$place/log" &
broker=$!
for _ in $(seq 200); do
    [ -S "$MAYFLY_OPERATOR_SOCKET" ] && mayfly status >/dev/null 2>&1 && break
    kill -0 "$broker" 2>/dev/null || exit 70
    sleep 0.05
done

# Whatever fails here ends this, and the log says why.
exec 2>>"$place/log"
mayfly status >/dev/null || exit 70
# One key in 64 begins with a hyphen: it is given with an equals sign.
attestation=$(mayfly key new --out "$place/attestation.pem" --json | member public_key)
added=$(mayfly app add --name testing --shared-uid --issue-secret --cross-app --json \
    --ceiling 'read:data:*' --ceiling 'write:data:*' --ceiling 'read:reports:*' \
    --attestation-key="$attestation")
mayfly app add --name narrow --shared-uid --ceiling read:data:customer-12345 >/dev/null
exec 2>&3
is_ready=yes

export MAYFLY_TEST_APP=testing
export MAYFLY_TEST_NARROW_APP=narrow
MAYFLY_TEST_CLIENT_ID=$(member client_id <<<"$added")
MAYFLY_TEST_CLIENT_SECRET=$(member client_secret <<<"$added")
export MAYFLY_TEST_CLIENT_ID MAYFLY_TEST_CLIENT_SECRET
export MAYFLY_TEST_ATTESTATION_KEY="$place/attestation.pem"
export MAYFLY_TEST_BROKER_PID=$broker
export MAYFLY_TEST_BROKER_COMMAND="$place/start"

# In the background, so that a signal to this script ends the command too, and not after it.
"$@" <&0 3>&- &
command=$!
status=0
wait "$command" || status=$?
command=
exit "$status"
