#!/usr/bin/env bash
# The broker's core and its real store in simulated worlds, beside an auditor that foretells every
# answer. Without arguments what CI runs: 2,000 seeds of 1,000 requests, then every mutant, which
# must be found. `soak` goes through a million seeds, MAYFLY_SOAK_SECONDS (3,600) at most, and says
# where to go on: `soak A`. Anything else goes to mayfly-simulate: a failing seed is replayed with
# `dev/simulate.sh --seeds N --operations 1000`.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly scratch=.build/simulation
readonly mutants="forget-holder keep-old-token widen-scope widen-lifetime copy-uses
    forget-bonds spare-bound pool-shares acknowledge-before-commit synchronous-off"
# Seeds within which each mutant has to be found; most are in the first ten.
readonly mutant_seeds=1..200

# Optimised, and a debug build all the same: a release build has no mutants.
swift build -c debug -Xswiftc -O --scratch-path "$scratch" --product mayfly-simulate
readonly simulate="$scratch/debug/mayfly-simulate"

case "${1:-ci}" in
ci)
    "$simulate" --seeds 1..2000 --operations 1000 --jobs "$(nproc)"
    for mutant in $mutants; do
        "$simulate" --seeds "$mutant_seeds" --operations 1000 --jobs "$(nproc)" --mutant "$mutant"
    done
    ;;
soak)
    "$simulate" --seeds "${2:-1}..1000000" --operations 1000 --jobs "$(nproc)" \
        --seconds "${MAYFLY_SOAK_SECONDS:-3600}"
    ;;
*) "$simulate" "$@" ;;
esac
