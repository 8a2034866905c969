package cuda

import (
	"errors"
	"fmt"

	"gorgan/kernels"
)

var (
	// ErrNoDevice is wrapped by the error for a device that is not there.
	ErrNoDevice = errors.New("no such device")
	// ErrNotBuilt is the error of a build without CUDA. It wraps ErrNoDevice.
	ErrNotBuilt = fmt.Errorf("%w: this program was built without CUDA; the archives with gpu in their names have it, and make gpu builds it", ErrNoDevice)
	// ErrMemory is wrapped by the error for a device that has too little memory.
	ErrMemory = errors.New("out of device memory")
	// ErrRanks is wrapped by the error for ranks of the group that are gone, stand still or never came.
	ErrRanks = errors.New("ranks are missing")
	// ErrPDL is wrapped by the error for Options.PDL on a device that does not have it.
	ErrPDL = errors.New("programmatic dependent launch cannot be used")
)

// Options say how a device computes.
type Options struct {
	NoGraph bool // launch each kernel of a step instead of replaying one graph
	TF32    bool // compute products on tensor cores, with 10 bits of mantissa
	// PDL is programmatic dependent launch: in a recorded step each kernel is placed while the one
	// before it still runs, and waits for its end. It needs compute capability 9.0 and the driver of
	// CUDA 11.8. The bits are the same.
	PDL bool
	// Group is the ranks of a data-parallel run, each of which opens a device with the same options. With more
	// than one rank the device exchanges through NCCL, and Open takes Group to find the others. It is nil for a
	// device alone. It is not closed with the device.
	Group kernels.Group
}

// Card is what a device is. The bits of a product depend on it.
type Card struct {
	Name            string // "NVIDIA H200"
	Capability      int    // 90 for 9.0
	Multiprocessors int
	CUBLAS          string // the version, "13.1.0"; empty if it is unknown
}

// TimeoutVar is the environment variable with the longest time that a call of the driver may
// take. The default is "30s".
const TimeoutVar = "GORGAN_CUDA_TIMEOUT"
