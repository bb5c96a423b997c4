#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Everything that `make test` runs, in the order in which faults are cheapest to find. One line a
# step, with its seconds; stops at the first step that fails, with the end of its log. The last line
# is `N passed, M failed`.
# usage: run_all.sh JOBS
#
# KILL_SECONDS: how long the kill loop runs (60). POWER_STATES: how many states of a power loss are
# judged (25000). FUZZ_RUNS: executions of the fuzzers (5 million). SIMULATION_SEEDS: how many
# offices are simulated (100: two office-years by events, four by proposals). Logs are in
# build/test-logs/.
set -u

jobs=${1:-$(nproc)}
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 4
build=build
sanitized="build-check"
logs=$build/test-logs
mkdir -p "$logs"
passed=0

build_with() {
    make --no-print-directory -j"$jobs" "$@"
}

# Counts what a step proved: the cases it names, the tests of its programs, or the step itself.
count() {
    awk '/^[0-9]+ passed, 0 failed$/ { cases = $1 }
         /^ok +[a-z_]+: [0-9]+ tests$/ { tests += $3 }
         /^Ran [0-9]+ tests? in/ { tests += $2 }
         END { print (cases > 0 ? cases : tests > 0 ? tests : 1) }' "$1"
}

log_of() {
    echo "$logs/$(echo "$1" | tr -c 'a-z0-9\n' '-').log"
}

# report NAME SECONDS STATUS: the rest of the line of a step; ends everything if it failed.
report() {
    printf '%6s s  ' "$2"
    if [ "$3" -eq 0 ]; then
        found=$(count "$(log_of "$1")")
        passed=$((passed + found))
        echo "$found passed"
    else
        echo FAILED
        tail -n 60 "$(log_of "$1")"
        echo "$passed passed, 1 failed"
        exit 1
    fi
}

# step NAME COMMAND...: runs it, quietly.
step() {
    name=$1
    shift
    printf '%-44s' "$name"
    begin=$(date +%s)
    "$@" >"$(log_of "$name")" 2>&1 </dev/null
    status=$?
    report "$name" "$(($(date +%s) - begin))" "$status"
}

# pair NAME SCRIPT NAME SCRIPT: two of tests/e2e/ at once, on the build with sanitizers.
pair() {
    printf '%-44s' "$1"
    begin=$(date +%s)
    python3 -B "tests/e2e/$2.py" "$sanitized" >"$(log_of "$1")" 2>&1 </dev/null &
    first=$!
    python3 -B "tests/e2e/$4.py" "$sanitized" >"$(log_of "$3")" 2>&1 </dev/null
    second=$?
    wait "$first"
    first=$?
    report "$1" "$(($(date +%s) - begin))" "$first"
    printf '%-44s' "$3"
    report "$3" "$(($(date +%s) - begin))" "$second"
}

step "build with gcc" build_with CC=gcc BUILD="$build" all "$build/submitter" "$build/tamper" \
    "$build/recorder.so" "$build/power-replay"
step "build the virtual offices" build_with CC=gcc BUILD="$build" "$build/virtual-office" \
    "$build/virtual-histories" "$build/simulate"
step "build the torture" build_with CC=gcc BUILD="$build" "$build/libtorture.so" "$build/torture"
step "build with clang" build_with CC=clang BUILD=build-clang all build-clang/submitter
step "unit tests" build_with CC=gcc BUILD="$build" unit
step "unit tests, sanitizers" build_with check
step "unit tests, valgrind" tests/run_valgrind.sh "$build" "$jobs"
step "lint" build_with CC=gcc BUILD="$build" lint
step "the layering check itself" tests/purity_test.sh "$build"
step "the history checker itself" python3 -B tests/e2e/test_history.py
step "kept fuzz inputs" build_with CC=gcc BUILD="$build" fuzz-kept
step "fuzzing" tests/fuzz/run.sh --runs "${FUZZ_RUNS:-5000000}"
step "what makes the binaries hard" python3 -B tests/hardening.py "$build" gcc
step "the same with clang" python3 -B tests/hardening.py build-clang clang
step "the units, and the office under them" python3 -B tests/units.py "$build"
step "samples in virtual time" python3 -B tests/virtual/samples.py "$build"
step "the second implementation" python3 -B tests/second/second.py "$build"
step "clocks against the oracle" python3 -B tests/virtual/property.py "$build" --jobs "$jobs"
step "simulated years" python3 -B tests/simulation/simulate.py "$build" --jobs "$jobs" \
    --seeds "${SIMULATION_SEEDS:-100}"
step "build with sanitizers" build_with CC=gcc BUILD="$sanitized" SANITIZE=address,undefined \
    CFLAGS='-O1 -g' all "$sanitized/submitter" "$sanitized/watcher" "$sanitized/tamper"
pair "command line, sanitizers" cli "who is asked again, sanitizers" touched
pair "samples, sanitizers" samples "bad input, sanitizers" bad_input
pair "people at their desks, sanitizers" desk "one opinion, from draft to verdict, sanitizers" opinions
pair "limits, sanitizers" limits "conflicts and decisions, sanitizers" settle
pair "backup and return, sanitizers" backup "a second round, sanitizers" rounds
step "clocks, sanitizers" python3 -B tests/e2e/clock.py "$sanitized"
step "what comes late, sanitizers" python3 -B tests/e2e/late.py "$sanitized"
step "the live board, sanitizers" python3 -B tests/e2e/board.py "$sanitized"
step "export and a second verifier" python3 -B tests/e2e/export.py "$build"
step "a program with the installed library" python3 -B tests/interop/library.py "$build"
# The distribution's python3, which its packages of ZeroMQ and NaCl are for.
step "a client in another language" /usr/bin/python3 -B tests/interop/python.py "$build"
step "tampering" python3 -B tests/e2e/tamper.py "$build"
step "power loss" python3 -B tests/power/power.py "$build" --states "${POWER_STATES:-25000}" \
    --jobs "$jobs"
step "each call fails" tests/torture/torture.sh "$build" --count 5000 --jobs "$jobs"
step "each call of the programs fails" python3 -B tests/torture/programs.py "$build" --count 44
step "a full disk" python3 -B tests/torture/full_disk.py "$build"
step "kill loop" python3 -B tests/e2e/kill_loop.py "$build" --seconds "${KILL_SECONDS:-60}"
echo "$passed passed, 0 failed"
