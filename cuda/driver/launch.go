//go:build gpu && !cpu

package driver

// #include <stdint.h>
// #include <cuda.h>
//
// enum { most = 24 };
//
// static CUresult launch(CUfunction f, unsigned blocks, unsigned threads, CUstream s, uint64_t *words, int n) {
// 	void *args[most];
// 	for (int i = 0; i < n; i++)
// 		args[i] = &words[i];
// 	return cuLaunchKernel(f, blocks, 1, 1, threads, 1, 1, 0, s, args, NULL);
// }
import "C"

import (
	"fmt"
	"unsafe"

	"gorgonia.org/cu"
)

// Launch puts a kernel on the stream s. Each argument is in the low bytes of a word. There are at
// most 24 of them.
//
// It replaces cu.Function.Launch, which keeps its arguments in C memory as Go pointers. The garbage
// collector then takes the old contents of that memory for Go pointers, and ends the program if one
// looks wrong.
func Launch(f cu.Function, blocks, threads int, s cu.Stream, words []uint64) error {
	if len(words) > C.most {
		return fmt.Errorf("cuLaunchKernel: %d arguments, want at most %d", len(words), C.most)
	}
	// A cu.Function is its handle.
	handle := *(*C.CUfunction)(unsafe.Pointer(&f))
	r := C.launch(handle, C.uint(blocks), C.uint(threads), stream(s), (*C.uint64_t)(unsafe.SliceData(words)), C.int(len(words)))
	return check("cuLaunchKernel", r)
}
