package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The passes of batch normalisation down the columns of a matrix, in float64. A pass takes batchColumns
// columns. What belongs to a column, a sum or a factor, is in a table with a row of batchColumns float64
// for each kind.

const batchColumns = 16

// batch writes all of them for one instruction set.
func batch(v vector) {
	batchMoments(v)
	batchSums(v)
	batchNorm(v)
	batchGrad(v)
}

// table is the memory of a row of the table of columns, for the nth vector of float64.
func (v vector) table(base reg.Register, row, nth int) Mem {
	return Mem{Base: base, Disp: row*batchColumns*8 + nth*v.bytes()}
}

// wide returns a vector of float32 as two of float64.
func (v vector) wide(m Mem, mask Op) [2]reg.VecVirtual {
	x, w := v.new(), [2]reg.VecVirtual{v.new(), v.new()}
	v.load(m, mask, x)
	upper := v.half(x)
	VCVTPS2PD(v.low(x), w[0])
	VCVTPS2PD(upper, w[1])
	return w
}

// rounded stores two vectors of float64 as one of float32.
func (v vector) rounded(w [2]reg.VecVirtual, mask Op, m Mem) {
	out, high := v.new(), v.low(v.new())
	v.narrow(w[0], v.low(out))
	v.narrow(w[1], high)
	v.join(high, out)
	v.store(out, mask, m)
}

// eachBatchRow walks down the rows of n columns. value does one row for its nth vector of float32. sums are rows of the
// table, which are read before and written after. The lines of a later row are fetched ahead.
func eachBatchRow(v vector, columns reg.Register, ptrs []reg.Register, sums int, value func(nth int, mask Op, sums [][2]reg.VecVirtual)) {
	const ahead = 32 // rows
	rows, stride, n := param("rows"), param("stride"), param("n")
	SHLQ(U8(2), stride)
	later := GP64()
	IMUL3Q(U32(ahead), stride, later)
	vectors := batchColumns / v.lanes
	down := func(row string, masks []Op) {
		all := make([][][2]reg.VecVirtual, vectors)
		eachSum := func(do func(m Mem, r reg.VecVirtual)) {
			for nth := range vectors {
				for s := range sums {
					for h := range 2 {
						do(v.table(columns, s, 2*nth+h), all[nth][s][h])
					}
				}
			}
		}
		for nth := range all {
			for range sums {
				all[nth] = append(all[nth], [2]reg.VecVirtual{v.new(), v.new()})
			}
		}
		eachSum(func(m Mem, r reg.VecVirtual) { VMOVUPD(m, r) })
		Label(row)
		for _, p := range ptrs {
			PREFETCHT0(Mem{Base: p, Index: later, Scale: 1})
		}
		for nth := range vectors {
			value(nth, masks[nth], all[nth])
		}
		for _, p := range ptrs {
			ADDQ(stride, p)
		}
		DECQ(rows)
		JNZ(LabelRef(row))
		eachSum(func(m Mem, r reg.VecVirtual) { VMOVUPD(r, m) })
		finish()
	}
	CMPQ(n, U32(batchColumns))
	JL(LabelRef("few"))
	down("rows", make([]Op, vectors))
	Label("few")
	masks := []Op{v.mask(n)}
	for range vectors - 1 {
		SUBQ(U8(v.lanes), n)
		masks = append(masks, v.mask(n))
	}
	down("row", masks)
}

func batchMoments(v vector) {
	TEXT("batchMoments"+v.name, NOSPLIT, "func(rows, stride, n int, x *float32, columns *float64)")
	Pragma("noescape")
	Doc("batchMoments" + v.name + " adds the values of n columns of x, 16 at most, and their squares, to two rows of columns.")
	x, columns := param("x"), param("columns")
	eachBatchRow(v, columns, []reg.Register{x}, 2, func(nth int, mask Op, sums [][2]reg.VecVirtual) {
		for h, w := range v.wide(Mem{Base: x, Disp: nth * v.bytes()}, mask) {
			VADDPD(w, sums[0][h], sums[0][h])
			VFMADD231PD(w, w, sums[1][h]) // a square is exact
		}
	})
}

func batchSums(v vector) {
	TEXT("batchSums"+v.name, NOSPLIT, "func(rows, stride, n int, d, x *float32, columns *float64)")
	Pragma("noescape")
	Doc("batchSums" + v.name + " adds the values of n columns of d, 16 at most, to the first row of columns, and their products with x-middle to the second. The third is middle.")
	d, x, columns := param("d"), param("x"), param("columns")
	eachBatchRow(v, columns, []reg.Register{d, x}, 2, func(nth int, mask Op, sums [][2]reg.VecVirtual) {
		values := v.wide(Mem{Base: x, Disp: nth * v.bytes()}, mask)
		for h, w := range v.wide(Mem{Base: d, Disp: nth * v.bytes()}, mask) {
			VADDPD(w, sums[0][h], sums[0][h])
			VSUBPD(v.table(columns, 2, 2*nth+h), values[h], values[h])
			VMULPD(values[h], w, w)
			VADDPD(w, sums[1][h], sums[1][h])
		}
	})
}

func batchNorm(v vector) {
	TEXT("batchNorm"+v.name, NOSPLIT, "func(rows, stride, n int, y, x *float32, columns *float64)")
	Pragma("noescape")
	Doc("batchNorm" + v.name + " writes (x-middle)·factor for n columns, 16 at most, where columns has the rows middle and factor.")
	y, x, columns := param("y"), param("x"), param("columns")
	eachBatchRow(v, columns, []reg.Register{y, x}, 0, func(nth int, mask Op, _ [][2]reg.VecVirtual) {
		w := v.wide(Mem{Base: x, Disp: nth * v.bytes()}, mask)
		for h, r := range w {
			VSUBPD(v.table(columns, 0, 2*nth+h), r, r)
			VMULPD(v.table(columns, 1, 2*nth+h), r, r)
		}
		v.rounded(w, mask, Mem{Base: y, Disp: nth * v.bytes()})
	})
}

func batchGrad(v vector) {
	TEXT("batchGrad"+v.name, NOSPLIT, "func(rows, stride, n int, d, x *float32, columns *float64)")
	Pragma("noescape")
	Doc("batchGrad" + v.name + " replaces d by factor·(d - average - (x-middle)·slope) for n columns, 16 at most, where columns has the rows middle, factor, average and slope.")
	d, x, columns := param("d"), param("x"), param("columns")
	eachBatchRow(v, columns, []reg.Register{d, x}, 0, func(nth int, mask Op, _ [][2]reg.VecVirtual) {
		at := Mem{Base: d, Disp: nth * v.bytes()}
		values, w := v.wide(Mem{Base: x, Disp: nth * v.bytes()}, mask), v.wide(at, mask)
		for h, r := range w {
			VSUBPD(v.table(columns, 0, 2*nth+h), values[h], values[h])
			VMULPD(v.table(columns, 3, 2*nth+h), values[h], values[h])
			VSUBPD(v.table(columns, 2, 2*nth+h), r, r)
			VSUBPD(values[h], r, r)
			VMULPD(v.table(columns, 1, 2*nth+h), r, r)
		}
		v.rounded(w, mask, at)
	})
}
