package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transpose writes the packing of a transposed operand: it reads one vector's
// number of rows of src, 4*n elements of each, and writes their columns as rows
// of one vector, dstride elements apart.
//
// Four elements of rows r, r+4, r+8, … are loaded into the 128-bit parts of one
// register, so that only the 4x4 transposition within the parts is left to do:
// eight shuffles for four vectors. Inserting from memory needs no shuffle unit.
func transpose(v vector) {
	TEXT("transpose"+v.name, NOSPLIT, "func(n int, src *float32, sstride int, dst *float32, dstride int)")
	Pragma("noescape")
	Doc("transpose" + v.name + " writes the first 4n columns of one vector of rows as rows.")
	n, ss := Load(Param("n"), GP64()), stride("sstride")
	dst, ds := Load(Param("dst"), GP64()), stride("dstride")
	p := []reg.Register{Load(Param("src"), GP64())} // to every third row
	for g := 3; g < v.lanes; g += 3 {
		next := GP64()
		LEAQ(Mem{Base: p[len(p)-1], Index: ss, Scale: 2}, next)
		ADDQ(ss, next)
		p = append(p, next)
	}
	row := func(i int) Mem {
		at := Mem{Base: p[i/3]}
		if i%3 > 0 {
			at.Index, at.Scale = ss, uint8(i%3)
		}
		return at
	}
	x, y := v.regs(4), v.regs(4)
	Label("four")
	for r := range x {
		if v.lanes == 8 {
			VMOVUPS(row(r), x[r].AsX())
			VINSERTF128(Imm(1), row(r+4), x[r], x[r])
			continue
		}
		VMOVUPS(row(r), x[r].AsX())
		VINSERTF128(Imm(1), row(r+4), x[r].AsY(), x[r].AsY())
		for part := 2; part < 4; part++ {
			VINSERTF32X4(Imm(uint64(part)), row(r+4*part), x[r], x[r])
		}
	}
	for _, base := range p {
		ADDQ(Imm(16), base)
	}
	// Pairs of rows, then pairs of pairs.
	VUNPCKLPS(x[1], x[0], y[0])
	VUNPCKHPS(x[1], x[0], y[1])
	VUNPCKLPS(x[3], x[2], y[2])
	VUNPCKHPS(x[3], x[2], y[3])
	VUNPCKLPD(y[2], y[0], x[0])
	VUNPCKHPD(y[2], y[0], x[1])
	VUNPCKLPD(y[3], y[1], x[2])
	VUNPCKHPD(y[3], y[1], x[3])
	for _, r := range x {
		VMOVUPS(r, Mem{Base: dst})
		ADDQ(ds, dst)
	}
	DECQ(n)
	JNZ(LabelRef("four"))
	VZEROUPPER()
	RET()
}
