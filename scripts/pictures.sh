#!/bin/sh
# usage: [STEPS=6000] [OUT=runs/pictures] scripts/pictures.sh   trains on a real set of pictures, from the download to new pictures
#
# The set is the 3,786 Google emoji of the npm package emoji-datasource-google 16.0.0 (MIT licence):
# PNG files of 64x64 with palettes and alpha, 74 MB. It is fetched once, to .pictures. The commands
# are those that anyone would type for a folder of pictures; each is printed before it runs.
set -eu
cd "$(dirname "$0")/.."
steps=${STEPS:-6000}
out=${OUT:-runs/pictures}
set=.pictures/package/img/google/64

if [ ! -d "$set" ]; then
	mkdir -p .pictures
	(cd .pictures && npm pack --silent emoji-datasource-google@16.0.0 >/dev/null && tar xzf emoji-datasource-google-16.0.0.tgz)
fi
CGO_ENABLED=0 go build -o gorgan ./cmd/gorgan
mkdir -p "$(dirname "$out")"

run() {
	echo "\$ $*"
	"$@"
}
run ./gorgan data check "$set" --size 32 || [ $? -eq 1 ] # some pictures are there twice
run ./gorgan data preview "$set" --size 32 --out "$out-preview.png"
run ./gorgan train --data "$set" --size 32 --mirror --steps "$steps" --out "$out" \
	--loss relativistic --r1 0.5 --r2 0.5 --batch-size 64 --noise-dim 64 \
	--gen-hidden 512,1024 --dis-hidden 512,512 --gen-activation leaky-relu --dis-activation leaky-relu \
	--learning-rate 1e-3 --learning-rate-decay 0.9995 --beta1 0 --beta2 0.99 --ema 0.998
run ./gorgan evaluate --model "$out"
run ./gorgan generate --model "$out" --out "$out-fakes.png"
