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
)

// Names says what Open takes, for help texts.
const Names = "auto, cpu, cuda or cuda:N"

// Open returns the device of that name, with workers goroutines if it is the CPU, 0
// for one a core. why says in a few words what was taken and what for. auto takes the
// first CUDA device, or the CPU where there is none; cuda and cuda:N never fall back.
func Open(name string, workers int) (dev kernels.Device, why string, err error) {
	switch {
	case name == "cpu":
		return kernels.CPU(workers), "asked for", nil
	case name == "auto":
		dev, err := open(0)
		if err != nil {
			return kernels.CPU(workers), reason(err), nil
		}
		return dev, "the first CUDA device", nil
	case name == "cuda" || strings.HasPrefix(name, "cuda:"):
		n := 0
		if text, ok := strings.CutPrefix(name, "cuda:"); ok {
			if n, err = strconv.Atoi(text); err != nil || n < 0 {
				return nil, "", fmt.Errorf("--device: %w: %q, want cuda:N, N from 0", ErrName, name)
			}
		}
		dev, err := open(n)
		if err != nil {
			return nil, "", fmt.Errorf("--device %s: %w", name, err)
		}
		return dev, "asked for", nil
	}
	return nil, "", fmt.Errorf("--device: %w: %q, want %s", ErrName, name, Names)
}

// Status is one line of the list of devices.
type Status struct {
	Name  string `json:"name"` // what --device takes
	About string `json:"about"`
	Ready bool   `json:"ready"`
}

// List returns every device this build knows of, and why it cannot be used if it
// cannot.
func List() []Status {
	var all []Status
	for _, name := range []string{"cpu", "cuda:0"} {
		dev, _, err := Open(name, 0)
		if err != nil {
			all = append(all, Status{Name: name, About: reason(err)})
			continue
		}
		all = append(all, Status{Name: name, About: dev.Name(), Ready: true})
		dev.Close()
	}
	return all
}

// reason is what went wrong, without the names of packages and sentinels before it.
func reason(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ErrNoDevice.Error()+": "); i >= 0 {
		return text[i+len(ErrNoDevice.Error())+2:]
	}
	return text
}
