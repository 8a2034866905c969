package main

import (
	"fmt"

	"gorgan/kernels/dense"
)

// columnSums gives dbias its value in the blocks of the first row of tiles. Each thread has the sums
// of four columns of the terms that it loaded, and there are 1024/Cols threads for each column:
//
//	shared memory, Cols wide   thread 0, 1, ...      |0000|1111|...|
//	                           thread Cols/4, ...    |0000|1111|...|   + down the columns
func (k *kernel) columnSums() {
	k.declare("pred", "other part")
	k.declare("u32", "parts")
	k.declare("f32", plain("e%d", 4))
	if k.kind == dense.Update {
		k.beforeUpdate()
	}
	k.set("quads", k.Cols/4, "line", 4*k.Cols, "parts", 4*threads/k.Cols-1, "quad", list("s%d", 4), "part", list("e%d", 4))
	k.section("dbias, in the blocks of the first row")
	k.code(`
		setp.ne.u32 %other, %row0, 0;
		@%other bra SUMMED;
		bar.sync 0;
		mov.u32 %j, tile;
		mad.lo.u32 %j, %t, 16, %j;
		st.shared.v4.f32 [%j], {<quad>};
		bar.sync 0;
		setp.ge.u32 %other, %t, <quads>;
		@%other bra SUMMED;
		mov.u32 %parts, <parts>;
		PART:
		add.u32 %j, %j, <line>;
		ld.shared.v4.f32 {<part>}, [%j];`)
	for j := range 4 {
		k.code(fmt.Sprintf("add.rn.f32 %%s%d, %%s%d, %%e%d;", j, j, j))
	}
	k.code(`
		sub.u32 %parts, %parts, 1;
		setp.ne.u32 %part, %parts, 0;
		@%part bra PART;
		mad.lo.u32 %i, %t, 4, %col0;
		setp.lt.u32 %ok, %i, %cols;
		@!%ok bra SUMMED;
		mul.wide.u32 %offset, %i, 4;
		ld.param.u64 %address, [dbias];
		cvta.to.global.u64 %address, %address;
		add.u64 %address, %address, %offset;
		st.global.v4.f32 [%address], {<quad>};`)
	if k.kind == dense.Update {
		k.declare("u64", "at0")
		k.declare("pred", "has0")
		k.declare("f32", plain("v0_%d", 4))
		k.code(`
			mov.u64 %at0, %offset;
			setp.eq.u32 %has0, %i, %i;`)
		for j := range 4 {
			k.code(fmt.Sprintf("mov.f32 %%v0_%d, %%s%d;", j, j))
		}
		k.loadWeights(1, "bias", "bm", "bv")
		k.adam(1, "bias", "bm", "bv", "dbias_at", "bias_at")
	}
	k.code("SUMMED:")
}

// beforeUpdate loads what is the same for all elements.
func (k *kernel) beforeUpdate() {
	k.declare("f32", "beta1 beta2 rest1 rest2 epsilon rate")
	k.section("the constants of Adam")
	k.code(`
		ld.param.f32 %beta1, [beta1];
		ld.param.f32 %beta2, [beta2];
		sub.rn.f32 %rest1, 0f3F800000, %beta1;
		sub.rn.f32 %rest2, 0f3F800000, %beta2;
		ld.param.f32 %epsilon, [epsilon];
		ld.param.u64 %address, [rate];
		cvta.to.global.u64 %address, %address;
		ld.global.nc.f32 %rate, [%address];`)
}

// loadWeights loads n quads of weights and moments: w<i>, m<i> and s<i>.
func (k *kernel) loadWeights(n int, weight, moment, square string) {
	k.section(fmt.Sprintf("%s, %s and %s", weight, moment, square))
	for i := range n {
		for _, x := range []string{"w", "m", "s"} {
			k.declare("f32", plain(fmt.Sprintf("%s%d_", x, i)+"%d", 4))
			for j := range 4 {
				k.code(fmt.Sprintf("mov.f32 %%%s%d_%d, 0f00000000;", x, i, j))
			}
		}
	}
	k.eachTensor(n, weight, moment, square, "@%has<i> ld.global.v4.f32 {<quad>}, [%address];")
}

