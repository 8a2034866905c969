#!/bin/sh
# usage: scripts/dist/check.sh [TARGET]   makes releases of HEAD in two folders, compares them, and uses one as a new user would
#
# The archive is unpacked and trains with nothing but itself. The image trains in a chroot, if that is allowed. The example of
# GitHub Actions is checked by actionlint. TARGET is linux-amd64, or linux-amd64-gpu, whose image gets the C library of this
# system and the simulated CUDA device as its base.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
target=${1:-linux-amd64}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
small="--steps 20 --batch-size 16 --gen-hidden 16 --dis-hidden 16"

device=cpu base=
if [ "$target" = linux-amd64-gpu ]; then
	make -C "$root" sim
	mkdir -p "$work/base/lib64" "$work/base/usr/lib/x86_64-linux-gnu"
	ldd "$root"/.cuda/sim/lib*.so.* | awk '$2 == "=>" { print $3 }' | sort -u | xargs cp -Lt "$work/base/usr/lib/x86_64-linux-gnu" \
		/lib/x86_64-linux-gnu/libdl.so.2 /lib/x86_64-linux-gnu/libpthread.so.0 /lib/x86_64-linux-gnu/libresolv.so.2
	cp -P "$root"/.cuda/sim/lib*.so.* "$work/base/usr/lib/x86_64-linux-gnu" # both names stay one library with one state
	cp -L /lib64/ld-linux-x86-64.so.2 "$work/base/lib64"
	tar -cf "$work/layer.tar" -C "$work/base" .
	go run github.com/google/go-containerregistry/cmd/crane@v0.20.6 append --new_layer "$work/layer.tar" --new_tag base:1 --output "$work/base.tar"
	device=cuda base="-base $work/base.tar"
fi

from=$root # the second is a copy of the first, as HEAD may go on
for copy in one another/folder; do
	mkdir -p "$work/$copy"
	git clone --quiet --no-hardlinks "$from" "$work/$copy/gorgan"
	from=$work/$copy/gorgan
	mkdir "$work/$copy/gorgan/.cuda"
	for fetched in zig fetched; do
		if [ -d "$root/.cuda/$fetched" ]; then ln -s "$root/.cuda/$fetched" "$work/$copy/gorgan/.cuda"; fi
	done
	(cd "$work/$copy/gorgan/scripts/dist" && go run . -root ../.. -out "$work/$copy/dist" $base "$target")
done
diff -r "$work/one/dist" "$work/another/folder/dist"
echo "both releases have the same bytes"

cd "$work/one/dist"
sha256sum --check SHA256SUMS
tar -xzf gorgan-*-"$target".tar.gz -C "$work"
cd "$work"/gorgan-*-"$target"
alone() { env -i HOME=/nowhere PATH=/nowhere "$@"; }
alone ./gorgan --version
alone ./gorgan train $small --out "$work/run"
alone ./gorgan generate --model "$work/run" --out "$work/digits.png"
test -s "$work/digits.png"
test -s man/man1/gorgan-train.1
bash -c 'source completions/bash/gorgan && PATH=$PWD:$PATH && COMP_WORDS=(gorgan train --loss hin) COMP_CWORD=3 && _gorgan && test "${COMPREPLY[*]}" = hinge'

mkdir -p "$work/layout" "$work/image"
tar -xf "$work"/one/dist/*-image.tar -C "$work/layout"
for blob in "$work"/layout/blobs/sha256/*; do
	if gzip -t "$blob" 2>/dev/null; then tar -xzf "$blob" -C "$work/image"; fi # a layer; no two have the same files
done
if chroot / true 2>/dev/null; then
	chroot "$work/image" /gorgan/gorgan train $small --device "$device" --out /tmp/run
	chroot "$work/image" /gorgan/gorgan generate --model /tmp/run --out /tmp/digits.png
	test -s "$work/image/tmp/run/summary.json"
else
	echo "chroot is not allowed here: the image is not started"
fi

cd "$root"
go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.7 -shellcheck= -pyflakes= docs/examples/github-actions.yml
