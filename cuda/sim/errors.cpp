// Error codes and their sentences; see errors.h.
#include "errors.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>

#include "export.h"

namespace sim {
namespace {

struct Meaning {
  int code;
  const char *name, *plain;
};

const Meaning meanings[] = {
    {success, "CUDA_SUCCESS", "no error"},
    {invalidValue, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {outOfMemory, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {notInitialized, "CUDA_ERROR_NOT_INITIALIZED", "cuInit has not been called"},
    {deviceUnavailable, "CUDA_ERROR_DEVICE_UNAVAILABLE", "the device is busy"},
    {noDevice, "CUDA_ERROR_NO_DEVICE", "there is no device"},
    {invalidDevice, "CUDA_ERROR_INVALID_DEVICE", "no device of that number"},
    {invalidContext, "CUDA_ERROR_INVALID_CONTEXT", "no context, or the wrong one"},
    {noBinaryForGPU, "CUDA_ERROR_NO_BINARY_FOR_GPU", "the code is for a newer device"},
    {eccUncorrectable, "CUDA_ERROR_ECC_UNCORRECTABLE", "a memory error was found"},
    {invalidPTX, "CUDA_ERROR_INVALID_PTX", "the PTX text is not valid"},
    {invalidHandle, "CUDA_ERROR_INVALID_HANDLE", "not a handle of this context"},
    {illegalState, "CUDA_ERROR_ILLEGAL_STATE", "not possible in this state"},
    {notFound, "CUDA_ERROR_NOT_FOUND", "no such name"},
    {notReady, "CUDA_ERROR_NOT_READY", "not finished yet"},
    {illegalAddress, "CUDA_ERROR_ILLEGAL_ADDRESS", "illegal address"},
    {launchOutOfResources, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "the launch needs too much"},
    {launchTimeout, "CUDA_ERROR_LAUNCH_TIMEOUT", "the kernel ran too long"},
    {primaryContextActive, "CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE", "the primary context is in use"},
    {contextDestroyed, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "the context was destroyed"},
    {misalignedAddress, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
    {launchFailed, "CUDA_ERROR_LAUNCH_FAILED", "the launch failed"},
    {notSupported, "CUDA_ERROR_NOT_SUPPORTED", "not supported by the simulated device"},
    {captureUnsupported, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "not allowed during capture"},
    {captureInvalidated, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "the capture was spoilt"},
    {captureUnjoined, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED", "work was not joined"},
    {captureIsolation, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION", "waits for what is outside of the capture"},
    {captureImplicit, "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT", "legacy stream during capture"},
    {capturedEvent, "CUDA_ERROR_CAPTURED_EVENT", "the event belongs to a capture"},
    {captureWrongThread, "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD", "begun by another thread"},
    {unknownError, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

const Meaning *meaning(int code) {
  for (const Meaning &m : meanings)
    if (m.code == code) return &m;
  return nullptr;
}

// Sentences are kept for good, as the pointers given out must stay valid.
struct Sentences {
  std::mutex lock;
  std::set<std::string> kept;
  std::map<int, const char *> last;
};

Sentences &sentences() {
  static Sentences *const s = new Sentences;
  return *s;
}

std::string format(const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  std::string out(std::vsnprintf(nullptr, 0, format, arguments), '\0');
  std::vsnprintf(&out[0], out.size() + 1, format, again);
  va_end(again);
  return out;
}

}  // namespace

std::string text(const char *fmt, ...) {
  va_list arguments;
  va_start(arguments, fmt);
  std::string out = format(fmt, arguments);
  va_end(arguments);
  return out;
}

void log(const char *fmt, ...) {
  static const bool wanted = std::getenv("GORGAN_SIM_LOG") != nullptr;
  if (!wanted) return;
  va_list arguments;
  va_start(arguments, fmt);
  std::fprintf(stderr, "simulated device: %s\n", format(fmt, arguments).c_str());
  va_end(arguments);
}

int fail(int code, const char *fmt, ...) {
  va_list arguments;
  va_start(arguments, fmt);
  std::string sentence = format(fmt, arguments);
  va_end(arguments);
  const Meaning *m = meaning(code);
  log("error %d (%s): %s", code, m ? m->name : "?", sentence.c_str());
  Sentences &s = sentences();
  std::lock_guard<std::mutex> hold(s.lock);
  s.last[code] = s.kept.insert(std::move(sentence)).first->c_str();
  return code;
}

const char *explain(int code) {
  Sentences &s = sentences();
  std::lock_guard<std::mutex> hold(s.lock);
  auto found = s.last.find(code);
  if (found != s.last.end()) return found->second;
  const Meaning *m = meaning(code);
  return m ? m->plain : nullptr;
}

const char *errorName(int code) {
  const Meaning *m = meaning(code);
  return m ? m->name : nullptr;
}

}  // namespace sim

SIM_API int cuGetErrorName(int code, const char **name) {
  *name = sim::errorName(code);
  return *name ? sim::success : sim::invalidValue;
}

SIM_API int cuGetErrorString(int code, const char **sentence) {
  *sentence = sim::explain(code);
  return *sentence ? sim::success : sim::invalidValue;
}
