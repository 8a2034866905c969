package tape

import (
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Step is the calls of a recorded step, in their order. Scratch is the memory whose contents nobody
// needs between two runs.
type Step struct {
	Calls   []Call
	Scratch []*tensor.Dense
}

// Run makes the calls on dev. It returns the first error.
func (s Step) Run(dev kernels.Device) error {
	for _, c := range s.Calls {
		if err := c.Do(dev); err != nil {
			return err
		}
	}
	return nil
}

// Recorder is a device that keeps the calls of the steps recorded on it. Everything else it leaves
// to the device that it is on.
type Recorder struct {
	kernels.Device
	Steps   []Step // what was recorded here and then rewritten, in the order of Record
	Rewrite func(Step) (Step, error)
	open    *Step // the step being recorded
}

// On returns a recorder on dev. It must not be used by two goroutines at once.
func On(dev kernels.Device) *Recorder { return &Recorder{Device: dev} }

// Record notes the calls of step, which it calls once, and records them on the device. If
// r.Rewrite is not nil, it records what Rewrite makes of them. It also returns the error of a call
// that does not fit its kernel.
func (r *Recorder) Record(step func() error, scratch ...*tensor.Dense) (kernels.Step, error) {
	s := Step{Scratch: scratch}
	r.open = &s
	err := step()
	r.open = nil
	if err != nil {
		return nil, err
	}
	if r.Rewrite != nil {
		if s, err = r.Rewrite(s); err != nil {
			return nil, err
		}
	}
	r.Steps = append(r.Steps, s)
	done, err := r.Device.Record(func() error { return s.Run(r.Device) }, s.Scratch...)
	if err != nil {
		return nil, err
	}
	return recorded{done, s}, nil
}

// recorded is a step of the device below, with its calls.
type recorded struct {
	kernels.Step
	calls Step
}

// Of returns the calls that the device makes in each run of step. If recorders are on top of each
// other, those are the calls of the lowest one. ok is false if no recorder recorded the step.
func Of(step kernels.Step) (s Step, ok bool) {
	r, ok := step.(recorded)
	if !ok {
		return Step{}, false
	}
	if lower, ok := Of(r.Step); ok {
		return lower, true
	}
	return r.calls, true
}

// Launch notes the call while a step is recorded.
func (r *Recorder) Launch(k *kernels.Kernel, a kernels.Args) error {
	if r.open == nil {
		return r.Device.Launch(k, a)
	}
	if err := k.Check(a); err != nil {
		return err
	}
	a = kernels.Args{Tensors: slices.Clone(a.Tensors), Scalars: slices.Clone(a.Scalars), Sizes: slices.Clone(a.Sizes)}
	r.open.Calls = append(r.open.Calls, Call{Kernel: k, Args: a})
	return nil
}

// MatMul notes the call while a step is recorded.
func (r *Recorder) MatMul(dst, a, b *tensor.Dense, tA, tB bool) error {
	if r.open == nil {
		return r.Device.MatMul(dst, a, b, tA, tB)
	}
	if _, _, _, err := kernels.CheckMatMul(dst, a, b, tA, tB); err != nil {
		return err
	}
	r.open.Calls = append(r.open.Calls, Call{Product: Product{dst, a, b, tA, tB}})
	return nil
}

// AllToAll notes the call while a step is recorded.
func (r *Recorder) AllToAll(to, from *tensor.Dense) error {
	return r.exchange(Exchange{To: to, From: from}, kernels.CheckAllToAll)
}

// AllGather notes the call while a step is recorded.
func (r *Recorder) AllGather(to, from *tensor.Dense) error {
	return r.exchange(Exchange{To: to, From: from, Gather: true}, kernels.CheckAllGather)
}

func (r *Recorder) exchange(x Exchange, check func(to, from *tensor.Dense, ranks int) error) error {
	c := Call{Exchange: x}
	if r.open == nil {
		return c.Do(r.Device)
	}
	_, ranks := r.Group()
	if err := check(x.To, x.From, ranks); err != nil {
		return err
	}
	r.open.Calls = append(r.open.Calls, c)
	return nil
}
