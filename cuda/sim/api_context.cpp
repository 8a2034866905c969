// cuInit, devices and contexts.
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "driver.h"
#include "export.h"
#include "stats.h"

using namespace sim;

namespace {

Context *primaries[8];  // nullptr where the primary context is not in use
int primaryUsers[8];

int badDevice(const char *function, int device) {
  const Locked hold(driver().lock);
  if (!driver().initialized) return fail(notInitialized, "%s before cuInit", function);
  if (device < 0 || device >= settings().devices)
    return fail(invalidDevice, "%s: there is no device %d", function, device);
  return success;
}

Context *makeContext(int device, bool primary) {
  Driver &d = driver();
  Context *c = d.contexts.add(new Context{++d.contextsMade, device, primary});
  log("context %d created", c->number);
  return c;
}

// Attributes of a small card, but for its compute capability, by the driver's numbers.
const struct {
  int attribute, value;
} attributes[] = {
    {1, 1024},       {2, 1024},     {3, 1024},     {4, 64},           // threads a block, by dimension
    {5, 2147483647}, {6, 65535},    {7, 65535},                       // blocks a grid, by dimension
    {8, 49152},      {9, 65536},    {10, 32},      {11, 2147483647},  // shared, constant memory, warp, pitch
    {12, 65536},     {13, 1410000}, {14, 512},                        // registers, clock in kHz, alignment
    {15, 1},         {16, 1},       {17, 0},       {18, 0},          {19, 0}, {20, 0},  // overlap, processors, flags
    {31, 1},         {33, 0},       {34, 0},       {35, 0},                             // concurrent kernels, bus, slot
    {36, 1215000},   {37, 256},     {38, 1 << 20}, {39, 1024},  // memory clock, bus width, cache, threads
    {40, 1},         {41, 1},       {81, 49152},   {82, 65536},      {83, 1}, {84, 0}, {89, 0}, {97, 49152},
};

}  // namespace

namespace sim {

Context *retainPrimary(int device) {
  if (!primaries[device]) primaries[device] = makeContext(device, true);
  primaryUsers[device]++;
  return primaries[device];
}

}  // namespace sim

SIM_API int cuInit(unsigned flags) {
  const Effect effect = strike(Point::init);
  const Locked hold(driver().lock);
  if (!settings().valid) return fail(unknownError, "cuInit: GORGAN_SIM_FAULTS is not valid");
  if (flags) return fail(invalidValue, "cuInit: the flags must be 0");
  if (effect == Effect::nodevice) return fail(noDevice, "cuInit: there is no device, as GORGAN_SIM_FAULTS says");
  if (effect != Effect::none) return struck(Point::init, "cuInit", nullptr);
  driver().initialized = true;
  return success;
}

SIM_API int cuDriverGetVersion(int *version) {
  *version = settings().driver;
  return success;
}

SIM_API int cuDeviceGetCount(int *count) {
  const Locked hold(driver().lock);
  if (!driver().initialized) return fail(notInitialized, "cuDeviceGetCount before cuInit");
  *count = settings().devices;
  return success;
}

SIM_API int cuDeviceGet(int *device, int ordinal) {
  if (const int code = badDevice("cuDeviceGet", ordinal)) return code;
  *device = ordinal;
  return success;
}

SIM_API int cuDeviceGetName(char *name, int bytes, int device) {
  if (const int code = badDevice("cuDeviceGetName", device)) return code;
  if (bytes > 0) std::snprintf(name, static_cast<std::size_t>(bytes), "simulated device (for tests)");
  return success;
}

SIM_API int cuDeviceGetUuid(char *uuid, int device) {
  if (const int code = badDevice("cuDeviceGetUuid", device)) return code;
  std::memset(uuid, 0, 16);
  uuid[15] = static_cast<char>(device + 1);
  return success;
}

SIM_API int cuDeviceTotalMem_v2(std::size_t *bytes, int device) {
  if (const int code = badDevice("cuDeviceTotalMem", device)) return code;
  *bytes = settings().memory;
  return success;
}

SIM_API int cuDeviceGetAttribute(int *value, int attribute, int device) {
  if (const int code = badDevice("cuDeviceGetAttribute", device)) return code;
  const int capability = settings().capability;
  *value = attribute == 75 ? capability / 10 : attribute == 76 ? capability % 10 : 0;
  for (const auto &a : attributes)
    if (a.attribute == attribute) *value = a.value;
  return success;
}

