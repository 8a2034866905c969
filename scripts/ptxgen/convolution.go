package main

import (
	"fmt"
	"strings"

	"gorgan/kernels"
	"gorgan/kernels/convolve"
	"gorgan/kernels/dense"
)

// convolution is what makes a product a convolution: the kind, and how many products a launch has. A
// block finds its part, which is a phase of conv_back or a run of conv_weight, and then its tile there.
type convolution struct {
	kind convolve.Kind
}

// newConvolution returns the kernel of a product whose factors are gathered. After the product it is a
// plain one.
func newConvolution(t dense.Tile, kind convolve.Kind, about *kernels.Kernel) *kernel {
	k := &kernel{text: newText(), Tile: t, kind: dense.ProductNN, about: about, conv: &convolution{kind}}
	k.a = operand{name: "x", letter: "a", size: t.Rows, from: "row0", limit: "rows", along: true, gather: patches{"height", "width", "channels"}}
	k.b = operand{name: "w", letter: "b", size: t.Cols, from: "col0", limit: "cols", gather: lines{}}
	switch kind {
	case convolve.Back:
		k.a.name, k.a.gather = "y", patches{"out_height", "out_width", "outputs"}
		k.b.along, k.b.gather = true, taps{}
	case convolve.Weight:
		k.a.along, k.a.gather = false, positions{}
		k.b.name = "y"
	}
	k.finish()
	return k
}

// convolutions has, for each kind, its formula and its tensors, for the comment of the text.
var convolutions = map[convolve.Kind][2]string{
	convolve.Conv: {"y[b,i,j,o] = sum of x[b, i*stride-pad+kh, j*stride-pad+kw, c] * w[kh,kw,c,o] over kh, kw, c",
		"y (batch, out_height, out_width, outputs) out, x (batch, height, width, channels), w (kernel_height, kernel_width, channels, outputs)"},
	convolve.Back: {"x[b,h,v,c] = sum of y[b, (h+pad-kh)/stride, (v+pad-kw)/stride, o] * w[kh,kw,c,o] over the kh and kw,\n  from the last to the first, for which nothing is left over, and o",
		"x (batch, height, width, channels) out, y (batch, out_height, out_width, outputs), w (kernel_height, kernel_width, channels, outputs)"},
	convolve.Weight: {"w[run,kh,kw,c,o] = sum of x[b, i*stride-pad+kh, j*stride-pad+kw, c] * y[b,i,j,o] over the b, i, j of a run",
		"w (runs, kernel_height, kernel_width, channels, outputs) out, x (batch, height, width, channels), y (batch, out_height, out_width, outputs)"},
}

// startConvolution finds the block's part, and its place in the result of that.
func (k *kernel) startConvolution() {
	k.declare("pred", "more ok")
	k.declare("u32", "t block rows cols inner row0 col0 begin k buffer i j")
	k.declare("u64", "offset address")
	k.declare("u32", strings.Join(k.about.Sizes, " "))
	k.set("round up", k.Cols-1, "round rows up", k.Rows-1, "begin", "%begin")
	k.section("the sizes")
	k.code("mov.u32 %t, %tid.x;\nmov.u32 %block, %ctaid.x;")
	for _, size := range k.about.Sizes {
		k.code(fmt.Sprintf("ld.param.u32 %%%s, [%s];", size, size))
	}
	switch k.conv.kind {
	case convolve.Conv:
		k.section("the product: positions of y, outputs, and the values of a patch of x")
		k.code(`
			mul.lo.u32 %rows, %batch, %out_height;
			mul.lo.u32 %rows, %rows, %out_width;
			mov.u32 %cols, %outputs;
			mul.lo.u32 %inner, %kernel_height, %kernel_width;
			mul.lo.u32 %inner, %inner, %channels;
			mov.u32 %begin, 0;`)
	case convolve.Back:
		k.declare("u32", "phase_rows phase_cols")
		k.section("the product of each phase: its positions of x, and channels")
		k.code(`
			add.u32 %i, %stride, %height;
			sub.u32 %i, %i, 1;
			div.u32 %phase_rows, %i, %stride;
			add.u32 %i, %stride, %width;
			sub.u32 %i, %i, 1;
			div.u32 %phase_cols, %i, %stride;
			mul.lo.u32 %rows, %batch, %phase_rows;
			mul.lo.u32 %rows, %rows, %phase_cols;
			mov.u32 %cols, %channels;
			mov.u32 %begin, 0;`)
	case convolve.Weight:
		k.section("the product of each run: the values of a patch of x, outputs, and positions of y")
		k.code(`
			mul.lo.u32 %rows, %kernel_height, %kernel_width;
			mul.lo.u32 %rows, %rows, %channels;
			mov.u32 %cols, %outputs;
			mul.lo.u32 %inner, %batch, %out_height;
			mul.lo.u32 %inner, %inner, %out_width;`)
	}
	k.section("the block's part, and its first row and column there")
	k.code(`
		add.u32 %i, %cols, <round up>;
		div.u32 %i, %i, <cols>;`)
	if k.conv.kind != convolve.Conv {
		k.declare("u32", "part")
		k.code(`
			add.u32 %j, %rows, <round rows up>;
			div.u32 %j, %j, <rows>;
			mul.lo.u32 %j, %j, %i;
			div.u32 %part, %block, %j;
			rem.u32 %block, %block, %j;`)
	}
	k.code(`
		div.u32 %row0, %block, %i;
		rem.u32 %col0, %block, %i;
		mul.lo.u32 %row0, %row0, <rows>;
		mul.lo.u32 %col0, %col0, <cols>;`)
	switch k.conv.kind {
	case convolve.Back:
		k.startPhase()
	case convolve.Weight:
		k.section("the run's positions: from begin to before inner")
		k.code(`
			mul.lo.u32 %i, %runs, <depth>;
			add.u32 %j, %inner, %i;
			sub.u32 %j, %j, 1;
			div.u32 %j, %j, %i;
			mul.lo.u32 %j, %j, <depth>;
			mul.lo.u32 %begin, %part, %j;
			add.u32 %j, %j, %begin;
			min.u32 %inner, %inner, %j;`)
	}
}

