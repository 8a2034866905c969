// cuBLAS: matrix products against float64, and what Sgemm refuses.
#include <cmath>
#include <thread>

#include "check.h"

namespace {

// Numbers in [-1, 1) that differ in every place.
float number(u32 i) {
  i = (i + 1) * 2654435761u;
  return static_cast<float>((i >> 8) % 65536) / 32768.f - 1.f;
}

std::vector<float> numbers(std::size_t n, u32 seed) {
  std::vector<float> all(n);
  for (std::size_t i = 0; i < n; i++) all[i] = number(static_cast<u32>(i) * 31 + seed);
  return all;
}

void testValues() {
  Device device;
  Handle blas = nullptr;
  cublasCreate_v2(&blas);
  const int sizes[][3] = {{1, 1, 1}, {3, 5, 7}, {64, 4, 9}, {65, 5, 33}, {130, 67, 1}, {2, 129, 64}};
  for (const auto &s : sizes) {
    for (int variant = 0; variant < 8; variant++) {
      const bool ta = variant & 1, tb = variant & 2, scaled = variant & 4;
      const int m = s[0], n = s[1], k = s[2], gap = scaled ? 3 : 0;
      const int lda = (ta ? k : m) + gap, ldb = (tb ? n : k) + gap, ldc = m + gap;
      const std::size_t as = static_cast<std::size_t>(lda * (ta ? m : k)),
                        bs = static_cast<std::size_t>(ldb * (tb ? k : n)), cs = static_cast<std::size_t>(ldc * n);
      const std::vector<float> a = numbers(as, 1), b = numbers(bs, 2), c = numbers(cs, 3);
      const u64 da = device.upload(a), db = device.upload(b), dc = device.upload(c);
      const float alpha = scaled ? 1.5f : 1.f, beta = scaled ? -0.5f : 0.f;
      const int status = cublasSgemm_v2(blas, ta, tb, m, n, k, &alpha, reinterpret_cast<float *>(da), lda,
                                        reinterpret_cast<float *>(db), ldb, &beta, reinterpret_cast<float *>(dc), ldc);
      if (!check(!status, "%d,%d,%d: status %d: %s", m, n, k, status, cublasGetStatusString(status))) continue;
      const std::vector<float> got = device.download<float>(dc, cs);
      double worst = 0;
      for (int j = 0; j < n; j++) {
        for (int i = 0; i < ldc; i++) {
          double want = static_cast<double>(c[static_cast<std::size_t>(j * ldc + i)]);
          if (i < m) {
            double sum = 0;
            for (int p = 0; p < k; p++)
              sum += static_cast<double>(a[static_cast<std::size_t>(ta ? i * lda + p : p * lda + i)]) *
                     static_cast<double>(b[static_cast<std::size_t>(tb ? p * ldb + j : j * ldb + p)]);
            want = static_cast<double>(alpha) * sum + static_cast<double>(beta) * want;
          }
          worst = std::max(worst, std::fabs(want - static_cast<double>(got[static_cast<std::size_t>(j * ldc + i)])));
        }
      }
      check(worst < 3e-5, "(%d,%d,%d) variant %d: off by %g", m, n, k, variant, worst);
    }
  }
}

// Sums are of fused products in the order of k, in float32.
void testOrder() {
  Device device;
  Handle blas = nullptr;
  cublasCreate_v2(&blas);
  const int k = 100;
  const std::vector<float> a = numbers(k, 5), b = numbers(k, 6);
  const u64 da = device.upload(a), db = device.upload(b), dc = device.allocate(4);
  const float one = 1, zero = 0;
  const auto product = [&] {
    cublasSgemm_v2(blas, 0, 0, 1, 1, k, &one, reinterpret_cast<float *>(da), 1, reinterpret_cast<float *>(db), k, &zero,
                   reinterpret_cast<float *>(dc), 1);
    return device.download<float>(dc, 1)[0];
  };
  float want = 0;
  for (std::size_t p = 0; p < k; p++) want = std::fma(a[p], b[p], want);
  const float got = product();
  check(got == want, "got %.9g, want %.9g", static_cast<double>(got), static_cast<double>(want));

  // TF32 keeps 10 bits of mantissa.
  int mode = -1;
  cublasSetMathMode(blas, 3);
  cublasGetMathMode(blas, &mode);
  check(mode == 3, "math mode %d", mode);
  want = 0;
  const auto rounded = [](float x) {
    return std::ldexp(std::round(std::ldexp(x, 10 - std::ilogb(x))), std::ilogb(x) - 10);
  };
  for (std::size_t p = 0; p < k; p++) want = std::fma(rounded(a[p]), rounded(b[p]), want);
  const float tf32 = product();
  check(tf32 == want && tf32 != got, "TF32: got %.9g, want %.9g", static_cast<double>(tf32), static_cast<double>(want));
}

void testRefusals() {
  const struct {
    const char *what;
    int m, n, k, lda, ldb, ldc;
    std::size_t elements[3];  // allocated
    std::size_t written[2];
    float beta;
    int status;
    const char *complaint;
  } cases[] = {
      {"right", 2, 3, 4, 2, 4, 2, {8, 12, 6}, {8, 12}, 0, 0, ""},
      {"a small lda", 2, 3, 4, 1, 4, 2, {8, 12, 6}, {8, 12}, 0, 7, "A has 2 rows, but its leading dimension is 1"},
      {"a small ldb", 2, 3, 4, 2, 3, 2, {8, 12, 6}, {8, 12}, 0, 7, "B has 4 rows"},
      {"a small ldc", 2, 3, 4, 2, 4, 1, {8, 12, 6}, {8, 12}, 0, 7, "C has 2 rows"},
      {"a negative size", -1, 3, 4, 2, 4, 2, {8, 12, 6}, {8, 12}, 0, 7, "sizes -1, 3, 4"},
      {"a short A",
       2,
       3,
       4,
       2,
       4,
       2,
       {7, 12, 6},
       {7, 12},
       0,
       13,
       "A (2,4), leading dimension 2 starts byte 0 of an allocation of 28 bytes and needs 32 bytes"},
      {"a short C", 2, 3, 4, 2, 4, 2, {8, 12, 5}, {8, 12}, 0, 13, "C (2,3)"},
      {"an A not all written",
       2,
       3,
       4,
       2,
       4,
       2,
       {8, 12, 6},
       {7, 12},
       0,
       13,
       "A (2,4), leading dimension 2 has an element never written, (1,3)"},
      {"a B not all written",
       2,
       3,
       4,
       2,
       4,
       2,
       {8, 12, 6},
       {8, 9},
       0,
       13,
       "B (4,3), leading dimension 4 has an element never written, (1,2)"},
      {"a C not written, but read",
       2,
       3,
       4,
       2,
       4,
       2,
       {8, 12, 6},
       {8, 12},
       1,
       13,
       "C (2,3), leading dimension 2 has an element never written, (0,0)"},
      {"nothing to do", 0, 3, 4, 2, 4, 2, {8, 12, 6}, {0, 0}, 0, 0, ""},
  };
  for (const auto &c : cases) {
    Device device;
    Handle blas = nullptr;
    cublasCreate_v2(&blas);
    u64 at[3];
    for (int i = 0; i < 3; i++) at[i] = device.allocate(4 * c.elements[i]);
    for (int i = 0; i < 2; i++) cuMemsetD32_v2(at[i], 0, c.written[i]);
    const float alpha = 1;
    const int status =
        cublasSgemm_v2(blas, 0, 0, c.m, c.n, c.k, &alpha, reinterpret_cast<float *>(at[0]), c.lda,
                       reinterpret_cast<float *>(at[1]), c.ldb, &c.beta, reinterpret_cast<float *>(at[2]), c.ldc);
    const std::string said = cublasGetStatusString(status);
    check(status == c.status && (!status || said.find(c.complaint) != std::string::npos), "%s: status %d, \"%s\"",
          c.what, status, said.c_str());
    check((cuCtxSynchronize() >= 700) == (c.status == 13), "%s: only a failure on the device spoils the context",
          c.what);
  }
}

void testHandles() {
  Handle blas = nullptr, stream = nullptr, got = nullptr;
  const float one = 1, zero = 0;
  Device device;
  const u64 a = device.upload(std::vector<float>{3}), c = device.allocate(4), odd = device.allocate(1000);
  float *const fa = reinterpret_cast<float *>(a), *const fc = reinterpret_cast<float *>(c);
  cublasCreate_v2(&blas);
  cuStreamCreate(&stream, 1);
  check(!cublasSetStream_v2(blas, stream) && !cublasGetStream_v2(blas, &got) && got == stream, "the stream is kept");
  check(!cublasSetWorkspace_v2(blas, reinterpret_cast<void *>(odd), 1000), "a workspace");
  check(cublasSetWorkspace_v2(blas, reinterpret_cast<void *>(odd + 8), 900) == 7, "a workspace that is not aligned");
  check(cublasSetWorkspace_v2(blas, reinterpret_cast<void *>(odd), 1001) == 7, "a workspace that is too long");
  check(cublasSgemm_v2(blas, 0, 0, 1, 1, 1, &one, fa, 1, fa, 1, &zero, fa, 1) == 13 &&
            std::string(cublasGetStatusString(13)).find("A and C overlap") != std::string::npos,
        "C over A");

  Device other;
  check(cublasSgemm_v2(blas, 0, 0, 1, 1, 1, &one, fa, 1, fa, 1, &zero, fc, 1) == 13 &&
            std::string(cublasGetStatusString(13)).find("the handle is of context") != std::string::npos,
        "a handle of another context: %s", cublasGetStatusString(13));
  check(!cublasDestroy_v2(blas), "destroy");
  check(cublasDestroy_v2(blas) == 1, "destroy again");
  check(cublasSetMathMode(blas, 0) == 1, "use what was destroyed");

  // Products are captured, and alpha and beta with them.
  const u64 b = other.upload(std::vector<float>{3}), d = other.allocate(4);
  cublasCreate_v2(&blas);
  cuStreamCreate(&stream, 1);
  cublasSetStream_v2(blas, stream);
  Handle graph = nullptr, executable = nullptr;
  float alpha = 2;
  cuStreamBeginCapture_v2(stream, 1);
  check(!cublasSgemm_v2(blas, 0, 0, 1, 1, 1, &alpha, reinterpret_cast<float *>(b), 1, reinterpret_cast<float *>(b), 1,
                        &zero, reinterpret_cast<float *>(d), 1),
        "a product in a capture");
  alpha = 5;
  cuStreamEndCapture(stream, &graph);
  cuGraphInstantiateWithFlags(&executable, graph, 0);
  checkCode("replay", cuGraphLaunch(executable, stream), 0);
  const float value = other.download<float>(d, 1)[0];
  check(value == 18, "2*3*3 is %g", static_cast<double>(value));

  // Where no context is current, cuBLAS takes the primary one.
  int status = -1;
  Handle current = nullptr;
  std::thread([&] { status = cublasCreate_v2(&got), cuCtxGetCurrent(&current); }).join();
  check(!status && current && current != other.context(), "the primary context becomes current");
  cublasDestroy_v2(got);
}

}  // namespace

void testProducts() {
  testValues();
  testOrder();
  testRefusals();
  testHandles();
}
