// Package device opens the device a command computes on, as its --device flag names
// it, lists the devices there are, and examines one.
package device

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gorgan/cuda"
	"gorgan/kernels"
	"gorgan/kernels/cpu"
)

var (
	// ErrNoDevice is wrapped when the device asked for is not there.
	ErrNoDevice = cuda.ErrNoDevice
	// ErrName is wrapped when a name is none of a device.
	ErrName = errors.New("not a device")
	// ErrLevel is wrapped when the environment asks for instructions that the CPU lacks.
	ErrLevel = cpu.ErrLevel
)

const (
	// LevelVar is the environment variable that forces CPULevel.
	LevelVar = cpu.LevelVar
	// TimeoutVar is the environment variable for the longest a call of CUDA's driver may take.
	TimeoutVar = cuda.TimeoutVar
)

// Names says what Open takes, for help texts.
const Names = "auto, cpu, cuda or cuda:N"

// IsName tells whether a name is one of those. There need not be such a device.
func IsName(name string) bool {
	_, isCUDA := cudaNumber(name)
	return name == "auto" || name == "cpu" || isCUDA
}

// cudaNumber is the number of the CUDA device of that name.
func cudaNumber(name string) (n int, ok bool) {
	if name == "cuda" {
		return 0, true
	}
	text, ok := strings.CutPrefix(name, "cuda:")
	n, err := strconv.Atoi(text)
	return n, ok && err == nil && n >= 0
}

// Device is what Open opens, for those that hand it on.
type Device = kernels.Device

// Options are how a device is to work.
type Options struct {
	Workers int  // the CPU's goroutines, 0 for one a core
	NoGraph bool // CUDA: launch each kernel of a step, instead of replaying one graph
	TF32    bool // CUDA: products on tensor cores, with 10 bits of mantissa
}

// openCUDA opens the n-th CUDA device.
func (o Options) openCUDA(n int) (Device, error) {
	return cuda.Open(n, cuda.Options{NoGraph: o.NoGraph, TF32: o.TF32})
}

// CPULevel names the instructions the CPU device computes with: avx512, avx2 or purego.
func CPULevel() (string, error) { return cpu.Level() }

// IsCPU tells whether dev computes on the CPU, in the process's own memory.
func IsCPU(dev Device) bool { return cpu.Is(dev) }

// Open returns the device of that name. why says in a few words what was taken and
// what for. auto takes the first CUDA device, or the CPU where there is none; cuda and
// cuda:N never fall back.
func Open(name string, o Options) (dev Device, why string, err error) {
	switch name {
	case "cpu":
		return openCPU(o, "asked for")
	case "auto":
		dev, err := o.openCUDA(0)
		if errors.Is(err, cuda.ErrNotBuilt) { // as its owner knows: devices and doctor tell it, not each run
			return openCPU(o, "auto")
		}
		if err != nil {
			return openCPU(o, reason(err))
		}
		return dev, "the first CUDA device", nil
	}
	n, ok := cudaNumber(name)
	if !ok {
		return nil, "", fmt.Errorf("--device: %w: %q, want %s", ErrName, name, Names)
	}
	if dev, err = o.openCUDA(n); err != nil {
		return nil, "", fmt.Errorf("--device %s: %w", name, err)
	}
	return dev, "asked for", nil
}

func openCPU(o Options, why string) (Device, string, error) {
	if _, err := cpu.Level(); err != nil {
		return nil, "", err
	}
	return cpu.New(o.Workers), why, nil
}

// Status is one line of the list of devices.
type Status struct {
	Name  string `json:"name"` // what --device takes
	About string `json:"about"`
	Ready bool   `json:"ready"`
}

// List returns the CPU and every CUDA device, or why there is none.
func List() []Status {
	dev := cpu.New(0)
	defer dev.Close()
	all := []Status{{Name: "cpu", About: dev.Name(), Ready: dev.Sync() == nil}}
	for n := 0; ; n++ {
		name := fmt.Sprintf("cuda:%d", n)
		about, err := cuda.Probe(n)
		if err != nil {
			if n == 0 {
				all = append(all, Status{Name: name, About: reason(err)})
			}
			return all
		}
		all = append(all, Status{Name: name, About: about, Ready: true})
	}
}

// reason is what went wrong, without the names of packages and sentinels before it.
func reason(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ErrNoDevice.Error()+": "); i >= 0 {
		return text[i+len(ErrNoDevice.Error())+2:]
	}
	return text
}
