// Modules and functions.
#include "driver.h"
#include "export.h"
#include "parser.h"

using namespace sim;

namespace {

int load(const char *function, Module **module, const void *image) {
  return inContext(function, Point::module, [&](Context &c, Effect) -> int {
    if (const int code = forbidDuringCapture(function, c)) return code;
    if (!module || !image) return fail(invalidValue, "%s: no text, or nowhere to put the module", function);
    auto read = std::make_unique<Module>();
    read->context = &c;
    try {
      parseModule(static_cast<const char *>(image), settings().capability, *read);
    } catch (const SyntaxError &error) {
      if (error.line < 0) return fail(noBinaryForGPU, "%s: %s", function, error.what.c_str());
      return fail(invalidPTX, "%s: line %d of the PTX: %s", function, error.line, error.what.c_str());
    }
    *module = driver().modules.add(read.release());
    return success;
  });
}

}  // namespace

namespace sim {

const Kernel *findKernel(void *handle) {
  const Kernel *found = nullptr;
  driver().modules.each([&](const Module &m) {
    for (const auto &entry : m.kernels)
      if (entry.second.get() == handle) found = entry.second.get();
  });
  return found;
}

}  // namespace sim

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
        1024, k->sharedBytes,         0, 0, static_cast<int>(k->registers.size()), 63, settings().capability,
        0,    49152 - k->sharedBytes, 0};
    if (attribute < 0 || attribute >= 10) return fail(invalidValue, "cuFuncGetAttribute: no attribute %d", attribute);
    *value = values[attribute];
    return success;
  });
}
