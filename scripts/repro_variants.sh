#!/bin/sh
# usage: [SETS="mnist fashion"] [SEEDS="1 2 3"] [STEPS=7800] scripts/repro_variants.sh [VARIANT...]
#
# Trains and evaluates the presets variants/VARIANT, without arguments all of them, on each of SETS, and writes
# docs/results/variants.md. A set is what gorgan train --data takes; its name is the last part of its path. That is mnist
# alone by itself, as other sets are not fetched: a folder with the files of Fashion-MNIST is one. It takes hours on two
# cores. What is done is kept in runs/variants and not done again, so the variants may come one at a time, and you may
# stop and restart it.
set -eu
cd "$(dirname "$0")/.."
out=runs/variants
mkdir -p "$out" docs/results/variants
CGO_ENABLED=0 go build -o "$out/gorgan" ./cmd/gorgan

test $# -gt 0 || set -- $(cd cmd/gorgan/presets/variants && ls | sed 's/\.toml$//')
for set in ${SETS:-mnist}; do
	name=$(basename "${set%/}")
	for variant in "$@"; do
		for seed in ${SEEDS:-1 2 3}; do
			run=$out/$name/$variant-$seed
			mkdir -p "$out/$name"
			echo "$variant on $name, seed $seed" >&2
			if [ -e "$run/last" ]; then
				"$out/gorgan" train --resume "$run" >/dev/null
			else
				rm -rf "$run"
				"$out/gorgan" train --preset "variants/$variant" --data "$set" ${STEPS:+--steps "$STEPS"} --seed "$seed" --out "$run" >/dev/null
			fi
			if [ ! -e "$run/figures.json" ]; then
				"$out/gorgan" evaluate --model "$run" --json >"$run/figures.tmp"
				mv "$run/figures.tmp" "$run/figures.json"
			fi
			strip=docs/results/variants/$name-$variant.png
			test -e "$strip" || "$out/gorgan" generate --model "$run" --seeds 0-11 --grid 1x12 --scale 1 --out "$strip" >/dev/null
		done
	done
done
python3 scripts/variants_table.py "$out" >"$out/variants.md"
mv "$out/variants.md" docs/results/variants.md
