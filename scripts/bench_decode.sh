#!/bin/sh
# usage: [ROUNDS=5] [COUNT=200] scripts/bench_decode.sh [PROGRAM...]   times reading image files beside two processes of Pillow
#
# Makes a Python environment of its own in .decode, and COUNT files each of four kinds: photos of 12
# megapixels, JPEG of 640x480, PNG of 64x64 with a palette and alpha, PNG of 1024x1024 with alpha.
# Both read all files of a kind, turn them as EXIF says, crop them to a square and make it 64x64, in
# turn, ROUNDS times. Prints a table of medians. PROGRAM gets the folder as its last argument.
set -eu
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-5}
count=${COUNT:-200}
python=.decode/bin/python

if [ ! -x "$python" ]; then
	python3 -m venv .decode
	.decode/bin/pip install --quiet pillow==13.0.0 numpy==2.4.6
fi
"$python" scripts/peers/decode_pillow.py make ".decode/images-$count" "$count"
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
if [ $# -eq 0 ]; then
	CGO_ENABLED=0 go build -o "$bin/gorgan" ./cmd/gorgan
	set -- "$bin/gorgan" data check --size 64
fi
"$python" scripts/peers/decode_pillow.py compare ".decode/images-$count" "$rounds" 64 "$@"
