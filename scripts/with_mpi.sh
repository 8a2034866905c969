#!/bin/sh
# usage: scripts/with_mpi.sh CMD...   runs CMD with what cgo needs for the build tag mpi, as the compiler of MPI says
#
# MPICC names the compiler of the MPI to build with, and mpicc is used if it is not set. An example:
#     MPICC=mpicc.mpich scripts/with_mpi.sh go build -tags mpi ./...
set -eu
mpicc=${MPICC:-mpicc}
if ! command -v "$mpicc" >/dev/null; then
	echo "mpi: $mpicc was not found; install Open MPI or MPICH with its headers, or name its compiler in MPICC" >&2
	exit 1
fi
if ! { compile=$("$mpicc" --showme:compile) && link=$("$mpicc" --showme:link); } 2>/dev/null; then # not Open MPI
	# MPICH and its kin print a whole command. Its first word is the compiler.
	compile=$("$mpicc" -compile_info | cut -d' ' -s -f2-)
	link=$("$mpicc" -link_info | cut -d' ' -s -f2-)
fi
export CGO_ENABLED=1
export CGO_CFLAGS="${CGO_CFLAGS--O2 -g} $compile"
export CGO_LDFLAGS="${CGO_LDFLAGS--O2 -g} $link"
exec "$@"
