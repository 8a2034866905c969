#!/bin/sh
# usage: [SEEDS="1 2 3"] scripts/repro_quality.sh [ROW...]   trains and evaluates the rows of docs/results/quality.md
#
# Without ROWs all of them, which takes hours on two cores. What is done is kept in runs/quality and not done
# again, so the rows may come one at a time. Prints the table of all that is there; beside the runs, ROW.png
# shows twelve images of each row's first seed.
set -eu
cd "$(dirname "$0")/.."
out=runs/quality
mkdir -p "$out"
CGO_ENABLED=0 go build -o "$out/gorgan" ./cmd/gorgan

# The losses play with the same nets, optimizer and number of steps.
same="--images 50000 --gen-hidden 256,256 --dis-hidden 256,256 --gen-activation leaky-relu --dis-activation leaky-relu"
same="$same --learning-rate 1e-3 --beta1 0 --beta2 0.99 --ema 0.998 --steps 6000"

flags() { # what gorgan train is told for a row, beside $same if the row is a loss
	case $1 in
	bce) echo "--loss bce --label-smoothing 0.1" ;;
	relativistic-r1-r2) echo "--loss relativistic --r1 3 --r2 3" ;;
	*-r1) echo "--loss ${1%-r1} --r1 3" ;;
	tutorial | paper | best | fast | stacked | digits) echo "--preset $1" ;;
	*) echo "--loss $1" ;;
	esac
}

losses="non-saturating minimax bce least-squares hinge relativistic wgan wgan-gp dragan non-saturating-r1 relativistic-r1-r2"
all="tutorial paper best fast stacked digits $losses"
for row in $all; do
	flags "$row" >"$out/$row.flags" # for the table
done
test $# -gt 0 || set -- $all
for row in "$@"; do
	flags=$(flags "$row")
	case $flags in --loss*) flags="$flags $same" ;; esac
	for seed in ${SEEDS:-1 2 3}; do
		run=$out/$row-$seed
		echo "$row, seed $seed: gorgan train $flags --seed $seed" >&2
		if [ -e "$run/last" ]; then
			"$out/gorgan" train --resume "$run" >/dev/null
		else
			rm -rf "$run"
			"$out/gorgan" train $flags --seed "$seed" --out "$run" >/dev/null
		fi
		if [ ! -e "$run/figures.json" ]; then
			"$out/gorgan" evaluate --model "$run" --json >"$run/figures.tmp"
			mv "$run/figures.tmp" "$run/figures.json"
		fi
		test -e "$out/$row.png" || "$out/gorgan" generate --model "$run" --seeds 0-11 --grid 1x12 --scale 1 --out "$out/$row.png" >/dev/null
	done
done
python3 scripts/quality_table.py "$out"
