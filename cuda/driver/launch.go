//go:build gpu && !cpu

package driver

// #include <stdint.h>
// #include <cuda.h>
//
// enum { most = 256 }; // kernels.MaxArguments
//
// static CUresult launch(CUfunction f, unsigned blocks, unsigned threads, CUstream s, int early, uint64_t *words, int n) {
// 	void *args[most];
// 	for (int i = 0; i < n; i++)
// 		args[i] = &words[i];
// 	if (!early)
// 		return cuLaunchKernel(f, blocks, 1, 1, threads, 1, 1, 0, s, args, NULL);
// 	CUlaunchAttribute attribute = {.id = CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION};
// 	attribute.value.programmaticStreamSerializationAllowed = 1;
// 	CUlaunchConfig config = {blocks, 1, 1, threads, 1, 1, 0, s, &attribute, 1};
// 	return cuLaunchKernelEx(&config, f, args, NULL);
// }
import "C"

import (
	"fmt"
	"unsafe"

	"gorgonia.org/cu"
)

// Launch puts a kernel on the stream s. Each argument is in the low bytes of a word. There are at
// most 256 of them. With early the kernel may be placed while the one before it on the stream runs
// (programmatic dependent launch). Its text then waits for that one, and Libraries.EarlyLaunch holds.
//
// It replaces cu.Function.Launch, which keeps its arguments in C memory as Go pointers. The garbage
// collector then takes the old contents of that memory for Go pointers, and ends the program if one
// looks wrong.
func Launch(f cu.Function, blocks, threads int, s cu.Stream, words []uint64, early bool) error {
	if len(words) > C.most {
		return fmt.Errorf("cuLaunchKernel: %d arguments, want at most %d", len(words), C.most)
	}
	// A cu.Function is its handle.
	handle := *(*C.CUfunction)(unsafe.Pointer(&f))
	call, attribute := "cuLaunchKernel", C.int(0)
	if early {
		call, attribute = "cuLaunchKernelEx", 1
	}
	r := C.launch(handle, C.uint(blocks), C.uint(threads), stream(s), attribute, (*C.uint64_t)(unsafe.SliceData(words)), C.int(len(words)))
	return check(call, r)
}
