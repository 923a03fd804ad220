#!/usr/bin/env bash
# The live race as a soak: an optimised broker, 64 connections, and a judge of every answer, until a
# count or a time is reached. What was reached is kept in a file, from which the next run goes on;
# exit code 1 where an answer cannot be true. Arguments as `mayfly-race --help` says:
#
#     dev/race.sh --minutes 60 --operations 100000000 --trials 10000 --resume race.state
#
# MAYFLY_RACE_NICE (19) keeps it out of the way of other work; MAYFLY_RACE_CONFIGURATION=debug races
# a broker that has the deliberate faults in it, for --fault.
set -euo pipefail
cd "$(dirname "$0")/.."

configuration=${MAYFLY_RACE_CONFIGURATION:-release}
for product in mayflyd mayfly-race; do
    swift build -c "$configuration" --product "$product"
done
exec nice -n "${MAYFLY_RACE_NICE:-19}" \
    "$(swift build -c "$configuration" --show-bin-path)/mayfly-race" "$@"
