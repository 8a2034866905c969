#!/bin/sh
# usage: verify.sh OUT [STAGE...]   checks and measures Gorgan on an NVIDIA GPU, and writes OUT/report.md and OUT/report.json
#
# For any Linux machine with an NVIDIA driver and a cuBLAS (that of Python's wheel
# nvidia-cublas will do); no Go is needed. Stages, all of them by itself: doctor, tests,
# sanitizer, train, bench, peers. The peers want Python with PyTorch and JAX, and are left
# out, aloud, where they are missing. Nothing is installed. 20 to 30 minutes, half of them
# the peers'; BATCHES="128 8192" asks for their steps at these batch sizes alone.
#
# The stage ab compares ways to compute a step, in at most 9 minutes: doctor, what limits
# the card, plans of all products (OUT/plans.json), whole steps in rounds with the peers between
# them, the new kernels' suite, two runs of the same bits, the sanitizer. Each part has a limit
# and its results are there as they come, so a machine that is taken away early leaves what it did.
#
# The stage conv, in at most 4 minutes: the kernels of convolutions against the CPU, and steps of three nets of
# convolutions beside PyTorch's, the most telling first.
# REHEARSE=1 does either with small nets and few steps, as on the simulated device.
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
REHEARSE=${REHEARSE:-}

# note NAME RC SECONDS: how a stage or a part of one ended
note() {
	mark=✓
	[ "$2" -eq 0 ] || mark=✗
	echo "$mark $1 (${3} s)" | tee -a "$out/stages.txt"
}

# left LIMIT: the seconds that a part of LIMIT seconds has, with a stage that must end by $end
left() {
	now=$(date +%s)
	[ -z "${end:-}" ] || [ $((end - now)) -ge "$1" ] || set -- $((end - now))
	echo "$1"
}

