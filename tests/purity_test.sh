#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Proves that the layering check of `make lint` sees what it is there to see.
# usage: purity_test.sh BUILD
#
# On a copy of the sources: untouched, the check passes; with a call of time() in core/, with an
# include of a header of a higher layer, or with a writable global, it fails and names it.
set -eu

build=$1
root=$(cd "$(dirname "$0")/.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
passed=0
failed=0

# Everything the check looks at, with the archives as built.
cd "$root"
mkdir -p "$copy/tests"
for layer in lib os proto core store net client broker agents cli bench; do
    cp -R "$layer" "$copy/$layer"
done
cp Makefile "$copy/Makefile"
cp tests/layering.sh "$copy/tests/layering.sh"
mkdir -p "$copy/build"
cp -R "$build/gen" "$copy/build/gen"
cp "$build"/liblib.a "$build"/libproto.a "$build"/libcore.a "$copy/build/"
cd "$copy"

# expect_check STATUS WORD NAME: the check ends with 0 or 1, and says WORD; nothing, where WORD is
# empty.
expect_check() {
    status=0
    tests/layering.sh build >check.log 2>&1 || status=1
    said=0
    if [ -n "$2" ]; then
        grep -q -- "$2" check.log || said=1
    elif [ -s check.log ]; then
        said=1
    fi
    if [ "$status" = "$1" ] && [ "$said" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $3: the check ended with $status and said:" >&2
        cat check.log >&2
    fi
}

# add_object SOURCE: compiles core/SOURCE.c as the Makefile would and puts it into libcore.a.
add_object() {
    "${CC:-cc}" -std=c11 -O1 -I. -Ibuild/gen -D_GNU_SOURCE -c -o "build/$1.o" "core/$1.c"
    ar rcs build/libcore.a "build/$1.o"
}

remove_object() {
    ar d build/libcore.a "$1.o"
    rm "core/$1.c"
}

expect_check 0 '' 'the sources as they are pass'

cat >core/impure.c <<'END'
#include <time.h>
long core_impure(void);
long core_impure(void)
{
    return (long)time(NULL);
}
END
add_object impure
expect_check 1 'core/ must not use:.*time' 'a clock in core/ is found'
remove_object impure

cat >core/upward.c <<'END'
#include "store/journal.h"
END
expect_check 1 'core/upward.c: a file of core must not include store/journal.h' \
    'an include that points up is found'
rm core/upward.c

cat >core/global.c <<'END'
int core_global;
END
add_object global
expect_check 1 'writable global:.*core_global' 'a writable global in core/ is found'
remove_object global

expect_check 0 '' 'without them it passes again'
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
