#!/usr/bin/env bash
# Measures what open pages cost a run: the time and the processor time of its steps with no page and with 20 that follow it.
# usage: scripts/serve_cost.sh [GORGAN [PAIRS [STEPS]]]
# A page is a stream of server-sent events, as a browser reads it. The pairs take turns, since machines get warm and have
# other work. The processor time has both the trainer and the pages in it.
set -euo pipefail
gorgan=${1:-./gorgan} pairs=${2:-5} steps=${3:-1000}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# train N writes the milliseconds of a step and the processor's milliseconds of a step with N pages.
train() {
	local out=$dir/run pages=() address
	rm -rf "$out"
	: >"$dir/said"
	TIMEFORMAT='%U %S'
	{ time "$gorgan" train --preset fast --steps "$steps" --display-every 100 --save-every "$steps" --device cpu --workers 2 --serve --address 127.0.0.1:0 \
		--out "$out" >"$dir/said" 2>&1; } 2>"$dir/time" &
	local trainer=$!
	until address=$(sed -n 's/^pages: //p' "$dir/said") && [ -n "$address" ]; do sleep .05; done
	for ((i = 0; i < $1; i++)); do
		curl -sN "${address}api/stream?run=run" >/dev/null &
		pages+=($!)
	done
	wait "$trainer"
	for p in "${pages[@]}"; do wait "$p" || true; done # they end with the server
	read -r user system <"$dir/time"
	seconds=$(sed -n 's/.*"seconds": \([0-9.]*\).*/\1/p' "$out/summary.json" | tail -1)
	awk -v s="$seconds" -v u="$user" -v y="$system" -v n="$steps" 'BEGIN { printf "%.4f %.4f\n", 1000 * s / n, 1000 * (u + y) / n }'
}

for ((pair = 1; pair <= pairs; pair++)); do
	for n in 0 20; do
		read -r time processor < <(train "$n")
		echo "$n pages: $time ms a step, $processor ms of processor time" | tee -a "$dir/all"
	done
done
for n in 0 20; do
	for column in 3 7; do
		grep "^$n pages" "$dir/all" | awk -v c="$column" '{ print $c }' | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
	done
done | paste -s -d ' ' | awk '{ printf "medians: %.4f and %.4f ms a step (%+.2f %%), processor %.4f and %.4f ms (%+.2f %%)\n", $1, $3, 100 * ($3 / $1 - 1), $2, $4, 100 * ($4 / $2 - 1) }'
