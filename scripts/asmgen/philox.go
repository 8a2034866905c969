package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The passes that draw: Philox4x32-10 with a counter in each 64-bit lane. The product of
// two words fills such a lane; its lower half is a word as it stands, its upper half
// after one shift, and what the upper half of a lane holds otherwise is of no account.

// draws writes all of them for one instruction set.
func draws(v vector) {
	order := v.order()

	TEXT("uniform"+v.name, NOSPLIT, "func(groups int, dst *float32, "+counters+")")
	Pragma("noescape")
	Doc("uniform" + v.name + " writes values on [-1,1).")
	dst := param("dst")
	scale, one := v.constant(1.0/(1<<23)), v.constant(1)
	eachCounter(v, order, []reg.Register{dst}, func(offset int, x reg.VecVirtual) {
		VMULPS(scale, x, x)
		VSUBPS(one, x, x)
		VMOVUPS(x, Mem{Base: dst, Disp: offset})
	})

	TEXT("drop"+v.name, NOSPLIT, "func(groups int, y *float32, keep float32, "+counters+")")
	Pragma("noescape")
	Doc("drop" + v.name + " keeps values of y, divided by keep, and makes the others 0.")
	y, keep, exact := param("y"), v.argument("keep"), v.constant(1.0/(1<<24))
	eachCounter(v, order, []reg.Register{y}, func(offset int, x reg.VecVirtual) {
		t := v.new()
		VMULPS(exact, x, x)
		VMOVUPS(Mem{Base: y, Disp: offset}, t)
		if v.lanes == 16 {
			kept := K()
			VCMPPS(U8(lessThan), keep, x, kept)
			VDIVPS_Z(keep, t, kept, t)
		} else {
			VCMPPS(U8(lessThan), keep, x, x)
			VDIVPS(keep, t, t)
			VANDPS(x, t, t)
		}
		VMOVUPS(t, Mem{Base: y, Disp: offset})
	})

	TEXT("perturb"+v.name, NOSPLIT, "func(groups int, x, a *float32, size float32, "+counters+")")
	Pragma("noescape")
	Doc("perturb" + v.name + " writes a and noise from 0 to size.")
	to, a := param("x"), param("a")
	size, exact := v.argument("size"), v.constant(1.0/(1<<24))
	eachCounter(v, order, []reg.Register{to, a}, func(offset int, x reg.VecVirtual) {
		VMULPS(exact, x, x)
		VMULPS(size, x, x)
		VADDPS(Mem{Base: a, Disp: offset}, x, x)
		VMOVUPS(x, Mem{Base: to, Disp: offset})
	})
}

// counters are the parameters of every pass that draws. A group of counters gives two
// vectors of words.
const counters = "block, stream, step, key0, key1 uint32"

// eachCounter calls use with two vectors for each group: the upper 24 bits of a counter's
// four words, behind those of the counter before, as floats. ptrs move on by two vectors.
func eachCounter(v vector, order Mem, ptrs []reg.Register, use func(offset int, x reg.VecVirtual)) {
	const rounds = 10
	groups := param("groups")
	// The keys of all rounds; they leave no register free for anything else.
	keys := AllocLocal(8 * rounds)
	for i, weyl := range []uint32{0x9E3779B9, 0xBB67AE85} {
		key := Load(Param([]string{"key0", "key1"}[i]), GP32())
		for round := range rounds {
			MOVL(key, keys.Offset(8*round+4*i))
			ADDL(U32(weyl), key)
		}
	}
	word := func(name string) reg.VecVirtual { return v.word(Load(Param(name), GP32())) }
	block, stream, step, numbers := word("block"), word("stream"), word("step"), v.new()
	VPMOVZXBQ(order, numbers)
	VPADDD(numbers, block, block)
	multiplier := [2]reg.VecVirtual{v.bits(0xD2511F53), v.bits(0xCD9E8D57)}
	lanes := v.bits(uint32(v.lanes / 2))
	Label("group")
	c := v.regs(4)
	VMOVUPS(block, c[0])
	VMOVUPS(stream, c[1])
	VMOVUPS(step, c[2])
	v.zero(c[3])
	for round := range rounds {
		p0, p1 := v.new(), v.new()
		VPMULUDQ(multiplier[0], c[0], p0)
		VPMULUDQ(multiplier[1], c[2], p1)
		c[0], c[2] = c[1], c[3]
		v.mixUpper(p1, keys.Offset(8*round), c[0])
		v.mixUpper(p0, keys.Offset(8*round+4), c[2])
		c[1], c[3] = p1, p0
	}
	// Of two counters in each 128 bits, the first two words of both and the last two; then
	// the words of the one and those of the other.
	const even, odd = 0x88, 0xdd
	first, last, x := v.new(), v.new(), v.regs(2)
	VSHUFPS(U8(even), c[1], c[0], first)
	VSHUFPS(U8(even), c[3], c[2], last)
	VSHUFPS(U8(even), last, first, x[0])
	VSHUFPS(U8(odd), last, first, x[1])
	for i := range x {
		VPSRLD(U8(8), x[i], x[i])
		VCVTDQ2PS(x[i], x[i])
		use(i*v.bytes(), x[i])
	}
	VPADDD(lanes, block, block)
	for _, p := range ptrs {
		ADDQ(U8(2*v.bytes()), p)
	}
	DECQ(groups)
	JNZ(LabelRef("group"))
	finish()
}

// mixUpper adds to c, without carry, the upper half of each product and a key.
func (v vector) mixUpper(product reg.VecVirtual, key Mem, c reg.VecVirtual) {
	upper := v.new()
	VPSRLQ(U8(32), product, upper)
	if v.lanes == 16 {
		const xor3 = 0x96
		VPTERNLOGD_BCST(U8(xor3), key, upper, c)
		return
	}
	k := v.new()
	VPBROADCASTD(key, k)
	VPXOR(upper, c, c)
	VPXOR(k, c, c)
}

// order is a constant: which of a group's counters each 64-bit lane takes, the first half
// of them in the even lanes, so that the words come out in the order of the counters.
func (v vector) order() Mem {
	numbers := GLOBL("order"+v.name, RODATA|NOPTR)
	half := v.lanes / 4
	for i := range half {
		DATA(2*i, U8(i))
		DATA(2*i+1, U8(half+i))
	}
	return numbers
}

// prefetch asks for the cache lines of n bytes.
func prefetch() {
	TEXT("prefetch", NOSPLIT, "func(n int, p *uint8)")
	Pragma("noescape")
	Doc("prefetch asks for the cache lines of n bytes.")
	n, p := param("n"), param("p")
	Label("line")
	PREFETCHT0(Mem{Base: p})
	ADDQ(I32(64), p)
	SUBQ(U8(64), n)
	JG(LabelRef("line"))
	RET()
}
