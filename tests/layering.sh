#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Proves that dependencies point down and that core/ is pure.
# usage: layering.sh BUILD   (the folder with the built lib*.a)
#
# 1. No file of a layer includes a header of a layer it may not use.
# 2. libcore.a needs no symbol beyond those of lib/ and proto/ and the list in core/allowed-symbols.
# 3. libcore.a, liblib.a and libproto.a hold no writable global.
set -eu

build=$1
failed=0

# layer: what it may include (itself is understood).
may_use() {
    case "$1" in
    lib) echo "" ;;
    os) echo "lib" ;;
    proto) echo "lib" ;;
    proto/text) echo "lib os proto core" ;;
    core) echo "lib proto" ;;
    store) echo "lib os proto core" ;;
    net) echo "lib os" ;;
    client) echo "lib os proto core store net" ;;
    library) echo "lib os proto proto/text core store net client" ;;
    broker) echo "lib os proto proto/text core store net" ;;
    agents) echo "lib os proto proto/text core store net client" ;;
    cli) echo "lib os proto proto/text core store net client broker" ;;
    bench) echo "lib os proto proto/text core store net client broker" ;;
    esac
}

for layer in lib os proto proto/text core store net client library broker agents cli bench; do
    allowed=" $layer $(may_use "$layer") "
    for file in "$layer"/*.c "$layer"/*.h; do
        [ -e "$file" ] || continue
        sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p' "$file" | while read -r header; do
            used=$(dirname "$header")
            case "$used" in
            huishen/v1) used=proto ;;
            esac
            case "$allowed" in
            *" $used "*) ;;
            *) echo "$file: a file of $layer must not include $header" ;;
            esac
        done
    done
done >"$build/layering.txt"
if [ -s "$build/layering.txt" ]; then
    cat "$build/layering.txt" >&2
    failed=1
fi

nm --defined-only --format=posix "$build/libcore.a" "$build/liblib.a" "$build/libproto.a" |
    awk 'NF > 2 { print $1 }' | sort -u >"$build/pure-defined.txt"
grep -v '^#' core/allowed-symbols | sort -u >"$build/pure-allowed.txt"
impure=$(nm --undefined-only --format=posix "$build/libcore.a" | awk 'NF > 1 { print $1 }' |
    sort -u | grep -vxF -f "$build/pure-defined.txt" | grep -vxF -f "$build/pure-allowed.txt" || true)
if [ -n "$impure" ]; then
    echo "core/ must not use:" $impure >&2
    failed=1
fi

# Constant tables of pointers stand in .data.rel.ro, which is read-only once the program runs.
writable=$(objdump -t "$build/libcore.a" "$build/liblib.a" |
    awk '{ for (i = 2; i < NF; i++)
               if ($i ~ /^\.(data|bss|tdata|tbss)/ && $i !~ /^\.data\.rel\.ro/ && $NF !~ /^\./ &&
                   $NF !~ /^__[a-z]*san_|^__odr_asan/) print $NF }' | sort -u)
if [ -n "$writable" ]; then
    echo "core/ and lib/ must hold no writable global:" $writable >&2
    failed=1
fi
exit $failed
