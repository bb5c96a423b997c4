#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Format, layering and purity, static analysis. Quiet when all is well.
# usage: lint.sh BUILD
set -eu

build=$1
failed=0
sources=$(ls lib/*.[ch] os/*.[ch] proto/*.[ch] proto/text/*.[ch] core/*.[ch] store/*.[ch] net/*.[ch] \
    client/*.[ch] broker/*.[ch] agents/*.[ch] cli/*.[ch] bench/*.[ch] tests/unit/*.[ch] \
    tests/lib/*.[ch] tests/e2e/*.[ch] tests/tamper/*.[ch] 2>/dev/null || true)

if command -v clang-format >/dev/null 2>&1; then
    clang-format --dry-run -Werror $sources || failed=1
fi
tests/layering.sh "$build" || failed=1
if command -v cppcheck >/dev/null 2>&1; then
    cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --suppress=missingIncludeSystem \
        --suppress=unusedFunction --enable=warning,portability -I. -I"$build/gen" -j "$(nproc)" \
        lib os proto core store net client broker agents cli bench || failed=1
fi
if command -v clang-tidy >/dev/null 2>&1; then
    ls lib/*.c os/*.c proto/*.c core/*.c store/*.c net/*.c client/*.c broker/*.c agents/*.c \
        cli/*.c bench/*.c 2>/dev/null |
        xargs -P "$(nproc)" -n 4 sh -c 'build=$0
            clang-tidy --quiet "$@" -- -std=c11 -D_GNU_SOURCE -I. -I"$build/gen" \
                -DHUISHEN_VERSION="\"0\"" -DHUISHEN_DATADIR="\"/\""' "$build" \
            >"$build/tidy.txt" 2>/dev/null || failed=1
    grep -E 'error:|warning:' "$build/tidy.txt" >&2 || true
fi
exit $failed
