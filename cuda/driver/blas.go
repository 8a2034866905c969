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

// UseStream makes b compute on the stream s. b works in a workspace of that number of bytes of
// device memory, because a capture must not allocate. The workspace stays the caller's. With tf32
// cuBLAS may round float32 factors to the 10 bits of TF32 and multiply them on tensor cores.
// Without it products are float32. UseStream must be called on the thread that holds b's context.
func UseStream(b *cublas.Standard, s cu.Stream, workspace cu.DevicePtr, bytes int64, tf32 bool) error {
	// The handle is not exported, but reflection may read an unexported pointer.
	handle := C.cublasHandle_t(reflect.ValueOf(b).Elem().FieldByName("h").UnsafePointer())
	mode := C.cublasMath_t(C.CUBLAS_DEFAULT_MATH)
	if tf32 {
		mode = C.CUBLAS_TF32_TENSOR_OP_MATH
	}
	// Setting the stream takes the workspace away, so the workspace is set after it.
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

// Pointer returns a device address as a pointer, which some calls want. It must not be dereferenced,
// because it is not in the host's memory.
func Pointer(p cu.DevicePtr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&p))
}
