package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The passes down the columns of a matrix: the gradients of the activations, and the
// bias gradients, which are sums in float64 in the order of the rows.

// abreast is how many vectors of columns one walk down the rows takes: together a few
// cache lines of each row, which hides how far the rows lie apart.
const abreast = 4

// gradients writes all of them for one instruction set.
func gradients(v vector) {
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
	gradColumns(v, "tanhGrad", func(reg.VecVirtual) func(d, y reg.VecVirtual) {
		one := v.constant(1)
		return func(d, y reg.VecVirtual) {
			t := v.new()
			VSUBPS(y, one, t)
			VADDPS(y, one, y)
			VMULPS(y, t, t)
			VMULPS(t, d, d)
		}
	})
	sumColumns(v)
}

// gradColumns walks down n columns of d and y (rows, stride), applies the activation's
// slope to d and sums d.
func gradColumns(v vector, name string, prepare func(slope reg.VecVirtual) func(d, y reg.VecVirtual)) {
	TEXT(name+v.name, NOSPLIT, "func(rows, stride, n int, d, dbias, y, slope *float32)")
	Pragma("noescape")
	Doc(name + v.name + " takes n columns of d, four vectors or at most one, through an activation and sums them.")
	d, y := param("d"), param("y")
	scale := prepare(v.spread(at(param("slope"))))
	walk(v, []reg.Register{d, y}, func(offset int, mask Op) reg.VecVirtual {
		x, t := v.new(), v.new()
		v.load(Mem{Base: d, Disp: offset}, mask, x)
		v.load(Mem{Base: y, Disp: offset}, mask, t)
		scale(x, t)
		v.store(x, mask, Mem{Base: d, Disp: offset})
		return x
	})
}

func sumColumns(v vector) {
	TEXT("sumColumns"+v.name, NOSPLIT, "func(rows, stride, n int, d, dbias *float32)")
	Pragma("noescape")
	Doc("sumColumns" + v.name + " sums n columns of d, four vectors or at most one.")
	d := param("d")
	walk(v, []reg.Register{d}, func(offset int, mask Op) reg.VecVirtual {
		x := v.new()
		v.load(Mem{Base: d, Disp: offset}, mask, x)
		return x
	})
}

// walk goes down the rows of n columns and writes to dbias the sums of what value
// returns for the vector at an offset of a row. ptrs move on by a row.
func walk(v vector, ptrs []reg.Register, value func(offset int, mask Op) reg.VecVirtual) {
	rows, stride, n := param("rows"), param("stride"), param("n")
	SHLQ(U8(2), stride)
	down := func(row string, vectors int, mask Op) {
		sums := v.regs(2 * vectors)
		for _, s := range sums {
			v.zero(s)
		}
		Label(row)
		for i := range vectors {
			x, wide := value(i*v.bytes(), mask), v.new()
			upper := v.half(x)
			VCVTPS2PD(v.low(x), wide)
			VADDPD(wide, sums[2*i], sums[2*i])
			VCVTPS2PD(upper, wide)
			VADDPD(wide, sums[2*i+1], sums[2*i+1])
		}
		for _, p := range ptrs {
			ADDQ(stride, p)
		}
		DECQ(rows)
		JNZ(LabelRef(row))
		dbias := param("dbias")
		for i := range vectors {
			out, high := v.new(), v.low(v.new())
			v.narrow(sums[2*i], v.low(out))
			v.narrow(sums[2*i+1], high)
			v.join(high, out)
			v.store(out, mask, Mem{Base: dbias, Disp: i * v.bytes()})
		}
		finish()
	}
	CMPQ(n, U32(abreast*v.lanes))
	JL(LabelRef("few"))
	down("rows", abreast, nil)
	Label("few")
	down("row", 1, v.mask(n))
}
