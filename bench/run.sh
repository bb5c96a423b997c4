#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What this build does on this machine: the disk's limits, joint reviews at 1, 64 and 256 in flight,
# the restart after kill -9, and a million open deadlines. Prints tables; with JSON=1 one line of JSON
# for each measurement.
#
# usage: run.sh BUILD   (the folder with huishen-bench and huishen-broker)
#
# SECS (8) is the time of each measurement of joint reviews, STORED (200000) and OPEN (10000) what
# the restart has in the office, DEADLINES (1000000) and BURST (10000) the open deadlines and those of
# the same second, TMPDIR (/tmp) the disk that is measured. Exits with the status of the first
# measurement that fails: 1 if anything acknowledged is not on record.
set -eu

build=${1:?usage: run.sh BUILD}
bench=$build/huishen-bench
secs=${SECS:-8}
stored=${STORED:-200000}
open=${OPEN:-10000}
deadline_count=${DEADLINES:-1000000}
burst=${BURST:-10000}
json=${JSON:-0}

# Prints the values of the JSON line $1 under the names that follow, one column each.
row() {
    printf '%s\n' "$1" | awk -v names="$2" '{
        gsub(/[{}"]/, "")
        count = split($0, pairs, ",")
        for (i = 1; i <= count; i++) {
            split(pairs[i], pair, ":")
            value[pair[1]] = pair[2]
        }
        columns = split(names, name, " ")
        for (i = 1; i <= columns; i++) {
            printf "%s%" (length(name[i]) > 9 ? length(name[i]) : 9) "s", i == 1 ? "" : "  ", \
                value[name[i]]
        }
        printf "\n"
    }'
}

# Prints the names in columns of the same widths.
heading() {
    printf '%s\n' "$1" | awk '{
        for (i = 1; i <= NF; i++) {
            printf "%s%" (length($i) > 9 ? length($i) : 9) "s", i == 1 ? "" : "  ", $i
        }
        printf "\n"
    }'
}

# Measures and prints one row: columns, then the arguments of huishen-bench.
measure() {
    columns=$1
    shift
    line=$("$bench" "$@" --json)
    if [ "$json" = 1 ]; then
        printf '%s\n' "$line"
    else
        row "$line" "$columns"
    fi
}

title() {
    if [ "$json" != 1 ]; then
        printf '\n%s\n' "$1"
        heading "$2"
    fi
}

limits='fdatasyncPerSec lmdbCommitsPerSec lmdbBatchCommitsPerSec lmdbBatchRecordsPerSec'
title 'The disk, a second: appends with fdatasync; LMDB commits of 1 and of 256 records of 600 B' \
    "$limits"
measure "$limits" limits

joint='conc rps p50Ms p99Ms serverCpuSecPer1000 clientCpuSecPer1000 rssAnonMb dirBytesPerReview verified'
title 'Joint reviews: submit, four opinions, verdict; CURVE, signatures, every commit synced' "$joint"
for conc in 1 64 256; do
    measure "$joint" joint --conc "$conc" --secs "$secs"
done

restart='rounds stored open preloadSec emptyMs storedMs differenceMs verified'
title 'Restart after kill -9: from exec to the first acknowledged submission, median' "$restart"
measure "$restart" restart --stored "$stored" --open "$open"

deadlines='deadlines burst emptyMs restartMs restartRatio emptyRssAnonMb rssAnonMb firstDelayMs lastDelayMs emptyP99Ms idleP99Ms burstP99Ms early verified'
title 'Open deadlines: restart, memory, and the delay of those that pass in the same second, with the
p99 of submissions in a new office, in this one before, and meanwhile' "$deadlines"
measure "$deadlines" deadlines --deadlines "$deadline_count" --burst "$burst"
