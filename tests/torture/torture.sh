#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the journals of the samples and tortures what is done with them (torture.c).
# usage: torture.sh BUILD [OPTION...]     the options of torture; --count 0 is every call
set -eu

build=$1
shift
cd "$(dirname "$0")/../.."
samples=$(mktemp -d)
trap 'rm -rf "$samples"' EXIT
python3 -B tests/torture/samples.py "$build" "$samples"
"$build/torture" --samples "$samples" "$@"
