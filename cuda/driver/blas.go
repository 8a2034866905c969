//go:build gpu && !cpu

package driver

// #include <cublas_v2.h>
import "C"

import (
	"fmt"
	"reflect"
	"unsafe"

	"gorgonia.org/cu"
	cublas "gorgonia.org/cu/blas"
)

// UseStream makes b compute on the stream s, in a workspace of so many bytes of device
// memory, since a capture must not allocate. tf32 lets it round float32 factors to
// TF32's 10 bits on tensor cores; without, products are float32's. It is called on the
// thread that holds the context of b, and the workspace stays the caller's.
func UseStream(b *cublas.Standard, s cu.Stream, workspace cu.DevicePtr, bytes int64, tf32 bool) error {
	// Its one way out of the package: reading an unexported pointer is allowed.
	handle := C.cublasHandle_t(reflect.ValueOf(b).Elem().FieldByName("h").UnsafePointer())
	mode := C.cublasMath_t(C.CUBLAS_DEFAULT_MATH)
	if tf32 {
		mode = C.CUBLAS_TF32_TENSOR_OP_MATH
	}
	// Setting the stream takes the workspace away, so that comes second.
	if err := status("cublasSetStream", C.cublasSetStream(handle, C.cudaStream_t(unsafe.Pointer(s.C())))); err != nil {
		return err
	}
	if err := status("cublasSetWorkspace", C.cublasSetWorkspace(handle, Pointer(workspace), C.size_t(bytes))); err != nil {
		return err
	}
	return status("cublasSetMathMode", C.cublasSetMathMode(handle, mode))
}

func status(call string, s C.cublasStatus_t) error {
	if s == C.CUBLAS_STATUS_SUCCESS {
		return nil
	}
	return fmt.Errorf("%s: %w", call, cublas.Status(s))
}

// Pointer is a device address as the pointer that some calls want. It must not be
// followed: it is no memory of the host's.
func Pointer(p cu.DevicePtr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&p))
}