// adam updates n quads of weights and moments, whose gradient is v<i>, by the instructions of the
// kernel adam. It notes gradients and weights that are not finite.
func (k *kernel) adam(n int, weight, moment, square, gradAt, weightAt string) {
	k.declare("f32", "e p")
	for i := range n {
		for j := range 4 {
			k.set("g", fmt.Sprintf("%%v%d_%d", i, j), "w", fmt.Sprintf("%%w%d_%d", i, j),
				"m", fmt.Sprintf("%%m%d_%d", i, j), "s", fmt.Sprintf("%%s%d_%d", i, j))
			k.code(`
				mul.rn.f32 <m>, %beta1, <m>;
				mul.rn.f32 %e, %rest1, <g>;
				add.rn.f32 <m>, <m>, %e;
				mul.rn.f32 <s>, %beta2, <s>;
				mul.rn.f32 %e, %rest2, <g>;
				mul.rn.f32 %e, %e, <g>;
				add.rn.f32 <s>, <s>, %e;
				mul.rn.f32 %e, %rate, <m>;
				sqrt.rn.f32 %p, <s>;
				add.rn.f32 %p, %p, %epsilon;
				div.rn.f32 %e, %e, %p;
				sub.rn.f32 <w>, <w>, %e;`)
		}
	}
	k.eachTensor(n, weight, moment, square, "@%has<i> st.global.v4.f32 [%address], {<quad>};")
	for i := range n {
		k.note(i, "v", gradAt)
		k.note(i, "w", weightAt)
	}
}

// eachTensor writes code for n quads of each of three tensors.
func (k *kernel) eachTensor(n int, weight, moment, square, code string) {
	k.declare("u64", "base")
	for _, x := range [][2]string{{"w", weight}, {"m", moment}, {"s", square}} {
		k.set("name", x[1])
		k.code(`
			ld.param.u64 %base, [<name>];
			cvta.to.global.u64 %base, %base;`)
		for i := range n {
			k.set("i", i, "quad", list(fmt.Sprintf("%s%d_", x[0], i)+"%d", 4))
			k.code("add.u64 %address, %base, %at<i>;\n" + code)
		}
	}
}

// note sets the word of first for each element of a quad that is not finite, unless it is set. A
// word stands for 1024 elements, so threads of several blocks may find one to set: the first step
// stays, and all have the same step.
func (k *kernel) note(i int, register, at string) {
	k.declare("pred", "infinite any")
	k.declare("u32", "element word step old")
	k.set("i", i, "label", fmt.Sprintf("%s_%d", at, i), "at", at)
	for j := range 4 {
		k.set("v", fmt.Sprintf("%%%s%d_%d", register, i, j))
		k.code("abs.f32 %e, <v>;")
		if j == 0 {
			k.code("setp.geu.f32 %any, %e, 0f7F800000;")
			continue
		}
		k.code(`
			setp.geu.f32 %infinite, %e, 0f7F800000;
			or.pred %any, %any, %infinite;`)
	}
	k.code(`
		and.pred %any, %any, %has<i>;
		@!%any bra FINITE_<label>;
		ld.param.u64 %base, [clock];
		cvta.to.global.u64 %base, %base;
		ld.global.nc.u32 %step, [%base];
		ld.param.u64 %base, [first];
		cvta.to.global.u64 %base, %base;
		ld.param.u32 %element, [<at>];
		shr.u64 %offset, %at<i>, 2;
		cvt.u32.u64 %word, %offset;
		add.u32 %element, %element, %word;`)
	for j := range 4 {
		k.set("v", fmt.Sprintf("%%%s%d_%d", register, i, j))
		k.code(`
			abs.f32 %e, <v>;
			setp.geu.f32 %infinite, %e, 0f7F800000;
			shr.u32 %word, %element, 10;
			mul.wide.u32 %offset, %word, 4;
			add.u64 %address, %base, %offset;
			@%infinite atom.global.cas.b32 %old, [%address], 0, %step;`)
		if j < 3 {
			k.code("add.u32 %element, %element, 1;")
		}
	}
	k.code("FINITE_<label>:")
}
