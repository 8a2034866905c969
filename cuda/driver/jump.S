//go:build gpu && !cpu

// Defines every function of symbols.h as a jump through its slot in library.c's table, so
// that the program links without CUDA's libraries and calls them at the cost of a jump.

#define X(name, library) jump name

	.set index, 0

	.macro jump name
	.globl \name
	.hidden \name
	.type \name, %function
\name:
#if defined(__x86_64__)
	jmp *gorgan_cuda_slots+8*index(%rip)
#elif defined(__aarch64__)
	adrp x16, gorgan_cuda_slots+8*index
	ldr x16, [x16, :lo12:gorgan_cuda_slots+8*index]
	br x16
#else
#error "the tag gpu builds for x86-64 and aarch64 alone"
#endif
	.size \name, .-\name
	.set index, index+1
	.endm

	.text
#include "symbols.h"

	.section .note.GNU-stack,"",%progbits
