package kernels_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// holding returns a tensor that holds values.
func holding[T float32 | uint32 | uint8](t *testing.T, dev kernels.Device, values []T, shape ...int) *tensor.Dense {
	t.Helper()
	d, err := dev.New(tensor.New(tensor.WithBacking(values)).Dtype(), shape...)
	if err == nil {
		err = dev.Upload(d, values)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestMaxoutMoves: where the pieces move by h·u, the output moves by h times what
// MaxoutPick says; and with the gradient it makes the same sum, sum(d·t) = sum(da·u).
func TestMaxoutMoves(t *testing.T) {
	const rows, units, pieces, h = 33, 7, 5, 1.0 / (1 << 10)
	dev := newDevice(t, 2)
	r := rand.New(rand.NewPCG(1, 0))
	start, u, d := normals(r, rows*units*pieces), normals(r, rows*units*pieces), normals(r, rows*units)
	bias := holding(t, dev, normals(r, units*pieces), units*pieces)
	a, ut := holding(t, dev, start, rows, units*pieces), holding(t, dev, u, rows, units*pieces)
	y, move := zeros(t, dev, rows*units), zeros(t, dev, rows*units)
	da, dbias := holding(t, dev, start, rows, units*pieces), zeros(t, dev, units*pieces)
	for _, v := range []*tensor.Dense{y, move} {
		if err := v.Reshape(rows, units); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{
		kernels.Maxout(dev, y, a, bias),
		kernels.MaxoutPick(dev, move, ut, a),
		kernels.MaxoutGrad(dev, da, dbias, nil, holding(t, dev, d, rows, units), a),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	before, got := make([]float32, rows*units), make([]float32, rows*units)
	gradient := make([]float32, len(u))
	moved := make([]float32, len(u))
	for i := range u {
		moved[i] = start[i] + h*u[i]
	}
	for _, err := range []error{
		dev.Download(before, y), dev.Download(got, move), dev.Download(gradient, da),
		dev.Upload(a, moved), kernels.Maxout(dev, y, a, bias),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	after := make([]float32, rows*units)
	if err := dev.Download(after, y); err != nil {
		t.Fatal(err)
	}
	var forward, backward float64
	for i := range got {
		// A pair of pieces as near as they move may change places; then the larger wins.
		if off := float64(after[i]-before[i])/h - float64(got[i]); math.Abs(off) > 1e-2 {
			if !(off > 0) {
				t.Errorf("output %d moves by %g, MaxoutPick says %g", i, (after[i]-before[i])/h, got[i])
			}
		}
		forward += float64(d[i]) * float64(got[i])
	}
	for i := range u {
		backward += float64(gradient[i]) * float64(u[i])
	}
	if math.Abs(forward-backward) > 1e-9*math.Abs(forward) {
		t.Errorf("sum of d·t is %g, of da·u %g", forward, backward)
	}
}

// TestMaxoutShapes: pieces that are no multiple of the units are an error.
func TestMaxoutShapes(t *testing.T) {
	dev := newDevice(t, 1)
	y, bias := holding(t, dev, make([]float32, 6), 2, 3), zeros(t, dev, 7)
	for cols, want := range map[int]string{7: "maxout: a has 14 elements, want 12", 2: "maxout: a has 4 elements, want 0"} {
		err := kernels.Maxout(dev, y, holding(t, dev, make([]float32, 2*cols), 2, cols), bias)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d columns: got %v, want %q", cols, err, want)
		}
	}
}
