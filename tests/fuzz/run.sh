#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the fuzzers with clang, sanitizers and coverage, and runs each from its kept corpus, as
# many at a time as there are processors. Prints the executions of each; the last line is
# `N passed, 0 failed`. What breaks a target is left in build-fuzz/crashes/.
# usage: run.sh [--runs N] [--seconds S] [TARGET...]
#
# --runs N: executions of all targets together, shared out as tests/fuzz/target.h says (10 million);
# of stores that are damaged and verified, one for each 20,000 of them.
# --seconds S: each target runs so long instead. FUZZ_SEED: where libFuzzer's choices begin (1; 0
# draws one). FUZZ_KEEP: a folder; what each target found worth keeping is packed there.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
build=build-fuzz
runs=10000000
seconds=0
while [ $# -gt 0 ]; do
    case "$1" in
    --runs) runs=$2 && shift 2 ;;
    --seconds) seconds=$2 && shift 2 ;;
    -*) sed -n 's/^# \(usage: .*\)/\1/p' "$0" >&2 && exit 2 ;;
    *) break ;;
    esac
done

mkdir -p $build/crashes $build/work
make --no-print-directory -j"$(nproc)" CC=clang BUILD=$build SANITIZE=address,undefined \
    CFLAGS='-O2 -g -fsanitize=fuzzer-no-link' fuzzers >$build/build.log 2>&1 || {
    tail -n 30 $build/build.log
    exit 1
}
$build/fuzz-corpus --targets >$build/targets

# one TARGET LONGEST SHARE: a target under libFuzzer.
one() {
    work=$build/work/$1
    limit="-runs=$((runs / 1000 * $3))"
    if [ "$seconds" -gt 0 ]; then
        limit="-max_total_time=$seconds"
    fi
    rm -rf "$work"
    mkdir -p "$work"
    $build/fuzz-corpus --unpack "$1" tests/fuzz/corpus "$work"
    if ! $build/fuzz/"$1" "$limit" -seed="${FUZZ_SEED:-1}" -max_len="$2" -entropic=0 -timeout=30 \
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix=$build/crashes/"$1"- "$work" \
        >"$work.log" 2>&1; then
        echo "FAILED $1"
        tail -n 40 "$work.log"
        return 1
    fi
    awk -v name="$1" '/^stat::number_of_executed_units/ { count = $2 }
        END { printf "%-10s %10d executions\n", name, count }' "$work.log"
    if [ -n "${FUZZ_KEEP:-}" ]; then
        mkdir -p "$work.least"
        $build/fuzz/"$1" -merge=1 -max_len="$2" "$work.least" "$work" >>"$work.log" 2>&1
        $build/fuzz-corpus --pack "$work.least" >"$FUZZ_KEEP/$1.txt"
    fi
}

if [ "${FUZZ_ONE:-}" = yes ]; then
    one "$@"
    exit
fi
wanted=" $* "
failed=0
export FUZZ_ONE=yes
while read -r name longest share; do
    case "$wanted" in
    "  " | *" $name "*) echo "--runs $runs --seconds $seconds $name $longest $share" ;;
    esac
done <$build/targets >$build/chosen
xargs -P "$(nproc)" -L 1 "$0" <$build/chosen >$build/results || failed=1
cat $build/results
# The verifier on damaged stores: a process a case, so it is not one of the targets.
if [ -z "$*" ] && [ $failed = 0 ]; then
    $build/fuzz-damage "$((runs / 20000 + 1))" "${FUZZ_SEED:-1}" 2>/dev/null || failed=1
fi
if [ $failed -gt 0 ]; then
    exit 1
fi
awk '{ total += $2 } END { printf "%d executions in all\n%d passed, 0 failed\n", total, NR + 1 }' \
    $build/results
