#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The long form of what `make test` runs short: hours. Every part is run, whatever the others come to;
# the last line says how many failed. docs/trust.md has the figures of the last one.
# usage: campaign.sh BUILD JOBS
#
# FIRST (100000): the first seed of everything. SCALE (100): per cent of the full length, for a trial.
set -u

build=$1
jobs=$2
first=${FIRST:-100000}
scale=${SCALE:-100}
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 4
logs=$build/campaign-logs
mkdir -p "$logs"
failed=0

of() {
    echo $(($1 * scale / 100))
}

# part NAME COMMAND...: runs it; its last lines are its figures.
part() {
    name=$1
    shift
    log=$logs/$(echo "$name" | tr -c 'a-z0-9\n' '-').log
    begin=$(date +%s)
    echo "$name: $*"
    if "$@" >"$log" 2>&1 </dev/null; then
        verdict=passed
    else
        verdict=FAILED
        failed=$((failed + 1))
    fi
    tail -n 4 "$log" | sed 's/^/    /'
    echo "    $verdict after $(($(date +%s) - begin)) s"
}

part "simulated years" python3 -B tests/simulation/simulate.py "$build" --jobs "$jobs" \
    --first "$first" --seeds "$(of 25000)" --controls 200
part "clocks against the oracle" python3 -B tests/virtual/property.py "$build" --jobs "$jobs" \
    --seed "$first" --histories "$(of 5000000)"
part "a second implementation" python3 -B tests/second/second.py "$build" \
    --first "$first" --seeds "$(of 2000)"
part "kill loop" python3 -B tests/e2e/kill_loop.py "$build" --seed "$first" --seconds "$(of 3600)"
part "power loss" python3 -B tests/power/power.py "$build" --seed "$first" --states "$(of 1000000)"
part "each call fails" tests/torture/torture.sh "$build" --seed "$first" --jobs "$jobs" \
    --count "$(of 100000)"
part "fuzzing" env FUZZ_SEED="$first" tests/fuzz/run.sh --runs "$(of 100000000)"
echo "campaign: $failed failed"
exit "$failed"
