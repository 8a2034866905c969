// cuBLAS: handles and Sgemm.
#include <algorithm>
#include <chrono>
#include <map>

#include "driver.h"
#include "export.h"
#include "sgemm.h"
#include "stats.h"

using namespace sim;

namespace {

// Results; the numbers are cuBLAS's.
enum Status : int { ok = 0, uninitialized = 1, allocFailed = 3, invalid = 7, executionFailed = 13, unsupported = 15 };

const int tf32Mode = 3;

struct Blas {
  Context *context;
  Stream *stream = nullptr;
  int mathMode = 0, atomicsMode = 0;
  u64 own = 0, workspace = 0;  // its own workspace, and the one in use
};

Handles<Blas> &handles() {
  static Handles<Blas> *const h = new Handles<Blas>;
  return *h;
}

// Sentences for a status are kept beside those of the driver's codes.
const int sentenceBase = 10000;

int refuse(Status status, const std::string &sentence) {
  fail(sentenceBase + status, "%s", sentence.c_str());
  return status;
}

// Runs f with the handle, if that can be used on this thread.
template <class F>
int withHandle(const char *function, void *handle, F f) {
  const Locked hold(driver().lock);
  Blas *blas = handles().find(handle);
  if (!blas) return refuse(uninitialized, text("%s: no handle, or destroyed", function));
  if (!driver().contexts.find(blas->context))
    return refuse(uninitialized, text("%s: the handle's context %d was destroyed", function, blas->context->number));
  return f(*blas);
}

struct Matrix {
  const char *name;
  u64 address;
  int rows, columns, leading;

  u64 bytes() const {
    return ((static_cast<u64>(columns) - 1) * static_cast<u64>(leading) + static_cast<u64>(rows)) * 4;
  }
  u64 column(int c) const { return address + static_cast<u64>(c) * static_cast<u64>(leading) * 4; }
};

// A matrix's memory; throws a driver's code, its sentence set, if it is not all in one
// allocation or, where it is read, was not all written.
const Allocation &reach(const Matrix &m, bool read) {
  const Allocation *a = memory().find(m.address);
  const std::string shape = text("%s (%d,%d), leading dimension %d", m.name, m.rows, m.columns, m.leading);
  if (m.address % 4)
    throw fail(misalignedAddress, "cublasSgemm: %s is at 0x%llx, no multiple of 4", shape.c_str(), Ull(m.address));
  if (!a || !a->holds(m.address, m.bytes()))
    throw fail(illegalAddress, "cublasSgemm: %s starts %s and needs %llu bytes", shape.c_str(),
               memory().describe(m.address).c_str(), Ull(m.bytes()));
  for (int c = 0; read && c < m.columns; c++) {
    const u64 hole = firstUnwritten(*a, m.column(c), static_cast<u64>(m.rows) * 4);
    if (hole < m.column(c) + static_cast<u64>(m.rows) * 4)
      throw fail(launchFailed, "cublasSgemm: %s has an element never written, (%llu,%d)", shape.c_str(),
                 Ull((hole - m.column(c)) / 4), c);
  }
  return *a;
}

struct Product {
  bool transA, transB;
  int m, n, k;
  f32 alpha, beta;
  Matrix A, B, C;
  bool tf32;
  u64 workspace;

