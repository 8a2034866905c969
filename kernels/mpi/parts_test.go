//go:build mpi

package mpi

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/kerneltest"
)

const (
	patience = 30 * time.Second // of a part in which no rank is missing
	short    = 2 * time.Second  // of a part in which one is
)

// parts are what ranks do under mpirun.
var parts = map[string]struct {
	do      func(Group) error
	limit   time.Duration
	piece   int    // pieceBytes if 0
	patient string // the rank whose limit is patience
}{
	"exchange":  {do: exchanges, limit: patience},
	"pieces":    {do: pieces, limit: patience, piece: 1000},
	"mismatch":  {do: mismatch, limit: patience},
	"fewer":     {do: fewer, limit: short, piece: 10},
	"killed":    {do: ends(syscall.SIGKILL), limit: short},
	"stopped":   {do: ends(syscall.SIGSTOP), limit: short},
	"heard":     {do: ends(syscall.SIGSTOP), limit: short, patient: "1"},
	"suspended": {do: suspended, limit: short},
	"unclosed":  {do: unclosed, limit: short},
	"absent":    {do: Group.Close, limit: short},
	"bench":     {do: bench, limit: patience},
}

func exchanges(g Group) error {
	if err := kerneltest.Group(g); err != nil {
		return err
	}
	dev := cpu.NewRank(1, g)
	defer dev.Close()
	if err := kerneltest.Exchange(dev); err != nil {
		return err
	}
	if g.Size()&(g.Size()-1) == 0 {
		if err := sums(dev); err != nil {
			return err
		}
	}
	if err := refusals(); err != nil {
		return err
	}
	if err := allocations(g); err != nil {
		return err
	}
	if err := released(g); err != nil {
		return err
	}
	if err := faults(); err != nil {
		return err
	}
	if err := g.Close(); err != nil {
		return err
	}
	b := make([]byte, g.Size())
	if err := g.AllGather(b, b[:1]); !errors.Is(err, errClosed) {
		return fmt.Errorf("an all-gather of a closed group returned %v", err)
	}
	return g.Close()
}

// sums returns an error unless a sum over the ranks has the bits of the sum of all rows on one rank alone.
func sums(dev kernels.Device) error {
	const rows, cols = 8, 56
	values := kerneltest.Magnitudes(rows * cols)
	alone := cpu.New(1)
	defer alone.Close()
	want, err := kerneltest.SumRanks(alone, values, cols, 1./rows)
	if err != nil {
		return err
	}
	rank, ranks := dev.Group()
	n := len(values) / ranks
	got, err := kerneltest.SumRanks(dev, values[rank*n:][:n], cols, 1./rows)
	if err != nil {
		return err
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("the sum over ranks is %v, want the bits of one rank, %v", got, want)
	}
	return nil
}

// refusals returns an error if g can be joined again.
func refusals() error {
	if again, err := Join(patience); err == nil || again != nil || !strings.Contains(err.Error(), "joined") {
		return fmt.Errorf("joining again returned %v and the error %v", again, err)
	}
	if again, err := Join(0); err == nil || again != nil {
		return errors.New("a limit of 0 was accepted")
	}
	return nil
}

// allocations returns an error if an exchange takes memory.
func allocations(g Group) error {
	from, to := make([]byte, 4096*g.Size()), make([]byte, 4096*g.Size())
	var failed error
	runtime.GC() // which may take the pinner that the thread keeps
	if n := testing.AllocsPerRun(100, func() {
		failed = errors.Join(failed, g.AllToAll(to, from), g.AllGather(to, from[:4096]))
	}); n > 0 {
		return fmt.Errorf("two exchanges allocate %g times", n)
	}
	return failed
}

// watched is memory, and whether it is no more in use.
func watched(n int) (b []byte, collected func() bool) {
	b = make([]byte, n)
	gone := make(chan struct{})
	runtime.SetFinalizer(&b[0], func(*byte) { close(gone) })
	return b, func() bool {
		for range 10 {
			runtime.GC()
			select {
			case <-gone:
				return true
			case <-time.After(10 * time.Millisecond):
			}
		}
		return false
	}
}

// released returns an error if memory is kept after its exchange.
func released(g Group) error {
	from, fromGone := watched(1 << 20 * g.Size())
	to, toGone := watched(1 << 20 * g.Size())
	if err := g.AllToAll(to, from); err != nil {
		return err
	}
	if !fromGone() || !toGone() {
		return errors.New("the memory of an exchange is kept")
	}
	return nil
}

