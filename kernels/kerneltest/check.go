package kerneltest

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Check runs k on one case on dev. It returns an error for the first thing that is wrong.
func Check(dev kernels.Device, k *kernels.Kernel, c Case) error { return newTrial(k, c).on(dev) }

// trial is a case of a kernel with what the oracle makes of it.
type trial struct {
	kernel *kernels.Kernel
	c      Case
	before host
	want   kernels.Mem[float64]
}

func newTrial(k *kernels.Kernel, c Case) trial {
	h := newHost(k, c)
	return trial{k, c, h, h.oracle(k, c)}
}

// on runs the trial on dev.
func (t trial) on(dev kernels.Device) error {
	k, c, before, want := t.kernel, t.c, t.before, t.want
	got, err := before.onDevice(dev, k, c)
	if err != nil {
		return err
	}
	tol, size := k.Tol, before.largest()
	if k.Terms != nil { // the error of a sum of products does not depend on the sum
		tol.Abs += tol.Product * float64(4+k.Terms(c.Sizes)) * size * size
	}
	var f, u int
	for i, p := range k.Params {
		switch s := got[i].(type) {
		case []float32:
			if p.Access != kernels.In {
				if err := compare(inner(s), want.F[f], tol, size, k.Product); err != nil {
					return fmt.Errorf("%s%w", p.Name, err)
				}
			}
			f++
		case []uint32:
			if p.Access != kernels.In {
				if at := firstDifference(inner(s), want.U[u]); at >= 0 {
					return fmt.Errorf("%s[%d] = %d, want %d", p.Name, at, inner(s)[at], want.U[u][at])
				}
			}
			u++
		}
		if err := untouched(p, before[i], got[i]); err != nil {
			return err
		}
	}
	again, err := before.otherOutputs(k).onDevice(dev, k, c)
	if err != nil {
		return err
	}
	return sameBits(k, got, again)
}

// largest returns the largest finite magnitude in the float tensors.
func (h host) largest() (size float64) {
	for _, s := range h {
		if f, ok := s.([]float32); ok {
			for _, v := range inner(f) {
				if a := math.Abs(float64(v)); a <= math.MaxFloat32 {
					size = max(size, a)
				}
			}
		}
	}
	return size
}

// compare returns an error for the first value that is too far from the oracle's. NaN only fits
// NaN, and an infinity only fits itself. In a product that a device may compute from differences,
// infinities become NaN, so each of these fits each.
func compare(got []float32, want []float64, tol kernels.Tol, size float64, product bool) error {
	for i, w := range want {
		g := float64(got[i])
		if math.IsNaN(w) || math.IsInf(w, 0) {
			if g == w || math.IsNaN(g) && math.IsNaN(w) || product && g-g != 0 {
				continue
			}
			return fmt.Errorf("[%d] = %g, want %g", i, g, w)
		}
		allowed := tol.Abs + tol.Rel*math.Abs(w) + tol.Cancel*size
		if off := math.Abs(g - w); !(off <= allowed) {
			return fmt.Errorf("[%d] = %g, want %g: off by %.3g, allowed %.3g", i, g, w, off, allowed)
		}
	}
	return nil
}

// untouched returns an error if a guard changed, or any element of a tensor that is only read.
func untouched(p kernels.Param, before, after any) error {
	at := firstDifference(before, after)
	if p.Access != kernels.In {
		switch b := before.(type) {
		case []float32:
			at = guardDifference(b, after.([]float32))
		case []uint32:
			at = guardDifference(b, after.([]uint32))
		}
	}
	if at >= 0 {
		return fmt.Errorf("%s[%d] was overwritten", p.Name, at-guard)
	}
	return nil
}

func guardDifference[T comparable](before, after []T) int {
	for i, v := range before {
		if (i < guard || i >= len(before)-guard) && after[i] != v {
			return i
		}
	}
	return -1
}

func sameBits(k *kernels.Kernel, a, b host) error {
	for i, p := range k.Params {
		if at := firstDifference(oneNaN(a[i]), oneNaN(b[i])); at >= 0 {
			return fmt.Errorf("%s[%d] differs from run to run, or depends on what an output held before", p.Name, at-guard)
		}
	}
	return nil
}

// oneNaN returns floats with the same NaN for every NaN. Which NaN an instruction returns depends on
// the order of its operands, and a compiler may choose that for each tile of a product.
func oneNaN(s any) any {
	f, ok := s.([]float32)
	if !ok {
		return s
	}
	f = slices.Clone(f)
	for i, v := range f {
		if v != v {
			f[i] = float32(math.NaN())
		}
	}
	return f
}

// Contract returns an error if dev breaks a promise of kernels.Device that the results of kernels
// do not show.
func Contract(dev kernels.Device) error {
	t, err := dev.New(tensor.Float32, 2, 3)
	if err != nil {
		return err
	}
	got := make([]float32, 6)
	got[5] = 1
	if err := dev.Download(got, t); err != nil {
		return err
	}
	for _, v := range got {
		if v != 0 {
			return fmt.Errorf("a new tensor holds %g, want 0", v)
		}
	}
	if err := dev.Upload(t, []float32{0, 1, 2, 3, 4, 5}); err != nil {
		return err
	}
	v, err := dev.View(t, 2, 1, 3)
	if err != nil {
		return err
	}
	if err := dev.Download(got[:3], v); err != nil {
		return err
	}
	if got[0] != 2 || got[2] != 4 {
		return fmt.Errorf("a view at 2 of 0,1,2,… holds %v", got[:3])
	}
	for what, err := range map[string]error{
		"a shape with a zero":         second(dev.New(tensor.Float32, 3, 0)),
		"a tensor of strings":         second(dev.New(tensor.String, 3)),
		"a view past the end":         second(dev.View(t, 4, 3)),
		"an upload of another length": dev.Upload(t, make([]float32, 5)),
		"an upload of another type":   dev.Upload(t, make([]uint32, 6)),
		"a download of another type":  dev.Download(make([]uint8, 6), t),
		"a product of (2,3) by (2,3)": dev.MatMul(t, t, t, false, false),
		"a launch without arguments":  dev.Launch(kernels.All()[0], kernels.Args{}),
	} {
		if err == nil {
			return fmt.Errorf("%s was accepted", what)
		}
	}
	if err := replay(dev); err != nil {
		return err
	}
	return Exchange(dev)
}

func second(_ *tensor.Dense, err error) error { return err }

// replay returns an error unless a recorded step does its work once each time it runs, n times if it
// runs n times, and not while it is recorded.
func replay(dev kernels.Device) error {
	clock, err := dev.New(tensor.Uint32, 1)
	if err != nil {
		return err
	}
	step, err := dev.Record(func() error { return kernels.Tick(dev, clock) })
	if err != nil {
		return err
	}
	got, want := make([]uint32, 1), 0
	for _, run := range []struct {
		times int
		run   func() error
	}{
		{0, func() error { return nil }},
		{1, step.Run}, {1, step.Run},
		{0, func() error { return step.RunMany(0) }}, {0, func() error { return step.RunMany(-1) }},
		{1, func() error { return step.RunMany(1) }}, {23, func() error { return step.RunMany(23) }},
	} {
		if err := run.run(); err != nil {
			return err
		}
		if err := dev.Download(got, clock); err != nil {
			return err
		}
		if want += run.times; int(got[0]) != want {
			return fmt.Errorf("a step recorded once and run %d times has run %d times", want, got[0])
		}
	}
	return nil
}
