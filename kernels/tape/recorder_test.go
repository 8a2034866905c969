package tape_test

import (
	"errors"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/kerneltest"
	"gorgan/kernels/tape"
	"gorgan/kernels/tape/tapetest"
)

// A recorder keeps the promises of a device.
func TestContract(t *testing.T) {
	dev := tape.On(cpu.New(1))
	defer dev.Close()
	if err := kerneltest.Contract(dev); err != nil {
		t.Error(err)
	}
}

// TestRewrite records on two recorders, one on the other. The lower one rewrites the step.
func TestRewrite(t *testing.T) {
	lower := tape.On(cpu.New(1))
	defer lower.Close()
	upper := tape.On(lower)
	clock, err := upper.New(tensor.Uint32, 1)
	if err != nil {
		t.Fatal(err)
	}
	lower.Rewrite = func(s tape.Step) (tape.Step, error) {
		s.Calls = append(s.Calls, s.Calls...)
		return s, nil
	}
	tick := func() error { return kernels.Tick(upper, clock) }
	step, err := upper.Record(tick)
	if err != nil {
		t.Fatal(err)
	}
	if err := step.Run(); err != nil {
		t.Fatal(err)
	}
	got := make([]uint32, 1)
	if err := upper.Download(got, clock); err != nil {
		t.Fatal(err)
	}
	calls, ok := tape.Of(step)
	if n := []int{len(upper.Steps[0].Calls), len(lower.Steps[0].Calls), len(calls.Calls), int(got[0])}; !ok || !slices.Equal(n, []int{1, 2, 2, 2}) {
		t.Errorf("calls above, below, of the step, and made: %v, %v; want 1, 2, 2 and 2", n, ok)
	}
	if plain, err := lower.Device.Record(func() error { return nil }); err != nil {
		t.Error(err)
	} else if _, ok := tape.Of(plain); ok {
		t.Error("a step that no recorder recorded has calls")
	}
	refused := errors.New("refused")
	lower.Rewrite = func(s tape.Step) (tape.Step, error) { return s, refused }
	if _, err := upper.Record(tick); !errors.Is(err, refused) {
		t.Errorf("a step that cannot be rewritten: error %v", err)
	}
	if _, err := upper.Record(func() error { return upper.MatMul(clock, clock, clock, false, false) }); err == nil {
		t.Error("a product of words was recorded")
	}
}

// TestExchanges: a step keeps the order of its exchanges, although they have no memory in common, and says
// what they read and write.
func TestExchanges(t *testing.T) {
	dev := tape.On(cpu.New(1))
	defer dev.Close()
	var x [4]*tensor.Dense
	for i := range x {
		var err error
		if x[i], err = dev.New(tensor.Float32, 3); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := dev.Record(func() error { return errors.Join(dev.AllToAll(x[1], x[0]), dev.AllGather(x[3], x[2])) }); err != nil {
		t.Fatal(err)
	}
	calls := dev.Steps[0].Calls
	if got := []string{calls[0].String(), calls[1].String()}; !slices.Equal(got, []string{"all_to_all [3 3]", "all_gather [3 3]"}) {
		t.Errorf("the step makes the calls %v", got)
	}
	if !tape.Dependences(calls).Path(0, 1) {
		t.Error("the second exchange need not wait for the first")
	}
	if !slices.Contains(calls[1].Reads(), tape.SpanOf(x[2])) || !slices.Contains(calls[1].Writes(), tape.SpanOf(x[3])) {
		t.Errorf("an exchange reads %v and writes %v", calls[1].Reads(), calls[1].Writes())
	}
	if err := tapetest.Accesses(dev, dev.Steps[0]); err != nil {
		t.Error(err)
	}
	if _, err := dev.Record(func() error { return dev.AllToAll(x[0], x[0]) }); err == nil {
		t.Error("an exchange in place was recorded")
	}
}
