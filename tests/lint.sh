#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Format, layering and purity, static analysis. Quiet when all is well.
# usage: lint.sh BUILD
set -eu

build=$1
failed=0
layers="lib os proto proto/text core store net client library broker agents cli bench"

for tool in clang-format clang-tidy cppcheck; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "lint: $tool is missing: packaging/install-deps test" >&2
        exit 4
    fi
done

# Headers of a layer without any are a pattern that matches nothing.
sources=$(for folder in $layers tests/unit tests/lib tests/core tests/e2e tests/interop tests/power \
    tests/tamper tests/torture tests/simulation tests/virtual tests/fuzz; do
    ls "$folder"/*.[ch] 2>/dev/null || true
done)
programs=$(for folder in $layers; do ls "$folder"/*.c; done)

# shellcheck disable=SC2086 # one word a file, one word a layer
{
    clang-format --dry-run -Werror $sources || failed=1
    tests/layering.sh "$build" || failed=1
    cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --suppress=missingIncludeSystem \
        --suppress=unusedFunction --enable=warning,portability -I. -I"$build/gen" -j "$(nproc)" \
        $layers || failed=1
}
# One file a run: given several, clang-tidy 14 takes every va_list after the first for unset.
echo "$programs" | xargs -P "$(nproc)" -n 1 sh -c '
    clang-tidy --quiet "$1" -- -std=c11 -D_GNU_SOURCE -I. -I"$0/gen" \
        -DHUISHEN_VERSION="\"0\"" -DHUISHEN_DATADIR="\"/\""' "$build" \
    >"$build/tidy.txt" 2>"$build/tidy-errors.txt" || failed=1
grep -E 'error:|warning:' "$build/tidy.txt" >&2 || true
exit $failed
