// Asmgen writes the amd64 assembly of package kernels/cpu, the matrix product's
// micro-kernels and the vector bodies of kernels:
//
//	cd scripts/asmgen && go run .
//
// The product follows Goto & van de Geijn, "Anatomy of High-Performance Matrix
// Multiplication" (2008), and BLIS: a micro-kernel holds a tile of dst in
// registers and walks over k, one rank-1 update a step. The Go code around it
// chooses blocks that fit the caches.
package main

import (
	"flag"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	// avo reads its output's names from these flags.
	for name, value := range map[string]string{
		"out":   "../../kernels/cpu/asm_amd64.s",
		"stubs": "../../kernels/cpu/asm_stub_amd64.go",
		"pkg":   "cpu",
	} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	ConstraintExpr("amd64,!purego")
	for _, v := range []vector{zmm, ymm} {
		for rows := 1; rows <= v.rows; rows++ {
			tile(v, rows, 2, "")
		}
		tile(v, v.rows, 2, "packing")
		for rows := 1; rows <= v.rows; rows++ {
			tile(v, rows, 1, "masked")
		}
		for rows := 1; rows <= v.sparse; rows++ {
			tile(v, rows, 2, "skipping")
		}
		needed(v)
		transpose(v)
		rows(v)
		winograd(v)
		elementwise(v)
	}
	prefetch()
	pause()
	Generate()
}
