package main

import "fmt"

// tensorCores multiply with mma.sync.m16n8k8: the 32 lanes of a warp hold 16x8 elements of a, 8x8 of
// b and 16x8 sums together. With g = lane/4 and q = lane mod 4 a lane holds (PTX ISA, "Matrix
// Fragments for mma.m16n8k8" with .tf32):
//
//	a0 a1 a2 a3  rows g, g+8, g, g+8 and terms q, q, q+4, q+4
//	b0 b1        terms q, q+4 and column g
//	c0 c1 c2 c3  rows g, g, g+8, g+8 and columns 2q, 2q+1, 2q, 2q+1
//
// A warp has High x Wide elements of the tile.
type tensorCores struct {
	*kernel
	high, wide int
}

// warps has High and Wide of each tile.
var warps = map[string][2]int{"tf32_s": {32, 16}, "tf32_m": {32, 32}, "tf32_l": {64, 32}, "tf32_w": {32, 32}}

func newTensorCores(k *kernel) tensorCores {
	w := tensorCores{k, warps[k.Name][0], warps[k.Name][1]}
	if w.Rows/w.high*(w.Cols/w.wide)*w.Slices*32 != threads || w.Depth/w.Slices%8 != 0 {
		panic(fmt.Sprintf("tile %s: a block of %dx%d elements a warp is not of %d threads", k.Name, w.high, w.wide, threads))
	}
	return w
}

func (w tensorCores) passes() int { return passes(w.Slices, w.Rows, w.pitch()) }
func (w tensorCores) rows() int   { return w.Rows / w.passes() }
func (w tensorCores) pitch() int  { return w.Cols + 8 }
func (w tensorCores) bytes() int  { return 4 * w.Slices * w.rows() * w.pitch() }

func (w tensorCores) prepare() {
	w.declare("u32", "slice warp g q high wide afrom bfrom arow brow")
	for i := range w.high / 16 {
		w.declare("b32", plain(fmt.Sprintf("p%d_", i)+"%d", 4))
		for j := range w.wide / 8 {
			w.declare("f32", plain(fmt.Sprintf("c%d_%d_", i, j)+"%d", 4))
		}
	}
	for j := range w.wide / 8 {
		w.declare("b32", plain(fmt.Sprintf("q%d_", j)+"%d", 2))
	}
	w.set("team", threads/32/w.Slices, "across", w.Cols/w.wide, "second", w.a.bytes, "high", w.high, "wide", w.wide,
		"a element", w.a.at(1, 0), "a term", w.a.at(0, 1), "a slice", w.a.at(0, w.Depth/w.Slices),
		"b element", w.b.at(1, 0), "b term", w.b.at(0, 1), "b slice", w.b.at(0, w.Depth/w.Slices))
	w.section("the warp's slice of the terms, and the lane's first row and column in the tile; sums c = 0")
	w.code(`
		shr.u32 %warp, %t, 5;
		and.b32 %g, %t, 31;
		and.b32 %q, %g, 3;
		shr.u32 %g, %g, 2;
		div.u32 %slice, %warp, <team>;
		rem.u32 %warp, %warp, <team>;
		div.u32 %high, %warp, <across>;
		rem.u32 %wide, %warp, <across>;
		mad.lo.u32 %high, %high, <high>, %g;
		mul.lo.u32 %wide, %wide, <wide>;
		mov.u32 %i, tile;
		mad.lo.u32 %afrom, %high, <a element>, %i;
		mad.lo.u32 %afrom, %q, <a term>, %afrom;
		mad.lo.u32 %afrom, %slice, <a slice>, %afrom;
		add.u32 %i, %i, <second>;
		add.u32 %j, %wide, %g;
		mad.lo.u32 %bfrom, %j, <b element>, %i;
		mad.lo.u32 %bfrom, %q, <b term>, %bfrom;
		mad.lo.u32 %bfrom, %slice, <b slice>, %bfrom;`)
	for i := range w.high / 16 {
		for j := range w.wide / 8 {
			for c := range 4 {
				w.code(fmt.Sprintf("mov.f32 %%c%d_%d_%d, 0f00000000;", i, j, c))
			}
		}
	}
}

func (w tensorCores) step() {
	w.section("c = c + a*b for each eight terms of the slice")
	w.code(`
		add.u32 %arow, %afrom, %buffer;
		add.u32 %brow, %bfrom, %buffer;`)
	for term := 0; term < w.Depth/w.Slices; term += 8 {
		for i := range w.high / 16 {
			for n, at := range [][2]int{{0, 0}, {8, 0}, {0, 4}, {8, 4}} {
				w.code(fmt.Sprintf("ld.shared.b32 %%p%d_%d, [%%arow+%d];", i, n, w.a.at(16*i+at[0], term+at[1])))
			}
		}
		for j := range w.wide / 8 {
			for n := range 2 {
				w.code(fmt.Sprintf("ld.shared.b32 %%q%d_%d, [%%brow+%d];", j, n, w.b.at(8*j, term+4*n)))
			}
		}
		for i := range w.high / 16 {
			for j := range w.wide / 8 {
				c := list(fmt.Sprintf("c%d_%d_", i, j)+"%d", 4)
				w.code(fmt.Sprintf("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%s}, {%s}, {%s}, {%s};",
					c, list(fmt.Sprintf("p%d_", i)+"%d", 4), list(fmt.Sprintf("q%d_", j)+"%d", 2), c))
			}
		}
	}
}

// keep stores the rows of one pass, which are all rows of some warps.
func (w tensorCores) keep(pass int) {
	w.set("slice bytes", 4*w.rows()*w.pitch(), "row bytes", 4*w.pitch(), "pass", pass, "start", pass*w.rows(), "of a pass", w.rows())
	w.code(`
		mov.u32 %i, tile;
		mad.lo.u32 %i, %slice, <slice bytes>, %i;
		mad.lo.u32 %i, %wide, 4, %i;
		mad.lo.u32 %i, %q, 8, %i;`)
	if w.passes() > 1 {
		w.declare("pred", "elsewhere")
		w.code(`
			div.u32 %j, %high, <of a pass>;
			setp.ne.u32 %elsewhere, %j, <pass>;
			@%elsewhere bra KEPT<pass>;
			sub.u32 %j, %high, <start>;
			mad.lo.u32 %i, %j, <row bytes>, %i;`)
	} else {
		w.code("mad.lo.u32 %i, %high, <row bytes>, %i;")
	}
	for i := range w.high / 16 {
		for j := range w.wide / 8 {
			for half := range 2 {
				w.code(fmt.Sprintf("st.shared.v2.f32 [%%i+%d], {%%c%d_%d_%d, %%c%d_%d_%d};",
					4*((16*i+8*half)*w.pitch()+8*j), i, j, 2*half, i, j, 2*half+1))
			}
		}
	}
	if w.passes() > 1 {
		w.code("KEPT<pass>:")
	}
}
