// mma, the product of two small matrices that the lanes of a warp hold together.
#include <cstring>

#include "instructions.h"
#include "lanes.h"
#include "tf32.h"

namespace sim {
namespace {

const int rows = 16, columns = 8, inner = 8;

// Operands: D (4), A (4), B (2), C (4) and the members. Lane 4g+t holds of A the elements
// (g,t), (g+8,t), (g,t+4), (g+8,t+4), of B (t,g), (t+4,g), and of C and D (g,2t), (g,2t+1),
// (g+8,2t), (g+8,2t+1) (PTX ISA, fragments of mma.m16n8k8). Each sum is made in float64, in
// the order of k, and rounded once; a card rounds in between by rules of its own.
void multiplyAdd(Warp &w, const Instruction &i, u32 active) {
  if (active != ~0u)
    throw Fault{launchFailed, __builtin_ctz(active), text("lane %d of the warp is not here", __builtin_ctz(~active))};
  const auto floats = [&](int operand) { return w.lanes<f32>(i.operand[operand]); };
  f64 a[rows][inner], b[inner][columns], sum[rows][columns];
  for (int lane = 0; lane < 32; lane++) {
    const int g = lane / 4, t = lane % 4;
    for (int e = 0; e < 4; e++) {
      a[g + 8 * (e & 1)][t + 4 * (e >> 1)] = cutToTF32(floats(4 + e)[lane]);
      sum[g + 8 * (e >> 1)][2 * t + (e & 1)] = floats(10 + e)[lane];
    }
    for (int e = 0; e < 2; e++) b[t + 4 * e][g] = cutToTF32(floats(8 + e)[lane]);
  }
  for (int r = 0; r < rows; r++)
    for (int k = 0; k < inner; k++)
      for (int c = 0; c < columns; c++) sum[r][c] += a[r][k] * b[k][c];
  for (int e = 0; e < 4; e++) {
    if (!(i.mode >> e & 1)) continue;
    for (int lane = 0; lane < 32; lane++)
      floats(e)[lane] = static_cast<f32>(sum[lane / 4 + 8 * (e >> 1)][2 * (lane % 4) + (e & 1)]);
  }
}

}  // namespace

void assembleMatrix(Assembler &a) {
  a.need({"sync"});
  a.need({"aligned"});
  a.need({"m16n8k8"});
  a.need({"row"});
  a.need({"col"});
  const Type types[] = {Type::f32, Type::tf32, Type::tf32, Type::f32};  // of D, A, B and C
  for (Type t : types) a.type({t});
  a.requireTarget(80, "mma of .tf32");
  const std::vector<Operand> results = a.peek().parts;
  for (std::size_t e = 0; e < results.size() && e < 4; e++)
    if (results[e].kind != Operand::sink) a.out.mode |= static_cast<u8>(1 << e);
  a.out.run = multiplyAdd;
  a.vectorOf(4, Type::f32, true, false);
  a.vectorOf(4, Type::tf32, false, false);
  a.vectorOf(2, Type::tf32, false, false);
  a.vectorOf(4, Type::f32, false, false);
  a.out.kind = Kind::together;
  a.out.members = 14;
  a.addSource(a.constant(Type::b32, ~u64(0)));
}

}  // namespace sim
