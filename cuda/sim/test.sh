#!/bin/sh
# test.sh [OUTDIR]: builds the simulated device, and runs its own tests on it.
set -eu
CXX=${CXX:-g++}
here=$(cd "$(dirname "$0")" && pwd)
if [ $# = 1 ]; then
	out=$1
else
	out=$(mktemp -d)
	trap 'rm -rf "$out"' EXIT
fi
"$here/build.sh" "$out"
out=$(cd "$out" && pwd)
mkdir -p "$out/tests"
for source in "$here"/test/*.cpp; do echo "$(basename "$source" .cpp)"; done |
	xargs -n 1 -P 2 sh -c '$0 -std=c++17 -O1 -frounding-math -ffp-contract=off -Wall -Wextra -c -o "$2/tests/$3.o" "$1/test/$3.cpp"' "$CXX" "$here" "$out"
$CXX -pthread -o "$out/tests/run" "$out"/tests/*.o "$out/libcuda.so.1" -Wl,-rpath,"$out"
"$out/tests/run"
