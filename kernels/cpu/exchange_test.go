package cpu_test

import (
	"errors"
	"math"
	"slices"
	"sync"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/kerneltest"
)

// TestExchange: devices of a group have what each other sent, at once and in steps.
func TestExchange(t *testing.T) {
	for _, ranks := range []int{1, 2, 3, 4} {
		var all sync.WaitGroup
		for _, group := range kerneltest.Ranks(ranks) {
			all.Go(func() {
				dev := cpu.NewRank(1, group)
				defer dev.Close()
				if err := kerneltest.Exchange(dev); err != nil {
					t.Errorf("rank %d of %d: %v", group.Rank(), ranks, err)
				}
			})
		}
		all.Wait()
	}
}

// lost is a group whose other rank is missing.
type lost struct{ kernels.Alone }

var errLost = errors.New("rank 1 is missing")

func (lost) Size() int { return 2 }

func (lost) AllToAll(_, _ []byte) error { return errLost }

// TestLostRank: after an error of the group the device returns it from every call that computes, and what its
// tensors hold can still be had.
func TestLostRank(t *testing.T) {
	dev := cpu.NewRank(1, lost{})
	defer dev.Close()
	x, err := dev.New(tensor.Float32, 2)
	if err != nil {
		t.Fatal(err)
	}
	y, err := dev.New(tensor.Float32, 2)
	if err != nil {
		t.Fatal(err)
	}
	step, err := dev.Record(func() error { return errors.Join(dev.AllToAll(y, x), kernels.Copy(dev, y, x)) })
	if err != nil {
		t.Fatal(err)
	}
	if err := dev.Upload(x, []float32{1, 2}); err != nil {
		t.Fatal(err)
	}
	for what, f := range map[string]func() error{
		"the step":    step.Run,
		"another run": func() error { return step.RunMany(2) },
	} {
		if err := f(); !errors.Is(err, errLost) {
			t.Errorf("%s returned %v, want %v", what, err, errLost)
		}
	}
	for what, err := range map[string]error{
		"a launch": kernels.Copy(dev, y, x), "an exchange": dev.AllToAll(y, x), "waiting": dev.Sync(),
	} {
		if !errors.Is(err, errLost) {
			t.Errorf("%s returned %v, want %v", what, err, errLost)
		}
	}
	got := make([]float32, 2)
	if err := dev.Download(got, y); err != nil || got[0] != 0 {
		t.Errorf("got %v and the error %v, want what was there before", got, err)
	}
}

// TestSumRanks: the sum of rows over ranks, each of which has added its own, has the bits of the sum of all
// rows, at once and in a step, for any number of ranks.
func TestSumRanks(t *testing.T) {
	const rows, cols = 8, 56
	values := kerneltest.Magnitudes(rows * cols)
	var want []float32
	for _, ranks := range []int{1, 2, 4, 8} {
		sums := make([][]float32, ranks)
		var all sync.WaitGroup
		for i, group := range kerneltest.Ranks(ranks) {
			all.Go(func() {
				dev := cpu.NewRank(1+i%2, group)
				defer dev.Close()
				n := len(values) / ranks
				var err error
				if sums[i], err = kerneltest.SumRanks(dev, values[i*n:][:n], cols, 1./rows); err != nil {
					t.Errorf("rank %d of %d: %v", i, ranks, err)
				}
			})
		}
		all.Wait()
		if want == nil {
			want = sums[0]
		}
		for i, got := range sums {
			if !slices.Equal(got, want) {
				t.Errorf("rank %d of %d has %v, want the bits of one rank, %v", i, ranks, got, want)
			}
		}
	}
	for c := range cols {
		exact := 0.0
		for i := c; i < len(values); i += cols {
			exact += float64(values[i]) / rows
		}
		if math.Abs(float64(want[c])-exact) > 1e3 { // of 1e9 at most, with 24 bits
			t.Errorf("element %d is %g, want %g", c, want[c], exact)
		}
	}
}

// TestGroup: the ranks of one process move bytes as a group must.
func TestGroup(t *testing.T) {
	for _, ranks := range []int{1, 2, 3, 4} {
		var all sync.WaitGroup
		for i, group := range append(kerneltest.Ranks(ranks), kernels.Alone{}) {
			all.Go(func() {
				if err := kerneltest.Group(group); err != nil {
					t.Errorf("rank %d of %d: %v", i, ranks, err)
				}
			})
		}
		all.Wait()
	}
}
