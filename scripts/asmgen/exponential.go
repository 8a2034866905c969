package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The activations that take an exponential.

// exponential holds the constants of exp(t) for t of at most 0, which is
// 2^k·(1 + r·s) with k = round(t/log 2) and |r| at most log(2)/2, where the series
// 1 + r·s to r^7 is off by less than 6e-9. t is kept above -86, so that 2^k is no
// denormal.
type exponential struct {
	vector
	least, log2e, ln2high, ln2low, one reg.VecVirtual
	series                             Mem
}

func (v vector) exponential(name string) exponential {
	// log 2 in two parts; the first has so few bits that k times it is exact.
	high := 355.0 / 512
	e := exponential{v, v.constant(-86), v.constant(math.Log2E), v.constant(high), v.constant(math.Ln2 - high),
		v.constant(1), GLOBL(name+v.name, RODATA|NOPTR)}
	for i, factorial := range []float64{5040, 720, 120, 24, 6, 2} {
		DATA(4*i, U32(math.Float32bits(float32(1/factorial))))
	}
	return e
}

// reduce makes t its r, and returns s and what adds k to a float's exponent.
func (e exponential) reduce(t reg.VecVirtual) (s, k reg.VecVirtual) {
	k = e.new()
	VMAXPS(t, e.least, t) // in this order NaN stays
	VMULPS(e.log2e, t, k)
	if e.lanes == 16 {
		VRNDSCALEPS(U8(8), k, k)
	} else {
		VROUNDPS(U8(8), k, k)
	}
	VFNMADD231PS(e.ln2high, k, t)
	VFNMADD231PS(e.ln2low, k, t)
	s = e.spread(e.series)
	for i := 1; i < 6; i++ {
		VFMADD213PS(e.spread(e.series.Offset(4*i)), t, s)
	}
	VFMADD213PS(e.one, t, s)
	VCVTPS2DQ(k, k)
	VPSLLD(U8(23), k, k)
	return s, k
}

// biasSigmoid takes e = exp(-|x|), which cannot overflow, and divides: 1/(1+e) for
// positive x, e/(1+e) for others. Where exp keeps its argument above -86 the sigmoid is
// below 1e-37.
func biasSigmoid(v vector) {
	TEXT("biasSigmoid"+v.name, NOSPLIT, "func(n int, y, bias *float32)")
	Pragma("noescape")
	Doc("biasSigmoid" + v.name + " replaces y by the sigmoid of y + bias.")
	n, y, bias := param("n"), param("y"), param("bias")
	sign, exp := v.bits(1<<31), v.exponential("sigmoidSeries")
	loop(v, n, []reg.Register{y, bias}, func(mask Op) {
		x, t := v.new(), v.new()
		v.load(at(y), mask, x)
		v.load(at(bias), mask, t)
		VADDPS(t, x, x)
		v.or(sign, x, t)
		e, k := exp.reduce(t)
		VFMADD213PS(exp.one, t, e)
		VPADDD(k, e, e)
		top, bottom := v.new(), v.new()
		if v.lanes == 16 {
			zero, negative := v.new(), K()
			v.zero(zero)
			VCMPPS(U8(lessThan), zero, x, negative)
			VBLENDMPS(e, exp.one, negative, top)
		} else {
			VBLENDVPS(x, e, exp.one, top)
		}
		VADDPS(e, exp.one, bottom)
		VDIVPS(bottom, top, top)
		v.store(top, mask, at(y))
	})
	finish()
}

// biasTanh takes m = exp(-2|x|)-1 = 2^k·r·s + (2^k-1), which keeps its digits where it
// is near 0, and divides: tanh |x| = -m/(2+m). Tanh has the sign of x.
func biasTanh(v vector) {
	TEXT("biasTanh"+v.name, NOSPLIT, "func(n int, y, bias *float32)")
	Pragma("noescape")
	Doc("biasTanh" + v.name + " replaces y by the hyperbolic tangent of y + bias.")
	n, y, bias := param("n"), param("y"), param("bias")
	sign, two, exp := v.bits(1<<31), v.constant(2), v.exponential("tanhSeries")
	loop(v, n, []reg.Register{y, bias}, func(mask Op) {
		x, t := v.new(), v.new()
		v.load(at(y), mask, x)
		v.load(at(bias), mask, t)
		VADDPS(t, x, x)
		v.or(sign, x, t)
		VADDPS(t, t, t)
		m, power := exp.reduce(t)
		VMULPS(t, m, m)
		VPADDD(exp.one, power, power)
		VSUBPS(exp.one, power, t)
		VFMADD213PS(t, power, m)
		VADDPS(m, two, t)
		VDIVPS(t, m, m)
		// Negative, and turned where x is not.
		v.or(sign, m, m)
		v.andNot(x, sign, x)
		v.xor(x, m, m)
		v.store(m, mask, at(y))
	})
	finish()
}
