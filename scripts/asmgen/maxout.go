package main

import (
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The maxout passes, for any number of pieces. They take a group of units at a time, as
// many as a vector has lanes, whose pieces lie side by side: float j·pieces+k of the
// group is piece k of unit j, and a vector of such numbers holds one for each unit.

// maxout writes all of them for one instruction set.
func maxout(v vector) {
	TEXT("maxout"+v.name, NOSPLIT, "func(groups, pieces int, y, a *float32)")
	Pragma("noescape")
	Doc("maxout" + v.name + " writes to y the largest pieces of groups of units.")
	y := param("y")
	eachGroup(v, []reg.Register{y}, nil, func(g group) {
		most, _ := g.largest()
		VMOVUPS(most, at(y))
	})

	TEXT("maxoutPick"+v.name, NOSPLIT, "func(groups, pieces int, t, u, a *float32)")
	Pragma("noescape")
	Doc("maxoutPick" + v.name + " writes to t what u holds at the largest pieces of groups of units.")
	t, u := param("t"), param("u")
	eachGroup(v, []reg.Register{t}, []reg.Register{u}, func(g group) {
		_, number := g.largest()
		VMOVUPS(g.fetch("picked", u, number), at(t))
	})

	TEXT("maxoutGrad"+v.name, NOSPLIT, "func(groups, pieces int, da, d, a *float32)")
	Pragma("noescape")
	Doc("maxoutGrad" + v.name + " writes to da the d of each unit of groups at its largest piece, and 0 at the others.")
	da, d := param("da"), param("d")
	eachGroup(v, []reg.Register{d}, []reg.Register{da}, func(g group) {
		_, number := g.largest()
		x := v.new()
		VMOVUPS(at(d), x)
		g.spread(x, number, da)
	})
}

// group is what the passes share over all groups.
type group struct {
	vector
	a, pieces       reg.Register
	one, firstPiece reg.VecVirtual
}

// eachGroup goes through the groups of a. The pointers of units move on by a vector, those
// of pieces, and a, by a vector for each piece.
func eachGroup(v vector, units, pieces []reg.Register, body func(g group)) {
	groups := param("groups")
	g := group{v, param("a"), param("pieces"), v.bits(1), v.counting()}
	VPMULLD(v.word(g.pieces.(reg.GPVirtual).As32()), g.firstPiece, g.firstPiece)
	bytes := GP64()
	IMUL3Q(U8(v.bytes()), g.pieces, bytes)
	Label("group")
	body(g)
	for _, p := range units {
		ADDQ(U8(v.bytes()), p)
	}
	for _, p := range append(pieces, g.a) {
		ADDQ(bytes, p)
	}
	DECQ(groups)
	JNZ(LabelRef("group"))
	finish()
}

// fetch returns the floats of the group at from that the numbers name. Each is in one of
// the group's vectors, in the lane that the low bits of its number say.
func (g group) fetch(label string, from reg.Register, number reg.VecVirtual) reg.VecVirtual {
	v := g.vector
	p, left := GP64(), GP64()
	MOVQ(from, p)
	MOVQ(g.pieces, left)
	holder, here, x := v.new(), v.new(), v.new()
	VPSRLD(U8(bits.TrailingZeros(uint(v.lanes))), number, holder)
	v.zero(here)
	v.zero(x)
	Label(label)
	if v.lanes == 16 {
		k := K()
		VPCMPEQD(here, holder, k)
		VPERMPS(at(p), number, k, x)
	} else {
		found, t := v.new(), v.new()
		VPCMPEQD(here, holder, found)
		VPERMPS(at(p), number, t)
		VBLENDVPS(found, t, x, x)
	}
	VPADDD(g.one, here, here)
	ADDQ(U8(v.bytes()), p)
	DECQ(left)
	JNZ(LabelRef(label))
	return x
}

// largest returns the largest piece of each unit and the number of the first of them. A
// NaN is larger than any number.
func (g group) largest() (most, number reg.VecVirtual) {
	v := g.vector
	number, candidate, left := v.new(), v.new(), GP64()
	VMOVUPS(g.firstPiece, number)
	VMOVUPS(g.firstPiece, candidate)
	most = g.fetch("first", g.a, candidate)
	MOVQ(g.pieces, left)
	Label("piece")
	DECQ(left)
	JZ(LabelRef("chosen"))
	VPADDD(g.one, candidate, candidate)
	x := g.fetch("other", g.a, candidate)
	if v.lanes == 16 {
		known, larger := K(), K()
		VCMPPS(U8(ordered), most, most, known)
		VCMPPS(U8(notAtMost), most, x, known, larger)
		VMOVAPS(x, larger, most)
		VMOVAPS(candidate, larger, number)
	} else {
		known, larger := v.new(), v.new()
		VCMPPS(U8(ordered), most, most, known)
		VCMPPS(U8(notAtMost), most, x, larger)
		VANDPS(known, larger, larger)
		VBLENDVPS(larger, x, most, most)
		VBLENDVPS(larger, candidate, number, number)
	}
	JMP(LabelRef("piece"))
	Label("chosen")
	return most, number
}

// spread writes the group at to: x of each unit where its number says, 0 elsewhere. The
// unit of float i is i/pieces, rounded down: half a float more keeps that quotient so far
// from whole numbers that its rounding does no harm for fewer than 2^16 pieces.
func (g group) spread(x, number reg.VecVirtual, to reg.Register) {
	v := g.vector
	p, left := GP64(), GP64()
	MOVQ(to, p)
	MOVQ(g.pieces, left)
	here, behind, share := v.counting(), v.new(), v.new()
	VCVTDQ2PS(v.word(g.pieces.(reg.GPVirtual).As32()), share)
	VDIVPS(share, v.constant(1), share)
	VCVTDQ2PS(here, behind)
	VADDPS(v.constant(0.5), behind, behind)
	all, allBehind := v.bits(uint32(v.lanes)), v.constant(float64(v.lanes))
	Label("spread")
	unit, there := v.new(), v.new()
	VMULPS(share, behind, unit)
	VCVTTPS2DQ(unit, unit)
	VPERMD(number, unit, there)
	if v.lanes == 16 {
		k, out := K(), v.new()
		VPCMPEQD(here, there, k)
		VPERMPS_Z(x, unit, k, out)
		VMOVUPS(out, at(p))
	} else {
		VPCMPEQD(here, there, there)
		VPERMPS(x, unit, unit)
		VANDPS(there, unit, unit)
		VMOVUPS(unit, at(p))
	}
	VPADDD(all, here, here)
	VADDPS(allBehind, behind, behind)
	ADDQ(U8(v.bytes()), p)
	DECQ(left)
	JNZ(LabelRef("spread"))
}
