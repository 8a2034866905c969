#!/bin/sh
# usage: [RUNS=runs/readme] scripts/readme_pictures.sh   makes the pictures of README.md again
#
# Each picture comes from a command that stands in README.md. The script trains the two runs that they need, which takes
# three minutes on two cores, unless they are there. git shows whether a picture differs from the committed one: with the
# same instruction set (the config.json of a run names it) the runs, and so the pictures, are the same to the last bit. The picture of
# the report needs chromium, and differs with its version and fonts.
set -eu
cd "$(dirname "$0")/.."
runs=${RUNS:-runs/readme}
to=docs/images
CGO_ENABLED=0 go build -o gorgan ./cmd/gorgan
mkdir -p "$runs" "$to"

run() {
	echo "\$ $*"
	"$@"
}
[ -e "$runs/tutorial/summary.json" ] || run ./gorgan train --out "$runs/tutorial"
[ -e "$runs/fast/summary.json" ] || run ./gorgan train --preset fast --evaluate-every 1000 --out "$runs/fast"
run ./gorgan generate --model "$runs/tutorial" --out docs/results/seed.png
run ./gorgan walk --model "$runs/fast" --seeds 0-9 --loop --grid 1x8 --scale 2 --seconds 7 --fps 6 --out "$to/walk.gif"
run ./gorgan project --model "$runs/fast" --images 100 --out "$to/projected.png"
run ./gorgan report "$runs/fast" --out "$runs/report.html"
if command -v chromium >/dev/null; then
	profile=$(mktemp -d)
	chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update \
		--disable-sync --hide-scrollbars --user-data-dir="$profile" --window-size=1100,1500 \
		--screenshot="$to/report.png" "file://$(realpath "$runs/report.html")" 2>/dev/null
	rm -r "$profile"
else
	echo "there is no chromium: $to/report.png is as it was"
fi
