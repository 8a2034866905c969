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

// workspaceBytes is the size of the memory that cuBLAS works in. cuBLAS must not allocate while
// a step is captured. Its manual asks for 32 MiB on Hopper.
const workspaceBytes = 32 << 20

// Open starts CUDA device n, from 0. If that device cannot be used, the error wraps ErrNoDevice.
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

// find loads the libraries and returns the name of device n. It does not start the device.
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
		return libraries, "", unusable(fmt.Errorf("%s has compute capability %d.%d, want 7.5 (Turing) or later", name, major, minor))
	}
	return libraries, name, nil
}

// unusable returns the error for a device that cannot be used.
func unusable(err error) error {
	if errors.Is(err, cu.OutOfMemory) {
		err = fmt.Errorf("%w: the device has less than the %d MB that cuBLAS alone needs; end other programs on it, see nvidia-smi (%w)",
			ErrMemory, workspaceBytes>>20, err)
	}
	return fmt.Errorf("%w: %w", ErrNoDevice, err)
}

// Probe returns a description of device n without starting it. Its errors are those of Open.
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

// suffix returns the part of a device's name that lists the options in use.
func (o Options) suffix() (text string) {
	if o.TF32 {
		text += ", TF32"
	}
	if o.NoGraph {
		text += ", no graph"
	}
	return text
}