// faults returns an error if MPI has taken the signals that Go makes panics of.
func faults() (err error) {
	defer func() {
		if recover() == nil {
			err = errors.New("reading at nil did not panic")
		}
	}()
	var nowhere *[1 << 10]int
	return fmt.Errorf("read %d at nil", nowhere[len(os.Args)])
}

func pieces(g Group) error {
	if err := kerneltest.Group(g); err != nil {
		return err
	}
	return g.Close()
}

// mismatch: rank 1 sends less than the others.
func mismatch(g Group) error {
	n := 20 * g.Size()
	if g.Rank() == 1 {
		n = 12 * g.Size()
	}
	err := g.AllToAll(make([]byte, n), make([]byte, n))
	if again := g.AllGather(make([]byte, g.Size()), make([]byte, 1)); again != err {
		return fmt.Errorf("after %w, an all-gather returned %w", err, again)
	}
	return err
}

// fewer: rank 1 sends fewer pieces than the others.
func fewer(g Group) error {
	n := 20 * g.Size()
	if g.Rank() == 1 {
		n = 10 * g.Size()
	}
	return g.AllToAll(make([]byte, n), make([]byte, n))
}

// ends: the last rank sends itself a signal after some exchanges, of parts that are sent at once and of others.
func ends(signal syscall.Signal) func(Group) error {
	return func(g Group) error {
		for turn := 0; ; turn++ {
			if turn == 7 && g.Rank() == g.Size()-1 {
				syscall.Kill(os.Getpid(), signal)
			}
			part := []int{8, 1 << 20}[turn%2]
			to, toGone := watched(part * g.Size())
			from, fromGone := watched(part * g.Size())
			begin := time.Now()
			err := g.AllToAll(to, from)
			if err == nil {
				continue
			}
			var lost kernels.RankError
			if !errors.As(err, &lost) || lost.Rank != g.Size()-1 {
				return fmt.Errorf("want an error of the last rank: %w", err)
			}
			if took := time.Since(begin); took > 2*short {
				return fmt.Errorf("after %v: %w", took, err)
			}
			begin = time.Now()
			if again := g.AllGather(to, from[:part]); again != err {
				return fmt.Errorf("another exchange returned %w", again)
			}
			if closed := g.Close(); closed != nil {
				return fmt.Errorf("closing: %w", closed)
			}
			if took := time.Since(begin); took > short/2 {
				return fmt.Errorf("another exchange and closing took %v", took)
			}
			if toGone() || fromGone() {
				return errors.New("the memory of a failed exchange, which MPI may use, is not kept")
			}
			return err
		}
	}
}

// suspended: the test stops all ranks while they wait for rank 0, and continues them later than the limit.
func suspended(g Group) error {
	if g.Rank() == 0 {
		time.Sleep(short / 2)
	}
	if err := g.AllToAll(make([]byte, g.Size()<<20), make([]byte, g.Size()<<20)); err != nil {
		return err
	}
	return g.Close()
}

// unclosed: the last rank does not close.
func unclosed(g Group) error {
	if g.Rank() == g.Size()-1 {
		time.Sleep(2 * short)
		return nil
	}
	begin := time.Now()
	err := g.Close()
	if took := time.Since(begin); took > 2*short {
		return fmt.Errorf("after %v: %w", took, err)
	}
	return err
}

// bench writes the median time of kernels.SumRanks for tensors of two sizes.
func bench(g Group) error {
	dev := cpu.NewRank(1, g)
	defer dev.Close()
	for _, n := range []int{1 << 10, 2_150_000} { // float32
		var t [3]*tensor.Dense
		for i, n := range []int{n, n, n / g.Size()} {
			var err error
			if t[i], err = dev.New(tensor.Float32, n); err != nil {
				return err
			}
		}
		step, err := dev.Record(func() error { return kernels.SumRanks(dev, t[0], t[1], t[2], 1) })
		if err != nil {
			return err
		}
		times := make([]time.Duration, 201)
		for i := range times {
			begin := time.Now()
			if err := step.Run(); err != nil {
				return err
			}
			times[i] = time.Since(begin)
		}
		slices.Sort(times)
		fmt.Printf("rank %d bench: %d bytes: median %v, 10 to 90 %%: %v to %v\n", g.Rank(), 4*n, times[len(times)/2], times[len(times)/10], times[len(times)*9/10])
	}
	return g.Close()
}
