#!/usr/bin/env bash
# The fault rigs at full length: 200 kills, 20 power cuts, failing disks, and the mutants that each
# must catch; then that a release build has no mutant in it. About ten minutes; the power cuts
# need root. MAYFLY_RIG_SEED=N gives a run once more.
set -euo pipefail
cd "$(dirname "$0")/.."

# A word of the mutants' switch (Sources/MayflyStore/Faults.swift) that the linker cannot shorten.
readonly switch_word=acknowledge-before-commit

contains_switch() { grep -q --binary-files=text "$switch_word" "$1"; }

echo "== the rigs (debug build)"
swift build --build-tests
MAYFLY_RIGS=deep swift test --skip-build --filter 'EndToEndTests\.Rigs'

echo "== a release build has no mutants"
swift build -c release --product mayflyd
# The check itself is checked: it must find the switch where it is.
if ! contains_switch "$(swift build --show-bin-path)/mayflyd"; then
    echo "the debug build has no switch: this check sees nothing"
    exit 1
fi
if contains_switch "$(swift build -c release --show-bin-path)/mayflyd"; then
    echo "the release build contains the mutants' switch"
    exit 1
fi
echo "none"
