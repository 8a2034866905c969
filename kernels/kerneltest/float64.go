package kerneltest

import (
	"errors"
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Float64 is the device that computes with the kernels' oracles, in float64. Its float
// tensors are float32 by type and shape, as kernels want them. Their values are float64
// and lie beside them. Upload64 and Download64 pass them in full precision. Central
// differences of what it computes check a gradient to about nine digits, where those of
// a float32 device check two.
//
// It is for tests: it is slow, and its memory is freed with it.
type Float64 struct {
	values    map[*tensor.Dense][]float64 // of the float tensors; views share them
	recording *[]func()                   // the step being recorded, or nil
}

// NewFloat64 returns a device without tensors.
func NewFloat64() *Float64 { return &Float64{values: map[*tensor.Dense][]float64{}} }

// Name is "float64 oracles".
func (f *Float64) Name() string { return "float64 oracles" }

// New returns a zeroed tensor.
func (f *Float64) New(dt tensor.Dtype, shape ...int) (*tensor.Dense, error) {
	n, err := kernels.CheckNew(dt, shape)
	if err != nil {
		return nil, err
	}
	t := tensor.New(tensor.Of(dt), tensor.WithShape(shape...))
	if dt == tensor.Float32 {
		f.values[t] = make([]float64, n)
	}
	return t, nil
}

// View returns a part of t, which shares t's values.
func (f *Float64) View(t *tensor.Dense, offset int, shape ...int) (*tensor.Dense, error) {
	n, err := kernels.CheckView(t, offset, shape)
	if err != nil {
		return nil, err
	}
	var backing any
	switch t.Dtype() {
	case tensor.Float32:
		backing = make([]float32, n)
	case tensor.Uint32:
		backing = t.Uint32s()[offset:][:n:n]
	default:
		backing = t.Uint8s()[offset:][:n:n]
	}
	v := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing))
	if t.Dtype() == tensor.Float32 {
		f.values[v] = f.values[t][offset:][:n:n]
	}
	return v, nil
}

// Upload copies src to dst.
func (f *Float64) Upload(dst *tensor.Dense, src any) error {
	if err := f.checkCopy(dst, src); err != nil {
		return err
	}
	switch h := src.(type) {
	case []float32:
		for i, v := range h {
			f.values[dst][i] = float64(v)
		}
	case []uint32:
		copy(dst.Uint32s(), h)
	case []uint8:
		copy(dst.Uint8s(), h)
	}
	return nil
}

// Download copies src to dst, rounded to float32 where it holds floats.
func (f *Float64) Download(dst any, src *tensor.Dense) error {
	if err := f.checkCopy(src, dst); err != nil {
		return err
	}
	switch h := dst.(type) {
	case []float32:
		for i, v := range f.values[src] {
			h[i] = float32(v)
		}
	case []uint32:
		copy(h, src.Uint32s())
	case []uint8:
		copy(h, src.Uint8s())
	}
	return nil
}

func (f *Float64) checkCopy(t *tensor.Dense, host any) error {
	if f.recording != nil {
		return errRecording
	}
	return kernels.CheckCopy(t, host)
}

// Upload64 copies src to dst, a float tensor of as many elements.
func (f *Float64) Upload64(dst *tensor.Dense, src []float64) error {
	if len(src) != len(f.values[dst]) {
		return fmt.Errorf("kerneltest: copy of %d float64 to a tensor of %d", len(src), len(f.values[dst]))
	}
	copy(f.values[dst], src)
	return nil
}

// Download64 returns a copy of the values of a float tensor.
func (f *Float64) Download64(src *tensor.Dense) []float64 {
	return append([]float64(nil), f.values[src]...)
}

// MatMul writes op(a)·op(b) to dst.
func (f *Float64) MatMul(dst, a, b *tensor.Dense, tA, tB bool) error {
	m, n, k, err := kernels.CheckMatMul(dst, a, b, tA, tB)
	if err != nil {
		return err
	}
	to, x, y := f.values[dst], f.values[a], f.values[b]
	f.do(func() {
		at := func(v []float64, row, col, rows, cols int, transposed bool) float64 {
			if transposed {
				return v[col*rows+row]
			}
			return v[row*cols+col]
		}
		for i := range m {
			for j := range n {
				sum := 0.0
				for l := range k {
					sum += at(x, i, l, m, k, tA) * at(y, l, j, k, n, tB)
				}
				to[i*n+j] = sum
			}
		}
	})
	return nil
}

// Launch runs k's oracle on a.
func (f *Float64) Launch(k *kernels.Kernel, a kernels.Args) error {
	if err := k.Check(a); err != nil {
		return err
	}
	m := kernels.Mem[float64]{N: append([]int(nil), a.Sizes...)}
	for _, s := range a.Scalars {
		m.S = append(m.S, float64(s))
	}
	for _, t := range a.Tensors {
		switch t.Dtype() {
		case tensor.Float32:
			m.F = append(m.F, f.values[t])
		case tensor.Uint32:
			m.U = append(m.U, t.Uint32s())
		default:
			m.B = append(m.B, t.Uint8s())
		}
	}
	f.do(func() { k.F64(m) })
	return nil
}

// Group is rank 0 of 1.
func (f *Float64) Group() (rank, ranks int) { return 0, 1 }

// AllToAll copies from to to.
func (f *Float64) AllToAll(to, from *tensor.Dense) error {
	return f.copy(to, from, kernels.CheckAllToAll)
}

// AllGather copies from to to.
func (f *Float64) AllGather(to, from *tensor.Dense) error {
	return f.copy(to, from, kernels.CheckAllGather)
}

func (f *Float64) copy(to, from *tensor.Dense, check func(to, from *tensor.Dense, ranks int) error) error {
	if err := check(to, from, 1); err != nil {
		return err
	}
	f.do(func() {
		switch to.Dtype() {
		case tensor.Float32:
			copy(f.values[to], f.values[from])
		case tensor.Uint32:
			copy(to.Uint32s(), from.Uint32s())
		default:
			copy(to.Uint8s(), from.Uint8s())
		}
	})
	return nil
}

// do does the work, or records it.
func (f *Float64) do(work func()) {
	if f.recording != nil {
		*f.recording = append(*f.recording, work)
		return
	}
	work()
}

// float64Step is recorded work.
type float64Step []func()

func (s float64Step) Run() error {
	for _, work := range s {
		work()
	}
	return nil
}

func (s float64Step) RunMany(n int) error { return kernels.RunEach(s, n) }

var errRecording = errors.New("kerneltest: a recorded step may only launch, multiply and exchange")

// Record calls the step once, which lists its work.
func (f *Float64) Record(step func() error, _ ...*tensor.Dense) (kernels.Step, error) {
	if f.recording != nil {
		return nil, errRecording
	}
	var work []func()
	f.recording = &work
	defer func() { f.recording = nil }()
	if err := step(); err != nil {
		return nil, err
	}
	return float64Step(work), nil
}

// Sync has nothing to wait for.
func (f *Float64) Sync() error { return nil }

// Close has nothing to release.
func (f *Float64) Close() error { return nil }
