#!/bin/sh
# usage: [ROUNDS=5] scripts/bench_peers.sh [BATCH [HIDDEN]]   times a training step of the tutorial's nets in Gorgan and its peers, interleaved
#    or: [ROUNDS=5] scripts/bench_peers.sh conv [NET...]      the same for nets of convolutions, batch 64: mnist, dcgan32, dcgan64
#
# Makes a Python environment of its own in .peers (PyTorch, JAX, TensorFlow: some GB)
# and goes ROUNDS times through all programs of scripts/peers, which do the same work: fresh noise
# and batch, both updates with Adam, data in memory. Prints a table of medians and their
# ratios, for nets of convolutions also of peak memory. GORGAN_CPU=avx2 limits Gorgan, and MKL and oneDNN with it.
set -eu
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-5}
python=.peers/bin/python

if [ ! -x "$python" ]; then
	python3 -m venv .peers
	.peers/bin/pip install --quiet torch==2.15.0 jax==0.10.2 tensorflow-cpu==2.21.0
fi
if [ "${GORGAN_CPU:-}" = avx2 ]; then
	export MKL_ENABLE_INSTRUCTIONS=AVX2 ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 XLA_FLAGS=--xla_cpu_max_isa=AVX2
fi
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
CGO_ENABLED=0 go build -o "$bin/gorgan" ./cmd/gorgan

run() { # NAME COMMAND...: appends the times of one round, and the peak of memory, to NAME's files
	name=$1
	shift
	"$python" scripts/peers/peak.py "$bin/$name.peaks" "$@" >>"$bin/$name.times" 2>"$bin/$name.err" ||
		echo "$name failed: $(tail -n 1 "$bin/$name.err")" >&2
}

dense() { # BATCH HIDDEN
	CGO_ENABLED=0 go build -o "$bin/plain" ./scripts/peers/gorgonia
	for round in $(seq "$rounds"); do
		echo "round $round of $rounds" >&2
		run gorgan "$bin/gorgan" bench --step --times --time 2s --batch-size "$1" --gen-hidden "$2" --dis-hidden "$2"
		run torch-eager "$python" scripts/peers/gan_torch.py --batch "$1" --hidden "$2" --mode eager
		run jax "$python" scripts/peers/gan_jax.py --batch "$1" --hidden "$2"
		run tensorflow "$python" scripts/peers/gan_tensorflow.py --batch "$1" --hidden "$2"
		run torch-compile "$python" scripts/peers/gan_torch.py --batch "$1" --hidden "$2" --mode compile
		run plain-gorgonia "$bin/plain" --batch "$1" --hidden "$2" --steps 10
		run mkl-products "$python" scripts/peers/gan_torch.py --batch "$1" --hidden "$2" --mode products
		run gorgan-products "$bin/gorgan" bench --products --times --time 2s --batch-size "$1" --gen-hidden "$2" --dis-hidden "$2"
	done
	"$python" scripts/peers/table.py "$bin" "batch $1, hidden $2"
}

. scripts/peers/conv_nets.sh

conv() { # NET STEPS
	net=$1
	steps=$2
	rm -f "$bin"/*.times "$bin"/*.peaks
	for round in $(seq "$rounds"); do
		echo "$net: round $round of $rounds" >&2
		with_net "$net" run gorgan "$bin/gorgan" bench --step --times --time 4s --batch-size 64
		for mode in eager channels-last compile; do
			run "torch-$mode" "$python" scripts/peers/gan_conv_torch.py --net "$net" --mode "$mode" --steps "$steps"
		done
		run jax "$python" scripts/peers/gan_conv_jax.py --net "$net" --steps "$((steps / 4))"
	done
	"$python" scripts/peers/table.py "$bin" "nets $net, batch 64"
}

if [ "${1:-}" != conv ]; then
	dense "${1:-128}" "${2:-256}"
	exit
fi
shift
for net in ${*:-mnist dcgan32 dcgan64}; do
	case $net in
	mnist | dcgan32) conv "$net" 24 ;;
	dcgan64) conv "$net" 8 ;;
	*) echo "no nets \"$net\", want mnist, dcgan32 or dcgan64" >&2 && exit 2 ;;
	esac
done
