package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The passes over memory. Each element goes through the same instructions in a
// whole vector as in the masked rest, so its result does not depend on where a
// piece of work begins or ends. But for the exponential they are the operations of
// the Go bodies in the same order, and give the same bits.

// passes writes all of them for one instruction set.
func passes(v vector) {
	biasReLU(v)
	biasSigmoid(v)
	gradColumns(v, "reluGrad", func(slope reg.VecVirtual) func(d, y reg.VecVirtual) {
		return func(d, y reg.VecVirtual) { v.scaleUnlessPositive(d, y, slope) }
	})
	gradColumns(v, "sigmoidGrad", func(reg.VecVirtual) func(d, y reg.VecVirtual) {
		one := v.constant(1)
		return func(d, y reg.VecVirtual) {
			t := v.new()
			VSUBPS(y, one, t)
			VMULPS(t, y, y)
			VMULPS(y, d, d)
		}
	})
	adam(v)
	notFinite(v)
	pixels(v)
}

// loop walks n elements, a vector at a time and the rest under a mask. Each of ptrs
// moves on by a vector.
func loop(v vector, n reg.Register, ptrs []reg.Register, body func(mask Op)) {
	Label("whole")
	CMPQ(n, U8(v.lanes))
	JL(LabelRef("rest"))
	body(nil)
	for _, p := range ptrs {
		ADDQ(U8(v.bytes()), p)
	}
	SUBQ(U8(v.lanes), n)
	JMP(LabelRef("whole"))
	Label("rest")
	TESTQ(n, n)
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
	g, r := GP32(), v.new()
	MOVL(U32(b), g)
	low := XMM()
	VMOVD(g, low)
	VPBROADCASTD(low, r)
	return r
}

