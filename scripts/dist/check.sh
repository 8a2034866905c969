#!/bin/sh
# usage: scripts/dist/check.sh   makes releases of HEAD in two folders, compares them, and uses one as a new user would
#
# The archive is unpacked and trains with nothing but itself. The image trains in a chroot, if that is allowed. The example of
# GitHub Actions is checked by actionlint.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
small="--steps 20 --batch-size 16 --gen-hidden 16 --dis-hidden 16"

for copy in one another/folder; do
	mkdir -p "$work/$copy"
	git clone --quiet --no-hardlinks "$root" "$work/$copy/gorgan"
	(cd "$work/$copy/gorgan/scripts/dist" && go run . -root ../.. -out "$work/$copy/dist" linux-amd64)
done
diff -r "$work/one/dist" "$work/another/folder/dist"
echo "both releases have the same bytes"

cd "$work/one/dist"
sha256sum --check SHA256SUMS
tar -xzf gorgan-*-linux-amd64.tar.gz -C "$work"
cd "$work"/gorgan-*-linux-amd64
alone() { env -i HOME=/nowhere PATH=/nowhere "$@"; }
alone ./gorgan --version
alone ./gorgan train $small --out "$work/run"
alone ./gorgan generate --model "$work/run" --out "$work/digits.png"
test -s "$work/digits.png"
test -s man/man1/gorgan-train.1
bash -c 'source completions/bash/gorgan && PATH=$PWD:$PATH && COMP_WORDS=(gorgan train --loss hin) COMP_CWORD=3 && _gorgan && test "${COMPREPLY[*]}" = hinge'

mkdir -p "$work/layout" "$work/image"
tar -xf "$work"/one/dist/*-image.tar -C "$work/layout"
tar -xzf "$(ls -S "$work"/layout/blobs/sha256/* | head -n 1)" -C "$work/image" # the layer is the largest blob
if chroot / true 2>/dev/null; then
	chroot "$work/image" /gorgan/gorgan train $small --out /work/run
	test -s "$work/image/work/run/summary.json"
else
	echo "chroot is not allowed here: the image is not started"
fi

cd "$root"
go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.7 -shellcheck= -pyflakes= docs/examples/github-actions.yml