# part NAME LIMIT COMMAND...: runs it for LIMIT seconds at most, its output in OUT/NAME.log
part() {
	name=$1 limit=$(left "$2")
	shift 2
	if [ "$limit" -le 0 ]; then
		echo "- $name: no time left" | tee -a "$out/stages.txt"
		return 1
	fi
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

# peer NAME COMMAND...: the times of one round, in OUT/peers.jsonl, or in the file $times
peer() {
	name=$1
	shift
	limit=$(left "${peer_limit:-180}")
	if [ "$limit" -le 0 ]; then
		echo "- peer $name: no time left" | tee -a "$out/stages.txt"
	elif line=$(timeout "$limit" "$@" 2>"$out/peer.err"); then
		printf '{"name": "%s", "times": %s}\n' "$name" "$(echo "$line" | tail -n 1)" >>"$out/${times:-peers.jsonl}"
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

# find_peers: sets python, and here to those of torch and jax that can be imported
find_peers() {
	here=
	python=$(command -v python3) || {
		echo "- no python3: the peers are left out" | tee -a "$out/stages.txt"
		return 1
	}
	for package in torch jax; do
		if "$python" -c "import $package" 2>/dev/null; then
			here="$here $package"
		else
			echo "- $package is not here: left out" | tee -a "$out/stages.txt"
		fi
	done
}

stage_peers() {
	rm -f "$out/peers.jsonl"
	find_peers || return
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

# The sizes of the stage ab.
minutes=9
rounds=5
batches=128,512,2048,8192
peer_batches="128 8192"
nets=
steps=15000
step_time=300ms
tune_time=40s
new='(dense_.*|beside.*|head|outer_grad|draw_images|draw_labels|bce_loss|adam_finite|unit_adam|copy_words)'
if [ -n "$REHEARSE" ]; then
	rounds=2 batches=8,16 peer_batches=8 steps=4 step_time=1ms tune_time=5s
	nets="--gen-hidden 16 --dis-hidden 16 --noise-dim 8"
	new='(dense_forward_s|dense_update_w|head)'
fi

# ways: what is compared. A way that is there twice is the noise. One that a card lacks is left out.
ways=none+single,cublas+single,plans.json+single,plans.json,plans.json,plans.json+pdl
ways=$ways,none+single+tf32,cublas+single+tf32,plans.json+single+tf32,plans.json+tf32,plans.json+tf32,plans.json+tf32+pdl

ab_peers() {
	peer_limit=45
	for batch in $peer_batches; do
		case " $here " in *" jax "*)
			peer "jax $batch" "$python" scripts/peers/gan_jax.py --device "$peer_device" --batch "$batch" --steps $peer_steps
			peer "jax-tf32 $batch" "$python" scripts/peers/gan_jax.py --device "$peer_device" --batch "$batch" --steps $peer_steps --tf32
			;;
		esac
		case "$1 $here " in "1 "*" torch "*)
			peer "torch-compile $batch" "$python" scripts/peers/gan_torch.py --device "$peer_device" --mode $peer_mode --batch "$batch" --steps $peer_steps
			peer "torch-tf32 $batch" "$python" scripts/peers/gan_torch.py --device "$peer_device" --mode $peer_mode --batch "$batch" --steps $peer_steps --tf32
			;;
		esac
	done
}

# ab_round N: one time of each way with each size of batch, in OUT/ab.jsonl
ab_round() {
	limit=$(left 60)
	if [ "$limit" -le 0 ]; then
		echo "- round $1: no time left" | tee -a "$out/stages.txt"
	elif ! timeout "$limit" ./gorgan bench --device cuda --json --ways "$ways" --rounds 1 --batch-sizes "$batches" --time $step_time $nets >>"$out/ab.jsonl" 2>"$out/ab-$1.err"; then
		note "round $1" 1 0
		tail -n 2 "$out/ab-$1.err"
	fi
}

# ab_train NAME FLAGS...: the tutorial's run, its hash of weights in OUT/NAME.hash
ab_train() {
	name=$1
	shift
	rm -rf "$out/$name"
	part "$name" 60 ./gorgan train --device cuda --out "$out/$name" --steps $steps --keep 1 $nets "$@" || return
	sed -n 's/^weights: *//p' "$out/$name.log" | cut -d' ' -f1 >"$out/$name.hash"
}

stage_ab() {
	end=$(($(date +%s) + minutes * 60))
	rm -f "$out/ab.jsonl" "$out/peers.jsonl" "$out/plans.json" "$out"/run-*.hash
	peer_device=cuda peer_mode=compile peer_steps=500
	[ -z "$REHEARSE" ] || peer_device=cpu peer_mode=eager peer_steps=5
	if [ -n "$REHEARSE" ]; then
		part devices 20 ./gorgan devices
	else
		part doctor 90 ./gorgan doctor
		cat "$out/doctor.log"
	fi
	# The simulated device would take minutes for the large copies of the probe.
	part probe 40 sh -c './gorgan bench --probe --device "$1" --time 1s --json >"$2"' - "$peer_device" "$out/probe.json"
	part tune 90 ./gorgan tune --device cuda --all --batch-sizes "$batches" --time $tune_time $nets --out "$out/plans.json"
	if [ -e "$out/plans.json" ]; then
		cp "$out/plans.json" plans.json
	else # what was not tuned is timed when a device is opened
		ways=$(echo "$ways" | sed 's/plans\.json/timed/g')
	fi
	find_peers
	for round in $(seq $rounds); do
		ab_round "$round"
		[ "$round" -gt 3 ] || ab_peers "$round"
	done
	(cd tests/cuda && GORGAN_TEST_DEVICE=cuda part "suite" 60 ./test -test.v -test.run "^TestSuite$/^graph$/^$new$")
	grep -q -- '--- PASS: TestSuite/graph/' "$out/suite.log" || note "suite: no test ran" 1 0
	ab_train run-first
	ab_train run-again --plan "$out/run-first/plan.json"
	if [ -s "$out/run-first.hash" ] && cmp -s "$out/run-first.hash" "$out/run-again.hash"; then
		note "the same bits under the same plan" 0 0
	else
		note "the same bits under the same plan" 1 0
	fi
	tool=$(command -v compute-sanitizer || ls /usr/local/cuda*/bin/compute-sanitizer 2>/dev/null | head -n 1)
	if [ -z "$tool" ]; then
		echo "- compute-sanitizer is not here: left out" | tee -a "$out/stages.txt"
		return
	fi
	for check in racecheck memcheck; do
		(cd tests/cuda && part "sanitizer-$check" 60 "$tool" --tool $check --error-exitcode 9 ./test -test.v -test.run "^TestSuite$/^no_graph$/^$new$///normal")
	done
}

# conv_steps NET BATCH PROGRAM: the times of a step, in OUT/conv.jsonl
conv_steps() {
	case $3 in
	gorgan) with_net "$1" peer "$1 $3 $2" ./gorgan bench --device cuda --plan cublas --step --times --time "$conv_time" --batch-size "$2" ;;
	gorgan-tf32) with_net "$1" peer "$1 $3 $2" ./gorgan bench --device cuda --plan cublas --tf32 --step --times --time "$conv_time" --batch-size "$2" ;;
	torch-*)
		case " $here " in *" torch "*)
			mode=${3#torch-}
			[ "$mode" != eager ] || mode=channels-last
			peer "$1 $3 $2" "$python" scripts/peers/gan_conv_torch.py --device "$peer_device" --tf32 --net "$1" --batch "$2" --mode "$mode" --steps "$peer_steps"
			;;
		esac
		;;
	esac
}

