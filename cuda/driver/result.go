//go:build gpu && !cpu

package driver

// #include <cuda.h>
import "C"

import (
	"errors"
	"fmt"

	"gorgonia.org/cu"
)

// described is an error of gorgonia.org/cu with the driver's own text.
type described struct {
	error
	words string
}

func (d *described) Error() string { return d.error.Error() + " (" + d.words + ")" }
func (d *described) Unwrap() error { return d.error }

// Describe adds the driver's name and description to an error of gorgonia.org/cu, which has only a
// short name. It returns other errors, and errors already described, unchanged.
func Describe(err error) error {
	if errors.As(err, new(*described)) {
		return err
	}
	code, ok := resultIn(err, cu.Success)
	if !ok {
		return err
	}
	var name, text *C.char
	if C.cuGetErrorName(C.CUresult(code), &name) != C.CUDA_SUCCESS || C.cuGetErrorString(C.CUresult(code), &text) != C.CUDA_SUCCESS {
		return err
	}
	return &described{err, fmt.Sprintf("%s: %s", C.GoString(name), C.GoString(text))}
}

// resultIn finds the driver's result in err. gorgonia.org/cu does not export the type of results,
// so the type is that of an example.
func resultIn[R interface {
	~int
	error
}](err error, example R) (code int, ok bool) {
	found := example
	ok = errors.As(err, &found)
	return int(found), ok
}

// result returns a result of the driver as an error of gorgonia.org/cu, so errors.Is works with
// cu.OutOfMemory and the others. Success is nil.
func result(r C.CUresult) error {
	if r == C.CUDA_SUCCESS {
		return nil
	}
	return Describe(resultLike(cu.Success, int(r)))
}

func resultLike[R ~int](_ R, code int) R { return R(code) }
