// The functions of the driver, of cuBLAS and of NCCL that the tests call, as the libraries
// export them, and a context to call them in.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

extern "C" {
using Handle = void *;
int cuInit(unsigned);
int cuDriverGetVersion(int *);
int cuDeviceGetCount(int *);
int cuDeviceGet(int *, int);
int cuDeviceGetName(char *, int, int);
int cuDeviceTotalMem_v2(std::size_t *, int);
int cuDeviceGetAttribute(int *, int, int);
int cuCtxCreate_v2(Handle *, unsigned, int);
int cuCtxDestroy_v2(Handle);
int cuCtxSetCurrent(Handle);
int cuCtxGetCurrent(Handle *);
int cuCtxSynchronize();
int cuDevicePrimaryCtxRetain(Handle *, int);
int cuDevicePrimaryCtxRelease_v2(int);
int cuMemAlloc_v2(u64 *, std::size_t);
int cuMemAllocManaged(u64 *, std::size_t, unsigned);
int cuMemFree_v2(u64);
int cuMemGetInfo_v2(std::size_t *, std::size_t *);
int cuMemcpy(u64, u64, std::size_t);
int cuMemcpyHtoD_v2(u64, const void *, std::size_t);
int cuMemcpyDtoH_v2(void *, u64, std::size_t);
int cuMemcpyDtoD_v2(u64, u64, std::size_t);
int cuMemcpyDtoDAsync_v2(u64, u64, std::size_t, Handle);
int cuMemcpyHtoDAsync_v2(u64, const void *, std::size_t, Handle);
int cuMemcpyDtoHAsync_v2(void *, u64, std::size_t, Handle);
int cuMemsetD8_v2(u64, u8, std::size_t);
int cuMemsetD32_v2(u64, u32, std::size_t);
int cuMemsetD32Async(u64, u32, std::size_t, Handle);
int cuModuleLoadData(Handle *, const void *);
int cuModuleUnload(Handle);
int cuModuleGetFunction(Handle *, Handle, const char *);
int cuFuncGetAttribute(int *, int, Handle);
int cuLaunchKernel(Handle, u32, u32, u32, u32, u32, u32, u32, Handle, void **, void **);
int cuLaunchKernelEx(const void *, Handle, void **, void **);
int cuStreamCreate(Handle *, u32);
int cuStreamDestroy_v2(Handle);
int cuStreamSynchronize(Handle);
int cuStreamQuery(Handle);
int cuStreamWaitEvent(Handle, Handle, u32);
int cuStreamBeginCapture_v2(Handle, int);
int cuStreamEndCapture(Handle, Handle *);
int cuStreamIsCapturing(Handle, int *);
int cuStreamGetCaptureInfo_v2(Handle, int *, u64 *, Handle *, const Handle **, std::size_t *);
int cuStreamUpdateCaptureDependencies(Handle, Handle *, std::size_t, u32);
int cuGraphInstantiateWithFlags(Handle *, Handle, unsigned long long);
int cuGraphLaunch(Handle, Handle);
int cuGraphExecDestroy(Handle);
int cuGraphDestroy(Handle);
int cuEventCreate(Handle *, u32);
int cuEventDestroy_v2(Handle);
int cuEventRecord(Handle, Handle);
int cuEventSynchronize(Handle);
int cuEventQuery(Handle);
int cuEventElapsedTime(float *, Handle, Handle);
int cuGetErrorName(int, const char **);
int cuGetErrorString(int, const char **);
int cublasCreate_v2(Handle *);
int cublasDestroy_v2(Handle);
int cublasSetStream_v2(Handle, Handle);
int cublasGetStream_v2(Handle, Handle *);
int cublasSetWorkspace_v2(Handle, void *, std::size_t);
int cublasSetMathMode(Handle, int);
int cublasGetMathMode(Handle, int *);
int cublasGetVersion_v2(Handle, int *);
const char *cublasGetStatusString(int);
int cublasSgemm_v2(Handle, int, int, int, int, int, const float *, const float *, int, const float *, int,
                   const float *, float *, int);
struct UniqueId {
  char internal[128];
};
int ncclGetUniqueId(UniqueId *);
const char *ncclGetErrorString(int);
int ncclCommInitRank(Handle *, int, UniqueId, int);
int ncclCommDestroy(Handle);
int ncclCommAbort(Handle);
int ncclCommGetAsyncError(Handle, int *);
int ncclGroupStart();
int ncclGroupEnd();
int ncclSend(u64, std::size_t, int, int, Handle, Handle);
int ncclRecv(u64, std::size_t, int, int, Handle, Handle);
int ncclAllGather(u64, u64, std::size_t, int, Handle, Handle);
}

// What the driver says of a code.
inline std::string sentence(int code) {
  const char *s = nullptr;
  cuGetErrorString(code, &s);
  return s ? s : "";
}

// A context of its own, current on this thread while it lives.
class Device {
 public:
  Device() {
    cuInit(0);
    cuCtxCreate_v2(&context_, 0, 0);
  }
  ~Device() { cuCtxDestroy_v2(context_); }
  Device(const Device &) = delete;

  Handle context() const { return context_; }

  u64 allocate(std::size_t bytes) {
    u64 address = 0;
    cuMemAlloc_v2(&address, bytes);
    return address;
  }
  template <class T>
  u64 upload(const std::vector<T> &values) {
    const u64 address = allocate(values.size() * sizeof(T));
    cuMemcpyHtoD_v2(address, values.data(), values.size() * sizeof(T));
    return address;
  }
  template <class T>
  std::vector<T> download(u64 address, std::size_t n) {
    std::vector<T> values(n);
    last = cuMemcpyDtoH_v2(values.data(), address, n * sizeof(T));
    return values;
  }

  // The kernel k of a module; nullptr and the code in last if it is not valid.
  Handle load(const std::string &module) {
    Handle m = nullptr, f = nullptr;
    last = cuModuleLoadData(&m, module.c_str());
    if (!last) last = cuModuleGetFunction(&f, m, "k");
    return f;
  }

  // Runs a kernel whose arguments are addresses, or numbers of 32 bits.
  int launch(Handle kernel, u32 blocks, u32 threads, std::vector<u64> arguments, Handle stream = nullptr) {
    std::vector<void *> pointers;
    for (u64 &a : arguments) pointers.push_back(&a);
    return last = cuLaunchKernel(kernel, blocks, 1, 1, threads, 1, 1, 0, stream, pointers.data(), nullptr);
  }

  int last = 0;  // code

 private:
  Handle context_ = nullptr;
};

// A module with one kernel, k, of those parameters and that body.
inline std::string module(const std::string &parameters, const std::string &body, const std::string &version = "6.3",
                          const std::string &target = "sm_75") {
  return ".version " + version + "\n.target " + target + "\n.address_size 64\n.visible .entry k(" + parameters +
         ")\n{\n" + body + "\n}\n";
}