// Predicates of VCMPPS.
const (
	lessThan   = 17 // ordered: false for NaN
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

// biasSigmoid takes e = exp(-|x|), which cannot overflow, and divides: 1/(1+e) for
// positive x, e/(1+e) for others. exp(t) is 2^n·exp(r) with n = round(t/log 2) and
// |r| at most log(2)/2, where the series to r^7 is off by less than 6e-9. t is kept
// above -86, so that 2^n is no denormal; there the sigmoid is below 1e-37.
func biasSigmoid(v vector) {
	TEXT("biasSigmoid"+v.name, NOSPLIT, "func(n int, y, bias *float32)")
	Pragma("noescape")
	Doc("biasSigmoid" + v.name + " replaces y by the sigmoid of y + bias.")
	n, y, bias := param("n"), param("y"), param("bias")
	sign, least, log2e := v.bits(1<<31), v.constant(-86), v.constant(math.Log2E)
	// log 2 in two parts; the first has so few bits that n times it is exact.
	high := 355.0 / 512
	ln2high, ln2low := v.constant(high), v.constant(math.Ln2-high)
	one := v.constant(1)
	series := GLOBL("series"+v.name, RODATA|NOPTR)
	for i, factorial := range []float64{5040, 720, 120, 24, 6, 2} {
		DATA(4*i, U32(math.Float32bits(float32(1/factorial))))
	}
	loop(v, n, []reg.Register{y, bias}, func(mask Op) {
		x, t := v.new(), v.new()
		v.load(at(y), mask, x)
		v.load(at(bias), mask, t)
		VADDPS(t, x, x)
		if v.lanes == 16 {
			VPORD(sign, x, t)
		} else {
			VORPS(sign, x, t)
		}
		VMAXPS(t, least, t) // in this order NaN stays
		k := v.new()
		VMULPS(log2e, t, k)
		if v.lanes == 16 {
			VRNDSCALEPS(U8(8), k, k)
		} else {
			VROUNDPS(U8(8), k, k)
		}
		VFNMADD231PS(ln2high, k, t)
		VFNMADD231PS(ln2low, k, t)
		e := v.spread(series)
		for i := 1; i < 6; i++ {
			VFMADD213PS(v.spread(series.Offset(4*i)), t, e)
		}
		VFMADD213PS(one, t, e)
		VFMADD213PS(one, t, e)
		VCVTPS2DQ(k, k)
		VPSLLD(U8(23), k, k)
		VPADDD(k, e, e)
		top, bottom := v.new(), v.new()
		if v.lanes == 16 {
			zero, negative := v.new(), K()
			v.zero(zero)
			VCMPPS(U8(lessThan), zero, x, negative)
			VBLENDMPS(e, one, negative, top)
		} else {
			VBLENDVPS(x, e, one, top)
		}
		VADDPS(e, one, bottom)
		VDIVPS(bottom, top, top)
		v.store(top, mask, at(y))
	})
	finish()
}

// gradColumns walks down n columns, at most one vector, of d and y (rows, stride),
// applies the activation's slope to d and sums d in float64, in the order of the
// rows.
func gradColumns(v vector, name string, prepare func(slope reg.VecVirtual) func(d, y reg.VecVirtual)) {
	TEXT(name+v.name, NOSPLIT, "func(rows, stride, n int, d, dbias, y, slope *float32)")
	Pragma("noescape")
	Doc(name + v.name + " takes n columns of d, at most one vector, through an activation and sums them.")
	mask := v.mask(param("n"))
	rows, stride, d, y := param("rows"), param("stride"), param("d"), param("y")
	SHLQ(U8(2), stride)
	scale := prepare(v.spread(at(param("slope"))))
	sums := v.regs(2)
	for _, s := range sums {
		v.zero(s)
	}
	Label("row")
	x, t, wide := v.new(), v.new(), v.new()
	v.load(at(d), mask, x)
	v.load(at(y), mask, t)
	scale(x, t)
	v.store(x, mask, at(d))
	upper := v.half(x)
	VCVTPS2PD(v.low(x), wide)
	VADDPD(wide, sums[0], sums[0])
	VCVTPS2PD(upper, wide)
	VADDPD(wide, sums[1], sums[1])
	ADDQ(stride, d)
	ADDQ(stride, y)
	DECQ(rows)
	JNZ(LabelRef("row"))
	out := v.new()
	high := v.low(v.new())
	if v.lanes == 16 {
		VCVTPD2PS(sums[0], v.low(out))
		VCVTPD2PS(sums[1], high)
		VINSERTF64X4(U8(1), high, out, out)
	} else {
		VCVTPD2PSY(sums[0], v.low(out))
		VCVTPD2PSY(sums[1], high)
		VINSERTF128(U8(1), high, out, out)
	}
	v.store(out, mask, at(param("dbias")))
	finish()
}

// low is the lower half of a register.
func (v vector) low(r reg.VecVirtual) reg.Register {
	if v.lanes == 16 {
		return r.AsY()
	}
	return r.AsX()
}

// half returns the upper half of a register in one of its own.
func (v vector) half(r reg.VecVirtual) reg.Register {
	if v.lanes == 16 {
		h := YMM()
		VEXTRACTF64X4(U8(1), r, h)
		return h
	}
	h := XMM()
	VEXTRACTF128(U8(1), r, h)
	return h
}

// adam is the body of kernel adam; scalars holds beta1, beta2 and epsilon.
//
// Gradients of 1e-20 and below have squares that are denormal, and each operation on
// one takes a hundred cycles and more. They are flushed to 0 here: beside epsilon they
// count for nothing.
func adam(v vector) {
	TEXT("adam"+v.name, NOSPLIT, "func(n int, w, m, v, grad, rate, scalars *float32)")
	Pragma("noescape")
	Doc("adam" + v.name + " is one update of n weights.")
	n, w, mp, vp, grad, s := param("n"), param("w"), param("m"), param("v"), param("grad"), param("scalars")
	rate, b1 := v.spread(at(param("rate"))), v.spread(at(s))
	b2, eps := v.spread(Mem{Base: s, Disp: 4}), v.spread(Mem{Base: s, Disp: 8})
	rest1, rest2 := v.constant(1), v.constant(1)
	VSUBPS(b1, rest1, rest1)
	VSUBPS(b2, rest2, rest2)
	restore := flushDenormals()
	loop(v, n, []reg.Register{w, mp, vp, grad}, func(mask Op) {
		g, m, t := v.new(), v.new(), v.new()
		v.load(at(grad), mask, g)
		v.load(at(mp), mask, m)
		VMULPS(b1, m, m)
		VMULPS(rest1, g, t)
		VADDPS(t, m, m)
		v.store(m, mask, at(mp))
		s := v.new()
		v.load(at(vp), mask, s)
		VMULPS(b2, s, s)
		VMULPS(rest2, g, t)
		VMULPS(g, t, t)
		VADDPS(t, s, s)
		v.store(s, mask, at(vp))
		VSQRTPS(s, s)
		VADDPS(eps, s, s)
		VMULPS(rate, m, m)
		VDIVPS(s, m, m)
		v.load(at(w), mask, t)
		VSUBPS(m, t, t)
		v.store(t, mask, at(w))
	})
	restore()
	finish()
}

// flushDenormals sets both bits of MXCSR that take denormals for 0, of results and of
// operands. restore puts the register back, as the Go around expects it.
func flushDenormals() (restore func()) {
	const bits = 1<<15 | 1<<6
	saved, flushing, g := AllocLocal(8), AllocLocal(8), GP32()
	VSTMXCSR(saved)
	MOVL(saved, g)
	ORL(U32(bits), g)
	MOVL(g, flushing)
	VLDMXCSR(flushing)
	return func() { VLDMXCSR(saved) }
}

// notFinite adds up 0·x, which is 0 for finite x and NaN for others.
func notFinite(v vector) {
	TEXT("notFinite"+v.name, NOSPLIT, "func(n int, x *float32) bool")
	Pragma("noescape")
	Doc("notFinite" + v.name + " says whether a NaN or an infinity is among n values.")
	n, x := param("n"), param("x")
	zero, sum := v.new(), v.new()
	v.zero(zero)
	v.zero(sum)
	loop(v, n, []reg.Register{x}, func(mask Op) {
		t := v.new()
		v.load(at(x), mask, t)
		VFMADD231PS(zero, t, sum)
	})
	found := GP32()
	const unordered = 3
	if v.lanes == 16 {
		k := K()
		VCMPPS(U8(unordered), sum, sum, k)
		KMOVW(k, found)
	} else {
		VCMPPS(U8(unordered), sum, sum, sum)
		VMOVMSKPS(sum, found)
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
