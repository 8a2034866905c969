package kernels_test

import (
	"math"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// drawing is a device with the tensors that every kernel with random numbers takes.
type drawing struct {
	kernels.Device
	t          *testing.T
	key, clock *tensor.Dense
}

func newDrawing(t *testing.T, step uint32) drawing {
	t.Helper()
	d := drawing{Device: newDevice(t, 2), t: t}
	var err error
	if d.key, err = d.New(tensor.Uint32, 2); err != nil {
		t.Fatal(err)
	}
	if d.clock, err = d.New(tensor.Uint32, 1); err != nil {
		t.Fatal(err)
	}
	key := kernels.Key(7<<32 | 11)
	if err := d.Upload(d.key, key[:]); err != nil {
		t.Fatal(err)
	}
	if err := d.Upload(d.clock, []uint32{step}); err != nil {
		t.Fatal(err)
	}
	return d
}

// filled returns a tensor of the shape with element i = f(i).
func (d drawing) filled(f func(i int) float32, shape ...int) *tensor.Dense {
	d.t.Helper()
	x, err := d.New(tensor.Float32, shape...)
	if err != nil {
		d.t.Fatal(err)
	}
	v := make([]float32, x.Shape().TotalSize())
	for i := range v {
		v[i] = f(i)
	}
	if err := d.Upload(x, v); err != nil {
		d.t.Fatal(err)
	}
	return x
}

// after returns what x holds, unless the launch that wrote it failed.
func (d drawing) after(err error, x *tensor.Dense) []float32 {
	d.t.Helper()
	v := make([]float32, x.Shape().TotalSize())
	if err == nil {
		err = d.Download(v, x)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return v
}

func constant(v float32) func(int) float32 { return func(int) float32 { return v } }

const stream kernels.Stream = 2<<16 + 3

// TestInterpolateDraws: the weight of row r is element r of UniformNoise, moved to [0,1).
func TestInterpolateDraws(t *testing.T) {
	const rows, cols = 9, 5
	d := newDrawing(t, 12)
	z, x := d.filled(constant(0), rows), d.filled(constant(0), rows, cols)
	noise := d.after(kernels.UniformNoise(d, z, d.key, d.clock, stream), z)
	a, b := d.filled(constant(1), rows, cols), d.filled(constant(0), rows, cols)
	for i, e := range d.after(kernels.Interpolate(d, x, a, b, d.key, d.clock, stream, 0), x) {
		if want := (noise[i/cols] + 1) / 2; e != want {
			t.Errorf("the weight at row %d, column %d is %g, want %g", i/cols, i%cols, e, want)
		}
	}
	for i, e := range d.after(kernels.Interpolate(d, x, b, a, d.key, d.clock, stream, 0), x) {
		if want := (1 - noise[i/cols]) / 2; e != want {
			t.Errorf("the other weight at row %d, column %d is %g, want %g", i/cols, i%cols, e, want)
		}
	}
}

// TestPerturbDraws: element i moves by element i of UniformNoise, moved to [0,1).
func TestPerturbDraws(t *testing.T) {
	const n = 23
	d := newDrawing(t, 12)
	z, x, a := d.filled(constant(0), n), d.filled(constant(0), n), d.filled(constant(0), n)
	noise := d.after(kernels.UniformNoise(d, z, d.key, d.clock, stream), z)
	size := d.filled(constant(4), 1)
	for i, v := range d.after(kernels.Perturb(d, x, a, size, d.key, d.clock, stream, 0.5, 0), x) {
		if want := noise[i] + 1; v != want {
			t.Errorf("element %d moves by %g, want %g", i, v, want)
		}
	}
}

// TestAddNoiseFades: added to zeros, the noise is NormalNoise's. It gets weaker each step until
// it is 0.
func TestAddNoiseFades(t *testing.T) {
	const n, stddev = 23, 0.25
	for _, c := range []struct {
		step  uint32
		steps int
		left  float64
	}{{1, 0, 1}, {1000, 0, 1}, {1, 8, 1}, {2, 8, 0.875}, {7, 8, 0.25}, {8, 8, 0.125}, {9, 8, 0}, {4e9, 8, 0}} {
		d := newDrawing(t, c.step)
		z, x := d.filled(constant(0), n), d.filled(constant(0), n)
		noise := d.after(kernels.NormalNoise(d, z, d.key, d.clock, stream, stddev), z)
		for i, v := range d.after(kernels.AddNoise(d, x, d.key, d.clock, stream, stddev, c.steps, 0), x) {
			if want := c.left * float64(noise[i]); math.Abs(float64(v)-want) > 1e-7 || c.left == 1 && v != noise[i] {
				t.Errorf("step %d of %d: element %d is %g, want %g", c.step, c.steps, i, v, want)
			}
		}
	}
}

// TestDeviationOfNoise: uniform noise on [-1,1) has the deviation 1/√3, whatever is added to it.
func TestDeviationOfNoise(t *testing.T) {
	const n = 1 << 16
	d := newDrawing(t, 1)
	z, deviation := d.filled(constant(0), n), d.filled(constant(0), 1)
	noise := d.after(kernels.UniformNoise(d, z, d.key, d.clock, stream), z)
	for _, mean := range []float32{0, 1000} {
		x := d.filled(func(i int) float32 { return mean + noise[i] }, n)
		got := float64(d.after(kernels.Deviation(d, deviation, x), deviation)[0])
		if off := math.Abs(got - 1/math.Sqrt(3)); off > 0.005 {
			t.Errorf("about %g: got %g, want 1/√3", mean, got)
		}
	}
}
