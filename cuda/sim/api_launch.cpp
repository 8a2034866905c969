// Launches of kernels.
#include <algorithm>
#include <cstring>

#include "driver.h"
#include "export.h"
#include "warp.h"

using namespace sim;

namespace {

int checkLaunch(const char *function, const Kernel &k, const u32 *grid, const u32 *block, u32 dynamicShared) {
  const u64 threads = u64(block[0]) * block[1] * block[2];
  const std::string shape =
      text("grid (%u,%u,%u), block (%u,%u,%u)", grid[0], grid[1], grid[2], block[0], block[1], block[2]);
  const u32 mostThreads[] = {1024, 1024, 64}, mostBlocks[] = {2147483647, 65535, 65535};
  bool fits = threads >= 1 && threads <= 1024;
  for (int d = 0; d < 3; d++) fits = fits && grid[d] >= 1 && grid[d] <= mostBlocks[d] && block[d] <= mostThreads[d];
  if (!fits)
    return fail(invalidValue, "%s %s: %s is not within the device's limits", function, k.name.c_str(), shape.c_str());
  const u64 shared = u64(k.sharedBytes) + dynamicShared;
  if (shared > 48 << 10)
    return fail(invalidValue, "%s %s: %llu bytes of shared memory, 49152 is the most", function, k.name.c_str(),
                Ull(shared));
  for (int d = 0; d < 3; d++) {
    if (k.requiredThreads[d] && block[d] != static_cast<u32>(k.requiredThreads[d]))
      return fail(invalidValue, "%s %s: %s is not what .reqntid says", function, k.name.c_str(), shape.c_str());
  }
  const u64 most =
      u64(k.maximumThreads[0]) * static_cast<u64>(k.maximumThreads[1]) * static_cast<u64>(k.maximumThreads[2]);
  if (most && threads > most)
    return fail(invalidValue, "%s %s: %s is more than .maxntid says", function, k.name.c_str(), shape.c_str());
  return success;
}

struct Shape {
  u32 grid[3], block[3];
  u32 dynamicShared;
};

int launch(const char *function, void *handle, const Shape &shape, void *streamHandle, bool programmatic,
           void **arguments, void **extra) {
  return inContext(function, Point::launch, [&](Context &c, Effect effect) -> int {
    const Kernel *k = findKernel(handle);
    if (!k) return fail(invalidHandle, "%s: no function, or its module was unloaded", function);
    if (k->module->context != &c)
      return fail(invalidHandle, "%s %s: the function is of context %d, but context %d is current", function,
                  k->name.c_str(), k->module->context->number, c.number);
    Stream *stream = nullptr;
    if (const int code = findStream(function, c, streamHandle, &stream)) return code;
    if (const int code = checkLaunch(function, *k, shape.grid, shape.block, shape.dynamicShared)) return code;
    if (extra) return fail(notSupported, "%s %s: arguments in one buffer are not simulated", function, k->name.c_str());
    if (!arguments && !k->parameters.empty())
      return fail(invalidValue, "%s %s: no arguments", function, k->name.c_str());

    Launch launch;
    launch.kernel = k;
    std::copy(shape.grid, shape.grid + 3, launch.grid);
    std::copy(shape.block, shape.block + 3, launch.block);
    launch.dynamicShared = shape.dynamicShared;
    launch.parameters.resize(static_cast<std::size_t>(k->parameterBytes));
    for (std::size_t p = 0; p < k->parameters.size(); p++) {
      if (!arguments[p])
        return fail(invalidValue, "%s %s: argument %s is missing", function, k->name.c_str(),
                    k->parameters[p].name.c_str());
      std::memcpy(launch.parameters.data() + k->parameters[p].offset, arguments[p],
                  static_cast<std::size_t>(width(k->parameters[p].type)));
    }
    Node node{k->name, [launch](const Turn &turn, u64 *firstFloat) -> int {
                if (!launch.kernel->module->loaded)
                  return fail(invalidHandle, "kernel %s: its module was unloaded", launch.kernel->name.c_str());
                Launch run = launch;
                run.turn = &turn;
                const int code = runLaunch(run);
                *firstFloat = run.firstFloat;
                return code;
              }};
    node.kernel = true;
    node.programmatic = programmatic;
    return submit(function, c, stream, effect, std::move(node));
  });
}

// As the driver's CUlaunchAttribute and CUlaunchConfig.
struct Attribute {
  u32 id;
  u32 padding;
  union {
    char bytes[64];
    int flag;
  };
};

struct Configuration {
  Shape shape;
  void *stream;
  const Attribute *attributes;
  u32 count;
};

const u32 programmaticStreamSerialization = 6;

}  // namespace

SIM_API int cuLaunchKernel(void *handle, u32 gridX, u32 gridY, u32 gridZ, u32 blockX, u32 blockY, u32 blockZ,
                           u32 dynamicShared, void *stream, void **arguments, void **extra) {
  const Shape shape{{gridX, gridY, gridZ}, {blockX, blockY, blockZ}, dynamicShared};
  return launch("cuLaunchKernel", handle, shape, stream, false, arguments, extra);
}

SIM_API int cuLaunchKernelEx(const Configuration *configuration, void *handle, void **arguments, void **extra) {
  bool programmatic = false;
  for (u32 n = 0; n < configuration->count; n++) {
    const Attribute &a = configuration->attributes[n];
    if (a.id != programmaticStreamSerialization)
      return fail(notSupported, "cuLaunchKernelEx: attribute %u is not simulated", a.id);
    programmatic = a.flag;
  }
  if (programmatic && settings().capability < 90)
    return fail(notSupported, "cuLaunchKernelEx: a programmatic launch needs compute capability 9.0, this is %d.%d",
                settings().capability / 10, settings().capability % 10);
  return launch("cuLaunchKernelEx", handle, configuration->shape, configuration->stream, programmatic, arguments,
                extra);
}
