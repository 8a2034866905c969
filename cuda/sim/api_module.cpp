// Modules, functions and launches.
#include <algorithm>
#include <cstring>

#include "driver.h"
#include "export.h"
#include "parser.h"
#include "warp.h"

using namespace sim;

namespace {

int load(const char *function, Module **module, const void *image) {
  return inContext(function, Point::module, [&](Context &c, Effect) -> int {
    if (const int code = forbidDuringCapture(function, c)) return code;
    if (!module || !image) return fail(invalidValue, "%s: no text, or nowhere to put the module", function);
    auto read = std::make_unique<Module>();
    read->context = &c;
    try {
      parseModule(static_cast<const char *>(image), computeCapability, *read);
    } catch (const SyntaxError &error) {
      if (error.line < 0) return fail(noBinaryForGPU, "%s: %s", function, error.what.c_str());
      return fail(invalidPTX, "%s: line %d of the PTX: %s", function, error.line, error.what.c_str());
    }
    *module = driver().modules.add(read.release());
    return success;
  });
}

// The kernel of a handle, if its module is loaded.
const Kernel *findKernel(void *handle) {
  const Kernel *found = nullptr;
  driver().modules.each([&](const Module &m) {
    for (const auto &entry : m.kernels)
      if (entry.second.get() == handle) found = entry.second.get();
  });
  return found;
}

int checkLaunch(const Kernel &k, const u32 *grid, const u32 *block, u32 dynamicShared) {
  const u64 threads = u64(block[0]) * block[1] * block[2];
  const std::string shape =
      text("grid (%u,%u,%u), block (%u,%u,%u)", grid[0], grid[1], grid[2], block[0], block[1], block[2]);
  const u32 mostThreads[] = {1024, 1024, 64}, mostBlocks[] = {2147483647, 65535, 65535};
  bool fits = threads >= 1 && threads <= 1024;
  for (int d = 0; d < 3; d++) fits = fits && grid[d] >= 1 && grid[d] <= mostBlocks[d] && block[d] <= mostThreads[d];
  if (!fits)
    return fail(invalidValue, "cuLaunchKernel %s: %s is not within the device's limits", k.name.c_str(), shape.c_str());
  const u64 shared = u64(k.sharedBytes) + dynamicShared;
  if (shared > 48 << 10)
    return fail(invalidValue, "cuLaunchKernel %s: %llu bytes of shared memory, 49152 is the most", k.name.c_str(),
                Ull(shared));
  for (int d = 0; d < 3; d++) {
    if (k.requiredThreads[d] && block[d] != static_cast<u32>(k.requiredThreads[d]))
      return fail(invalidValue, "cuLaunchKernel %s: %s is not what .reqntid says", k.name.c_str(), shape.c_str());
  }
  const u64 most =
      u64(k.maximumThreads[0]) * static_cast<u64>(k.maximumThreads[1]) * static_cast<u64>(k.maximumThreads[2]);
  if (most && threads > most)
    return fail(invalidValue, "cuLaunchKernel %s: %s is more than .maxntid says", k.name.c_str(), shape.c_str());
  return success;
}

}  // namespace

SIM_API int cuModuleLoadData(Module **module, const void *image) { return load("cuModuleLoadData", module, image); }
SIM_API int cuModuleLoadDataEx(Module **module, const void *image, unsigned, int *, void **) {
  return load("cuModuleLoadDataEx", module, image);
}

SIM_API int cuModuleUnload(Module *handle) {
  return inContext("cuModuleUnload", [&](Context &c) -> int {
    if (const int code = forbidDuringCapture("cuModuleUnload", c)) return code;
    Module *m = driver().modules.find(handle);
    if (!m) return fail(invalidHandle, "cuModuleUnload: no module, or unloaded before");
    if (m->context != &c)
      return fail(invalidContext, "cuModuleUnload: the module is of context %d, but context %d is current",
                  m->context->number, c.number);
    m->unload();
    driver().modules.drop(m);
    return success;
  });
}

