#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs each unit test program given, one after another, and fails if any fails.
# A program has 120 seconds: one that hangs is killed and counts as failed.
set -u

failed=0
for program in "$@"; do
    name=$(basename "$program")
    if timeout 120 "$program" >"$program.log" 2>&1; then
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
