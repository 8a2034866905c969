package main

import (
	"fmt"
	"strings"
)

// lanes multiply in float32. A slice of the block's threads covers the tile, each thread with High x
// Wide elements, in groups of 4x4 that are far apart so that a warp reads neighbours:
//
//	Wide = 8:   |0000|1111|...|0000|1111|...|     the columns of threads 0, 1, ...
//
// Each term of the step takes High+Wide loads from shared memory and High*Wide products.
type lanes struct {
	*kernel
	high, wide int
}

// shapes has High and Wide of each tile.
var shapes = map[string][2]int{"s": {8, 4}, "m": {4, 4}, "l": {8, 8}, "w": {4, 8}, "n": {4, 4}}

func newLanes(k *kernel) lanes {
	l := lanes{k, shapes[k.Name][0], shapes[k.Name][1]}
	if l.Rows/l.high*(l.Cols/l.wide)*l.Slices != threads {
		panic(fmt.Sprintf("tile %s: a block of %dx%d elements a thread is not of %d threads", k.Name, l.high, l.wide, threads))
	}
	return l
}

func (l lanes) passes() int { return passes(l.Slices, l.Rows, l.pitch()) }
func (l lanes) rows() int   { return l.Rows / l.passes() }
func (l lanes) pitch() int  { return l.Cols + 4 }
func (l lanes) bytes() int  { return 4 * l.Slices * l.rows() * l.pitch() }

func (l lanes) prepare() {
	l.declare("u32", "slice high wide afrom bfrom arow brow")
	l.declare("f32", plain("p%d", l.high)+" "+plain("q%d", l.wide)+" "+plain("c%d", l.high*l.wide))
	l.set("second", l.a.bytes,
		"a slice", l.a.at(0, l.Depth/l.Slices), "b slice", l.b.at(0, l.Depth/l.Slices))
	l.section("the thread's slice of the terms, and its place in the tile; sums c = 0")
	l.find()
	l.code(`
		mov.u32 %i, tile;
		mad.lo.u32 %afrom, %high, 16, %i;
		mad.lo.u32 %afrom, %slice, <a slice>, %afrom;
		mad.lo.u32 %bfrom, %wide, 16, %i;
		add.u32 %bfrom, %bfrom, <second>;
		mad.lo.u32 %bfrom, %slice, <b slice>, %bfrom;`)
	for i := range l.high * l.wide {
		l.code(fmt.Sprintf("mov.f32 %%c%d, 0f00000000;", i))
	}
}

// find writes where the thread's elements are. It is written twice, since there is no register to
// hold it during the steps.
func (l lanes) find() {
	l.set("team", threads/l.Slices, "across", l.Cols/l.wide)
	l.code(`
		div.u32 %slice, %t, <team>;
		rem.u32 %i, %t, <team>;
		div.u32 %high, %i, <across>;
		rem.u32 %wide, %i, <across>;`)
}

func (l lanes) step() {
	l.section("c = c + a*b for each term of the slice")
	l.code(`
		add.u32 %arow, %afrom, %buffer;
		add.u32 %brow, %bfrom, %buffer;`)
	for term := range l.Depth / l.Slices {
		l.fragment("p", "arow", l.a.at(0, term), l.high, l.Rows)
		l.fragment("q", "brow", l.b.at(0, term), l.wide, l.Cols)
		for i := range l.high {
			for j := range l.wide {
				l.code(fmt.Sprintf("fma.rn.f32 %%c%d, %%p%d, %%q%d, %%c%d;", i*l.wide+j, i, j, i*l.wide+j))
			}
		}
	}
}

// fragment loads n elements of one term, in quads that are spread over the tile.
func (l lanes) fragment(register, from string, at, n, size int) {
	for quad := range n / 4 {
		l.code(fmt.Sprintf("ld.shared.v4.f32 {%s}, [%%%s+%d];", quadOf(register, 4*quad), from, at+quad*size/(n/4)*4))
	}
}

// quadOf is four registers of a format, from first on.
func quadOf(register string, first int) string {
	names := make([]string, 4)
	for i := range names {
		names[i] = fmt.Sprintf("%%%s%d", register, first+i)
	}
	return strings.Join(names, ", ")
}

// keep stores the groups of rows of one pass. Slice after slice lies in shared memory.
func (l lanes) keep(pass int) {
	l.set("slice bytes", 4*l.rows()*l.pitch(), "row bytes", 4*l.pitch())
	l.find()
	l.code(`
		mov.u32 %i, tile;
		mad.lo.u32 %i, %slice, <slice bytes>, %i;
		mad.lo.u32 %i, %wide, 16, %i;
		mul.lo.u32 %j, %high, 4;
		mad.lo.u32 %i, %j, <row bytes>, %i;`)
	groups := l.high / 4 / l.passes()
	for g := range groups {
		for r := range 4 {
			row := g*(l.Rows/(l.high/4)) + r
			c := (4*(pass*groups+g) + r) * l.wide
			for quad := range l.wide / 4 {
				l.code(fmt.Sprintf("st.shared.v4.f32 [%%i+%d], {%s};", 4*(row*l.pitch()+quad*l.Cols/(l.wide/4)), quadOf("c", c+4*quad)))
			}
		}
	}
}
