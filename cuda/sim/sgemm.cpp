// The product of two matrices in float32; see sgemm.h.
//
// Op(A) and op(B) are packed, so that tileRows rows and tileColumns columns of C are
// summed in a small array from unbroken runs of both.
#include "sgemm.h"

#include <algorithm>
#include <vector>

#include "processor.h"
#include "tf32.h"

namespace sim {
namespace {

const int tileRows = 64, tileColumns = 4;

// Packs a matrix of length columns (of A) or rows (of B) into strips of width tile,
// each with its elements of one product side by side; what is beyond is 0.
std::vector<f32> packed(const f32 *from, std::ptrdiff_t stepAcross, std::ptrdiff_t stepAlong, int across, int along,
                        int tile, bool tf32) {
  const int strips = (across + tile - 1) / tile;
  std::vector<f32> to(static_cast<std::size_t>(strips) * tile * along);
  for (int a = 0; a < across; a++) {
    f32 *strip = to.data() + static_cast<std::size_t>(a / tile) * tile * along + a % tile;
    for (int p = 0; p < along; p++) {
      const f32 x = from[a * stepAcross + p * stepAlong];
      strip[static_cast<std::size_t>(p) * tile] = tf32 ? roundToTF32(x) : x;
    }
  }
  return to;
}

SIM_INLINE void sumTile(const f32 *a, const f32 *b, int k, f32 *sum) {
  for (int p = 0; p < k; p++, a += tileRows, b += tileColumns)
    for (int j = 0; j < tileColumns; j++)
      for (int i = 0; i < tileRows; i++) sum[j * tileRows + i] = __builtin_fmaf(a[i], b[j], sum[j * tileRows + i]);
}

SIM_WITH_FMA void sumTileFast(const f32 *__restrict a, const f32 *__restrict b, int k, f32 *__restrict sum) {
  sumTile(a, b, k, sum);
}
void sumTilePlain(const f32 *__restrict a, const f32 *__restrict b, int k, f32 *__restrict sum) {
  sumTile(a, b, k, sum);
}

}  // namespace

void multiply(bool transA, bool transB, int m, int n, int k, f32 alpha, const f32 *A, int lda, const f32 *B, int ldb,
              f32 beta, f32 *C, int ldc, bool tf32) {
  const std::vector<f32> a = packed(A, transA ? lda : 1, transA ? 1 : lda, m, k, tileRows, tf32);
  const std::vector<f32> b = packed(B, transB ? 1 : ldb, transB ? ldb : 1, n, k, tileColumns, tf32);
  const auto sumTileHere = processorHasFMA() ? sumTileFast : sumTilePlain;
  for (int row = 0; row < m; row += tileRows) {
    for (int column = 0; column < n; column += tileColumns) {
      alignas(64) f32 sum[tileRows * tileColumns] = {};
      sumTileHere(a.data() + static_cast<std::size_t>(row) * k, b.data() + static_cast<std::size_t>(column) * k, k,
                  sum);
      for (int j = 0; j < std::min(tileColumns, n - column); j++) {
        f32 *c = C + static_cast<std::ptrdiff_t>(column + j) * ldc + row;
        for (int i = 0; i < std::min(tileRows, m - row); i++) {
          const f32 product = alpha * sum[j * tileRows + i];
          c[i] = beta == 0 ? product : product + beta * c[i];
        }
      }
    }
  }
}

}  // namespace sim
