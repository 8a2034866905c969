package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tile writes the micro-kernel for rows x width vectors of dst. Strides are in
// elements: a's element (i,l) is at i*ars + l*aks, b's row l at l*bks, dst's row
// i at i*cs. So a may lie either way round and both may be packed or not. add
// says whether to go on from what dst holds, or from 0. A masked tile is n
// columns wide, at most one vector. A packing tile is the first to read its panel
// of b: it leaves a copy of the rows, one after the other, and asks for those of
// 16 steps on. A skipping tile takes k steps of a longer walk, those whose numbers are
// in steps.
//
// Every element of dst is the chain fma(a[k-1],b[k-1], … fma(a[0],b[0],start)),
// for any tile.
//
// One pointer serves three rows of a: base, base+stride and base+2*stride are
// addresses, further multiples are not. That leaves 4 to 5 pointers to add to in
// each step of k, which is free next to 2*rows FMAs.
func tile(v vector, rows, width int, kind string) {
	name := fmt.Sprintf("tile%sx%d%s", v.name, rows, kind)
	masked, packing, skipping := kind == "masked", kind == "packing", kind == "skipping"
	last, what := "n int", "adds a product to"
	switch {
	case packing:
		last, what = "packed *float32", "packs b and adds a product to"
	case skipping:
		last, what = "steps *uint32", "adds some steps of a product to"
	}
	TEXT(name, NOSPLIT, "func(k int, a *float32, ars, aks int, b *float32, bks int, c *float32, cs int, "+last+", add bool)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s %s a tile of %d rows.", name, what, rows))

	ars := stride("ars")
	var mask Op
	if masked {
		mask = v.mask(Load(Param("n"), GP64()))
	}
	acc := make([][]reg.VecVirtual, rows)
	for i := range acc {
		acc[i] = v.regs(width)
	}
	each := func(do func(r reg.VecVirtual, m Mem)) {
		row, cs := Load(Param("c"), GP64()), stride("cs")
		for i := range acc {
			for j, r := range acc[i] {
				do(r, Mem{Base: row, Disp: j * v.bytes()})
			}
			if i < rows-1 {
				ADDQ(cs, row)
			}
		}
	}

	// What is asked for now is near by the time it is written.
	each(func(_ reg.VecVirtual, m Mem) { PREFETCHT1(m) })
	add := Load(Param("add"), GP8())
	TESTB(add, add)
	JZ(LabelRef("fresh"))
	each(func(r reg.VecVirtual, m Mem) { v.load(m, mask, r) })
	JMP(LabelRef("start"))
	Label("fresh")
	for i := range acc {
		for _, r := range acc[i] {
			v.zero(r)
		}
	}

	Label("start")
	aks, b, bks, k := stride("aks"), Load(Param("b"), GP64()), stride("bks"), Load(Param("k"), GP64())
	p := []reg.GPVirtual{Load(Param("a"), GP64()).(reg.GPVirtual)}
	for g := 3; g < rows; g += 3 {
		next := GP64()
		LEAQ(Mem{Base: p[len(p)-1], Index: ars, Scale: 2}, next)
		ADDQ(ars, next)
		p = append(p, next)
	}
	var packed, ahead reg.Register
	if packing {
		packed, ahead = Load(Param("packed"), GP64()), GP64()
		LEAQ(Mem{Base: b, Index: bks, Scale: 8}, ahead)
	}
	var steps, here reg.Register // here is the number of the step that the pointers are at
	wholeA, wholeB := aks, bks
	if skipping {
		steps, here, aks, bks = Load(Param("steps"), GP64()), GP64(), GP64(), GP64()
		XORQ(here, here)
	}
	bv, av := v.regs(width), v.regs(2)
	Label("step")
	if skipping {
		MOVL(Mem{Base: steps}, bks.(reg.GPVirtual).As32())
		MOVQ(bks, aks)
		SUBQ(here, bks)
		MOVQ(aks, here)
		MOVQ(bks, aks)
		IMULQ(wholeA, aks)
		IMULQ(wholeB, bks)
		ADDQ(Imm(4), steps)
		ADDQ(bks, b)
		for _, r := range p {
			ADDQ(aks, r)
		}
	}
	for j, r := range bv {
		v.load(Mem{Base: b, Disp: j * v.bytes()}, mask, r)
	}
	if packing {
		for j, r := range bv {
			VMOVUPS(r, Mem{Base: packed, Disp: j * v.bytes()})
			PREFETCHT0(Mem{Base: ahead, Disp: j * v.bytes(), Index: bks, Scale: 8})
		}
		ADDQ(Imm(uint64(width*v.bytes())), packed)
		ADDQ(bks, ahead)
	}
	if !skipping {
		ADDQ(bks, b)
	}
	for i := range acc {
		at := Mem{Base: p[i/3]}
		if i%3 > 0 {
			at.Index, at.Scale = ars, uint8(i%3)
		}
		VBROADCASTSS(at, av[i%2])
		for j, r := range acc[i] {
			VFMADD231PS(bv[j], av[i%2], r)
		}
		if !skipping && (i%3 == 2 || i == rows-1) {
			ADDQ(aks, p[i/3])
		}
	}
	DECQ(k)
	JNZ(LabelRef("step"))

	each(func(r reg.VecVirtual, m Mem) { v.store(r, mask, m) })
	VZEROUPPER()
	RET()
}

// stride loads a parameter counted in elements and returns it in bytes.
func stride(name string) reg.Register {
	s := Load(Param(name), GP64())
	SHLQ(Imm(2), s)
	return s
}
