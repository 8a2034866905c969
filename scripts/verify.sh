#!/bin/sh
# usage: verify.sh OUT [STAGE...]   checks and measures Gorgan on an NVIDIA GPU, and writes OUT/report.md and OUT/report.json
#
# For any Linux machine with an NVIDIA driver and a cuBLAS (that of Python's wheel
# nvidia-cublas will do); no Go is needed. Stages, all of them by itself: doctor, tests,
# sanitizer, train, bench, peers. The peers want Python with PyTorch and JAX, and are left
# out, aloud, where they are missing. Nothing is installed. 20 to 30 minutes, half of them
# the peers'; BATCHES="128 8192" asks for their steps at these batch sizes alone.
set -u
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?usage: verify.sh OUT [STAGE...]}"
out=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- doctor tests sanitizer train bench peers

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -C "$work" -xJf "$here/payload.tar.xz" || {
	echo "verify.sh: $here/payload.tar.xz cannot be unpacked; tar and xz are needed" >&2
	exit 1
}
cd "$work"
export GORGAN_REQUIRE_GPU=1 PYTHONUNBUFFERED=1 XLA_PYTHON_CLIENT_PREALLOCATE=false

# note NAME RC SECONDS: how a stage or a part of one ended
note() {
	mark=✓
	[ "$2" -eq 0 ] || mark=✗
	echo "$mark $1 (${3} s)" | tee -a "$out/stages.txt"
}

# part NAME LIMIT COMMAND...: runs it for LIMIT seconds at most, its output in OUT/NAME.log
part() {
	name=$1 limit=$2
	shift 2
	began=$(date +%s)
	timeout "$limit" "$@" >"$out/$name.log" 2>&1
	rc=$?
	note "$name" "$rc" $(($(date +%s) - began))
	[ "$rc" -eq 0 ] || tail -n 5 "$out/$name.log"
	return "$rc"
}

# measure NAME FLAGS...: one line of OUT/bench.jsonl
measure() {
	name=$1
	shift
	if line=$(timeout 120 ./gorgan bench --device cuda --json "$@" 2>"$out/bench-$name.err"); then
		printf '{"name": "%s", "bench": %s}\n' "$name" "$(echo "$line" | tr '\n' ' ')" >>"$out/bench.jsonl"
		rm -f "$out/bench-$name.err"
	else
		note "bench $name" 1 0
		tail -n 2 "$out/bench-$name.err"
	fi
}

# peer NAME COMMAND...: the times of one round, in OUT/peers.jsonl
peer() {
	name=$1
	shift
	if line=$(timeout 180 "$@" 2>"$out/peer.err"); then
		printf '{"name": "%s", "times": %s}\n' "$name" "$(echo "$line" | tail -n 1)" >>"$out/peers.jsonl"
	else
		note "peer $name" 1 0
		tail -n 2 "$out/peer.err"
	fi
}

stage_doctor() {
	part devices 60 ./gorgan devices
	part doctor 300 ./gorgan doctor
	cat "$out/doctor.log"
}

stage_tests() {
	for package in cuda cuda/driver kernels kernels/cpu kernels/device model dataset cmd/gorgan; do
		log=tests-$(echo $package | tr / -)
		(cd "tests/$package" && GORGAN_TEST_DEVICE=cuda part "$log" 600 ./test -test.short)
	done
}

stage_sanitizer() {
	tool=$(command -v compute-sanitizer || ls /usr/local/cuda*/bin/compute-sanitizer 2>/dev/null | head -n 1)
	if [ -z "$tool" ]; then
		echo "- compute-sanitizer is not here: left out" | tee -a "$out/stages.txt"
		return
	fi
	for check in memcheck racecheck initcheck synccheck; do
		(cd tests/cuda && part "sanitizer-$check" 600 "$tool" --tool "$check" --error-exitcode 9 ./test -test.v -test.run 'TestSuite/no_graph////normal') || continue
		grep -q -- '--- PASS: TestSuite/no_graph/matmul' "$out/sanitizer-$check.log" || note "sanitizer-$check: no test ran" 1 0
	done
}

stage_train() {
	part train 300 ./gorgan train --device cuda --out "$out/run" || return
	cp "$out/run/fakes_015000.png" "$out/digits.png"
}

stage_bench() {
	rm -f "$out/bench.jsonl"
	for batch in 128 8192; do
		measure "parts-$batch" --time 2s --batch-size $batch
	done
	for batch in 128 512 2048 8192; do
		measure "graph-$batch" --step --time 1s --batch-size $batch
		measure "no-graph-$batch" --step --time 1s --batch-size $batch --no-graph
		measure "tf32-$batch" --step --time 1s --batch-size $batch --tf32
		measure "unfused-$batch" --step --time 1s --batch-size $batch --unfused
	done
}

peers_torch() {
	for mode in eager graph compile; do
		peer "torch-$mode $1" "$python" scripts/peers/gan_torch.py --device cuda --mode $mode --batch $1 --steps 1000
	done
	peer "torch-tf32 $1" "$python" scripts/peers/gan_torch.py --device cuda --mode compile --batch $1 --steps 1000 --tf32
}

peers_jax() {
	peer "jax $1" "$python" scripts/peers/gan_jax.py --device cuda --batch $1 --steps 1000
	peer "jax-tf32 $1" "$python" scripts/peers/gan_jax.py --device cuda --batch $1 --steps 1000 --tf32
}

stage_peers() {
	rm -f "$out/peers.jsonl"
	python=$(command -v python3) || {
		echo "- no python3: the peers are left out" | tee -a "$out/stages.txt"
		return
	}
	here=
	for package in torch jax; do
		if "$python" -c "import $package" 2>/dev/null; then
			here="$here $package"
		else
			echo "- $package is not here: left out" | tee -a "$out/stages.txt"
		fi
	done
	for round in 1 2; do
		for batch in ${BATCHES:-128 512 2048 8192}; do
			peer "gorgan $batch" ./gorgan bench --device cuda --step --times --time 1s --batch-size $batch
			peer "gorgan-tf32 $batch" ./gorgan bench --device cuda --step --times --time 1s --batch-size $batch --tf32
			for package in $here; do
				"peers_$package" $batch
			done
		done
	done
}

: >"$out/stages.txt"
for stage in "$@"; do
	echo "== $stage"
	"stage_$stage"
done
if command -v python3 >/dev/null; then
	python3 scripts/peers/gpu_report.py "$out" "$(cat commit)" && cat "$out/report.md"
else
	echo "no python3: OUT/*.jsonl and the logs are not made into a report"
fi
! grep -q ✗ "$out/stages.txt"
