package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rows writes the passes over rows of n elements that do not follow each other.
func rows(v vector) {
	copyRows(v)
	sumRows(v)
}

func copyRows(v vector) {
	TEXT("copyRows"+v.name, NOSPLIT, "func(rows, n int, dst *float32, dstride int, src *float32, sstride int)")
	Pragma("noescape")
	Doc("copyRows" + v.name + " copies rows of n elements.")
	downRows(v, func(src, offset reg.Register, mask Op) reg.VecVirtual {
		x := v.new()
		v.load(Mem{Base: src, Index: offset, Scale: 1}, mask, x)
		return x
	})
}

func sumRows(v vector) {
	TEXT("sumRows"+v.name, NOSPLIT, "func(rows, n int, dst *float32, dstride int, src **float32, sstride, sources int)")
	Pragma("noescape")
	Doc("sumRows" + v.name + " sums rows of n elements of some sources, in their order, from 0.")
	sources := param("sources")
	SHLQ(U8(3), sources)
	ADDQ(param("src"), sources) // their end
	number := 0
	downRows(v, func(src, offset reg.Register, mask Op) reg.VecVirtual {
		sum, x, table, p := v.new(), v.new(), GP64(), GP64()
		v.zero(sum)
		MOVQ(src, table)
		label := "source" + string(rune('a'+number))
		number++
		Label(label)
		MOVQ(Mem{Base: table}, p)
		v.load(Mem{Base: p, Index: offset, Scale: 1}, mask, x)
		VADDPS(x, sum, sum)
		ADDQ(U8(8), table)
		CMPQ(table, sources)
		JNE(LabelRef(label))
		return sum
	})
}

// downRows goes down the rows a vector of columns at a time, and writes to dst what value returns for the
// bytes at an offset of src.
func downRows(v vector, value func(src, offset reg.Register, mask Op) reg.VecVirtual) {
	rows, n := param("rows"), param("n")
	dst, ds, src, ss := param("dst"), stride("dstride"), param("src"), stride("sstride")
	column := GP64()
	XORQ(column, column)
	down := func(label string, mask Op) {
		left, to, offset := GP64(), GP64(), GP64()
		MOVQ(rows, left)
		LEAQ(Mem{Base: dst, Index: column, Scale: 1}, to)
		MOVQ(column, offset)
		Label(label)
		v.store(value(src, offset, mask), mask, at(to))
		ADDQ(ss, offset)
		ADDQ(ds, to)
		DECQ(left)
		JNZ(LabelRef(label))
	}
	Label("columns")
	CMPQ(n, U8(v.lanes))
	JL(LabelRef("rest"))
	down("whole", nil)
	ADDQ(U8(v.bytes()), column)
	SUBQ(U8(v.lanes), n)
	JMP(LabelRef("columns"))
	Label("rest")
	TESTQ(n, n)
	JZ(LabelRef("done"))
	down("row", v.mask(n))
	Label("done")
	finish()
}
