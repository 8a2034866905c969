//go:build gpu && !cpu

package cuda

import (
	"errors"
	"fmt"
	"time"

	"gorgonia.org/cu"

	"gorgan/cuda/driver"
	"gorgan/kernels"
)

// workspaceBytes is what cuBLAS gets to work in, since it must not allocate while a
// step is captured: the 32 MiB that its manual asks for on Hopper.
const workspaceBytes = 32 << 20

// Open starts the n-th CUDA device.
func Open(n int, o Options) (kernels.Device, error) {
	limit, err := timeout()
	if err != nil {
		return nil, err
	}
	libraries, name, err := find(n, limit)
	if err != nil {
		return nil, err
	}
	e, err := openEngine(n, limit)
	if err != nil {
		return nil, unusable(err)
	}
	d := &device{engine: e, noGraph: o.NoGraph}
	d.name = fmt.Sprintf("cuda:%d, %s, %s%s", n, name, libraries, o.suffix())
	err = d.run("preparing the stream", func() error {
		if d.stream, err = cu.MakeStream(cu.NonBlocking); err != nil {
			return err
		}
		workspace, err := cu.MemAlloc(workspaceBytes)
		if err != nil {
			return err
		}
		return driver.UseStream(e.BLASContext(), d.stream, workspace, workspaceBytes, o.TF32)
	})
	if err != nil {
		return nil, unusable(errors.Join(err, d.Close()))
	}
	return d, nil
}

// find loads the libraries and looks at the n-th device without touching it.
func find(n int, limit time.Duration) (libraries driver.Libraries, name string, err error) {
	if libraries, err = driver.Load(limit); err != nil {
		return libraries, "", unusable(err)
	}
	count, err := cu.NumDevices()
	if err != nil {
		return libraries, "", unusable(driver.Describe(err))
	}
	if n >= count {
		return libraries, "", unusable(fmt.Errorf("there are %d CUDA devices, numbered from 0", count))
	}
	dev := cu.Device(n)
	if name, err = dev.Name(); err != nil {
		return libraries, "", unusable(driver.Describe(err))
	}
	major, minor, err := dev.ComputeCapability()
	if err != nil {
		return libraries, "", unusable(driver.Describe(err))
	}
	if 10*major+minor < 75 {
		return libraries, "", unusable(fmt.Errorf("%s has compute capability %d.%d, 7.5 (Turing) or later is needed", name, major, minor))
	}
	return libraries, name, nil
}

// unusable says why there is no device to compute on.
func unusable(err error) error {
	if errors.Is(err, cu.OutOfMemory) {
		err = fmt.Errorf("%w: the device has not the %d MB that cuBLAS works in, let alone the nets; end other programs on it, see nvidia-smi (%w)",
			ErrMemory, workspaceBytes>>20, err)
	}
	return fmt.Errorf("%w: %w", ErrNoDevice, err)
}

// Probe says what the n-th device is, without starting it.
func Probe(n int) (about string, err error) {
	limit, err := timeout()
	if err != nil {
		return "", err
	}
	libraries, name, err := find(n, limit)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, %s", name, libraries), nil
}

// suffix tells, in a device's name, what is not as usual.
func (o Options) suffix() (text string) {
	if o.TF32 {
		text += ", TF32"
	}
	if o.NoGraph {
		text += ", no graph"
	}
	return text
}
