package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A vector's float32 values as two vectors of float64, and back.

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

// narrow rounds a vector of float64 to half a vector of float32.
func (v vector) narrow(wide reg.VecVirtual, to reg.Register) {
	if v.lanes == 16 {
		VCVTPD2PS(wide, to)
	} else {
		VCVTPD2PSY(wide, to)
	}
}

// join puts the upper half of a register in its place.
func (v vector) join(upper reg.Register, r reg.VecVirtual) {
	if v.lanes == 16 {
		VINSERTF64X4(U8(1), upper, r, r)
	} else {
		VINSERTF128(U8(1), upper, r, r)
	}
}

// sumSquares adds up squares in eight lanes of float64, element j in lane j%8, then
// halves of the lanes, as the Go function of the name does: the squares are exact.
func sumSquares(v vector) {
	TEXT("sumSquares"+v.name, NOSPLIT, "func(n int, x *float32) float64")
	Pragma("noescape")
	Doc("sumSquares" + v.name + " adds up the squares of n values in float64.")
	n, x := param("n"), param("x")
	lanes := v.regs(16 / v.lanes)
	for _, s := range lanes {
		v.zero(s)
	}
	loop(v, n, []reg.Register{x}, func(mask Op) {
		t := v.new()
		v.load(at(x), mask, t)
		upper := v.half(t)
		for i, part := range []reg.Register{v.low(t), upper} {
			wide, sum := v.new(), lanes[i%len(lanes)]
			VCVTPS2PD(part, wide)
			VFMADD231PD(wide, wide, sum)
		}
	})
	four, two, t := lanes[0].AsY(), lanes[0].AsX(), XMM()
	if v.lanes == 16 {
		VADDPD(v.half(lanes[0]), four, four)
	} else {
		VADDPD(lanes[1], four, four)
	}
	VEXTRACTF128(U8(1), four, t)
	VADDPD(t, two, two)
	VUNPCKHPD(two, two, t)
	VADDSD(t, two, two)
	Store(two, ReturnIndex(0))
	finish()
}

// scaleRow multiplies in float64.
func scaleRow(v vector) {
	TEXT("scaleRow"+v.name, NOSPLIT, "func(n int, to, x *float32, factor float64)")
	Pragma("noescape")
	Doc("scaleRow" + v.name + " writes n values of x times factor.")
	n, to, x := param("n"), param("to"), param("x")
	factor := v.new()
	VBROADCASTSD(Load(Param("factor"), XMM()), factor)
	loop(v, n, []reg.Register{to, x}, func(mask Op) {
		t, out := v.new(), v.new()
		v.load(at(x), mask, t)
		upper := v.half(t)
		var parts [2]reg.Register
		for i, part := range []reg.Register{v.low(t), upper} {
			wide := v.new()
			VCVTPS2PD(part, wide)
			VMULPD(factor, wide, wide)
			parts[i] = v.low(v.new())
			if i == 0 {
				parts[i] = v.low(out)
			}
			v.narrow(wide, parts[i])
		}
		v.join(parts[1], out)
		v.store(out, mask, at(to))
	})
	finish()
}
