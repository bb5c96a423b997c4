#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs each unit test program given, as many at a time as there are processors, and fails if any
# fails. A program has 120 seconds: one that hangs is killed and counts as failed.
set -u

printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 sh -c '
    if timeout 120 "$0" >"$0.log" 2>&1; then
        : >"$0.passed"
    else
        rm -f "$0.passed"
    fi'

failed=0
for program in "$@"; do
    name=$(basename "$program")
    if [ -e "$program.passed" ]; then
        rm "$program.passed"
        echo "ok   $name: $(grep -c '^\[       OK \]' "$program.log") tests"
    else
        echo "FAIL $name" >&2
        cat "$program.log" >&2
        failed=$((failed + 1))
    fi
done
if [ "$failed" -gt 0 ]; then
    echo "$failed of $# unit test programs failed" >&2
    exit 1
fi
echo "$# unit test programs passed"
