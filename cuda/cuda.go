package cuda

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gorgan/kernels"
)

var (
	// ErrNoDevice is wrapped when the device asked for is not there.
	ErrNoDevice = errors.New("no such device")
	// ErrName is wrapped when a name is none of a device.
	ErrName = errors.New("not a device")
	// ErrLevel is wrapped when the environment asks for instructions that the CPU lacks.
	ErrLevel = kernels.ErrLevel
	// ErrMemory is wrapped when a device's memory does not suffice.
	ErrMemory = errors.New("out of device memory")
	// errWithout is why a build without CUDA has no such device.
	errWithout = fmt.Errorf("%w: this program was built without CUDA; make gpu builds one that has it", ErrNoDevice)
)

// Options are how a device is to work.
type Options struct {
	Workers int  // the CPU's goroutines, 0 for one a core
	NoGraph bool // CUDA: launch each kernel of a step, instead of replaying one graph
	TF32    bool // CUDA: products on tensor cores, with 10 bits of mantissa
}

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

// CPULevel names the instructions the CPU device computes with: avx512, avx2 or purego.
func CPULevel() (string, error) { return kernels.CPULevel() }

// LevelVar is the environment variable that forces CPULevel.
const LevelVar = kernels.LevelVar

// TimeoutVar names the environment variable for the longest a call of the driver may
// take, "30s" by default.
const TimeoutVar = "GORGAN_CUDA_TIMEOUT"

// IsCPU tells whether dev computes on the CPU, in the process's own memory.
func IsCPU(dev Device) bool { return kernels.IsCPU(dev) }

// Open returns the device of that name. why says in a few words what was taken and
// what for. auto takes the first CUDA device, or the CPU where there is none; cuda and
// cuda:N never fall back.
func Open(name string, o Options) (dev Device, why string, err error) {
	switch name {
	case "cpu":
		return openCPU(o, "asked for")
	case "auto":
		dev, err := open(0, o)
		if errors.Is(err, errWithout) { // as its owner knows: devices and doctor tell it, not each run
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
	if dev, err = open(n, o); err != nil {
		return nil, "", fmt.Errorf("--device %s: %w", name, err)
	}
	return dev, "asked for", nil
}

func openCPU(o Options, why string) (Device, string, error) {
	if _, err := kernels.CPULevel(); err != nil {
		return nil, "", err
	}
	return kernels.CPU(o.Workers), why, nil
}

// Status is one line of the list of devices.
type Status struct {
	Name  string `json:"name"` // what --device takes
	About string `json:"about"`
	Ready bool   `json:"ready"`
}

// List returns the CPU and every CUDA device, or why there is none.
func List() []Status {
	cpu := kernels.CPU(0)
	defer cpu.Close()
	all := []Status{{Name: "cpu", About: cpu.Name(), Ready: cpu.Sync() == nil}}
	for n := 0; ; n++ {
		name := fmt.Sprintf("cuda:%d", n)
		about, err := probe(n)
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
