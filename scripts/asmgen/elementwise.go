package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The vector bodies of kernels. An element goes through the same instructions in a whole vector
// as in the masked rest, so its result does not depend on where a piece of work begins or ends.
// The operations are those of the Go bodies in the same order, and give the same bits. The
// exceptions are the exponential, and denormals in updates.

// elementwise writes all of them for one instruction set.
func elementwise(v vector) {
	biasLinear(v)
	biasReLU(v)
	biasSigmoid(v)
	biasTanh(v)
	gradients(v)
	batch(v)
	maxout(v)
	updates(v)
	draws(v)
	sumSquares(v)
	scaleRow(v)
	notFinite(v)
	pixels(v)
}

// loop walks n elements, a vector at a time and the rest under a mask. Each of ptrs
// moves on by a vector.
func loop(v vector, n reg.Register, ptrs []reg.Register, body func(mask Op)) {
	SUBQ(U8(v.lanes), n)
	JL(LabelRef("rest"))
	Label("whole")
	body(nil)
	for _, p := range ptrs {
		ADDQ(U8(v.bytes()), p)
	}
	SUBQ(U8(v.lanes), n)
	JGE(LabelRef("whole"))
	Label("rest")
	ADDQ(U8(v.lanes), n)
	JZ(LabelRef("done"))
	body(v.mask(n))
	Label("done")
}

func finish() {
	VZEROUPPER()
	RET()
}

func param(name string) reg.Register { return Load(Param(name), GP64()) }

func at(p reg.Register) Mem { return Mem{Base: p} }

// argument returns a vector of copies of a float parameter.
func (v vector) argument(name string) reg.VecVirtual {
	r := v.new()
	VBROADCASTSS(Load(Param(name), XMM()), r)
	return r
}

// spread returns a vector of copies of a float in memory.
func (v vector) spread(m Mem) reg.VecVirtual {
	r := v.new()
	VBROADCASTSS(m, r)
	return r
}

// constant returns a vector of copies of a number.
func (v vector) constant(x float64) reg.VecVirtual {
	return v.bits(math.Float32bits(float32(x)))
}

func (v vector) bits(b uint32) reg.VecVirtual {
	g := GP32()
	MOVL(U32(b), g)
	return v.word(g)
}

// word returns a vector of copies of the low 32 bits of a general register.
func (v vector) word(g reg.Register) reg.VecVirtual {
	low, r := XMM(), v.new()
	VMOVD(g, low)
	VPBROADCASTD(low, r)
	return r
}

// Predicates of VCMPPS.
const (
	ordered    = 7  // true where neither is
	lessThan   = 17 // ordered: false for NaN
	notAtMost  = 22 // unordered: true for NaN
	notGreater = 26 // unordered: true for NaN
)

// scaleUnlessPositive multiplies x by slope where y is not above 0.
func (v vector) scaleUnlessPositive(x, y, slope reg.VecVirtual) {
	zero := v.new()
	v.zero(zero)
	if v.lanes == 16 {
		k := K()
		VCMPPS(U8(notGreater), zero, y, k)
		VMULPS(slope, x, k, x)
		return
	}
	VCMPPS(U8(notGreater), zero, y, zero)
	scaled := v.new()
	VMULPS(slope, x, scaled)
	VBLENDVPS(zero, scaled, x, x)
}

func biasLinear(v vector) {
	TEXT("biasLinear"+v.name, NOSPLIT, "func(n int, y, bias *float32)")
	Pragma("noescape")
	Doc("biasLinear" + v.name + " adds bias to y.")
	n, y, bias := param("n"), param("y"), param("bias")
	loop(v, n, []reg.Register{y, bias}, func(mask Op) {
		x, b := v.new(), v.new()
		v.load(at(y), mask, x)
		v.load(at(bias), mask, b)
		VADDPS(b, x, x)
		v.store(x, mask, at(y))
	})
	finish()
}

func biasReLU(v vector) {
	TEXT("biasReLU"+v.name, NOSPLIT, "func(n int, y, bias, slope *float32)")
	Pragma("noescape")
	Doc("biasReLU" + v.name + " adds bias to y and multiplies what is not above 0 by slope.")
	n, y, bias := param("n"), param("y"), param("bias")
	slope := v.spread(at(param("slope")))
	loop(v, n, []reg.Register{y, bias}, func(mask Op) {
		x, b := v.new(), v.new()
		v.load(at(y), mask, x)
		v.load(at(bias), mask, b)
		VADDPS(b, x, x)
		v.scaleUnlessPositive(x, x, slope)
		v.store(x, mask, at(y))
	})
	finish()
}

// notFinite takes the largest of the bits without the sign, moved up by one: those of NaN
// and infinities are above all others.
func notFinite(v vector) {
	TEXT("notFinite"+v.name, NOSPLIT, "func(n int, x *float32) bool")
	Pragma("noescape")
	Doc("notFinite" + v.name + " says whether a NaN or an infinity is among n values.")
	n, x := param("n"), param("x")
	most, infinity := v.new(), v.bits(0xff<<24)
	v.zero(most)
	loop(v, n, []reg.Register{x}, func(mask Op) {
		t := v.new()
		v.load(at(x), mask, t)
		VPADDD(t, t, t)
		VPMAXUD(t, most, most)
	})
	found := GP32()
	VPMAXUD(most, infinity, infinity)
	if v.lanes == 16 {
		k := K()
		VPCMPEQD(most, infinity, k)
		KMOVW(k, found)
	} else {
		VPCMPEQD(most, infinity, infinity)
		VMOVMSKPS(infinity, found)
	}
	TESTL(found, found)
	b := GP8()
	SETNE(b)
	Store(b, ReturnIndex(0))
	finish()
}

// pixels divides bytes by 255. n is a multiple of the vector's length.
func pixels(v vector) {
	TEXT("pixels"+v.name, NOSPLIT, "func(n int, x *float32, p *uint8)")
	Pragma("noescape")
	Doc("pixels" + v.name + " writes n bytes, whole vectors of them, as floats from 0 to 1.")
	n, x, p := param("n"), param("x"), param("p")
	scale := v.constant(255)
	Label("whole")
	CMPQ(n, U8(v.lanes))
	JL(LabelRef("done"))
	t := v.new()
	VPMOVZXBD(at(p), t)
	VCVTDQ2PS(t, t)
	VDIVPS(scale, t, t)
	VMOVUPS(t, at(x))
	ADDQ(U8(v.lanes), p)
	ADDQ(U8(v.bytes()), x)
	SUBQ(U8(v.lanes), n)
	JMP(LabelRef("whole"))
	Label("done")
	finish()
}
