/* A driver, a cuBLAS and an NCCL that only start, for the tests of loading. What they answer
   is given by macros: DRIVER (the CUDA it supports), INIT (cuInit's result, -1 to hang),
   COUNT (of devices), NO_GRAPHS; CUBLAS (its major version); NCCL (its version), NO_SEND. */
#include <unistd.h>

#ifdef DRIVER
int cuInit(unsigned int flags) {
	while (INIT == -1)
		pause();
	return INIT;
}
int cuDriverGetVersion(int *version) { *version = DRIVER; return 0; }
int cuDeviceGetCount(int *count) { *count = COUNT; return 0; }
int cuGetErrorName(int result, const char **name) { *name = "CUDA_ERROR_FAKE"; return 0; }
int cuGetErrorString(int result, const char **text) { *text = "a fake error"; return 0; }
int cuMemAlloc_v2(unsigned long long *memory, unsigned long bytes) { *memory = bytes; return 0; }
int cuMemAllocManaged(unsigned long long *memory, unsigned long bytes, unsigned int flags) { return 999; }
int cuStreamBeginCapture_v2(void *stream, int mode) { return 0; }
#ifndef NO_GRAPHS
int cuGraphInstantiateWithFlags(void **exec, void *graph, unsigned long long flags) { return 0; }
#endif
#endif

#ifdef CUBLAS
int cublasGetProperty(int property, int *value) { *value = property == 0 ? CUBLAS : property + 1; return 0; }
#endif

#ifdef NCCL
int ncclGetVersion(int *version) { *version = NCCL; return 0; }
#define CALL(name) int name(void) { return 0; }
CALL(ncclGetUniqueId)
CALL(ncclCommInitRank)
CALL(ncclCommGetAsyncError)
CALL(ncclCommDestroy)
CALL(ncclCommAbort)
CALL(ncclGetErrorString)
CALL(ncclGroupStart)
CALL(ncclGroupEnd)
#ifndef NO_SEND
CALL(ncclSend)
#endif
CALL(ncclRecv)
CALL(ncclAllGather)
#endif