SIM_API int cuCtxCreate_v2(Context **context, unsigned, int device) {
  const Effect effect = strike(Point::context);
  if (const int code = badDevice("cuCtxCreate", device)) return code;
  if (effect == Effect::oom) return fail(outOfMemory, "cuCtxCreate failed, as GORGAN_SIM_FAULTS says");
  if (effect != Effect::none) return struck(Point::context, "cuCtxCreate", nullptr);
  const Locked hold(driver().lock);
  *context = makeContext(device, false);
  contextStack().push_back(*context);
  return success;
}

SIM_API int cuCtxDestroy_v2(Context *context) {
  const Locked hold(driver().lock);
  if (!driver().contexts.find(context)) return fail(invalidContext, "cuCtxDestroy: no context, or destroyed before");
  if (context->primary) return fail(invalidContext, "cuCtxDestroy: a primary context is released, not destroyed");
  log("context %d destroyed", context->number);
  destroyContext(context);
  if (!contextStack().empty() && contextStack().back() == context) contextStack().pop_back();
  reportCosts();
  return success;
}

SIM_API int cuCtxSetCurrent(Context *context) {
  const Locked hold(driver().lock);
  if (!driver().initialized) return fail(notInitialized, "cuCtxSetCurrent before cuInit");
  if (context && !driver().contexts.find(context))
    return fail(invalidContext, "cuCtxSetCurrent: no context, or destroyed");
  if (!contextStack().empty()) contextStack().pop_back();
  if (context) contextStack().push_back(context);
  return success;
}

SIM_API int cuCtxGetCurrent(Context **context) {
  const Locked hold(driver().lock);
  if (!driver().initialized) return fail(notInitialized, "cuCtxGetCurrent before cuInit");
  *context = contextStack().empty() ? nullptr : contextStack().back();
  return success;
}

SIM_API int cuCtxPushCurrent_v2(Context *context) {
  const Locked hold(driver().lock);
  if (!driver().contexts.find(context)) return fail(invalidContext, "cuCtxPushCurrent: no context, or destroyed");
  contextStack().push_back(context);
  return success;
}

SIM_API int cuCtxPopCurrent_v2(Context **context) {
  const Locked hold(driver().lock);
  if (contextStack().empty()) return fail(invalidContext, "cuCtxPopCurrent: no context is current on this thread");
  if (context) *context = contextStack().back();
  contextStack().pop_back();
  return success;
}

SIM_API int cuCtxGetDevice(int *device) {
  return inContext("cuCtxGetDevice", [&](Context &c) -> int {
    *device = c.device;
    return success;
  });
}

SIM_API int cuCtxGetApiVersion(Context *context, unsigned *version) {
  const Locked hold(driver().lock);
  if (context && !driver().contexts.find(context))
    return fail(invalidContext, "cuCtxGetApiVersion: no context, or destroyed");
  *version = 3020;
  return success;
}

SIM_API int cuCtxGetStreamPriorityRange(int *least, int *greatest) {
  return inContext("cuCtxGetStreamPriorityRange", [&](Context &) -> int {
    *least = *greatest = 0;
    return success;
  });
}

SIM_API int cuCtxSynchronize() {
  return inContext("cuCtxSynchronize", Point::sync, [&](Context &c, Effect) -> int {
    for (Capture *capture : driver().captures) {
      if (capture->context != &c) continue;
      return spoilCapture(*capture,
                          fail(captureUnsupported, "cuCtxSynchronize is not allowed while a stream is capturing"));
    }
    return drain(c);
  });
}

SIM_API int cuDevicePrimaryCtxRetain(Context **context, int device) {
  if (const int code = badDevice("cuDevicePrimaryCtxRetain", device)) return code;
  const Locked hold(driver().lock);
  *context = retainPrimary(device);
  return success;
}

SIM_API int cuDevicePrimaryCtxRelease_v2(int device) {
  if (const int code = badDevice("cuDevicePrimaryCtxRelease", device)) return code;
  const Locked hold(driver().lock);
  if (!primaryUsers[device]) return fail(invalidContext, "cuDevicePrimaryCtxRelease: it was not retained");
  if (primaryUsers[device] == 1 && primaries[device]->communicators)
    return fail(invalidContext, "cuDevicePrimaryCtxRelease: %d communicators of NCCL's were not destroyed or aborted",
                primaries[device]->communicators);
  if (--primaryUsers[device]) return success;
  destroyContext(primaries[device]);
  primaries[device] = nullptr;
  return success;
}

SIM_API int cuDevicePrimaryCtxGetState(int device, unsigned *flags, int *active) {
  if (const int code = badDevice("cuDevicePrimaryCtxGetState", device)) return code;
  const Locked hold(driver().lock);
  *flags = 0;
  *active = primaries[device] != nullptr;
  return success;
}
