#!/bin/sh
# usage: [ROUNDS=5] scripts/bench_peers.sh [BATCH [HIDDEN]]   times a training step of Gorgan and its peers, interleaved
#
# Makes a Python environment of its own in .peers (PyTorch, JAX, TensorFlow: some GB)
# and goes ROUNDS times through all programs of scripts/peers, which do the same work: fresh noise
# and batch, both updates with Adam, data in memory. Prints a table of medians and their
# ratios. GORGAN_CPU=avx2 limits Gorgan, and MKL and oneDNN with it.
set -eu
cd "$(dirname "$0")/.."
batch=${1:-128}
hidden=${2:-256}
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
CGO_ENABLED=0 go build -o "$bin/plain" ./scripts/peers/gorgonia

run() { # NAME COMMAND...: appends the times of one round to NAME's file
	name=$1
	shift
	"$@" >>"$bin/$name.times" 2>"$bin/$name.err" || echo "$name failed: $(tail -n 1 "$bin/$name.err")" >&2
}

for round in $(seq "$rounds"); do
	echo "round $round of $rounds" >&2
	run gorgan "$bin/gorgan" bench --step --times --time 2s --batch-size "$batch" --gen-hidden "$hidden" --dis-hidden "$hidden"
	run torch-eager "$python" scripts/peers/gan_torch.py --batch "$batch" --hidden "$hidden" --mode eager
	run jax "$python" scripts/peers/gan_jax.py --batch "$batch" --hidden "$hidden"
	run tensorflow "$python" scripts/peers/gan_tensorflow.py --batch "$batch" --hidden "$hidden"
	run torch-compile "$python" scripts/peers/gan_torch.py --batch "$batch" --hidden "$hidden" --mode compile
	run plain-gorgonia "$bin/plain" --batch "$batch" --hidden "$hidden" --steps 10
	run mkl-products "$python" scripts/peers/gan_torch.py --batch "$batch" --hidden "$hidden" --mode products
	run gorgan-products "$bin/gorgan" bench --products --times --time 2s --batch-size "$batch" --gen-hidden "$hidden" --dis-hidden "$hidden"
done

"$python" scripts/peers/table.py "$bin" "$batch" "$hidden"
