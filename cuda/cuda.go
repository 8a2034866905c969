package cuda

import (
	"errors"
	"fmt"
)

var (
	// ErrNoDevice is wrapped when the device asked for is not there.
	ErrNoDevice = errors.New("no such device")
	// ErrNotBuilt is wrapped, beside ErrNoDevice, in a build without CUDA.
	ErrNotBuilt = fmt.Errorf("%w: this program was built without CUDA; make gpu builds one that has it", ErrNoDevice)
	// ErrMemory is wrapped when a device's memory does not suffice.
	ErrMemory = errors.New("out of device memory")
)

// Options are how a device is to work.
type Options struct {
	NoGraph bool // launch each kernel of a step, instead of replaying one graph
	TF32    bool // products on tensor cores, with 10 bits of mantissa
}

// TimeoutVar names the environment variable for the longest a call of the driver may
// take, "30s" by default.
const TimeoutVar = "GORGAN_CUDA_TIMEOUT"
