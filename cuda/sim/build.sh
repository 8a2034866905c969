#!/bin/sh
# build.sh OUTDIR: builds the simulated device into OUTDIR/libcuda.so.1, with
# OUTDIR/libcublas.so.12 and OUTDIR/libnccl.so.2 as other names for it. Rebuilds what changed;
# CXX is the compiler.
set -eu
[ $# = 1 ] || { echo "usage: $0 OUTDIR" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")"
CXX=${CXX:-g++}
flags="-std=c++17 -O3 -fPIC -fvisibility=hidden -ffp-contract=off -fwrapv -fno-strict-aliasing -Wall -Wextra"

mkdir -p "$out/objects"
if [ "$CXX" != "$(cat "$out/objects/compiler" 2>/dev/null)" ]; then
	rm -f "$out"/objects/*.o
	echo "$CXX" > "$out/objects/compiler"
fi

# An object is good if it is newer than its source, all headers and this.
newest=$(ls -t ./*.h build.sh | head -n 1)
stale=
for source in *.cpp; do
	object=$out/objects/${source%.cpp}.o
	if [ ! "$object" -nt "$source" ] || [ ! "$object" -nt "$newest" ]; then stale="$stale ${source%.cpp}"; fi
done
if [ -z "$stale" ] && [ -e "$out/libcublas.so.12" ] && [ -e "$out/libnccl.so.2" ] && [ -z "$(find "$out/objects" -name '*.o' -newer "$out/libcuda.so.1")" ]; then
	echo "simulated device: up to date in $out"
	exit 0
fi
echo "simulated device: building it with $CXX into $out ($(echo $stale | wc -w) files)"
for name in $stale; do echo "$name"; done |
	xargs -r -n 1 -P 2 sh -c '$0 -c "$2.cpp" -o "$1/$2.o.new" && mv "$1/$2.o.new" "$1/$2.o"' "$CXX $flags" "$out/objects"
for object in "$out"/objects/*.o; do
	[ -e "$(basename "$object" .o).cpp" ] || rm "$object"
done
$CXX -shared -pthread -Wl,-z,defs -Wl,-soname,libcuda.so.1 -o "$out/libcuda.so.1.new" "$out"/objects/*.o
mv "$out/libcuda.so.1.new" "$out/libcuda.so.1"
ln -sf libcuda.so.1 "$out/libcublas.so.12"
ln -sf libcuda.so.1 "$out/libnccl.so.2"
