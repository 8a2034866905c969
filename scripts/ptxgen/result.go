package main

import (
	"fmt"

	"gorgan/kernels/convolve"
	"gorgan/kernels/dense"
)

// result brings the sums to shared memory, and from there, added up, to the result. A thread has
// quads of a row, always in the same columns, and Rows apart:
//
//	thread 0, 1, ...  |0000|1111|2222|...|   row 0
//	thread Cols/4     |0000|1111|2222|...|   row 1
//
// It takes several quads in a turn, so that it waits once for all that it must load for them. If there
// is a single turn, the loads are on their way before the sums go to shared memory.
func (k *kernel) result() {
	group := min(k.together(), k.units.rows()*k.Cols/4/threads)
	apart := 4 * threads / k.Cols
	single := k.units.rows()/apart == group && k.units.passes() == 1
	k.set("quads", k.Cols/4, "pitch", 4*k.units.pitch(), "turns", k.units.rows()/apart/group,
		"apart", apart, "apart bytes", 4*apart, "ahead", group*apart, "shared ahead", 4*group*apart*k.units.pitch())
	k.declare("pred", "inside again")
	k.declare("u32", "row col first shared turn")
	k.declare("u64", "at down")
	k.section("the thread's first quad: its row and column, its place in shared memory and in the result")
	k.code(`
		div.u32 %i, %t, <quads>;
		rem.u32 %j, %t, <quads>;
		mov.u32 %first, tile;
		mad.lo.u32 %first, %i, <pitch>, %first;
		mad.lo.u32 %first, %j, 16, %first;
		add.u32 %row, %row0, %i;
		mad.lo.u32 %col, %j, 4, %col0;
		setp.lt.u32 %inside, %col, %cols;
		mul.wide.u32 %at, %row, %cols;
		cvt.u64.u32 %offset, %col;
		add.u64 %at, %at, %offset;
		shl.b64 %at, %at, 2;
		mul.wide.u32 %down, %cols, <apart bytes>;`)
	k.beforeResult()
	if single {
		k.fetch(group)
	}

	k.section("the sums to shared memory")
	k.code("bar.sync 0;")
	k.units.keep(0)
	if k.units.passes() > 1 {
		k.declare("pred", "last")
		k.declare("u32", "pass")
		k.code("mov.u32 %pass, 0;\nRESULT:")
	}
	k.code(`
		bar.sync 0;
		mov.u32 %shared, %first;`)
	if !single {
		k.code(`
			mov.u32 %turn, <turns>;
			ROWS:`)
		k.fetch(group)
	}
	for i := range group {
		k.sum(i)
	}
	k.change(group)
	if !single {
		k.code(`
			add.u32 %row, %row, <ahead>;
			add.u32 %shared, %shared, <shared ahead>;
			sub.u32 %turn, %turn, 1;
			setp.ne.u32 %again, %turn, 0;
			@%again bra ROWS;`)
	}
	for pass := 1; pass < k.units.passes(); pass++ {
		k.section("the next rows of the tile")
		k.set("pass", pass)
		k.code(`
			setp.ge.u32 %last, %pass, <pass>;
			@%last bra END;
			bar.sync 0;`)
		k.units.keep(pass)
		k.code(`
			mov.u32 %pass, <pass>;
			bra RESULT;`)
	}
	if k.units.passes() > 1 {
		k.code("END:")
	}
	k.code("ret;")
}

// together is how many quads a thread should have at a time: those that load most wait longest.
func (k *kernel) together() int {
	switch k.kind {
	case dense.Masked, dense.Backward:
		return 4
	case dense.Classes, dense.NoiseClasses, dense.Update:
		return 2
	}
	return 1
}

// fetch finds n quads in the result, and loads what else they need: has<i> says that quad i is inside
// the result, and at<i> is its offset there.
func (k *kernel) fetch(n int) {
	k.section("the quads' places in the result")
	for i := range n {
		k.declare("pred", fmt.Sprint("has", i))
		k.declare("u64", fmt.Sprint("at", i))
		k.set("i", i)
		k.rowOf(i)
		k.code(`
			setp.lt.u32 %has<i>, %i, %rows;
			and.pred %has<i>, %has<i>, %inside;
			mov.u64 %at<i>, %at;
			add.u64 %at, %at, %down;`)
		if k.conv != nil && k.conv.kind == convolve.Back {
			k.findPixel()
		}
	}
	switch k.kind {
	case dense.Classes, dense.NoiseClasses:
		k.loadClasses(n)
	case dense.Masked, dense.Backward:
		k.loadOf(n)
	case dense.Update:
		k.loadWeights(n, "w", "m", "v")
	}
}

