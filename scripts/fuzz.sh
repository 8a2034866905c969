#!/bin/sh
# usage: FUZZTIME=20s scripts/fuzz.sh   fuzzes every Fuzz function of the module in turn
set -eu
cd "$(dirname "$0")/.."
grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9]*' . | while IFS=: read -r file target; do
	name=${target#func }
	echo "$(dirname "$file") $name"
	go test "$(dirname "$file")" -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-20s}" -fuzzminimizetime 10x
done
