#!/bin/sh
# usage: scripts/gpu_bundle.sh DIR [PACKAGE...]   makes DIR, which checks and measures Gorgan on a machine that has a GPU and no Go
#
# DIR holds verify.sh, which says what to do, and payload.tar.xz: the program and the
# tests of every package, or of those given, compiled, with their data, and the peers' scripts.
# XZ_LEVEL is how hard to compress, 0 to 9.
set -eu
cd "$(dirname "$0")/.."
dir=$1
shift
[ $# -gt 0 ] || set -- cuda cuda/driver kernels kernels/cpu kernels/device model dataset cmd/gorgan
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

scripts/with_cuda.sh go build -tags gpu -trimpath -ldflags "-s -w" -o "$work/gorgan" ./cmd/gorgan
for package; do
	mkdir -p "$work/tests/$package"
	scripts/with_cuda.sh go test -c -tags gpu -trimpath -ldflags "-s -w" -o "$work/tests/$package/test" "./$package"
	if [ -d "$package/testdata" ]; then
		cp -r "$package/testdata" "$work/tests/$package/"
	fi
done
mkdir -p "$work/tests/cuda/driver" "$work/tests/kernels"
cp cuda/driver/symbols.h "$work/tests/cuda/driver/"
cp kernels/*.go "$work/tests/kernels/" # TestAll holds the list of kernels against their files
mkdir -p "$work/scripts" "$work/dataset/mnist" "$work/tests/dataset/mnist"
cp dataset/mnist/README.md "$work/tests/dataset/mnist/"
cp -r scripts/peers "$work/scripts/"
rm -rf "$work/scripts/peers/gorgonia" "$work/scripts/peers/__pycache__"
cp dataset/mnist/train-images* "$work/dataset/mnist/"
git rev-parse HEAD >"$work/commit" 2>/dev/null || echo unknown >"$work/commit"

mkdir -p "$dir"
# One stream with a large window: the programs hold the same code and images.
tar -C "$work" -cf - . | xz -T1 "--lzma2=preset=${XZ_LEVEL:-6},dict=192MiB" >"$dir/payload.tar.xz"
cp scripts/verify.sh "$dir/verify.sh"
du -sh "$dir"
