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

// Launch puts a kernel on the stream s. Each of its arguments, at most 24, is in the low
// bytes of a word.
//
// It stands in for cu.Function.Launch, which keeps its arguments in C memory as Go
// pointers: what lay in that memory before is then taken by the garbage collector for
// a pointer of Go's, and ends the program if it looks like one.
func Launch(f cu.Function, blocks, threads int, s cu.Stream, words []uint64) error {
	if len(words) > C.most {
		return fmt.Errorf("cuLaunchKernel: %d arguments, at most %d are possible", len(words), C.most)
	}
	// A cu.Function is its handle.
	handle := *(*C.CUfunction)(unsafe.Pointer(&f))
	r := C.launch(handle, C.uint(blocks), C.uint(threads), stream(s), (*C.uint64_t)(unsafe.SliceData(words)), C.int(len(words)))
	return check("cuLaunchKernel", r)
}
