package device

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorgonia.org/tensor"

	"gorgan/cuda"
	"gorgan/kernels"
	"gorgan/kernels/kerneltest"
)

// Finding is the result of one step of Examine.
type Finding struct {
	Step  string `json:"step"`
	OK    bool   `json:"ok"`
	About string `json:"about"` // what was found, or what is wrong and what to do
}

// ErrUnsound is wrapped by the error for a device that computes wrong results.
var ErrUnsound = errors.New("the device is not sound")

// cudaDevice has the methods of a CUDA device that kernels.Device does not have.
type cudaDevice interface {
	// Card returns what the device is.
	Card() cuda.Card
	// Load compiles k.
	Load(k *kernels.Kernel) error
	// Memory returns the free and the total memory, in bytes.
	Memory() (free, total int64, err error)
}

// Examine tests the device of that name step by step: its memory, each kernel and product against
// the float64 oracle, and a recorded step. If there is no such CUDA device it examines the CPU
// instead. It calls tell with each finding.
//
// It returns nil if the device is sound. The error wraps ErrUnsound if a test failed, and the
// error of Open if the device cannot be opened. It is ctx's error if ctx ends first.
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
	if c, ok := dev.(cudaDevice); ok {
		examineCUDA(c, found)
	}
	if err := examineKernels(ctx, dev, found); err != nil {
		return err
	}
	if dev.Sync() == nil {
		found("recorded step", "a step replayed gives the bits of its launches", recordedStep(dev))
	}
	if failed > 0 {
		unsound := fmt.Errorf("--device %s: %w: %s failed", name, ErrUnsound, count(failed, "check"))
		if missing != nil {
			return fmt.Errorf("%w; the CPU cannot be used instead: %w", missing, unsound)
		}
		return unsound
	}
	if missing != nil {
		return fmt.Errorf("%w; the CPU is sound, compute on it with --device cpu", missing)
	}
	return nil
}

func examineCUDA(c cudaDevice, found func(step, about string, err error)) {
	free, total, err := c.Memory()
	found("memory", fmt.Sprintf("%.0f of %.0f MB are free", float64(free)/1e6, float64(total)/1e6), err)
	taken, newer, all := 0, 0, kerneltest.Kernels()
	for _, k := range all {
		switch err := c.Load(k); {
		case errors.Is(err, kernels.ErrCapability):
			newer++
		case err != nil:
			found("PTX", "", err)
		default:
			taken++
		}
	}
	switch {
	case taken == len(all):
		found("PTX", fmt.Sprintf("the driver takes all %d kernels", taken), nil)
	case taken+newer == len(all):
		found("PTX", fmt.Sprintf("the driver takes %d kernels; %d others are for newer GPUs", taken, newer), nil)
	}
}

// examineKernels runs the checks of the shared suite. It reports each kernel once. It passes over
// those that are for newer GPUs, and stops if the device has failed for good.
func examineKernels(ctx context.Context, dev kernels.Device, found func(step, about string, err error)) error {
	group, cases := "", 0
	var wrong error
	flush := func() {
		if cases > 0 {
			found(group, "right, "+count(cases, "check"), wrong)
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
		err := run(dev)
		if errors.Is(err, kernels.ErrCapability) {
			continue
		}
		cases++
		if err != nil && wrong == nil {
			wrong = fmt.Errorf("%s: %w", check, err)
		}
	}
	flush()
	return nil
}

// recordedStep compares the bits of a step replayed twice with those of the same launches made
// twice.
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
			return fmt.Errorf("value %d is %g when replayed and %g when launched", i, got[i], w)
		}
	}
	return nil
}