// sum adds up the slices of quad i: v<i>_0 to v<i>_3.
func (k *kernel) sum(i int) {
	k.declare("f32", plain(fmt.Sprintf("v%d_", i)+"%d", 4))
	from := 4 * i * 4 * threads / k.Cols * k.units.pitch()
	k.set("quad", list(fmt.Sprintf("v%d_", i)+"%d", 4), "from", from)
	k.section(fmt.Sprintf("v%d = the sums of a quad", i))
	k.code("ld.shared.v4.f32 {<quad>}, [%shared+<from>];")
	if k.Slices > 1 {
		k.declare("f32", plain("e%d", 4))
	}
	for slice := 1; slice < k.Slices; slice++ {
		k.set("from", from+slice*4*k.units.rows()*k.units.pitch(), "other", list("e%d", 4))
		k.code("ld.shared.v4.f32 {<other>}, [%shared+<from>];")
		for j := range 4 {
			k.code(fmt.Sprintf("add.rn.f32 %%v%d_%d, %%v%d_%d, %%e%d;", i, j, i, j, j))
		}
	}
}

// rowOf writes the row of quad i to %i.
func (k *kernel) rowOf(i int) {
	k.set("below", i*4*threads/k.Cols)
	if i == 0 {
		k.code("mov.u32 %i, %row;")
	} else {
		k.code("add.u32 %i, %row, <below>;")
	}
}

// beforeResult loads what all quads of a thread share.
func (k *kernel) beforeResult() {
	out := k.about.Params[0].Name
	if k.kind == dense.Update {
		out = "dw"
	}
	k.declare("u64", "out")
	k.set("out", out)
	k.code(`
		ld.param.u64 %out, [<out>];
		cvta.to.global.u64 %out, %out;`)
	if k.conv != nil && k.conv.kind == convolve.Weight {
		k.code(`
			mul.lo.u32 %i, %part, %rows;
			mul.wide.u32 %offset, %i, %cols;
			shl.b64 %offset, %offset, 2;
			add.u64 %out, %out, %offset;`)
	}
	switch k.kind {
	case dense.Forward, dense.Classes, dense.Noise, dense.NoiseClasses:
		k.declare("f32", plain("bias%d", 4))
		k.set("quad", list("bias%d", 4))
		for j := range 4 {
			k.code(fmt.Sprintf("mov.f32 %%bias%d, 0f00000000;", j))
		}
		k.code(`
			ld.param.u64 %address, [bias];
			cvta.to.global.u64 %address, %address;
			mul.wide.u32 %offset, %col, 4;
			add.u64 %address, %address, %offset;
			@%inside ld.global.nc.v4.f32 {<quad>}, [%address];`)
		k.beforeActivation()
	case dense.Masked, dense.Backward:
		k.declare("u64", "of")
		k.code(`
			ld.param.u64 %of, [of];
			cvta.to.global.u64 %of, %of;`)
		k.beforeActivation()
	}
	if k.classes() {
		k.beforeClasses()
	}
}

// change does what the kind does with n quads, and stores them.
func (k *kernel) change(n int) {
	switch k.kind {
	case dense.Forward, dense.Noise:
		k.addBias(n)
		k.activation(n)
	case dense.Classes, dense.NoiseClasses:
		k.addClasses(n)
		k.addBias(n)
		k.activation(n)
	case dense.Masked, dense.Backward:
		k.derivative(n)
	case dense.Update:
		k.section("Adam on w")
		k.adam(n, "w", "m", "v", "dw_at", "w_at")
	}
	k.section("the quads to the result")
	k.storeQuads(n)
}

func (k *kernel) storeQuads(n int) {
	if k.conv != nil {
		k.storeLines(n)
		return
	}
	for i := range n {
		k.set("i", i, "quad", list(fmt.Sprintf("v%d_", i)+"%d", 4))
		k.code(`
			add.u64 %address, %out, %at<i>;
			@%has<i> st.global.v4.f32 [%address], {<quad>};`)
	}
}

func (k *kernel) addBias(n int) {
	k.section("v = v + bias")
	for i := range n {
		for j := range 4 {
			k.code(fmt.Sprintf("add.rn.f32 %%v%d_%d, %%v%d_%d, %%bias%d;", i, j, i, j, j))
		}
	}
}
