package cuda

import (
	"errors"
	"fmt"
)

var (
	// ErrNoDevice is wrapped by the error for a device that is not there.
	ErrNoDevice = errors.New("no such device")
	// ErrNotBuilt is the error of a build without CUDA. It wraps ErrNoDevice.
	ErrNotBuilt = fmt.Errorf("%w: this program was built without CUDA; make gpu builds one that has it", ErrNoDevice)
	// ErrMemory is wrapped by the error for a device that has too little memory.
	ErrMemory = errors.New("out of device memory")
)

// Options say how a device computes.
type Options struct {
	NoGraph bool // launch each kernel of a step instead of replaying one graph
	TF32    bool // compute products on tensor cores, with 10 bits of mantissa
}

// TimeoutVar is the environment variable with the longest time that a call of the driver may
// take. The default is "30s".
const TimeoutVar = "GORGAN_CUDA_TIMEOUT"