// startPhase finds the taps that the positions of the block's phase meet: tap_rows x tap_cols of them,
// of which last_tap is the last. The first of them meets row first_row of y for the phase's first row of x,
// and column first_col. Both may be below 0, which as u32 is large.
func (k *kernel) startPhase() {
	k.declare("pred", "none")
	k.declare("u32", "tap_rows tap_cols first_row first_col last_tap phase_row phase_col")
	k.section("the phase, and its taps")
	k.code(`
		div.u32 %phase_row, %part, %stride;
		rem.u32 %phase_col, %part, %stride;
		mov.u32 %last_tap, 0;`)
	for _, side := range []string{"row", "col"} {
		k.set("side", side, "size", map[string]string{"row": "height", "col": "width"}[side])
		k.code(`
			add.u32 %i, %phase_<side>, %pad;
			div.u32 %first_<side>, %i, %stride;
			rem.u32 %i, %i, %stride;
			sub.u32 %j, %kernel_<size>, %i;
			add.u32 %j, %j, %stride;
			sub.u32 %j, %j, 1;
			div.u32 %tap_<side>s, %j, %stride;
			setp.ge.u32 %none, %i, %kernel_<size>;
			selp.u32 %tap_<side>s, 0, %tap_<side>s, %none;
			sub.u32 %j, %tap_<side>s, 1;
			sub.u32 %first_<side>, %first_<side>, %j;
			mad.lo.u32 %i, %j, %stride, %i;`)
		if side == "row" {
			k.code("mul.lo.u32 %last_tap, %i, %kernel_width;")
		} else {
			k.code("add.u32 %last_tap, %last_tap, %i;")
		}
	}
	k.code(`
		mul.lo.u32 %inner, %tap_rows, %tap_cols;
		mul.lo.u32 %inner, %inner, %outputs;
		max.u32 %tap_cols, %tap_cols, 1;`)
}

// findPixel writes the place of row %i of the block's phase in x to at<i>. A row may be outside the
// images, where the stride leaves a rest.
func (k *kernel) findPixel() {
	k.declare("pred", "inside_x")
	k.declare("u32", "image")
	k.code(`
		mul.lo.u32 %j, %phase_rows, %phase_cols;
		div.u32 %image, %i, %j;
		rem.u32 %i, %i, %j;
		div.u32 %j, %i, %phase_cols;
		rem.u32 %i, %i, %phase_cols;
		mad.lo.u32 %j, %j, %stride, %phase_row;
		mad.lo.u32 %i, %i, %stride, %phase_col;
		setp.lt.u32 %inside_x, %j, %height;
		and.pred %has<i>, %has<i>, %inside_x;
		setp.lt.u32 %inside_x, %i, %width;
		and.pred %has<i>, %has<i>, %inside_x;
		mad.lo.u32 %j, %image, %height, %j;
		mad.lo.u32 %j, %j, %width, %i;
		mad.lo.u32 %j, %j, %channels, %col;
		mul.wide.u32 %at<i>, %j, 4;`)
}

// storeLines stores n quads. The rows of the result may end inside one.
func (k *kernel) storeLines(n int) {
	k.declare("pred", "whole some")
	k.code(`
		and.b32 %i, %cols, 3;
		setp.eq.u32 %whole, %i, 0;`)
	for i := range n {
		k.set("i", i, "quad", list(fmt.Sprintf("v%d_", i)+"%d", 4))
		k.code(`
			add.u64 %address, %out, %at<i>;
			@!%whole bra SINGLE<i>;
			@%has<i> st.global.v4.f32 [%address], {<quad>};
			bra STORED<i>;
			SINGLE<i>:`)
		for j := range 4 {
			k.set("e", j, "bytes", 4*j, "v", fmt.Sprintf("%%v%d_%d", i, j))
			k.code(`
				add.u32 %i, %col, <e>;
				setp.lt.u32 %some, %i, %cols;
				and.pred %some, %some, %has<i>;
				@%some st.global.f32 [%address+<bytes>], <v>;`)
		}
		k.code("STORED<i>:")
	}
}
