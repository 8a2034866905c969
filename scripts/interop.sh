#!/bin/sh
# usage: [GORGAN=PROGRAM] scripts/interop.sh [OUT]   shows that the same images have the same fingerprint whatever wrote them
#
# Makes a Python environment in .interop (Pillow, NumPy), writes 200 images as a hundred kinds of sources
# (scripts/interop.py says which) to OUT or a folder that goes away, and opens each with
# `gorgan data check`. Prints a table; exits 1 if a fingerprint is not the one that Python computed.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=${1:-$work/sources}
if [ ! -x .interop/bin/python ]; then
	python3 -m venv .interop
	.interop/bin/pip install --quiet pillow==13.0.0 numpy==2.4.6
fi
gorgan=${GORGAN:-$work/gorgan}
[ -n "${GORGAN:-}" ] || CGO_ENABLED=0 go build -o "$gorgan" ./cmd/gorgan
.interop/bin/python scripts/interop.py "$out"

# value NAME: of the first such member of the report, which is in $work/report
value() { tr -d '\n' <"$work/report" | sed -n "s/.*\"$1\": *\"\{0,1\}\([0-9a-f]*\)[\",].*/\1/p"; }

printf '%-36s  %-11s  %6s  %s\n' source program images fingerprint
wrong=0
while IFS="$(printf '\t')" read -r source program want; do
	if "$gorgan" data check "$out/$source" --json >"$work/report" 2>"$work/error"; then :; fi
	got=$(value fingerprint)
	mark=
	if [ "$got" != "$want" ]; then
		wrong=$((wrong + 1))
		mark="  want $(printf %.16s "$want") $(head -n 1 "$work/error")"
	fi
	printf '%-36s  %-11s  %6s  %.16s%s\n' "$source" "$program" "$(value images)" "$got" "$mark"
done <"$out/expected.tsv"
count=$(wc -l <"$out/expected.tsv")
echo "$((count - wrong)) of $count sources have the fingerprint of their images"
[ "$wrong" -eq 0 ]
