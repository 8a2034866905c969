package kernels

import "gorgonia.org/tensor"

// Device is where tensors live and kernels run.
//
// Tensors are contiguous and row-major, of type tensor.Float32, tensor.Uint32 or
// tensor.Uint8. They belong to the device that made them, and its Close releases them.
//
// Only one goroutine at a time may call the methods. The work is done in the order of the
// calls. Launch, MatMul, AllToAll and AllGather may return before their work is done. The same calls give the
// same bits, however many cores or blocks share the work.
//
// A method returns an error, and does nothing, if its arguments do not fit each other. After
// Close, Launch, MatMul, AllToAll, AllGather and Record return an error. After an error of the hardware or of the group
// of ranks a device may return that error from every call.
type Device interface {
	// Name describes the device for people: "cpu, 8 workers, avx2".
	Name() string
	// New returns a tensor of zeros. The shape is of positive dimensions, of at most 2^40
	// elements together.
	New(dt tensor.Dtype, shape ...int) (*tensor.Dense, error)
	// View returns a tensor of the given shape that shares t's memory from element offset
	// on. It must not reach past the end of t.
	View(t *tensor.Dense, offset int, shape ...int) (*tensor.Dense, error)
	// Upload copies src to dst. src is a []float32, []uint32 or []uint8 of dst's type and
	// length.
	Upload(dst *tensor.Dense, src any) error
	// Download waits for queued work and then copies src to dst. dst is a slice of src's type
	// and length.
	Download(dst any, src *tensor.Dense) error
	// MatMul writes op(a)·op(b) to dst (m,n). op(a) is (m,k) and op(b) is (k,n). op(a) is the
	// transpose of a if tA is set, and a otherwise; tB does the same for b. dst must not
	// overlap a or b.
	MatMul(dst, a, b *tensor.Dense, tA, tB bool) error
	// Launch runs k on the arguments a. It returns the error of k.Check(a) if there is one.
	Launch(k *Kernel, a Args) error
	// Group returns the number of this process among the ranks of a data-parallel run, and how many
	// they are. A device alone is rank 0 of 1.
	Group() (rank, ranks int)
	// AllToAll sends part j of from to rank j, and puts what rank i sends here into part i of to. to
	// and from are of one type and length, and have a part for each rank, all of the same length. They
	// must not overlap. Parts are moved as bytes. All ranks make the same calls of AllToAll and
	// AllGather in the same order, in their steps too. A device alone copies.
	AllToAll(to, from *tensor.Dense) error
	// AllGather puts the from of rank i into part i of to, which is of from's type and as many times
	// as long as there are ranks. What AllToAll asks for holds here too.
	AllGather(to, from *tensor.Dense) error
	// Record prepares a step for replay and does none of its work. step may only call Launch, MatMul,
	// AllToAll, AllGather and Group: other methods return an error in it. The device may call step any number
	// of times, in Record and in Run, so step must make the same calls each time. An error of
	// step is returned by the method that called it.
	//
	// scratch is memory whose contents nobody needs before or after a run of the step. The
	// device may leave it unwritten, or write other values there.
	Record(step func() error, scratch ...*tensor.Dense) (Step, error)
	// Sync waits for queued work and returns its error if it failed.
	Sync() error
	// Close releases the device and its tensors. A second call returns an error.
	Close() error
}

// Step is recorded work. It can be run until its device is closed.
type Step interface {
	// Run does the work once. Like Launch, it may return before the work is done.
	Run() error
	// RunMany does the work n times, one after the other. The bits are those of n calls of Run. A
	// device may take less time for them. RunMany does nothing if n is below 1.
	RunMany(n int) error
}

// RunEach is RunMany for a device that gains nothing by more than one run at a time.
func RunEach(s Step, n int) error {
	for range n {
		if err := s.Run(); err != nil {
			return err
		}
	}
	return nil
}