SIM_API int cuModuleGetFunction(const Kernel **function, Module *handle, const char *name) {
  return inContext("cuModuleGetFunction", [&](Context &c) -> int {
    const Module *m = driver().modules.find(handle);
    if (!m) return fail(invalidHandle, "cuModuleGetFunction: no module, or unloaded");
    if (m->context != &c)
      return fail(invalidHandle, "cuModuleGetFunction: the module is of context %d, but context %d is current",
                  m->context->number, c.number);
    auto found = m->kernels.find(name);
    if (found == m->kernels.end()) return fail(notFound, "cuModuleGetFunction: the module has no kernel %s", name);
    *function = found->second.get();
    return success;
  });
}

// Attributes by the driver's numbers.
SIM_API int cuFuncGetAttribute(int *value, int attribute, void *handle) {
  return inContext("cuFuncGetAttribute", [&](Context &) -> int {
    const Kernel *k = findKernel(handle);
    if (!k) return fail(invalidHandle, "cuFuncGetAttribute: no function, or its module was unloaded");
    const int values[] = {
        1024, k->sharedBytes,         0, 0, static_cast<int>(k->registers.size()), 63, computeCapability,
        0,    49152 - k->sharedBytes, 0};
    if (attribute < 0 || attribute >= 10) return fail(invalidValue, "cuFuncGetAttribute: no attribute %d", attribute);
    *value = values[attribute];
    return success;
  });
}

SIM_API int cuLaunchKernel(void *handle, u32 gridX, u32 gridY, u32 gridZ, u32 blockX, u32 blockY, u32 blockZ,
                           u32 dynamicShared, void *streamHandle, void **arguments, void **extra) {
  return inContext("cuLaunchKernel", Point::launch, [&](Context &c, Effect effect) -> int {
    const Kernel *k = findKernel(handle);
    if (!k) return fail(invalidHandle, "cuLaunchKernel: no function, or its module was unloaded");
    if (k->module->context != &c)
      return fail(invalidHandle, "cuLaunchKernel %s: the function is of context %d, but context %d is current",
                  k->name.c_str(), k->module->context->number, c.number);
    Stream *stream = nullptr;
    if (const int code = findStream("cuLaunchKernel", c, streamHandle, &stream)) return code;
    const u32 grid[] = {gridX, gridY, gridZ}, block[] = {blockX, blockY, blockZ};
    if (const int code = checkLaunch(*k, grid, block, dynamicShared)) return code;
    if (extra)
      return fail(notSupported, "cuLaunchKernel %s: arguments in one buffer are not simulated", k->name.c_str());
    if (!arguments && !k->parameters.empty())
      return fail(invalidValue, "cuLaunchKernel %s: no arguments", k->name.c_str());

    Launch launch;
    launch.kernel = k;
    std::copy(grid, grid + 3, launch.grid);
    std::copy(block, block + 3, launch.block);
    launch.dynamicShared = dynamicShared;
    launch.parameters.resize(static_cast<std::size_t>(k->parameterBytes));
    for (std::size_t p = 0; p < k->parameters.size(); p++) {
      if (!arguments[p])
        return fail(invalidValue, "cuLaunchKernel %s: argument %s is missing", k->name.c_str(),
                    k->parameters[p].name.c_str());
      std::memcpy(launch.parameters.data() + k->parameters[p].offset, arguments[p],
                  static_cast<std::size_t>(width(k->parameters[p].type)));
    }
    return submit("cuLaunchKernel", c, stream, effect, [launch](u64 *firstFloat) -> int {
      if (!launch.kernel->module->loaded)
        return fail(invalidHandle, "kernel %s: its module was unloaded", launch.kernel->name.c_str());
      Launch run = launch;
      const int code = runLaunch(run);
      *firstFloat = run.firstFloat;
      return code;
    });
  });
}
