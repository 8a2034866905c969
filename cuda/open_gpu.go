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

// Open starts CUDA device n, from 0. If that device cannot be used, the error wraps ErrNoDevice. If
// it can, but not with PDL, the error wraps ErrPDL. Open waits until all ranks of Options.Group are there. If
// some are not, the error wraps ErrRanks, or is the group's.
func Open(n int, o Options) (kernels.Device, error) {
	limit, err := timeout()
	if err != nil {
		return nil, err
	}
	libraries, card, err := find(n, limit)
	if err != nil {
		return nil, err
	}
	if err := o.check(card, libraries); err != nil {
		return nil, err
	}
	group := o.Group
	if group == nil {
		group = kernels.Alone{}
	}
	e, err := openEngine(n, limit, group.Size() > 1)
	if err != nil {
		return nil, unusable(err)
	}
	d := &device{engine: e, card: card, group: group, noGraph: o.NoGraph, pdl: o.PDL}
	d.name = fmt.Sprintf("cuda:%d, %s, %s%s", n, card.Name, libraries, o.suffix())
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
	if group.Size() > 1 {
		if err := d.join(); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	return d, nil
}

// find loads the libraries and returns what device n is. It does not start the device.
func find(n int, limit time.Duration) (libraries driver.Libraries, card Card, err error) {
	if libraries, err = driver.Load(limit); err != nil {
		return libraries, card, unusable(err)
	}
	count, err := cu.NumDevices()
	if err != nil {
		return libraries, card, unusable(driver.Describe(err))
	}
	if n >= count {
		return libraries, card, unusable(fmt.Errorf("there are %d CUDA devices, numbered from 0", count))
	}
	dev := cu.Device(n)
	if card.Name, err = dev.Name(); err != nil {
		return libraries, card, unusable(driver.Describe(err))
	}
	major, minor, err := dev.ComputeCapability()
	if err != nil {
		return libraries, card, unusable(driver.Describe(err))
	}
	if card.Capability = 10*major + minor; card.Capability < 75 {
		return libraries, card, unusable(fmt.Errorf("%s has compute capability %d.%d, want 7.5 (Turing) or later", card.Name, major, minor))
	}
	if card.Multiprocessors, err = dev.Attribute(cu.MultiprocessorCount); err != nil {
		return libraries, card, unusable(driver.Describe(err))
	}
	card.CUBLAS = libraries.BLAS()
	return libraries, card, nil
}

// check returns the error for options that the card or its driver does not have.
func (o Options) check(card Card, libraries driver.Libraries) error {
	switch {
	case !o.PDL:
		return nil
	case o.NoGraph:
		return fmt.Errorf("cuda: %w: kernels start early in recorded steps alone, and NoGraph records none", ErrPDL)
	case card.Capability < 90:
		return fmt.Errorf("cuda: %w: %s has compute capability %d.%d, want 9.0 (Hopper) or later", ErrPDL,
			card.Name, card.Capability/10, card.Capability%10)
	case !libraries.EarlyLaunch:
		return fmt.Errorf("cuda: %w: the driver %s is older than that of CUDA 11.8; install driver 520 or later", ErrPDL,
			libraries.Driver)
	}
	return nil
}

// unusable returns the error for a device that cannot be used.
func unusable(err error) error {
	if errors.Is(err, cu.OutOfMemory) {
		err = fmt.Errorf("%w: the device has less than the %d MB that cuBLAS alone needs; end other programs on it, see nvidia-smi (%w)",
			ErrMemory, workspaceBytes>>20, err)
	}
	return fmt.Errorf("%w: %w", ErrNoDevice, err)
}

// Probe returns a description of device n without starting it, with the version of NCCL if that is there.
// Its errors are those of Open.
func Probe(n int) (about string, err error) {
	limit, err := timeout()
	if err != nil {
		return "", err
	}
	libraries, card, err := find(n, limit)
	if err != nil {
		return "", err
	}
	about = fmt.Sprintf("%s, %s", card.Name, libraries)
	if nccl, err := driver.LoadNCCL(); err == nil {
		about += fmt.Sprintf(", NCCL %v", nccl)
	}
	return about, nil
}

// suffix returns the part of a device's name that lists the options in use.
func (o Options) suffix() (text string) {
	if o.TF32 {
		text += ", TF32"
	}
	if o.NoGraph {
		text += ", no graph"
	}
	if o.PDL {
		text += ", PDL"
	}
	return text
}