  int run(const Turn &turn, u64 *firstFloat) const {
    const auto start = std::chrono::steady_clock::now();
    try {
      const Allocation &c = reach(C, beta != 0);
      const f32 *a = nullptr, *b = nullptr;
      if (k > 0) {
        for (const Matrix *operand : {&A, &B}) {
          const Allocation &where = reach(*operand, true);
          (operand == &A ? a : b) = reinterpret_cast<const f32 *>(where.at(operand->address));
          if (operand->address < C.address + C.bytes() && C.address < operand->address + operand->bytes())
            return fail(launchFailed, "cublasSgemm: %s and C overlap", operand->name);
        }
      }
      for (const Matrix *matrix : {&A, &B, &C}) {
        if (matrix != &C && !k) continue;
        for (int column = 0; column < matrix->columns; column++) {
          const u64 bytes = static_cast<u64>(matrix->rows) * 4;
          if (matrix == &C && beta != 0) touch(turn, "cublasSgemm", C.column(column), bytes, Access::read);
          touch(turn, "cublasSgemm", matrix->column(column), bytes, matrix == &C ? Access::write : Access::read);
        }
      }
      // What cuBLAS keeps in its workspace is known to nobody, so two products that share one
      // must be in order.
      touch(turn, "cublasSgemm, in its workspace", workspace, 4, Access::write);
      multiply(transA, transB, m, n, k, alpha, a, A.leading, b, B.leading, beta,
               reinterpret_cast<f32 *>(c.at(C.address)), C.leading, tf32);
      for (int column = 0; column < n; column++)
        std::fill_n(c.marks(C.column(column)), static_cast<std::size_t>(m) * 4, u8(1));
    } catch (int code) {
      return code;
    }
    *firstFloat = C.address;
    const std::chrono::duration<double> lasted = std::chrono::steady_clock::now() - start;
    countCall("(cublasSgemm)", 0, lasted.count());
    return success;
  }
};

}  // namespace

SIM_API int cublasCreate_v2(Blas **handle) {
  const Effect effect = strike(Point::blas);
  const Locked hold(driver().lock);
  if (effect != Effect::none) return refuse(allocFailed, "cublasCreate failed, as GORGAN_SIM_FAULTS says");
  if (!driver().initialized || !settings().devices)
    return refuse(uninitialized, "cublasCreate: no device, or before cuInit");
  // With no context on the thread, the library takes the device's primary context.
  if (contextStack().empty()) {
    log("cublasCreate: no context is current on this thread, so the handle is of the primary context");
    contextStack().push_back(retainPrimary(0));
  }
  Context *context = nullptr;
  if (enter("cublasCreate", &context))
    return refuse(uninitialized, text("cublasCreate: the current context cannot be used: %s",
                                      explain(context->spoilt ? context->spoilt : contextDestroyed)));
  if (forbidDuringCapture("cublasCreate", *context))
    return refuse(allocFailed, "cublasCreate is not allowed while a stream is capturing");
  const Allocation *own = memory().allocate(256, context, false);
  if (!own) return refuse(allocFailed, "cublasCreate: no memory for its workspace");
  *handle = handles().add(new Blas{context, nullptr, 0, 0, own->base, own->base});
  return ok;
}

SIM_API int cublasDestroy_v2(void *handle) {
  const Locked hold(driver().lock);
  Blas *blas = handles().find(handle);
  if (!blas) return refuse(uninitialized, "cublasDestroy: no handle, or destroyed before");
  if (const Allocation *own = memory().find(blas->own)) memory().release(own);  // else its context ended
  handles().drop(blas);
  return ok;
}

SIM_API int cublasSetStream_v2(void *handle, void *stream) {
  return withHandle("cublasSetStream", handle, [&](Blas &blas) -> int {
    blas.workspace = blas.own;  // as the library does
    return findStream("cublasSetStream", *blas.context, stream, &blas.stream) ? refuse(invalid, explain(invalidHandle))
                                                                              : int(ok);
  });
}

SIM_API int cublasGetStream_v2(void *handle, Stream **stream) {
  return withHandle("cublasGetStream", handle, [&](Blas &blas) -> int {
    *stream = blas.stream;
    return ok;
  });
}

SIM_API int cublasSetWorkspace_v2(void *handle, void *workspace, std::size_t bytes) {
  return withHandle("cublasSetWorkspace", handle, [&](Blas &blas) -> int {
    blas.workspace = blas.own;
    if (!bytes) return ok;
    const u64 address = reinterpret_cast<u64>(workspace);
    const Allocation *a = memory().find(address);
    if (!a || !a->holds(address, bytes) || a->owner != blas.context)
      return refuse(invalid, text("cublasSetWorkspace: %llu bytes at 0x%llx, %s", Ull(bytes), Ull(address),
                                  memory().describe(address).c_str()));
    if (address % 256) return refuse(invalid, text("cublasSetWorkspace: 0x%llx is no multiple of 256", Ull(address)));
    blas.workspace = address;
    return ok;
  });
}

