//go:build gpu && !cpu

// The table of CUDA's functions, jumped through by jump.S, and the loader that fills it.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>

#include <cublas_v2.h>
#include <cuda.h>
#include <cudnn.h>

#include "library.h"
#include "nccl.h"

enum {
#define X(name, library) slot_##name,
#include "symbols.h"
#undef X
	slots
};

static const char *const names[slots] = {
#define X(name, library) #name,
#include "symbols.h"
#undef X
};

static const enum library library_of[slots] = {
#define X(name, library) library_##library,
#include "symbols.h"
#undef X
};

// What the functions of a library answer before it is opened.
static CUresult absent_driver(void) { return CUDA_ERROR_NO_DEVICE; }
static cublasStatus_t absent_cublas(void) { return CUBLAS_STATUS_NOT_INITIALIZED; }
static cudnnStatus_t absent_cudnn(void) { return CUDNN_STATUS_NOT_SUPPORTED; }
static ncclResult_t absent_nccl(void) { return ncclInvalidUsage; }

// gorgonia.org/cu calls cuInit before main, and ends the process if it fails.
static CUresult succeed(void) { return CUDA_SUCCESS; }
static CUresult no_devices(int *count) {
	*count = 0;
	return CUDA_SUCCESS;
}

// What a function that its library lacks answers.
static CUresult missing_driver(void) { return CUDA_ERROR_NOT_SUPPORTED; }
static cublasStatus_t missing_cublas(void) { return CUBLAS_STATUS_NOT_SUPPORTED; }
static void *const missing[] = {[library_driver] = missing_driver, [library_cublas] = missing_cublas, [library_nccl] = absent_nccl};

// Gorgonia's engine reserves managed memory. A card that is short of memory hangs with
// it, and nothing here touches device memory from the host.
static CUresult allocate(CUdeviceptr *memory, size_t bytes, unsigned int flags) {
	return cuMemAlloc(memory, bytes);
}

// The engine makes its cuBLAS handle on a thread without a context. cuBLAS would start
// the device's primary context for it, which takes a while and some hundred MB; so there
// is no handle until one is made where a context is current.
static cublasStatus_t (*make_cublas)(cublasHandle_t *);
static cublasStatus_t create_cublas(cublasHandle_t *handle) {
	CUcontext current = NULL;
	*handle = NULL;
	if (cuCtxGetCurrent(&current) == CUDA_SUCCESS && current == NULL)
		return CUBLAS_STATUS_SUCCESS;
	return make_cublas(handle);
}

// NCCL computes in the device's primary context. The engine makes a context of its own, but on a
// thread that asks for it gets the primary one.
static CUresult (*make_context)(CUcontext *, unsigned int, CUdevice);
static __thread int primary;
static CUresult create_context(CUcontext *context, unsigned int flags, CUdevice device) {
	if (!primary)
		return make_context(context, flags, device);
	CUresult result = cuDevicePrimaryCtxRetain(context, device);
	return result == CUDA_SUCCESS ? cuCtxSetCurrent(*context) : result;
}
void gorgan_cuda_primary(int yes) { primary = yes; }

// The engine also makes a cuDNN handle, which it never uses. cuDNN is never opened.
static cudnnStatus_t create_handle(cudnnHandle_t *handle) {
	static char nothing;
	*handle = (cudnnHandle_t)&nothing;
	return CUDNN_STATUS_SUCCESS;
}
static cudnnStatus_t destroy_handle(cudnnHandle_t handle) { return CUDNN_STATUS_SUCCESS; }

// A later initialiser of a slot wins: the exceptions follow the rule.
#pragma GCC diagnostic ignored "-Woverride-init"
__attribute__((visibility("hidden"))) void *gorgan_cuda_slots[slots] = {
#define X(name, library) [slot_##name] = absent_##library,
#include "symbols.h"
#undef X
	[slot_cuInit] = succeed,
	[slot_cuDeviceGetCount] = no_devices,
	[slot_cuMemAllocManaged] = allocate,
	[slot_cudnnCreate] = create_handle,
	[slot_cudnnDestroy] = destroy_handle,
};

void *gorgan_cuda_open(const char *path, const char **why) {
	void *opened = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	*why = opened ? NULL : dlerror();
	return opened;
}

const char *gorgan_cuda_path(void *opened) {
	struct link_map *map;
	return dlinfo(opened, RTLD_DI_LINKMAP, &map) == 0 ? map->l_name : "";
}

int gorgan_cuda_has(void *opened, const char *name) { return dlsym(opened, name) != NULL; }

void gorgan_cuda_use(void *opened, enum library library) {
	for (int i = 0; i < slots; i++) {
		if (library_of[i] != library || i == slot_cuMemAllocManaged)
			continue;
		void *function = dlsym(opened, names[i]);
		gorgan_cuda_slots[i] = function ? function : missing[library];
	}
	if (library == library_driver) {
		*(void **)&make_context = gorgan_cuda_slots[slot_cuCtxCreate_v2];
		gorgan_cuda_slots[slot_cuCtxCreate_v2] = create_context;
	}
	if (library == library_cublas) {
		*(void **)&make_cublas = gorgan_cuda_slots[slot_cublasCreate_v2];
		gorgan_cuda_slots[slot_cublasCreate_v2] = create_cublas;
	}
}
