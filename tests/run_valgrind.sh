#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the unit tests of a build without sanitizers under valgrind. Quiet when all is well.
# usage: run_valgrind.sh BUILD JOBS
set -u

build=$1
jobs=$2
here=$(cd "$(dirname "$0")" && pwd)
logs=$build/valgrind-logs
mkdir -p "$logs"

# Programs left out, each with its reason.
skipped() {
    case "$1" in
    *_kill) echo "forks and kills itself again and again: minutes under valgrind" ;;
    *) return 1 ;;
    esac
}

: >"$logs/list"
for program in "$build"/tests/unit/*; do
    if [ ! -x "$program" ] || [ -d "$program" ]; then
        continue
    fi
    name=$(basename "$program")
    if reason=$(skipped "$name"); then
        echo "left out: $name: $reason"
    else
        echo "$name" >>"$logs/list"
    fi
done

export build here logs
xargs -P "$jobs" -I{} sh -c '
    timeout 300 valgrind --quiet --error-exitcode=1 --leak-check=full \
        --errors-for-leak-kinds=definite --suppressions="$here/valgrind.supp" \
        "$build/tests/unit/{}" >"$logs/{}.log" 2>&1 || echo "{}" >>"$logs/failed.$$"
' <"$logs/list"

status=0
for list in "$logs"/failed.*; do
    [ -e "$list" ] || continue
    status=1
    while read -r name; do
        echo "FAILED $name:"
        tail -n 40 "$logs/$name.log"
    done <"$list"
    rm "$list"
done
if [ $status = 0 ]; then
    echo "$(wc -l <"$logs/list") passed, 0 failed"
fi
exit $status
