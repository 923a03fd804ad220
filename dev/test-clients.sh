#!/usr/bin/env bash
# Tests the client libraries, one after the other, each against brokers of its own.
#   MAYFLY_BIN=<folder of programs> dev/test-clients.sh [--no-install] [language ...]
#
# Without a language it tests all there are: every clients/*/ with a test.sh. What they need of
# Debian, one package a line in apt-packages.txt, is installed first. Prints how long each took, and
# ends with "N passed, N failed", in clients.
set -euo pipefail
cd "$(dirname "$0")/.."

install=yes
languages=()
for argument; do
    case $argument in
        --no-install) install= ;;
        -*) echo "usage: test-clients.sh [--no-install] [language ...]" >&2; exit 64 ;;
        *) languages+=("$argument") ;;
    esac
done
MAYFLY_BIN=$(cd "${MAYFLY_BIN:?the folder with mayflyd and mayfly}" && pwd)
export MAYFLY_BIN

if [ ${#languages[@]} -eq 0 ]; then
    for script in clients/*/test.sh; do
        [ ! -x "$script" ] || languages+=("$(basename "$(dirname "$script")")")
    done
fi
for language in "${languages[@]}"; do
    if [ ! -x "clients/$language/test.sh" ]; then
        echo "there is no clients/$language/test.sh" >&2
        exit 64
    fi
done

packages=()
for language in testing "${languages[@]}"; do
    list="clients/$language/apt-packages.txt"
    [ ! -f "$list" ] || mapfile -t -O ${#packages[@]} packages < <(grep -v -e '^#' -e '^$' "$list")
done
[ -z "$install" ] || dev/install-packages.sh "${packages[@]}"

python3 -B clients/testing/vectors --check

# A client that hangs is a client that failed; none takes half as long.
seconds_each=${MAYFLY_CLIENT_TEST_SECONDS:-900}
results=()
failed=0
# timeout has a process group of its own, which an interrupt at the terminal does not reach.
running=
trap '[ -z "$running" ] || kill "$running" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM
for language in "${languages[@]}"; do
    printf '\n== %s\n' "$language"
    began=$SECONDS
    outcome=passed
    timeout --kill-after=10 "$seconds_each" "clients/$language/test.sh" &
    running=$!
    wait "$running" || outcome="failed ($?)"
    running=
    [ "$outcome" = passed ] || failed=$((failed + 1))
    results+=("$(printf '%-8s %-12s %4d s' "$language" "$outcome" $((SECONDS - began)))")
done

printf '\n'
printf '%s\n' "${results[@]}"
echo "$((${#languages[@]} - failed)) passed, $failed failed"
[ "$failed" -eq 0 ] && [ ${#languages[@]} -gt 0 ]
