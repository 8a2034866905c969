package device

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/kerneltest"
)

// Finding is what one step of Examine found.
type Finding struct {
	Step  string `json:"step"`
	OK    bool   `json:"ok"`
	About string `json:"about"` // what there is, or what is wrong and what to do
}

// ErrUnsound is wrapped when a device computes, but not what it should.
var ErrUnsound = errors.New("the device is not sound")

// card is what a CUDA device can be asked beyond kernels.Device.
type card interface {
	// Load compiles k.
	Load(k *kernels.Kernel) error
	// Memory is what is free and what there is, in bytes.
	Memory() (free, total int64, err error)
}

// Examine tries the device of that name step by step: what there is, each kernel and
// product against the float64 oracle, a recorded step. Where there is no such CUDA device it
// examines the CPU instead. It tells each finding and returns why the device cannot be used,
// an error that wraps ErrUnsound, or nil.
func Examine(ctx context.Context, name string, o Options, tell func(Finding)) error {
	failed := 0
	found := func(step, about string, err error) {
		if err != nil {
			failed++
			about = reason(err)
		}
		tell(Finding{step, err == nil, about})
	}
	dev, _, missing := Open(name, o)
	if missing != nil {
		if !errors.Is(missing, ErrNoDevice) {
			return missing
		}
		found("device", "", missing)
		failed = 0
		var err error
		if dev, _, err = Open("cpu", o); err != nil {
			return err
		}
		name = "cpu"
	}
	defer dev.Close()
	found("device", dev.Name(), nil)
	if c, ok := dev.(card); ok {
		examineCard(c, found)
	}
	if err := examineKernels(ctx, dev, found); err != nil {
		return err
	}
	if dev.Sync() == nil {
		found("recorded step", "a step replayed gives the bits of its launches", recordedStep(dev))
	}
	if failed > 0 {
		unsound := fmt.Errorf("--device %s: %w: %s failed", name, ErrUnsound, checks(failed))
		if missing != nil {
			return fmt.Errorf("%w; nor is there another: %w", missing, unsound)
		}
		return unsound
	}
	if missing != nil {
		return fmt.Errorf("%w; the CPU is sound, compute on it with --device cpu", missing)
	}
	return nil
}

// checks is a number of them.
func checks(n int) string {
	if n == 1 {
		return "1 check"
	}
	return fmt.Sprintf("%d checks", n)
}

func examineCard(c card, found func(step, about string, err error)) {
	free, total, err := c.Memory()
	found("memory", fmt.Sprintf("%.0f of %.0f MB are free", float64(free)/1e6, float64(total)/1e6), err)
	taken := 0
	for _, k := range kernels.All() {
		if err := c.Load(k); err != nil {
			found("PTX", "", err)
			continue
		}
		taken++
	}
	if taken == len(kernels.All()) {
		found("PTX", fmt.Sprintf("the driver takes all %d kernels", taken), nil)
	}
}

// examineKernels runs the checks of the shared suite, and tells of each kernel once. It
// stops where the device has failed for good.
func examineKernels(ctx context.Context, dev kernels.Device, found func(step, about string, err error)) error {
	group, cases := "", 0
	var wrong error
	flush := func() {
		if cases > 0 {
			found(group, "right, "+checks(cases), wrong)
		}
		cases, wrong = 0, nil
	}
	for check, run := range kerneltest.All() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if name, _, _ := strings.Cut(check, "/"); name != group {
			flush()
			if dev.Sync() != nil {
				return nil
			}
			group = name
		}
		cases++
		if err := run(dev); err != nil && wrong == nil {
			wrong = fmt.Errorf("%s: %w", check, err)
		}
	}
	flush()
	return nil
}

// recordedStep holds a replayed step to the bits of the same launches, made twice.
func recordedStep(dev kernels.Device) error {
	const rows, cols = 64, 96
	run := func(recorded bool) ([]float32, error) {
		var t [4]*tensor.Dense // x, w, y, bias
		for i, shape := range [][]int{{rows, cols}, {cols, cols}, {rows, cols}, {cols}} {
			var err error
			if t[i], err = dev.New(tensor.Float32, shape...); err != nil {
				return nil, err
			}
			values := make([]float32, t[i].Shape().TotalSize())
			kernels.Uniform(values, kernels.Key(1), kernels.Stream(i), 0)
			if err := dev.Upload(t[i], values); err != nil {
				return nil, err
			}
		}
		step := func() error {
			if err := dev.MatMul(t[2], t[0], t[1], false, true); err != nil {
				return err
			}
			if err := kernels.BiasReLU(dev, t[2], t[3], 0.2); err != nil {
				return err
			}
			return dev.MatMul(t[0], t[2], t[1], false, false)
		}
		again := step
		if recorded {
			s, err := dev.Record(step)
			if err != nil {
				return nil, err
			}
			again = s.Run
		}
		for range 2 {
			if err := again(); err != nil {
				return nil, err
			}
		}
		x := make([]float32, rows*cols)
		return x, dev.Download(x, t[0])
	}
	want, err := run(false)
	if err != nil {
		return err
	}
	got, err := run(true)
	if err != nil {
		return err
	}
	for i, w := range want {
		if got[i] != w {
			return fmt.Errorf("value %d is %g replayed and %g launched", i, got[i], w)
		}
	}
	return nil
}
