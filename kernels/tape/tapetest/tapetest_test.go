package tapetest

import (
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/tape"
)

// recorded returns a step of a layer on random inputs, and the tensors that a product of them and a
// sum of its columns write.
func recorded(t *testing.T) (dev kernels.Device, s tape.Step) {
	t.Helper()
	recorder := tape.On(cpu.New(1))
	t.Cleanup(func() { recorder.Close() })
	tensorOf := func(dt tensor.Dtype, shape ...int) *tensor.Dense {
		made, err := recorder.New(dt, shape...)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	clock, key := tensorOf(tensor.Uint32, 1), tensorOf(tensor.Uint32, 2)
	x, w, y, bias, sums := tensorOf(tensor.Float32, 4, 5), tensorOf(tensor.Float32, 5, 3), tensorOf(tensor.Float32, 4, 3), tensorOf(tensor.Float32, 3), tensorOf(tensor.Float32, 3)
	if err := recorder.Upload(w, []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6, 5, 4, 3}); err != nil {
		t.Fatal(err)
	}
	step, err := recorder.Record(func() error {
		for _, f := range []func() error{
			func() error { return kernels.Tick(recorder, clock) },
			func() error { return kernels.UniformNoise(recorder, x, key, clock, 1) },
			func() error { return recorder.MatMul(y, x, w, false, false) },
			func() error { return kernels.BiasReLU(recorder, y, bias, 0.2) },
			func() error { return kernels.LinearGrad(recorder, sums, nil, y) },
			func() error { return kernels.Add(recorder, bias, sums) },
		} {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := step.Run(); err != nil {
			t.Fatal(err)
		}
	}
	return recorder, recorder.Steps[0]
}

func TestSoundStep(t *testing.T) {
	dev, s := recorded(t)
	before, err := take(dev, touched(s.Calls))
	if err != nil {
		t.Fatal(err)
	}
	if err := Accesses(dev, s); err != nil {
		t.Error(err)
	}
	if err := Races(s.Calls, tape.Dependences(s.Calls)); err != nil {
		t.Error(err)
	}
	if err := Orders(dev, s, 5); err != nil {
		t.Error(err)
	}
	edges, seen, err := Edges(dev, s)
	if err != nil || edges != 5 || seen != 5 {
		t.Errorf("the loss of %d of %d edges changes bits, error %v; want 5 of 5", seen, edges, err)
	}
	if after, err := take(dev, before.tensors); err != nil || before.differs(after) >= 0 {
		t.Errorf("the proofs left other values in memory, error %v", err)
	}
}

// declared returns s with another access of one parameter of a call.
func declared(s tape.Step, call, param int, as kernels.Access) tape.Step {
	s.Calls = slices.Clone(s.Calls)
	k := *s.Calls[call].Kernel
	k.Params = slices.Clone(k.Params)
	k.Params[param].Access = as
	s.Calls[call].Kernel = &k
	return s
}

// A wrong access is found by what the call does, and by the orders that it allows.
func TestWrongAccess(t *testing.T) {
	dev, s := recorded(t)
	for _, wrong := range []struct {
		call, param int
		as          kernels.Access
		want        string
	}{
		{0, 0, kernels.In, "it writes clock, which it only reads"},
		{0, 0, kernels.Out, "clock depends on what was in the memory"},
		{0, 0, kernels.Mark, "it changes clock otherwise than from 0 to one number"},
		{1, 0, kernels.In, "it writes z, which it only reads"},
		{1, 2, kernels.Out, "depends on what was in the memory"},
		{3, 0, kernels.In, "it writes y, which it only reads"},
		{3, 0, kernels.Out, "y depends on what was in the memory"},
	} {
		bad := declared(s, wrong.call, wrong.param, wrong.as)
		if err := Accesses(dev, bad); err == nil || !strings.Contains(err.Error(), wrong.want) {
			t.Errorf("%s of %v declared as %d: error %v, want %q", bad.Calls[wrong.call].Kernel.Params[wrong.param].Name, bad.Calls[wrong.call], wrong.as, err, wrong.want)
		}
	}
	if err := Orders(dev, declared(s, 1, 0, kernels.In), 5); err == nil || !strings.Contains(err.Error(), "leaves other bits") {
		t.Errorf("orders with noise that nobody seems to write: error %v", err)
	}
}

// Two arguments that share memory leave the order within the call open.
func TestSharedMemory(t *testing.T) {
	dev, s := recorded(t)
	add := s.Calls[5]
	add.Args.Tensors = []*tensor.Dense{add.Args.Tensors[0], add.Args.Tensors[0]}
	err := Accesses(dev, tape.Step{Calls: []tape.Call{add}})
	if err == nil || !strings.Contains(err.Error(), "y and x share memory") {
		t.Errorf("error %v", err)
	}
}
