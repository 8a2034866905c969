#!/bin/sh
# usage: CC=scripts/dist/zigcc.sh go build ...   compiles C for the C library of 2012, glibc 2.17, with zig's compiler
#
# zig comes as a Python package, which is fetched once into .cuda/zig. The headers of this system are left out.
set -eu
zig=$(dirname "$0")/../../.cuda/zig
[ -x "$zig/bin/python" ] || { python3 -m venv "$zig" && "$zig/bin/pip" install -q ziglang==0.13.0; } >&2
for a; do
	shift
	case $a in -I/usr/include) ;; *) set -- "$@" "$a" ;; esac
done
exec "$zig/bin/python" -m ziglang cc -target x86_64-linux-gnu.2.17 -w "$@"
