package main

import (
	"fmt"

	"gorgan/kernels/dense"
)

// operand is one factor of the product. A thread loads quads of it: four neighbours in memory. In
// memory either the terms of a sum are neighbours, which is called along, or the elements of
// different sums:
//
//	along, a of a·b:  (rows, inner)      not along, b of a·b:  (inner, cols)
//
// Lanes want the elements of one term side by side in shared memory, so they write a quad that is
// along to four rows there. Tensor cores take both, so what is along stays along.
type operand struct {
	name, letter string // of the parameter, and of the registers
	size         int    // elements of a step that belong to one term: the tile's rows or columns
	from, limit  string // registers: the block's first such element, and the number of all
	along        bool
	kept         bool // along in shared memory too
	pitch        int  // floats in shared memory from one row there to the next
	bytes        int  // shared memory of one step
	loads        int  // quads of a thread
	stride       int  // terms from one quad of a thread to its next
	partial      bool // there are fewer quads than threads
	gather       gather
}

// place decides how the operand lies in shared memory. The pitches keep the lanes of a warp in
// different banks.
func (o *operand) place(t dense.Tile) {
	o.loads = o.size * t.Depth / 4 / threads
	if o.loads == 0 {
		o.loads, o.partial = 1, true
	}
	o.stride = 4 * threads / o.size
	rows := t.Depth
	switch {
	case !t.TF32:
		o.pitch = o.size + 4
	case o.along:
		o.kept, o.pitch, rows = true, t.Depth+4, o.size
	default:
		o.pitch = o.size + 8
	}
	o.bytes = 4 * rows * o.pitch
}

// at is the offset in bytes, in shared memory, of an element and a term.
func (o *operand) at(element, term int) int {
	if o.kept {
		return 4 * (element*o.pitch + term)
	}
	return 4 * (term*o.pitch + element)
}

// use sets the names that code for the operand needs.
func (k *kernel) use(o operand) {
	k.set("x", o.letter, "name", o.name, "size", o.size, "quads", o.size/4, "from", o.from, "limit", o.limit,
		"pitch", 4*o.pitch, "advance", 4*k.Depth, "stride", 4*o.stride)
}

// begin finds the thread's first quad: p<x> is its address, k<x> its first term, to<x> its place in
// shared memory, whose part for the operand begins at base, and in<x> says whether its elements are
// inside the operand.
func (k *kernel) begin(o operand, base int) {
	k.use(o)
	k.set("base", base)
	x := o.letter
	k.declare("u32", "k"+x+" to"+x)
	k.declare("u64", "p"+x)
	k.declare("pred", "in"+x)
	for i := range o.loads {
		k.declare("f32", plain(x+fmt.Sprint(i)+"_%d", 4))
	}
	switch {
	case o.along && o.size == threads:
		k.section(fmt.Sprintf("%s: the thread's quads are all terms of one of its %s", o.name, o.limit))
		k.code("mov.u32 %k<x>, 0;\nmov.u32 %j, %t;")
	case o.along:
		// Lanes 0 and 1 take eight terms of one element, lanes 2 and 3 those of the next: so the
		// lanes of a warp load whole sectors of memory and store to different banks.
		k.section(fmt.Sprintf("%s: the thread's quads are four terms of one of its %s", o.name, o.limit))
		k.code(`
			and.b32 %k<x>, %t, 1;
			shr.u32 %j, %t, 1;
			div.u32 %i, %j, <size>;
			rem.u32 %j, %j, <size>;
			mad.lo.u32 %k<x>, %i, 2, %k<x>;
			shl.b32 %k<x>, %k<x>, 2;`)
	default:
		k.section(fmt.Sprintf("%s: the thread's quads are one term of four of its %s", o.name, o.limit))
		k.code(`
			div.u32 %k<x>, %t, <quads>;
			rem.u32 %j, %t, <quads>;
			shl.b32 %j, %j, 2;`)
	}
	k.code("mov.u32 %to<x>, tile;")
	if base > 0 {
		k.code("add.u32 %to<x>, %to<x>, <base>;")
	}
	if o.kept {
		k.code(`
			mad.lo.u32 %to<x>, %j, <pitch>, %to<x>;
			mad.lo.u32 %to<x>, %k<x>, 4, %to<x>;`)
	} else {
		k.code(`
			mad.lo.u32 %to<x>, %k<x>, <pitch>, %to<x>;
			mad.lo.u32 %to<x>, %j, 4, %to<x>;`)
	}
	k.code(`
		add.u32 %j, %j, %<from>;
		setp.lt.u32 %in<x>, %j, %<limit>;`)
	if o.partial {
		k.declare("pred", "mine"+x)
		k.code(`
			setp.lt.u32 %mine<x>, %k<x>, <depth>;
			and.pred %in<x>, %in<x>, %mine<x>;`)
	}
	if o.gather != nil {
		k.beginGather(o)
		return
	}
	if o.along {
		k.code(`
			mul.wide.u32 %offset, %j, %inner;
			cvt.u64.u32 %address, %k<x>;`)
	} else {
		k.declare("u64", "step"+x)
		k.code(`
			mul.wide.u32 %step<x>, %<limit>, <stride>;
			mul.wide.u32 %offset, %k<x>, %<limit>;
			cvt.u64.u32 %address, %j;`)
	}
	k.code(`
		add.u64 %offset, %offset, %address;
		shl.b64 %offset, %offset, 2;
		ld.param.u64 %p<x>, [<name>];
		cvta.to.global.u64 %p<x>, %p<x>;
		add.u64 %p<x>, %p<x>, %offset;`)
}