SIM_API int cublasSetMathMode(void *handle, int mode) {
  return withHandle("cublasSetMathMode", handle, [&](Blas &blas) -> int {
    if (mode < 0 || mode > tf32Mode)
      return refuse(unsupported, text("cublasSetMathMode: mode %d is not simulated", mode));
    blas.mathMode = mode;
    return ok;
  });
}

SIM_API int cublasGetMathMode(void *handle, int *mode) {
  return withHandle("cublasGetMathMode", handle, [&](Blas &blas) -> int {
    *mode = blas.mathMode;
    return ok;
  });
}

SIM_API int cublasSetAtomicsMode(void *handle, int mode) {
  return withHandle("cublasSetAtomicsMode", handle, [&](Blas &blas) -> int {
    blas.atomicsMode = mode;
    return ok;
  });
}

SIM_API int cublasGetVersion_v2(void *, int *version) {
  *version = 120803;
  return ok;
}

SIM_API const char *cublasGetStatusString(int status) {
  const char *sentence = explain(sentenceBase + status);
  return sentence ? sentence : status == ok ? "success" : "an error of cuBLAS";
}

SIM_API int cublasSgemm_v2(void *handle, int transA, int transB, int m, int n, int k, const f32 *alpha, const f32 *A,
                           int lda, const f32 *B, int ldb, const f32 *beta, f32 *C, int ldc) {
  const Effect effect = strike(Point::sgemm);
  return withHandle("cublasSgemm", handle, [&](Blas &blas) -> int {
    Context *current = nullptr;
    if (const int code = enter("cublasSgemm", &current))
      return refuse(executionFailed, text("cublasSgemm: %s", explain(code)));
    if (current != blas.context)
      return refuse(executionFailed, text("cublasSgemm: the handle is of context %d, but context %d is current",
                                          blas.context->number, current->number));
    if (effect == Effect::fail)
      return struck(Point::sgemm, "cublasSgemm", current),
             refuse(executionFailed, "cublasSgemm failed, as GORGAN_SIM_FAULTS says");
    if (m < 0 || n < 0 || k < 0 || transA < 0 || transA > 2 || transB < 0 || transB > 2 || !alpha || !beta)
      return refuse(invalid, text("cublasSgemm: sizes %d, %d, %d, operations %d, %d", m, n, k, transA, transB));
    if (!m || !n) return ok;
    const Matrix a{"A", reinterpret_cast<u64>(A), transA ? k : m, transA ? m : k, lda};
    const Matrix b{"B", reinterpret_cast<u64>(B), transB ? n : k, transB ? k : n, ldb};
    const Matrix c{"C", reinterpret_cast<u64>(C), m, n, ldc};
    for (const Matrix *matrix : {&a, &b, &c})
      if (matrix->leading < std::max(1, matrix->rows))
        return refuse(invalid, text("cublasSgemm: %s has %d rows, but its leading dimension is %d", matrix->name,
                                    matrix->rows, matrix->leading));
    const Product product{transA != 0,
                          transB != 0,
                          m,
                          n,
                          k,
                          *alpha,
                          *beta,
                          a,
                          b,
                          c,
                          blas.mathMode == tf32Mode && settings().capability >= 80,
                          blas.workspace};
    Node node{"cublasSgemm", [product](const Turn &turn, u64 *firstFloat) { return product.run(turn, firstFloat); }};
    node.kernel = true;
    const int code = submit("cublasSgemm", *current, blas.stream, effect, std::move(node));
    return code ? refuse(executionFailed, explain(code)) : int(ok);
  });
}
