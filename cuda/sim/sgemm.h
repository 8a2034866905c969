// The product of two matrices in float32.
#pragma once
#include "errors.h"

namespace sim {

// C = alpha op(A) op(B) + beta C, all by columns: op(A) is m by k, op(B) k by n, and an
// op transposes where its flag is set. Each element's products are summed from the
// first to the last, each fused with its sum. tf32: A and B are rounded to 10 bits of
// mantissa first, to nearest and ties away from zero. C is not read if beta is 0.
void multiply(bool transA, bool transB, int m, int n, int k, f32 alpha, const f32 *A, int lda, const f32 *B, int ldb,
              f32 beta, f32 *C, int ldc, bool tf32);

}  // namespace sim
