package main

import (
	"fmt"

	"gorgan/kernels"
	"gorgan/kernels/convolve"
	"gorgan/kernels/dense"
)

// threads is the size of every block.
const threads = 256

// kernel is one kernel while its text is written.
type kernel struct {
	*text
	dense.Tile
	kind  dense.Kind
	about *kernels.Kernel
	conv  *convolution // nil for a product of two matrices
	a, b  operand
	units units
}

// units multiply what is in shared memory: the threads one by one, or tensor cores.
type units interface {
	// bytes is the shared memory that the sums of one pass take.
	bytes() int
	// passes is the number of parts in which the sums go to shared memory, and rows the rows of one.
	passes() int
	rows() int
	// pitch is the number of floats from one row of sums to the next.
	pitch() int
	// prepare writes what comes before the first step, step the products of one step, and keep
	// what brings the sums of a pass to shared memory.
	prepare()
	step()
	keep(pass int)
}

// sharedLimit is the shared memory of a block on every GPU, in bytes.
const sharedLimit = 48 << 10

// passes is the number of passes whose rows of sums, of all slices, fit shared memory.
func passes(slices, rows, pitch int) int {
	n := 1
	for 4*slices*rows/n*pitch > sharedLimit {
		n *= 2
	}
	return n
}

func newKernel(t dense.Tile, kind dense.Kind, about *kernels.Kernel) *kernel {
	k := &kernel{text: newText(), Tile: t, kind: kind, about: about}
	names := map[dense.Kind][2]string{
		dense.Forward: {"x", "w"}, dense.Classes: {"x", "w"}, dense.Noise: {"z", "w"}, dense.NoiseClasses: {"z", "w"},
		dense.Masked: {"x", "w"}, dense.Backward: {"dy", "w"},
		dense.ProductNN: {"a", "b"}, dense.ProductNT: {"a", "b"}, dense.ProductTN: {"a", "b"},
		dense.Weights: {"x", "dy"}, dense.Update: {"x", "dy"},
	}[kind]
	tA := kind == dense.ProductTN || kind == dense.Weights || kind == dense.Update
	tB := kind == dense.ProductNT || kind == dense.Backward
	k.a = operand{name: names[0], letter: "a", size: t.Rows, from: "row0", limit: "rows", along: !tA}
	k.b = operand{name: names[1], letter: "b", size: t.Cols, from: "col0", limit: "cols", along: tB}
	k.finish()
	return k
}

// finish finds how the operands lie in shared memory, and what multiplies them.
func (k *kernel) finish() {
	if k.TF32 {
		k.units = newTensorCores(k)
	} else {
		k.units = newLanes(k)
	}
	k.a.place(k.Tile)
	k.b.place(k.Tile)
}

// noise reports whether the kernel makes its first operand from random words.
func (k *kernel) noise() bool { return k.kind == dense.Noise || k.kind == dense.NoiseClasses }

// classes reports whether the kernel adds the rows of a table.
func (k *kernel) classes() bool { return k.kind == dense.Classes || k.kind == dense.NoiseClasses }

// sums reports whether the kernel adds up the columns of its second operand.
func (k *kernel) sums() bool { return k.kind == dense.Weights || k.kind == dense.Update }

// stage is the bytes of both operands of one step.
func (k *kernel) stage() int { return k.a.bytes + k.b.bytes }

func (k *kernel) write() string {
	k.set("rows", k.Rows, "cols", k.Cols, "depth", k.Depth, "stage", k.stage(), "begin", 0)
	k.start()
	k.steps()
	if k.sums() {
		k.columnSums()
	}
	k.result()
	shared := max(2*k.stage(), k.units.bytes())
	if shared > sharedLimit {
		panic(fmt.Sprintf("%s takes %d bytes of shared memory, %d is the most", k.about.Name, shared, sharedLimit))
	}
	target := ".version 6.3\n.target sm_75"
	if k.TF32 {
		target = ".version 7.0\n.target sm_80"
	}
	return k.whole(k.comment(), k.about, target, shared, k.resident())
}

// resident is the number of blocks for which a multiprocessor must have registers. Two leave 128 for a thread.
func (k *kernel) resident() int {
	if k.conv != nil && k.conv.kind == convolve.Weight && k.TF32 && k.Rows*k.Cols == 128*128 {
		return 1 // its sums and addresses take some more for compute capability 8.6 and 8.9
	}
	return 2
}

