package fuse_test

import (
	"fmt"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/convolve"
	"gorgan/kernels/cpu"
	"gorgan/kernels/dense"
	"gorgan/kernels/fuse"
	"gorgan/kernels/tape"
)

// bench has a device and memory for steps, and the first error.
type bench struct {
	t   *testing.T
	dev kernels.Device
}

func newBench(t *testing.T) bench {
	dev := cpu.New(1)
	t.Cleanup(func() { dev.Close() })
	return bench{t, dev}
}

func (b bench) new(shape ...int) *tensor.Dense {
	t, err := b.dev.New(tensor.Float32, shape...)
	if err != nil {
		b.t.Fatal(err)
	}
	return t
}

func (b bench) words(n int) *tensor.Dense {
	t, err := b.dev.New(tensor.Uint32, n)
	if err != nil {
		b.t.Fatal(err)
	}
	return t
}

func (b bench) view(t *tensor.Dense, at int, shape ...int) *tensor.Dense {
	v, err := b.dev.View(t, at, shape...)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// fused returns the names of the calls of a fused step that makes the calls of launches.
func (b bench) fused(o fuse.Options, scratch []*tensor.Dense, launches ...func(kernels.Device) error) string {
	b.t.Helper()
	var s tape.Step
	r := tape.On(b.dev)
	r.Rewrite = func(recorded tape.Step) (fused tape.Step, err error) {
		o.Device = b.dev
		s, err = fuse.Step(recorded, o)
		return s, err
	}
	_, err := r.Record(func() error {
		for _, l := range launches {
			if err := l(r); err != nil {
				return err
			}
		}
		return nil
	}, scratch...)
	if err != nil {
		b.t.Fatal(err)
	}
	var names []string
	for _, c := range s.Calls {
		names = append(names, c.Name())
	}
	return strings.Join(names, " ")
}

func tile(tape.Product) (dense.Tile, bool) { return dense.Named("m") }

func product(dst, x, y *tensor.Dense) func(kernels.Device) error {
	return func(dev kernels.Device) error { return dev.MatMul(dst, x, y, false, false) }
}

// TestBetween: calls become one only if no other call has to come between, and only if the one launch
// does not write what it reads.
func TestBetween(t *testing.T) {
	b := newBench(t)
	x, w, y, bias, other := b.new(8, 12), b.new(12, 16), b.new(8, 16), b.new(16), b.new(8, 16)
	relu := func(y *tensor.Dense) func(kernels.Device) error {
		return func(dev kernels.Device) error { return kernels.BiasReLU(dev, y, bias, 0) }
	}
	copied := func(dst, src *tensor.Dense) func(kernels.Device) error {
		return func(dev kernels.Device) error { return kernels.Copy(dev, dst, src) }
	}
	overlapping := b.view(x, 0, 4, 16)
	for name, c := range map[string]struct {
		launches []func(kernels.Device) error
		want     string
	}{
		"nothing between":        {[]func(kernels.Device) error{product(y, x, w), relu(y)}, "dense_forward_m"},
		"something else between": {[]func(kernels.Device) error{product(y, x, w), copied(other, b.view(w, 0, 8, 16)), relu(y)}, "copy__dense_forward_m"},
		"a reader between":       {[]func(kernels.Device) error{product(y, x, w), copied(other, y), relu(y)}, "dense_product_nn_m copy bias_relu"},
		"a reader after":         {[]func(kernels.Device) error{product(y, x, w), relu(y), copied(other, y)}, "dense_forward_m copy"},
		"a writer of x between":  {[]func(kernels.Device) error{product(y, x, w), copied(x, b.view(other, 0, 96)), relu(y)}, "dense_forward_m copy"},
		"a bias from the sums":   {[]func(kernels.Device) error{product(y, x, w), copied(bias, b.view(y, 0, 16)), relu(y)}, "dense_product_nn_m copy bias_relu"},
		"two layers":             {[]func(kernels.Device) error{product(y, x, w), relu(y), product(b.view(other, 0, 8, 8), y, b.view(w, 0, 16, 8))}, "dense_forward_m dense_product_nn_m"},
		"a bias in x": {[]func(kernels.Device) error{product(y, x, w), func(dev kernels.Device) error {
			return kernels.BiasReLU(dev, y, b.view(x, 0, 16), 0)
		}}, "dense_forward_m"},
		"overlapping shapes": {[]func(kernels.Device) error{product(y, x, w), relu(overlapping)}, "dense_product_nn_m bias_relu"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := b.fused(fuse.Options{Choose: tile}, nil, c.launches...); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestConvolutions: a convolution goes to the kernel that is chosen for it, if its memory begins at 16 bytes. The
// runs of a gradient of weights are added by another launch.
func TestConvolutions(t *testing.T) {
	b := newBench(t)
	c := kernels.Convolution{Height: 8, Width: 8, Channels: 3, Outputs: 8, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}
	const batch = 64
	x, y, w := b.new(batch, 8, 8, 3), b.new(batch, 4, 4, 8), b.new(4, 4, 3, 8)
	odd := b.view(b.new(4*4*3*8+1), 1, 4, 4, 3, 8)
	conv := func(w *tensor.Dense) func(kernels.Device) error {
		return func(dev kernels.Device) error { return kernels.Conv(dev, y, x, w, c) }
	}
	back := func(dev kernels.Device) error { return kernels.ConvBack(dev, x, y, w, c) }
	weight := func(dev kernels.Device) error { return kernels.ConvWeight(dev, w, x, y, c) }
	choose := func(kernel string, n []int) (*kernels.Kernel, []int, bool) { return convolve.Choose(kernel, n, false) }
	for name, c := range map[string]struct {
		o      fuse.Options
		launch func(kernels.Device) error
		want   string
	}{
		"forward":         {fuse.Options{Convolve: choose}, conv(w), "conv_m"},
		"to three":        {fuse.Options{Convolve: choose}, back, "conv_back_n"},
		"weights in runs": {fuse.Options{Convolve: choose}, weight, "conv_weight_m sum_rows"},
		"exact":           {fuse.Options{Convolve: choose, Exact: true}, weight, "conv_weight"},
		"not aligned":     {fuse.Options{Convolve: choose}, conv(odd), "conv"},
		"nobody chooses":  {fuse.Options{}, conv(w), "conv"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := b.fused(c.o, nil, c.launch); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestDead: what nobody reads is dropped if it is overwritten or scratch, in all its parts.
func TestDead(t *testing.T) {
	b := newBench(t)
	x, y, z := b.new(64), b.new(64), b.new(64)
	copied := func(dst, src *tensor.Dense) func(kernels.Device) error {
		return func(dev kernels.Device) error { return kernels.Copy(dev, dst, src) }
	}
	exchanged := func(to, from *tensor.Dense) func(kernels.Device) error {
		return func(dev kernels.Device) error { return dev.AllToAll(to, from) }
	}
	half := func(t *tensor.Dense, nth int) *tensor.Dense { return b.view(t, 32*nth, 32) }
	for name, c := range map[string]struct {
		scratch  []*tensor.Dense
		launches []func(kernels.Device) error
		want     int // calls in the end, without joining them
	}{
		"needed after the step":  {nil, []func(kernels.Device) error{copied(y, x)}, 1},
		"scratch":                {[]*tensor.Dense{y}, []func(kernels.Device) error{copied(y, x)}, 0},
		"half of it scratch":     {[]*tensor.Dense{half(y, 0)}, []func(kernels.Device) error{copied(y, x)}, 1},
		"overwritten":            {nil, []func(kernels.Device) error{copied(y, x), copied(y, z)}, 1},
		"overwritten in halves":  {nil, []func(kernels.Device) error{copied(y, x), copied(half(y, 0), half(z, 0)), copied(half(y, 1), half(z, 1))}, 2},
		"half of it overwritten": {nil, []func(kernels.Device) error{copied(y, x), copied(half(y, 0), half(z, 0))}, 2},
		"read before":            {[]*tensor.Dense{y}, []func(kernels.Device) error{copied(y, x), copied(z, y), copied(y, x)}, 2},
		"exchanges":              {[]*tensor.Dense{y, z}, []func(kernels.Device) error{exchanged(y, x), exchanged(z, x)}, 2},
		"a dead chain":           {[]*tensor.Dense{y, z}, []func(kernels.Device) error{copied(y, x), copied(z, y)}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := b.fused(fuse.Options{Apart: true}, c.scratch, c.launches...)
			if n := len(strings.Fields(got)); n != c.want {
				t.Errorf("%d calls are left, %s, want %d", n, got, c.want)
			}
		})
	}
}

// TestChecks: Adam takes over the search for what is not finite only if nothing changes the weights
// after it, and only from memory that can be cut there.
func TestChecks(t *testing.T) {
	b := newBench(t)
	const n = 2 * kernels.Chunk
	arena, m, v, rate, clock := b.new(3*n), b.new(n), b.new(n), b.new(1), b.words(1)
	first := b.words(3 * n / kernels.Chunk)
	steps := func(gradAt, wAt int, clips bool) string {
		grad, w := b.view(arena, gradAt, n), b.view(arena, wAt, n)
		launches := []func(kernels.Device) error{func(dev kernels.Device) error {
			return kernels.Adam(dev, w, m, v, grad, rate, 0.5, 0.9, 1e-8)
		}}
		if clips {
			launches = append(launches, func(dev kernels.Device) error { return kernels.Clip(dev, w, 1) })
		}
		launches = append(launches, func(dev kernels.Device) error { return kernels.NonFinite(dev, first, arena, clock) })
		return b.fused(fuse.Options{Apart: true}, nil, launches...)
	}
	for _, c := range []struct {
		gradAt, wAt int
		clips       bool
		want        string
	}{
		{0, n, false, "adam_finite non_finite"},
		{0, 2 * n, false, "adam_finite non_finite"},
		{n, 2 * n, false, "adam_finite non_finite"},
		{0, n, true, "adam clip non_finite"},
		{0, n + 4, false, "adam non_finite"},
	} {
		if got := steps(c.gradAt, c.wAt, c.clips); got != c.want {
			t.Errorf("%s: got %s, want %s", fmt.Sprint(c), got, c.want)
		}
	}
}

// TestHead: the end of a discriminator is one launch, wherever its logits lie in memory that the
// gradient takes next, unless the two overlap in part. In a step that adds shards it stays as it is.
func TestHead(t *testing.T) {
	b := newBench(t)
	const rows, cols = 8, 4
	h, w, bias, stats, dlogits, dbias := b.new(rows, cols), b.new(cols, 1), b.new(1), b.new(2), b.new(rows, 1), b.new(cols)
	memory, mean := b.new(100), b.new(cols)
	for name, c := range map[string]struct {
		logits int // where they are in memory; the gradient is at 20
		shards bool
		want   string
	}{
		"apart":             {0, false, "head bce_loss linear_grad"},
		"in the gradient":   {24, false, "head bce_loss linear_grad"},
		"overlapping a bit": {16, false, "matmul NN bias_linear bce_logits outer_grad linear_grad"},
		"of a shard":        {0, true, "matmul NN bias_linear bce_logits outer_grad linear_grad tree_sum"},
	} {
		t.Run(name, func(t *testing.T) {
			logits, dh := b.view(memory, c.logits, rows, 1), b.view(memory, 20, rows, cols)
			launches := []func(kernels.Device) error{product(logits, h, w),
				func(dev kernels.Device) error { return kernels.BiasLinear(dev, logits, bias) },
				func(dev kernels.Device) error { return kernels.BCELogits(dev, stats, dlogits, logits, 1, 1) },
				func(dev kernels.Device) error { return dev.MatMul(dh, dlogits, w, false, true) },
				func(dev kernels.Device) error { return kernels.ReLUGrad(dev, dh, dbias, nil, h, 0) }}
			if c.shards {
				launches = append(launches, func(dev kernels.Device) error { return kernels.TreeSum(dev, mean, dbias, 1) })
			}
			if got := b.fused(fuse.Options{Apart: true}, nil, launches...); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
