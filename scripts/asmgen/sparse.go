package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// What a product with many zeros in a looks at before its tiles leave out steps.

// needed writes the functions that list the steps of a tile in which a row of a is not
// 0, counted from first, and return their number. steps has room for one more.
func needed(v vector) {
	neededAlong(v)
	neededAcross(v)
}

// neededAlong is for steps that lie side by side in memory: a vector of them at a time,
// the bits of all rows in one.
func neededAlong(v vector) {
	TEXT("neededAlong"+v.name, NOSPLIT, "func(rows, first, k int, a *float32, ars int, steps *uint32) int")
	Pragma("noescape")
	Doc("neededAlong" + v.name + " lists which of k columns of a are not 0 in all rows.")
	k, a, out := param("k"), param("a"), param("steps")
	ars, first := stride("ars"), param("first").(reg.GPVirtual).As32() // the step of the vector's first lane
	loop(v, k, []reg.Register{a}, func(mask Op) {
		name := "whole"
		if mask != nil {
			name = "part"
		}
		seen, rows, row := v.new(), param("rows"), GP64()
		v.zero(seen)
		MOVQ(a, row)
		Label(name + "row")
		t := v.new()
		v.load(at(row), mask, t)
		v.or(t, seen, seen)
		ADDQ(ars, row)
		DECQ(rows)
		JNZ(LabelRef(name + "row"))
		left := v.nonzero(seen)
		TESTL(left, left)
		JZ(LabelRef(name + "listed"))
		Label(name + "bit")
		step, rest := GP32(), GP32()
		BSFL(left, step)
		ADDL(first, step)
		MOVL(step, at(out))
		ADDQ(Imm(4), out)
		LEAL(Mem{Base: left, Disp: -1}, rest)
		ANDL(rest, left)
		JNZ(LabelRef(name + "bit"))
		Label(name + "listed")
		ADDL(Imm(uint64(v.lanes)), first)
	})
	listed(out)
}

// neededAcross is for rows of a tile that lie side by side in memory, one vector.
func neededAcross(v vector) {
	TEXT("neededAcross"+v.name, NOSPLIT, "func(rows, first, k int, a *float32, aks int, steps *uint32) int")
	Pragma("noescape")
	Doc("neededAcross" + v.name + " lists which of k rows of a have one of at most a vector's values that is not 0.")
	mask, k, a, out := v.mask(param("rows")), param("k"), param("a"), param("steps")
	aks, step := stride("aks"), param("first").(reg.GPVirtual).As32()
	Label("step")
	t, next := v.new(), GP64()
	v.load(at(a), mask, t)
	MOVL(step, at(out))
	LEAQ(Mem{Base: out, Disp: 4}, next)
	bits := v.nonzero(t)
	TESTL(bits, bits)
	CMOVQNE(next, out)
	ADDQ(aks, a)
	INCL(step)
	DECQ(k)
	JNZ(LabelRef("step"))
	listed(out)
}

// listed returns how many steps lie before out.
func listed(out reg.Register) {
	SUBQ(param("steps"), out)
	SHRQ(Imm(2), out)
	Store(out, ReturnIndex(0))
	finish()
}

// nonzero returns a bit for each lane that is not +0.
func (v vector) nonzero(r reg.VecVirtual) reg.Register {
	bits := GP32()
	if v.lanes == 16 {
		k := K()
		VPTESTMD(r, r, k)
		KMOVW(k, bits)
		return bits
	}
	zero := YMM()
	VPXOR(zero, zero, zero)
	VPCMPEQD(r, zero, zero)
	VMOVMSKPS(zero, bits)
	XORL(Imm(0xff), bits)
	return bits
}