stage_conv() {
	end=$(($(date +%s) + 240)) times=conv.jsonl peer_limit=60
	peer_device=cuda peer_steps=100 conv_time=1s
	conv_nets="dcgan64 dcgan32 mnist" conv_batches="128 64" conv_kernels='(conv.*|sum_rows)' programs="gorgan gorgan-tf32 torch-graph"
	if [ -n "$REHEARSE" ]; then
		peer_device=cpu peer_steps=2 conv_time=1ms
		conv_nets=dcgan8 conv_batches="4 2" conv_kernels='(conv_m|conv_back_n|sum_rows)' programs="gorgan gorgan-tf32"
	fi
	. scripts/peers/conv_nets.sh
	rm -f "$out/$times"
	part devices 20 ./gorgan devices
	(cd tests/cuda && GORGAN_TEST_DEVICE=cuda part conv-suite 60 ./test -test.v -test.run "^TestSuite$/^graph$/^$conv_kernels$")
	grep -q -- '--- PASS: TestSuite/graph/conv_m/' "$out/conv-suite.log" || note "conv-suite: no test ran" 1 0
	(cd tests/cuda && part conv-bits 30 ./test -test.v -test.run '^TestConvolve$')
	grep -q -- '--- PASS: TestConvolve/' "$out/conv-bits.log" || note "conv-bits: no test ran" 1 0
	(cd tests/model && part conv-training 45 ./test -test.v -test.run '^TestConvolve$')
	grep -q -- '--- PASS: TestConvolve/TF32' "$out/conv-training.log" || note "conv-training: no test ran" 1 0
	find_peers
	for batch in $conv_batches; do
		for net in $conv_nets; do
			for program in $programs; do
				conv_steps "$net" "$batch" "$program"
			done
		done
	done
	first=${conv_batches%% *}
	for net in $conv_nets; do
		[ -n "$REHEARSE" ] || conv_steps "$net" "$first" torch-compile
	done
	for batch in $conv_batches; do
		for net in $conv_nets; do
			conv_steps "$net" "$batch" torch-eager
		done
	done
	for net in $conv_nets; do
		[ -n "$REHEARSE" ] || conv_steps "$net" "${conv_batches##* }" torch-compile
	done
	times=
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
