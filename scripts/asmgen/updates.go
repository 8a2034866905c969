package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The updates of parameters.

// updates writes all of them for one instruction set.
func updates(v vector) {
	adam(v)
	adagrad(v)
	momentum(v)
	mix(v)
	clip(v)
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
	const ahead = 1024 // bytes; four streams are more than a core fetches ahead by itself
	loop(v, n, []reg.Register{w, mp, vp, grad}, func(mask Op) {
		g, m, s, t, weight := v.new(), v.new(), v.new(), v.new(), v.new()
		for _, p := range []reg.Register{w, mp, vp, grad} {
			PREFETCHT0(Mem{Base: p, Disp: ahead})
		}
		v.load(at(grad), mask, g)
		v.load(at(mp), mask, m)
		v.load(at(vp), mask, s)
		v.load(at(w), mask, weight)
		VMULPS(b1, m, m)
		VMULPS(rest1, g, t)
		VADDPS(t, m, m)
		v.store(m, mask, at(mp))
		VMULPS(b2, s, s)
		VMULPS(rest2, g, t)
		VMULPS(g, t, t)
		VADDPS(t, s, s)
		v.store(s, mask, at(vp))
		VSQRTPS(s, s)
		VADDPS(eps, s, s)
		VMULPS(rate, m, m)
		VDIVPS(s, m, m)
		VSUBPS(m, weight, weight)
		v.store(weight, mask, at(w))
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

func adagrad(v vector) {
	TEXT("adagrad"+v.name, NOSPLIT, "func(n int, w, sum, grad, rate *float32)")
	Pragma("noescape")
	Doc("adagrad" + v.name + " is one update of n weights.")
	n, w, sum, grad := param("n"), param("w"), param("sum"), param("grad")
	rate := v.spread(at(param("rate")))
	loop(v, n, []reg.Register{w, sum, grad}, func(mask Op) {
		g, s, t := v.new(), v.new(), v.new()
		v.load(at(grad), mask, g)
		v.load(at(sum), mask, s)
		VMULPS(g, g, t)
		VADDPS(t, s, s)
		v.store(s, mask, at(sum))
		VSQRTPS(s, s)
		VMULPS(g, rate, g)
		VDIVPS(s, g, g)
		v.load(at(w), mask, t)
		VSUBPS(g, t, t)
		v.store(t, mask, at(w))
	})
	finish()
}

// momentum flushes denormals as adam does: where the gradient stays 0, as a dead unit's
// does, the velocity would fall among them and, for a factor above 1/2, stay there.
func momentum(v vector) {
	TEXT("momentum"+v.name, NOSPLIT, "func(n int, w, velocity, grad, rate, factor *float32)")
	Pragma("noescape")
	Doc("momentum" + v.name + " is one update of n weights.")
	n, w, velocity, grad := param("n"), param("w"), param("velocity"), param("grad")
	rate, factor := v.spread(at(param("rate"))), v.spread(at(param("factor")))
	restore := flushDenormals()
	loop(v, n, []reg.Register{w, velocity, grad}, func(mask Op) {
		u, t := v.new(), v.new()
		v.load(at(velocity), mask, u)
		v.load(at(grad), mask, t)
		VMULPS(factor, u, u)
		VADDPS(t, u, u)
		v.store(u, mask, at(velocity))
		VMULPS(rate, u, u)
		v.load(at(w), mask, t)
		VSUBPS(u, t, t)
		v.store(t, mask, at(w))
	})
	restore()
	finish()
}

// mix serves the moving average of weights, to being a, and interpolation.
func mix(v vector) {
	TEXT("mix"+v.name, NOSPLIT, "func(n int, to, a, b *float32, share float32)")
	Pragma("noescape")
	Doc("mix" + v.name + " writes n values share·a + (1-share)·b.")
	n, to, a, b := param("n"), param("to"), param("a"), param("b")
	share, rest := v.argument("share"), v.constant(1)
	VSUBPS(share, rest, rest)
	loop(v, n, []reg.Register{to, a, b}, func(mask Op) {
		x, y := v.new(), v.new()
		v.load(at(a), mask, x)
		v.load(at(b), mask, y)
		VMULPS(share, x, x)
		VMULPS(rest, y, y)
		VADDPS(y, x, x)
		v.store(x, mask, at(to))
	})
	finish()
}

func clip(v vector) {
	TEXT("clip"+v.name, NOSPLIT, "func(n int, w *float32, limit float32)")
	Pragma("noescape")
	Doc("clip" + v.name + " moves n values into [-limit, limit].")
	n, w, limit := param("n"), param("w"), v.argument("limit")
	least := v.new()
	v.xor(v.bits(1<<31), limit, least)
	loop(v, n, []reg.Register{w}, func(mask Op) {
		x := v.new()
		v.load(at(w), mask, x)
		VMAXPS(x, least, x) // in this order NaN stays
		VMINPS(x, limit, x)
		v.store(x, mask, at(w))
	})
	finish()
}
