package kernels

import "gorgonia.org/tensor"

// Device is where tensors live and kernels run.
//
// Tensors are contiguous and row-major, of type tensor.Float32, tensor.Uint32 or
// tensor.Uint8; they belong to the device that made them and are released by its
// Close. The methods are for one goroutine; calls run in order, and Launch and
// MatMul may return before the work is done. The same calls give the same bits,
// however many cores or blocks share the work.
type Device interface {
	// Name says what computes, for people: "cpu, 8 workers".
	Name() string
	// New returns a zeroed tensor.
	New(dt tensor.Dtype, shape ...int) (*tensor.Dense, error)
	// View returns the part of t that starts at element offset, as a tensor of
	// the given shape that shares t's memory.
	View(t *tensor.Dense, offset int, shape ...int) (*tensor.Dense, error)
	// Upload copies src, a []float32, []uint32 or []uint8 of dst's type and
	// length, to dst.
	Upload(dst *tensor.Dense, src any) error
	// Download waits for queued work, then copies src to dst, a slice of src's
	// type and length.
	Download(dst any, src *tensor.Dense) error
	// MatMul writes op(a)·op(b) to dst (m,n); op(a) is (m,k), op(b) is (k,n), and
	// op transposes where tA or tB is set. dst overlaps neither a nor b.
	MatMul(dst, a, b *tensor.Dense, tA, tB bool) error
	// Launch runs k on a, after k.Check(a).
	Launch(k *Kernel, a Args) error
	// Record prepares one step for replay. The step only calls Launch and MatMul, with
	// the same arguments however often it is called. Their work is not done yet.
	Record(step func() error) (Step, error)
	// Sync waits for queued work and returns the first error since the last Sync.
	Sync() error
	// Close releases the device and its tensors. It is called once.
	Close() error
}

// Step is recorded work; it is good until its device is closed.
type Step interface {
	// Run does the work once.
	Run() error
}
