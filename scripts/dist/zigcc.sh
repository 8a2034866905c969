#!/bin/sh
# zig's C compiler for the C library of 2012, glibc 2.17, without the headers of this system
for a; do
	shift
	case $a in -I/usr/include) ;; *) set -- "$@" "$a" ;; esac
done
exec "${ZIG_PYTHON:-python3}" -m ziglang cc -target x86_64-linux-gnu.2.17 -w "$@"
