#!/usr/bin/env bash
# Searches Tests/Model/validity.pml for a broken promise: the rule as it is must have none in the
# whole of its states, and every mutant must be found broken. About a minute of one core and at most
# 1.9 GB. MAYFLY_MODEL=deep searches everything at once instead of in two halves: 75.6 million states,
# some five minutes, 6 GB.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly model=$PWD/Tests/Model/validity.pml
readonly mutants=(
    CASCADE FORGET_HOLDER TRUST_UNKNOWN FORGET_REVOCATIONS CHECK_THEN_ACT ACK_EARLY READ_EARLY
)
memory_limit=1900

place=$(mktemp -d "${TMPDIR:-/tmp}/mayfly-model.XXXXXX")
trap 'rm -rf "$place"' EXIT
cd "$place"

fail() {
    cat search >&2
    echo "check-model: $*" >&2
    exit 1
}

# search FLAG…: leaves what spin found in the file search. Without -o3 steps are merged, and a merged
# step never counts as unreached.
search() {
    spin -a -o3 "$@" "$model" >search 2>&1 || fail "spin does not read the model with $*"
    cc -O2 -DSAFETY -DNOFAIR -DMEMLIM=$memory_limit -o pan pan.c
    ./pan -m100000 -w24 >search
}

report() {
    local states seconds
    states=$(awk '/states, stored/ { print $1 }' search)
    seconds=$(awk '/elapsed time/ { print $4 }' search)
    printf '%-32s %10s states %6s s  %s\n' "$1" "$states" "$seconds" "$2"
}

# Of the whole, and no step of the model may have stayed out of reach but the ends of endless loops.
expect_sound() {
    search "$@"
    grep -q 'errors: 0$' search || fail "the rule is broken with $*"
    ! grep -qE 'not completed|too small|out of memory' search || fail "not all was searched"
    if [[ " $* " == *" -DRENEWALS "* ]]; then
        ! grep '\.pml:' search | grep -v '"-end-"' || fail "a part of the model was never reached"
    fi
    report "sound $*" "no errors"
}

expect_broken() {
    search "-D$1" -DRENEWALS -DLAST=C
    grep -q 'assertion violated' search || fail "$1 was not found broken"
    report "$1" "found"
}

# A model in which nothing can happen has no errors either.
expect_broken WITNESS
for mutant in "${mutants[@]}"; do expect_broken "$mutant"; done
if [ "${MAYFLY_MODEL:-}" = deep ]; then
    memory_limit=8000
    expect_sound -DRENEWALS -DLAST=D
else
    expect_sound -DLAST=D
    expect_sound -DRENEWALS -DLAST=C
fi
