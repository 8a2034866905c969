//go:build gpu && !cpu

package driver

// #include "nccl.h"
// #include "library.h"
//
// // A group of sends and receives: part i of from goes to rank i, and what rank i sends comes to part i of to.
// static ncclResult_t all_to_all(char *to, const char *from, size_t part, int ranks, ncclComm_t comm, CUstream stream) {
// 	ncclResult_t result = ncclGroupStart();
// 	if (result != ncclSuccess)
// 		return result;
// 	for (int i = 0; i < ranks && result == ncclSuccess; i++) {
// 		result = ncclSend(from + i * part, part, ncclUint8, i, comm, stream);
// 		if (result == ncclSuccess)
// 			result = ncclRecv(to + i * part, part, ncclUint8, i, comm, stream);
// 	}
// 	ncclResult_t ended = ncclGroupEnd(); // a group that has begun must end
// 	return result != ncclSuccess ? result : ended;
// }
import "C"

import (
	"fmt"
	"runtime"
	"unsafe"

	"gorgonia.org/cu"
)

// UniqueID names a group of ranks. Rank 0 makes it, and gives it to the others.
type UniqueID [128]byte

// NewUniqueID makes the name of a new group. LoadNCCL has succeeded.
func NewUniqueID() (id UniqueID, err error) {
	err = checkNCCL("ncclGetUniqueId", C.ncclGetUniqueId((*C.ncclUniqueId)(unsafe.Pointer(&id))))
	return id, err
}

// Communicator is this process's part in a group of ranks, each of which has a GPU. Its calls are made on
// the thread that holds the context that was current when it joined, the primary one of the device.
type Communicator struct {
	comm  C.ncclComm_t
	ranks int
}

// Join waits until all ranks have joined the group.
func Join(id UniqueID, rank, ranks int) (*Communicator, error) {
	c := &Communicator{ranks: ranks}
	if err := checkNCCL("ncclCommInitRank", C.ncclCommInitRank(&c.comm, C.int(ranks), *(*C.ncclUniqueId)(unsafe.Pointer(&id)), C.int(rank))); err != nil {
		return nil, fmt.Errorf("%w; each rank needs a GPU of its own, and NCCL_DEBUG=WARN makes NCCL say more", err)
	}
	return c, nil
}

// AllToAll puts kernels.Device's AllToAll of so many bytes on the stream s.
func (c *Communicator) AllToAll(to, from cu.DevicePtr, bytes int64, s cu.Stream) error {
	return checkNCCL("ncclSend and ncclRecv", C.all_to_all((*C.char)(Pointer(to)), (*C.char)(Pointer(from)),
		C.size_t(bytes)/C.size_t(c.ranks), C.int(c.ranks), c.comm, stream(s)))
}

// AllGather puts kernels.Device's AllGather, of so many bytes of each rank, on the stream s.
func (c *Communicator) AllGather(to, from cu.DevicePtr, bytes int64, s cu.Stream) error {
	return checkNCCL("ncclAllGather", C.ncclAllGather(Pointer(from), Pointer(to), C.size_t(bytes), C.ncclUint8, c.comm, stream(s)))
}

// Err returns what went wrong with calls that have returned.
func (c *Communicator) Err() error {
	result := C.ncclResult_t(C.ncclSuccess)
	if err := checkNCCL("ncclCommGetAsyncError", C.ncclCommGetAsyncError(c.comm, &result)); err != nil {
		return err
	}
	return checkNCCL("an exchange", result)
}

// Close leaves the group. All work of the communicator is done, and graphs that have some are closed, or
// Close waits for ever.
func (c *Communicator) Close() error { return checkNCCL("ncclCommDestroy", C.ncclCommDestroy(c.comm)) }

// Abort ends the work of the communicator, whose bytes do not come, and leaves the group.
func (c *Communicator) Abort() error { return checkNCCL("ncclCommAbort", C.ncclCommAbort(c.comm)) }

// NCCLError is a result of NCCL's that is no success.
type NCCLError int

func (e NCCLError) Error() string {
	return "NCCL: " + C.GoString(C.ncclGetErrorString(C.ncclResult_t(e)))
}

// Lost reports whether the error is what NCCL says when a rank is gone.
func (e NCCLError) Lost() bool { return e == C.ncclRemoteError }

func checkNCCL(call string, r C.ncclResult_t) error {
	if r == C.ncclSuccess {
		return nil
	}
	return fmt.Errorf("%s: %w", call, NCCLError(r))
}

// OnPrimary calls f on a thread on which a context that it makes is the device's primary one.
func OnPrimary(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	C.gorgan_cuda_primary(1)
	defer C.gorgan_cuda_primary(0)
	return f()
}

// ReleasePrimary ends the use of the primary context of d, which is current on this thread, and after it
// none is.
func ReleasePrimary(d cu.Device) error {
	if err := cu.SetCurrentContext(cu.CUContext{}); err != nil {
		return err
	}
	return d.ReleasePrimaryCtx()
}