// load brings the thread's quads of the step to registers, and zeros for what is outside.
func (k *kernel) load(o operand) {
	k.use(o)
	k.section("the step's quads of " + o.name)
	for i := range o.loads {
		k.set("quad", list(o.letter+fmt.Sprint(i)+"_%d", 4), "past", i*o.stride, "behind", 4*i*o.stride)
		k.code("add.u32 %i, %k, %k<x>;")
		if i > 0 {
			k.code("add.u32 %i, %i, <past>;")
		}
		k.code(`
			setp.lt.u32 %ok, %i, %inner;
			and.pred %ok, %ok, %in<x>;`)
		if o.gather != nil {
			k.code("mov.u32 %term, %i;")
		}
		for j := range 4 {
			k.code(fmt.Sprintf("mov.f32 %%%s%d_%d, 0f00000000;", o.letter, i, j))
		}
		switch {
		case o.gather != nil:
			k.gather(o, i)
		case o.letter == "a" && k.noise():
			k.draw(i)
		case o.along:
			k.code("@%ok ld.global.nc.v4.f32 {<quad>}, [%p<x>+<behind>];")
		default:
			k.code(`
				@%ok ld.global.nc.v4.f32 {<quad>}, [%p<x>];
				add.u64 %p<x>, %p<x>, %step<x>;`)
		}
	}
	if o.along && o.gather == nil {
		k.code("add.u64 %p<x>, %p<x>, <advance>;")
	}
}

// store brings the thread's quads from registers to shared memory. Tensor cores get them rounded.
func (k *kernel) store(o operand) {
	k.use(o)
	k.section(o.name + " to shared memory")
	k.code("add.u32 %j, %to<x>, %buffer;")
	k.set("if", "")
	if o.partial {
		k.set("if", "@%mine"+o.letter+" ")
	}
	for i := range o.loads {
		quad := o.letter + fmt.Sprint(i) + "_%d"
		k.set("quad", list(quad, 4), "place", o.at(0, i*o.stride), "kind", "f32")
		if o.letter == "b" && k.sums() {
			for j := range 4 {
				k.code(fmt.Sprintf("add.rn.f32 %%s%d, %%s%d, %%b%d_%d;", j, j, i, j))
			}
		}
		if k.TF32 {
			k.declare("b32", plain("r%d", 4))
			for j := range 4 {
				k.code(fmt.Sprintf("cvt.rna.tf32.f32 %%r%d, %%"+quad+";", j, j))
			}
			k.set("quad", list("r%d", 4), "kind", "b32")
		}
		if o.along && !o.kept {
			for j := range 4 {
				k.set("place", o.at(0, i*o.stride+j))
				k.code(fmt.Sprintf("<if>st.shared.f32 [%%j+<place>], %%"+quad+";", j))
			}
			continue
		}
		k.code("<if>st.shared.v4.<kind> [%j+<place>], {<quad>};")
	}
}
