#!/bin/sh
# usage: scripts/with_cuda.sh CMD...   runs CMD with what cgo needs for the build tag gpu, prepared in .cuda
#
# No toolkit, driver or cuDNN is needed: see scripts/cuda/headers.py. An example:
#     scripts/with_cuda.sh go build -tags gpu ./...
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
if ! command -v python3 >/dev/null; then
	echo "cuda: python3 was not found, and it prepares CUDA's headers; install Python 3.8 or newer" >&2
	exit 1
fi
include=$(python3 "$root/scripts/cuda/headers.py")
export CGO_ENABLED=1
export GOFLAGS="${GOFLAGS:-} -trimpath" # as the bundle, so that what is compiled for it serves the tests too
export CGO_CFLAGS="${CGO_CFLAGS--O2 -g} '-I$include'"
export CGO_LDFLAGS="${CGO_LDFLAGS--O2 -g} '-L$root/.cuda/lib'"
exec "$@"
