package kerneltest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Exchange returns an error if dev breaks a promise of AllToAll or AllGather. All ranks of its group must
// call it at the same time. Each runs the calls at once, and twice as a recorded step.
func Exchange(dev kernels.Device) error {
	rank, ranks := dev.Group()
	if ranks < 1 || rank < 0 || rank >= ranks {
		return fmt.Errorf("the device is rank %d of %d", rank, ranks)
	}
	const part = 3 // elements that each rank sends to each
	from := make([]float32, ranks*part)
	for i := range from {
		from[i] = numbered(rank, i/part, i%part)
	}
	tensors := make([]*tensor.Dense, 3)
	for i, n := range []int{len(from), len(from), ranks * len(from)} {
		var err error
		if tensors[i], err = dev.New(tensor.Float32, n); err != nil {
			return err
		}
	}
	send, to, all := tensors[0], tensors[1], tensors[2]
	if err := dev.Upload(send, from); err != nil {
		return err
	}
	calls := func() error {
		if err := dev.AllToAll(to, send); err != nil {
			return err
		}
		return dev.AllGather(all, to)
	}
	step, err := dev.Record(calls)
	if err != nil {
		return err
	}
	untouched := make([]float32, ranks*len(from))
	if err := dev.Download(untouched, all); err != nil {
		return err
	}
	if slices.ContainsFunc(untouched, func(v float32) bool { return v != 0 }) {
		return errors.New("recording a step exchanges")
	}
	for what, f := range []func() error{calls, step.Run, step.Run} {
		for _, t := range tensors[1:] {
			if err := dev.Upload(t, make([]float32, t.Shape().TotalSize())); err != nil {
				return err
			}
		}
		if err := f(); err != nil {
			return err
		}
		if err := exchanged(dev, all, ranks, part); err != nil {
			return fmt.Errorf("%s: %w", []string{"at once", "in a step", "in the step's second run"}[what], err)
		}
	}
	return refusals(dev, ranks)
}

// numbered is the element k of what rank i sends to rank j.
func numbered(i, j, k int) float32 { return float32(1 + 10000*i + 100*j + k) }

// exchanged returns an error unless all has, for each rank, what each sent to it.
func exchanged(dev kernels.Device, all *tensor.Dense, ranks, part int) error {
	got := make([]float32, ranks*ranks*part)
	if err := dev.Download(got, all); err != nil {
		return err
	}
	for i, v := range got {
		to, from := i/(ranks*part), i/part%ranks
		if want := numbered(from, to, i%part); v != want {
			return fmt.Errorf("element %d of what rank %d sent to rank %d is %g, want %g", i%part, from, to, v, want)
		}
	}
	return nil
}

// refusals returns an error if dev takes tensors that do not fit each other.
func refusals(dev kernels.Device, ranks int) error {
	var a, b, longer, words *tensor.Dense
	for _, t := range []struct {
		to *(*tensor.Dense)
		of tensor.Dtype
		n  int
	}{{&a, tensor.Float32, 6 * ranks}, {&b, tensor.Float32, 6 * ranks}, {&longer, tensor.Float32, 6*ranks*ranks + 1}, {&words, tensor.Uint32, 6 * ranks}} {
		var err error
		if *t.to, err = dev.New(t.of, t.n); err != nil {
			return err
		}
	}
	for what, err := range map[string]error{
		"an all-to-all to more elements":      dev.AllToAll(longer, a),
		"an all-to-all to another type":       dev.AllToAll(words, a),
		"an all-to-all in place":              dev.AllToAll(a, a),
		"an all-gather to too many elements":  dev.AllGather(longer, b),
		"an all-gather to another type":       dev.AllGather(words, b),
		"an all-gather to what it also sends": dev.AllGather(b, b),
	} {
		if err == nil {
			return fmt.Errorf("%s was accepted", what)
		}
	}
	return nil
}

// Magnitudes returns n numbers of many magnitudes, whose sum has other bits in another order.
func Magnitudes(n int) []float32 {
	values := make([]float32, n)
	r := rand.New(rand.NewPCG(5, 6))
	for i := range values {
		values[i] = float32(r.NormFloat64()) * float32(int(1)<<r.IntN(30))
	}
	return values
}

// SumRanks runs a step that adds the rows of values, and then those of all ranks, times factor. It returns the
// sums. The step runs at once, once as it is recorded, and many times, and counts its runs. All ranks call it at
// the same time, each with rows of its own.
func SumRanks(dev kernels.Device, values []float32, cols int, factor float32) ([]float32, error) {
	_, ranks := dev.Group()
	var t [6]*tensor.Dense
	for i, n := range []int{len(values), cols, cols, cols / ranks, 4, 4} {
		var err error
		if t[i], err = dev.New(tensor.Float32, n); err != nil {
			return nil, err
		}
	}
	rows, sums, parts, part, runs, one := t[0], t[1], t[2], t[3], t[4], t[5]
	if err := dev.Upload(rows, values); err != nil {
		return nil, err
	}
	if err := dev.Upload(one, []float32{1, 1, 1, 1}); err != nil {
		return nil, err
	}
	calls := func() error {
		if err := kernels.TreeSum(dev, sums, rows, 1); err != nil {
			return err
		}
		if err := kernels.SumRanks(dev, sums, parts, part, factor); err != nil {
			return err
		}
		return kernels.Add(dev, runs, one)
	}
	step, err := dev.Record(calls)
	if err != nil {
		return nil, err
	}
	const many = 23
	want := make([]float32, cols)
	for what, f := range []func() error{calls, step.Run, func() error { return step.RunMany(many) }} {
		if err := f(); err != nil {
			return nil, err
		}
		got := make([]float32, cols)
		if err := dev.Download(got, sums); err != nil {
			return nil, err
		}
		if what > 0 && !slices.Equal(got, want) {
			return nil, fmt.Errorf("the sums are %v in a step, and %v at once", got, want)
		}
		want = got
	}
	n := make([]float32, 4)
	if err := dev.Download(n, runs); err != nil {
		return nil, err
	}
	if n[0] != many+2 {
		return nil, fmt.Errorf("the step ran %g times, want %d", n[0], many+2)
	}
	return want, nil
}
