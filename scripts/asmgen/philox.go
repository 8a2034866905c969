package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// uniform writes the noise of groups of blocks: Philox4x32-10 with a block of four
// words in each lane, the words scaled to [-1,1) and set in order, a block's four
// behind one another. It wants more registers than AVX2 has.
func uniform() {
	v := zmm
	TEXT("uniform"+v.name, NOSPLIT, "func(groups int, dst *float32, block, purpose, step, key0, key1 uint32)")
	Pragma("noescape")
	Doc("uniform" + v.name + " writes four values for each lane of each group of blocks.")
	groups, dst := param("groups"), param("dst")
	word := func(name string) reg.VecVirtual {
		g, low, r := Load(Param(name), GP32()), XMM(), v.new()
		VMOVD(g, low)
		VPBROADCASTD(low, r)
		return r
	}
	block, purpose, step := word("block"), word("purpose"), word("step")
	key := [2]reg.VecVirtual{word("key0"), word("key1")}
	VPADDD(counting(), block, block)
	multiplier := [2]reg.VecVirtual{v.bits(0xD2511F53), v.bits(0xCD9E8D57)}
	weyl := [2]reg.VecVirtual{v.bits(0x9E3779B9), v.bits(0xBB67AE85)}
	scale, one, lanes := v.constant(1.0/(1<<23)), v.constant(1), v.bits(uint32(v.lanes))
	bits, odd := GP32(), K()
	MOVL(U32(0xaaaa), bits)
	KMOVW(bits, odd)

	Label("group")
	c, k := v.regs(4), v.regs(2)
	VMOVDQU32(block, c[0])
	VMOVDQU32(purpose, c[1])
	VMOVDQU32(step, c[2])
	v.zero(c[3])
	for i := range k {
		VMOVDQU32(key[i], k[i])
	}
	for range 10 {
		h0, l0 := words(c[0], multiplier[0], odd)
		h1, l1 := words(c[2], multiplier[1], odd)
		VPXORD(c[1], h1, h1)
		VPXORD(k[0], h1, h1)
		VPXORD(c[3], h0, h0)
		VPXORD(k[1], h0, h0)
		c[0], c[1], c[2], c[3] = h1, l1, h0, l0
		for i := range k {
			VPADDD(weyl[i], k[i], k[i])
		}
	}
	for _, r := range c {
		VPSRLD(U8(8), r, r)
		VCVTDQ2PS(r, r)
		VMULPS(scale, r, r)
		VSUBPS(one, r, r)
	}
	// Within each 128 bits, four words of four blocks become four blocks of four words.
	low01, high01, low23, high23 := v.new(), v.new(), v.new(), v.new()
	VUNPCKLPS(c[1], c[0], low01)
	VUNPCKHPS(c[1], c[0], high01)
	VUNPCKLPS(c[3], c[2], low23)
	VUNPCKHPS(c[3], c[2], high23)
	for i, pair := range [][2]reg.VecVirtual{{low01, low23}, {high01, high23}} {
		first, second := v.new(), v.new()
		VUNPCKLPD(pair[1], pair[0], first)
		VUNPCKHPD(pair[1], pair[0], second)
		for quarter := range v.lanes / 4 {
			VEXTRACTF32X4(U8(quarter), first, Mem{Base: dst, Disp: 16 * (4*quarter + 2*i)})
			VEXTRACTF32X4(U8(quarter), second, Mem{Base: dst, Disp: 16 * (4*quarter + 2*i + 1)})
		}
	}
	VPADDD(lanes, block, block)
	ADDQ(I32(4*v.bytes()), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	finish()
}

// words returns the high and the low words of the lanes of x times m; odd selects the
// odd lanes.
func words(x, m reg.VecVirtual, odd Op) (high, low reg.VecVirtual) {
	even, others := ZMM(), ZMM()
	VPSRLQ(U8(32), x, others)
	VPMULUDQ(m, x, even)
	VPMULUDQ(m, others, others)
	high, low = ZMM(), ZMM()
	VPSRLQ(U8(32), even, high)
	VPSLLQ(U8(32), others, low)
	VPBLENDMD(others, high, odd, high)
	VPBLENDMD(low, even, odd, low)
	return high, low
}

// counting is a vector of 0 to 15.
func counting() reg.VecVirtual {
	bytes := GLOBL("counting", RODATA|NOPTR)
	for i := range 16 {
		DATA(i, U8(i))
	}
	r := ZMM()
	VPMOVZXBD(bytes, r)
	return r
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
