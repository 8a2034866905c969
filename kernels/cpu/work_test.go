package cpu_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/kerneltest"
)

// replaying is a device that records all work before it is done.
type replaying struct{ kernels.Device }

func (r replaying) do(work func() error) error {
	step, err := r.Record(work)
	if err != nil {
		return err
	}
	return step.Run()
}

func (r replaying) Launch(k *kernels.Kernel, a kernels.Args) error {
	return r.do(func() error { return r.Device.Launch(k, a) })
}

func (r replaying) MatMul(dst, a, b *tensor.Dense, tA, tB bool) error {
	return r.do(func() error { return r.Device.MatMul(dst, a, b, tA, tB) })
}

// TestReplay: recorded work gives the same bits as work that is done at once. A record keeps no values, so one
// kind of values will do. In short mode the workers have the work of TestWorkers alone.
func TestReplay(t *testing.T) {
	if testing.Short() {
		t.Skip("shares the work that TestWorkers shares")
	}
	a, b := newDevice(t, 2), replaying{newDevice(t, 2)}
	for name, check := range kerneltest.Pairs() {
		if strings.HasPrefix(name, "matmul/") || strings.HasSuffix(name, "/normal") {
			t.Run(name, func(t *testing.T) { report(t, check(a, b)) })
		}
	}
}

// walk is a step whose work depends on its own results and on those of earlier steps.
type walk struct {
	dev                   kernels.Device
	clock, key, z, weight *tensor.Dense
	sum                   *tensor.Dense
}

func newWalk(t *testing.T, dev kernels.Device) *walk {
	t.Helper()
	fresh := func(dt tensor.Dtype, shape ...int) *tensor.Dense {
		d, err := dev.New(dt, shape...)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	return &walk{dev, fresh(tensor.Uint32, 1), fresh(tensor.Uint32, 2), fresh(tensor.Float32, 65, 70),
		fresh(tensor.Float32, 70, 130), fresh(tensor.Float32, 65, 130)}
}

func (w *walk) step() error {
	return errors.Join(
		kernels.Tick(w.dev, w.clock),
		kernels.UniformNoise(w.dev, w.z, w.key, w.clock, 3<<16),
		w.dev.MatMul(w.sum, w.z, w.weight, false, false),
		w.dev.MatMul(w.weight, w.z, w.sum, true, false))
}

func (w *walk) setWeight(t *testing.T, seed uint64) {
	t.Helper()
	if err := w.dev.Upload(w.weight, normals(rand.New(rand.NewPCG(seed, 0)), 70*130)); err != nil {
		t.Fatal(err)
	}
}

// TestRecordedSteps: a recorded step does all its work each time it runs, in order. It works on the
// current values of its tensors, whatever else the device does in between.
func TestRecordedSteps(t *testing.T) {
	once, recorded := newWalk(t, newDevice(t, 2)), newWalk(t, newDevice(t, 2))
	other := newWalk(t, recorded.dev)
	if err := other.step(); err != nil {
		t.Fatal(err)
	}
	step, err := recorded.dev.Record(recorded.step)
	if err != nil {
		t.Fatal(err)
	}
	otherStep, err := other.dev.Record(other.step)
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint64(3) {
		once.setWeight(t, i)
		recorded.setWeight(t, i)
		for _, f := range []func() error{once.step, step.Run, other.step, otherStep.Run, once.step, step.Run} {
			if err := f(); err != nil {
				t.Fatal(err)
			}
		}
		if at := firstOther(recorded.weight.Float32s(), once.weight.Float32s()); at >= 0 {
			t.Fatalf("after %d steps weight[%d] = %g, want %g", 2*i+2, at, recorded.weight.Float32s()[at], once.weight.Float32s()[at])
		}
	}
	if n := recorded.clock.Uint32s()[0]; n != 6 {
		t.Errorf("6 runs of a step have counted to %d", n)
	}
	if n := testing.AllocsPerRun(5, func() { err = step.Run() }); n > 0 || err != nil {
		t.Errorf("a recorded step allocates %v times, error %v", n, err)
	}
}

// TestArgumentsAreCopied: later changes of the arguments do not change a recorded step.
func TestArgumentsAreCopied(t *testing.T) {
	dev := newDevice(t, 1)
	y, _ := dev.New(tensor.Float32, 1, 1)
	bias, _ := dev.New(tensor.Float32, 1)
	bias.Float32s()[0] = -1
	var args kernels.Args
	var kernel *kernels.Kernel
	for _, k := range kernels.All() {
		if k.Name == "bias_relu" {
			kernel, args = k, kernels.Args{Tensors: []*tensor.Dense{y, bias}, Scalars: []float32{0.5}, Sizes: []int{1, 1}}
		}
	}
	step, err := dev.Record(func() error { return dev.Launch(kernel, args) })
	if err != nil {
		t.Fatal(err)
	}
	args.Tensors[0], args.Scalars[0] = bias, 7
	clear(args.Sizes)
	if err := step.Run(); err != nil || y.Float32s()[0] != -0.5 {
		t.Errorf("y = %g, %v, want -0.5", y.Float32s()[0], err)
	}
}

// TestRecordErrors: Record returns the error of a step, and the device works on without that
// step.
func TestRecordErrors(t *testing.T) {
	dev := newDevice(t, 2)
	clock, _ := dev.New(tensor.Uint32, 1)
	tick := func() error { return kernels.Tick(dev, clock) }
	ticking, err := dev.Record(tick)
	if err != nil {
		t.Fatal(err)
	}
	failed := errors.New("failed")
	host := make([]uint32, 1)
	for name, part := range map[string]func() error{
		"an error":   func() error { return failed },
		"a launch":   func() error { return kernels.Tick(dev, nil) },
		"a product":  func() error { return dev.MatMul(clock, clock, clock, false, false) },
		"an upload":  func() error { return dev.Upload(clock, host) },
		"a download": func() error { return dev.Download(host, clock) },
		"a record":   func() error { _, err := dev.Record(tick); return err },
		"a run":      ticking.Run,
	} {
		step, err := dev.Record(func() error { return errors.Join(tick(), part()) })
		if err == nil || step != nil {
			t.Errorf("%s in a step: got %v, %v, want an error alone", name, step, err)
		}
		if n := clock.Uint32s()[0]; n != 0 {
			t.Fatalf("%s in a step: the step was run while it was recorded", name)
		}
	}
	if err := ticking.Run(); err != nil || clock.Uint32s()[0] != 1 {
		t.Errorf("the device does not go on: %v, clock %d", err, clock.Uint32s()[0])
	}
	if err := tick(); err != nil || clock.Uint32s()[0] != 2 {
		t.Errorf("the device does not go on: %v, clock %d", err, clock.Uint32s()[0])
	}
}

func TestClosedSteps(t *testing.T) {
	dev := cpu.New(2)
	clock, _ := dev.New(tensor.Uint32, 1)
	step, err := dev.Record(func() error { return kernels.Tick(dev, clock) })
	if err != nil {
		t.Fatal(err)
	}
	if err := dev.Close(); err != nil {
		t.Fatal(err)
	}
	if step.Run() == nil || clock.Uint32s()[0] != 0 {
		t.Error("a step of a closed device still works")
	}
	if _, err := dev.Record(func() error { return nil }); err == nil {
		t.Error("a closed device still records")
	}
}
