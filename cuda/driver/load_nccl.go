//go:build gpu && !cpu

package driver

// #include "library.h"
// #include "nccl.h"
import "C"

import (
	"fmt"
	"sync"
)

// NCCL describes the NCCL that LoadNCCL opened.
type NCCL struct {
	Path    string
	Version int // 22703 for 2.27.3
}

// String returns the version, as "2.27.3".
func (n NCCL) String() string {
	return fmt.Sprintf("%d.%d.%d", n.Version/10000, n.Version/100%100, n.Version%100)
}

// oldestNCCL is the first whose calls can be captured in a graph, 2.9.
const oldestNCCL = 20900

// calls are the functions that NCCL must have.
var calls = [...]string{"ncclGetUniqueId", "ncclCommInitRank", "ncclCommGetAsyncError", "ncclCommDestroy", "ncclCommAbort",
	"ncclGetErrorString", "ncclGroupStart", "ncclGroupEnd", "ncclSend", "ncclRecv", "ncclAllGather"}

// LoadNCCL opens NCCL, once in a process, after Load has succeeded. Later calls return the same. It looks
// where Load looks for cuBLAS.
func LoadNCCL() (NCCL, error) { return loadNCCL() }

var loadNCCL = sync.OnceValues(func() (n NCCL, err error) {
	const name = "libnccl.so.2"
	opened, path, problem := openFirst(candidates([]string{name}, libraryFolders("nccl")))
	if opened == nil {
		return n, fmt.Errorf("%w: %s in the folders of %s, on the loader's path, in CUDA's toolkits and Python's wheels; install it, for example with pip install nvidia-nccl-cu%d",
			ErrNoNCCL, problem, PathVar, loading().libraries.DriverVersion/1000)
	}
	opened.use(C.library_nccl)
	var version C.int
	if opened.has("ncclGetVersion") && C.ncclGetVersion(&version) == C.ncclSuccess {
		n = NCCL{path, int(version)}
	}
	complete := n.Version >= oldestNCCL
	for _, call := range calls {
		complete = complete && opened.has(call)
	}
	if !complete {
		return NCCL{}, fmt.Errorf("%w: %s is older than NCCL 2.9, whose calls can be recorded; install a newer one", ErrNoNCCL, path)
	}
	return n, nil
})
