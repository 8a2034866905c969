// Package device opens the device that the flag --device names. It also lists the devices and
// examines one.
package device

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorgan/cuda"
	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/plan"
)

var (
	// ErrNoDevice is wrapped by the error for a device that is not there.
	ErrNoDevice = cuda.ErrNoDevice
	// ErrRanks is wrapped by the error for ranks of Options.Group that are gone, stand still or never came.
	ErrRanks = cuda.ErrRanks
	// ErrPDL is wrapped by the error for Options.PDL on a device that does not have it.
	ErrPDL = cuda.ErrPDL
	// ErrName is wrapped by the error for a name that no device has.
	ErrName = errors.New("not a device")
	// ErrLevel is wrapped by the error for a LevelVar that this build or processor lacks.
	ErrLevel = cpu.ErrLevel
)

const (
	// LevelVar is the environment variable that forces CPULevel.
	LevelVar = cpu.LevelVar
	// TimeoutVar is the environment variable with the longest time that a call of CUDA's driver
	// may take.
	TimeoutVar = cuda.TimeoutVar
)

// Names lists the names that Open takes, for help texts.
const Names = "auto, cpu, cuda or cuda:N"

// IsName reports whether Open takes the name. There need not be such a device.
func IsName(name string) bool {
	_, isCUDA := cudaNumber(name)
	return name == "auto" || name == "cpu" || isCUDA
}

// cudaNumber returns the number of the CUDA device of that name.
func cudaNumber(name string) (n int, ok bool) {
	if name == "cuda" {
		return 0, true
	}
	text, ok := strings.CutPrefix(name, "cuda:")
	n, err := strconv.Atoi(text)
	return n, ok && err == nil && n >= 0
}

// Kind returns the name without the choice of auto: cuda if the first CUDA device can be used, else cpu.
func Kind(name string) string {
	if name != "auto" {
		return name
	}
	if _, err := cuda.Probe(0); err != nil {
		return "cpu"
	}
	return "cuda"
}

// OfRank returns the name of the device of a rank, for the name that all ranks are given. localRank is its number among
// those of its machine, or -1. Each has a CUDA device of its own, unless the process sees only one.
func OfRank(name string, localRank int) string {
	if localRank < 1 || name != "cuda" {
		return name
	}
	if _, err := cuda.Probe(localRank); err != nil {
		return name
	}
	return fmt.Sprintf("cuda:%d", localRank)
}

// Device is the type of what Open returns, for callers that do not import kernels.
type Device = kernels.Device

// Options say how a device computes.
type Options struct {
	Workers int // the CPU's goroutines; 0 for one for each core
	// Group is the ranks of a data-parallel run. The CPU exchanges through it, and CUDA finds the other ranks through
	// it, with which it exchanges through NCCL. It is nil for a device alone.
	Group   kernels.Group
	NoGraph bool // CUDA: launch each kernel of a step instead of replaying one graph
	TF32    bool // CUDA: compute products on tensor cores, with 10 bits of mantissa
	PDL     bool // CUDA: place each kernel of a step while the one before it runs
	// Plan says what computes the products of recorded steps on CUDA, and whether kernels are joined:
	// one of the constants, or a file of plans. Empty is PlanNone, for devices that record no step.
	Plan string
	// PlanTime bounds the time in which candidates are timed. The time in which the driver compiles them
	// counts too. 0 means half a second in which that does not count, and 10 seconds with it.
	PlanTime time.Duration
	// Began is the plan of the run that goes on. It goes before Plan. It is nil for none.
	Began *plan.Plan
}

// group is Group, or that of a device alone.
func (o Options) group() kernels.Group {
	if o.Group == nil {
		return kernels.Alone{}
	}
	return o.Group
}

// openCUDA opens CUDA device n.
func (o Options) openCUDA(n int) (Device, error) {
	dev, err := cuda.Open(n, cuda.Options{NoGraph: o.NoGraph, TF32: o.TF32, PDL: o.PDL, Group: o.Group})
	if err != nil || o.Plan == "" {
		return dev, err
	}
	known, err := plan.Known()
	if err == nil {
		var p *planned
		gpu, memory := gpuOf(dev.(cudaDevice).Card(), o.TF32), &spares{dev: dev}
		tf32 := o.TF32 && capability(gpu) >= 80
		if p, err = newPlanned(dev, gpu, fusing{joining(dev, tf32, false, memory), joining(dev, tf32, true, memory), tilesOf}, o, known); err == nil {
			return p, nil
		}
	}
	return nil, errors.Join(err, dev.Close())
}

// CPULevel returns the instruction set of the CPU device: avx512, avx2 or purego. If LevelVar has
// none of the CPU's levels, the error wraps ErrLevel.
func CPULevel() (string, error) { return cpu.Level() }

// IsCPU reports whether dev computes on the CPU, in the process's own memory.
func IsCPU(dev Device) bool { return cpu.Is(dev) }

// Open returns the device of that name. why says in a few words why it is this device. auto is the
// first CUDA device, or the CPU if there is none that can be used. With cuda and cuda:N, and for any
// other reason, the CPU is never used instead. The error wraps ErrName, ErrNoDevice, ErrPDL or ErrLevel,
// or says what is wrong with Options.Plan.
func Open(name string, o Options) (dev Device, why string, err error) {
	switch name {
	case "cpu":
		return openCPU(o, "asked for")
	case "auto":
		dev, err := o.openCUDA(0)
		switch {
		case err == nil:
			return dev, "the first CUDA device", nil
		case errors.Is(err, cuda.ErrNotBuilt): // devices and doctor report this, not each run
			return openCPU(o, "auto")
		case errors.Is(err, ErrNoDevice):
			return openCPU(o, reason(err))
		}
		return nil, "", fmt.Errorf("--device auto: %w", err)
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
	return cpu.NewRank(o.Workers, o.group()), why, nil
}

// Status is one line of the list of devices.
type Status struct {
	Name  string `json:"name"` // what --device takes
	About string `json:"about"`
	Ready bool   `json:"ready"`
}

// List returns the CPU and every CUDA device. If there is no CUDA device, About of cuda:0 says
// why.
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

// reason returns what went wrong, without the text of ErrNoDevice and what is before it.
func reason(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ErrNoDevice.Error()+": "); i >= 0 {
		return text[i+len(ErrNoDevice.Error())+2:]
	}
	return text
}