// about has, for each kind, its formula and its tensors, for the comment of the text.
var about = map[dense.Kind][2]string{
	dense.Forward:      {"y = act(x*w + bias)", "y (rows, cols) out, x (rows, inner), w (inner, cols), bias (cols)"},
	dense.Classes:      {"y = act((x*w + table[label]) + bias)", "y (rows, cols) out, x (rows, inner), w (inner, cols), bias (cols), table (classes, cols), label (rows)"},
	dense.Noise:        {"z = uniform noise, y = act(z*w + bias)", "y (rows, cols) out, z (rows, inner) out, key (2), clock (1), w (inner, cols), bias (cols)"},
	dense.NoiseClasses: {"z = uniform noise, y = act((z*w + table[label]) + bias)", "y (rows, cols) out, z (rows, inner) out, key (2), clock (1), w (inner, cols), bias (cols), table (classes, cols), label (rows)"},
	dense.Masked:       {"y = (x*w)*act'(of)", "y (rows, cols) out, x (rows, inner), w (inner, cols), of (rows, cols)"},
	dense.Backward:     {"dx = (dy*w^T)*act'(of)", "dx (rows, cols) out, dy (rows, inner), w (cols, inner), of (rows, cols)"},
	dense.ProductNN:    {"dst = a*b", "dst (rows, cols) out, a (rows, inner), b (inner, cols)"},
	dense.ProductNT:    {"dst = a*b^T", "dst (rows, cols) out, a (rows, inner), b (cols, inner)"},
	dense.ProductTN:    {"dst = a^T*b", "dst (rows, cols) out, a (inner, rows), b (inner, cols)"},
	dense.Weights:      {"dw = x^T*dy, dbias = column sums of dy", "dw (rows, cols) out, dbias (cols) out, x (inner, rows), dy (inner, cols)"},
	dense.Update: {"dw = x^T*dy, dbias = column sums of dy, Adam on w and bias, and the words of first where a value is not finite",
		"w, m, v (rows, cols) in and out, bias, bm, bv (cols) in and out, dw (rows, cols) out, dbias (cols) out, x (inner, rows), dy (inner, cols), rate (1), first (words) in and out, clock (1)"},
}

func (k *kernel) comment() string {
	how := "float32"
	if k.TF32 {
		how = "TF32"
	}
	says, part := about[k.kind], ""
	if k.conv != nil {
		says, part = convolutions[k.conv.kind], map[convolve.Kind]string{convolve.Back: " of each phase", convolve.Weight: " of each run"}[k.conv.kind]
	}
	return fmt.Sprintf("%s: %s.\n  %s\n  grid: a block for each %dx%d elements of the result%s, %d threads\n"+
		"Written by scripts/ptxgen. Products in %s, %d terms a step, slices of the terms: %d.",
		k.about.Name, says[0], says[1], k.Rows, k.Cols, part, threads, how, k.Depth, k.Slices)
}

// start finds the block's place in the result, and what the threads load.
func (k *kernel) start() {
	if k.conv != nil {
		k.startConvolution()
	} else {
		k.startProduct()
	}
	k.begin(k.a, 0)
	k.begin(k.b, k.a.bytes)
	if k.noise() {
		k.beginNoise()
	}
	if k.sums() {
		k.declare("f32", plain("s%d", 4))
		k.section("the sums of the thread's columns of " + k.b.name)
		for j := range 4 {
			k.set("j", j)
			k.code("mov.f32 %s<j>, 0f00000000;")
		}
	}
	k.units.prepare()
}

// startProduct finds the block's place in the result.
func (k *kernel) startProduct() {
	k.declare("pred", "more ok")
	k.declare("u32", "t block rows cols inner row0 col0 k buffer i j")
	k.declare("u64", "offset address")
	k.set("round up", k.Cols-1)
	k.section("the block's first row and column")
	k.code(`
		mov.u32 %t, %tid.x;
		mov.u32 %block, %ctaid.x;
		ld.param.u32 %rows, [rows];
		ld.param.u32 %cols, [cols];
		ld.param.u32 %inner, [inner];
		add.u32 %i, %cols, <round up>;
		div.u32 %i, %i, <cols>;
		div.u32 %row0, %block, %i;
		mul.lo.u32 %j, %row0, %i;
		sub.u32 %col0, %block, %j;
		mul.lo.u32 %row0, %row0, <rows>;
		mul.lo.u32 %col0, %col0, <cols>;`)
}

// steps goes through the terms. There are two buffers: while one is multiplied, the loads for the
// other are on their way.
func (k *kernel) steps() {
	k.declare("pred", "none")
	k.section("k = the first term of the step, buffer = where its terms go in shared memory")
	k.code(`
		mov.u32 %k, <begin>;
		mov.u32 %buffer, <stage>;
		STEP:
		setp.lt.u32 %more, %k, %inner;
		@!%more bra MULTIPLY;`)
	k.load(k.a)
	k.load(k.b)
	if k.conv != nil {
		k.advance(k.a)
		k.advance(k.b)
	}
	k.code(`
		MULTIPLY:
		setp.eq.u32 %none, %k, <begin>;
		@%none bra KEEP;`)
	k.units.step()
	k.code(`
		@!%more bra DONE;
		KEEP:
		sub.u32 %buffer, <stage>, %buffer;`)
	k.store(k.a)
	k.store(k.b)
	k.code(`
		bar.sync 0;
		add.u32 %k, %k, <depth>;
		bra STEP;
		DONE:`)
}
