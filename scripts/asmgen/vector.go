package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vector is what differs between the two instruction sets.
//
// Tile choice. A tile of rows x 2 vectors needs 2*rows accumulators, two registers
// for a row of b and one or more for a broadcast element of a. Both units of a
// core start an FMA every cycle and take 4 cycles over it, so 8 accumulators hide
// the latency; more of them cost fewer loads an FMA, (rows+2)/(2*rows), of which a
// core does two a cycle. 14 rows fill the 32 registers of AVX-512 and 6 rows the
// 16 of AVX2.
//
// A tile of an a with zeros has fewer rows, so that more steps are 0 in all of them: two
// make a largest tile with AVX-512, and its 14 accumulators hide the latency still.
type vector struct {
	name   string
	lanes  int // float32 values in a register
	rows   int // of the largest tile
	sparse int // of the largest one that skips
	new    func() reg.VecVirtual
}

var (
	zmm = vector{"AVX512", 16, 14, 7, ZMM}
	ymm = vector{"AVX2", 8, 6, 6, YMM}
)

func (v vector) bytes() int { return 4 * v.lanes }

func (v vector) regs(n int) []reg.VecVirtual {
	r := make([]reg.VecVirtual, n)
	for i := range r {
		r[i] = v.new()
	}
	return r
}

// mask selects the first n lanes: in an opmask register for AVX-512, in the sign
// bits of a vector for AVX2.
func (v vector) mask(n reg.Register) Op {
	if v.lanes == 16 {
		bits, m := GP32(), K()
		MOVL(U32(0xffffffff), bits)
		BZHIL(n.(reg.GPVirtual).As32(), bits, bits)
		KMOVW(bits, m)
		return m
	}
	m := YMM()
	MOVQ(n, m.AsX())
	VPBROADCASTD(m.AsX(), m)
	VPCMPGTD(lanes(), m, m)
	return m
}

// load reads a vector of b or dst; what the mask, if any, leaves out is neither
// read nor able to fault, and is 0.
func (v vector) load(m Mem, mask Op, r reg.VecVirtual) {
	switch {
	case mask == nil:
		VMOVUPS(m, r)
	case v.lanes == 16:
		VMOVUPS_Z(m, mask, r)
	default:
		VMASKMOVPS(m, mask, r)
	}
}

func (v vector) store(r reg.VecVirtual, mask Op, m Mem) {
	switch {
	case mask == nil:
		VMOVUPS(r, m)
	case v.lanes == 16:
		VMOVUPS(r, mask, m)
	default:
		VMASKMOVPS(r, mask, m)
	}
}

func (v vector) zero(r reg.VecVirtual) { v.xor(r, r, r) }

func (v vector) or(a, b, r reg.VecVirtual) {
	if v.lanes == 16 {
		VPORD(a, b, r)
	} else {
		VORPS(a, b, r)
	}
}

func (v vector) xor(a, b, r reg.VecVirtual) {
	if v.lanes == 16 {
		VPXORD(a, b, r)
	} else {
		VXORPS(a, b, r)
	}
}

// andNot keeps the bits of a that are not in b.
func (v vector) andNot(b, a, r reg.VecVirtual) {
	if v.lanes == 16 {
		VPANDND(a, b, r)
	} else {
		VANDNPS(a, b, r)
	}
}

var laneNumbers Mem

// lanes is a constant: 0 to 15.
func lanes() Mem {
	if laneNumbers.Symbol.Name == "" {
		laneNumbers = GLOBL("lanes", RODATA|NOPTR)
		for i := range 16 {
			DATA(4*i, U32(i))
		}
	}
	return laneNumbers
}

// counting returns the numbers of the lanes in a register.
func (v vector) counting() reg.VecVirtual {
	r := v.new()
	VMOVUPS(lanes(), r)
	return r
}
