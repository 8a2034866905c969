// mma and cvt to TF32, against plain products of matrices.
#include <cmath>
#include <limits>

#include "check.h"

namespace {

const char *const mma = "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 ";
const std::string fragments = "{%d0, %d1, %d2, %d3}, {%a0, %a1, %a2, %a3}, {%b0, %b1}, {%d0, %d1, %d2, %d3};";
const char *const registers =
    ".reg .b32 %a<4>, %b<2>; .reg .f32 %d<4>, %f; .reg .u32 %t, %g, %r, %c, %u<4>; .reg .u64 %pa, %pb, %pc, %pd, %at; "
    ".reg .pred %p;\n";

std::string moduleFor80(const std::string &body) {
  return module(".param .u64 a, .param .u64 b, .param .u64 c, .param .u64 d", registers + body, "7.0", "sm_80");
}

// A load or store of element (row, column) of a matrix of 8 columns, row and column said in
// terms of the lane's g and t.
std::string element(const std::string &access, const char *matrix, const char *row, int rowMore, const char *column,
                    int columnTimes, int columnMore) {
  char text[400];
  std::snprintf(text, sizeof text,
                "add.u32 %%r, %s, %d; mad.lo.u32 %%c, %s, %d, %d; mad.lo.u32 %%c, %%r, 8, %%c; mul.wide.u32 %%at, %%c, "
                "4; add.u64 %%at, %%at, %s;",
                row, rowMore, column, columnTimes, columnMore, matrix);
  return std::string(text) + access + "\n";
}

// One warp: D = A B + C, of 16 rows, 8 columns and 8 between.
std::string product() {
  std::string s =
      "ld.param.u64 %pa, [a]; ld.param.u64 %pb, [b]; ld.param.u64 %pc, [c]; ld.param.u64 %pd, [d];\n"
      "mov.u32 %t, %laneid; shr.u32 %g, %t, 2; and.b32 %t, %t, 3;\n";
  const auto name = [](const char *of, int e) { return of + std::to_string(e); };
  for (int e = 0; e < 4; e++) {
    s += element("ld.global.b32 " + name("%a", e) + ", [%at];", "%pa", "%g", 8 * (e % 2), "%t", 1, 4 * (e / 2));
    s += element("ld.global.f32 " + name("%d", e) + ", [%at];", "%pc", "%g", 8 * (e / 2), "%t", 2, e % 2);
  }
  for (int e = 0; e < 2; e++)
    s += element("ld.global.b32 " + name("%b", e) + ", [%at];", "%pb", "%t", 4 * e, "%g", 1, 0);
  s += mma + fragments + "\n";
  for (int e = 0; e < 4; e++)
    s += element("st.global.f32 [%at], " + name("%d", e) + ";", "%pd", "%g", 8 * (e / 2), "%t", 2, e % 2);
  return moduleFor80(s + "ret;");
}

struct Values {
  std::vector<float> a, b, c;
};

std::vector<float> compute(Device &device, Handle kernel, const Values &v) {
  const u64 d = device.allocate(16 * 8 * 4);
  device.launch(kernel, 1, 32, {device.upload(v.a), device.upload(v.b), device.upload(v.c), d});
  checkCode("mma", device.last, 0);
  return device.download<float>(d, 16 * 8);
}

// The float32 with the low 13 bits of the mantissa zero that is next to x towards zero.
double cut(float x) {
  const int exponent = std::ilogb(x);
  return x == 0 ? 0 : std::ldexp(std::trunc(std::ldexp(static_cast<double>(x), 10 - exponent)), exponent - 10);
}

void testProduct() {
  Device device;
  const Handle kernel = device.load(product());
  if (!checkCode("the module", device.last, 0)) return;
  u32 state = 1;
  const auto random = [&] {
    state = state * 1664525 + 1013904223;
    return static_cast<float>(static_cast<int>(state >> 8) - (1 << 23)) / (1 << 22);
  };
  for (int round = 0; round < 20; round++) {
    Values v{std::vector<float>(128), std::vector<float>(64), std::vector<float>(128)};
    // Whole numbers give exact sums, so that each element's place is seen.
    for (auto *m : {&v.a, &v.b, &v.c})
      for (float &x : *m) x = round % 2 ? random() : std::nearbyint(random() * 500);
    const std::vector<float> got = compute(device, kernel, v);
    for (std::size_t r = 0; r < 16; r++) {
      for (std::size_t c = 0; c < 8; c++) {
        long double want = v.c[r * 8 + c], size = std::fabs(want);
        for (std::size_t k = 0; k < 8; k++) {
          const long double term = static_cast<long double>(cut(v.a[r * 8 + k])) * cut(v.b[k * 8 + c]);
          want += term;
          size += std::fabs(term);
        }
        const long double off = std::fabs(want - got[r * 8 + c]);
        if (!check(off <= (round % 2 ? 6e-8L * std::fabs(want) + 1e-15L * size : 0),
                   "round %d, (%zu,%zu): %.9g, want %.9Lg", round, r, c, static_cast<double>(got[r * 8 + c]), want))
          return;
      }
    }
  }

  // Infinite and undefined operands reach their row alone.
  Values v{std::vector<float>(128, 1), std::vector<float>(64, 1), std::vector<float>(128, 0)};
  v.a[3 * 8 + 2] = INFINITY;
  v.a[9 * 8 + 5] = NAN;
  const std::vector<float> got = compute(device, kernel, v);
  for (std::size_t i = 0; i < 128; i++)
    check(i / 8 == 3   ? got[i] == INFINITY
          : i / 8 == 9 ? std::isnan(got[i])
                       : got[i] == 8,
          "element %zu is %g", i, static_cast<double>(got[i]));
}

void testConversion() {
  Device device;
  const float most = std::numeric_limits<float>::max(), least = std::numeric_limits<float>::denorm_min();
  const std::vector<float> in = {1.f + 1.f / 2048,
                                 1.f + 1.f / 2048 - 1.f / (1 << 23),
                                 -1.f - 3.f / 2048,
                                 1.f,
                                 0.f,
                                 -0.f,
                                 3.14159274f,
                                 most,
                                 -most,
                                 INFINITY,
                                 -INFINITY,
                                 least * 0x1000,
                                 least * 0xfff,
                                 1e-20f};
  const std::vector<float> want = {1.f + 1.f / 1024,
                                   1.f,
                                   -1.f - 1.f / 512,
                                   1.f,
                                   0.f,
                                   -0.f,
                                   3.140625f,
                                   INFINITY,
                                   -INFINITY,
                                   INFINITY,
                                   -INFINITY,
                                   least * 0x2000,
                                   0.f,
                                   static_cast<float>(std::ldexp(std::round(std::ldexp(1e-20, 77)), -77))};
  const Handle kernel = device.load(moduleFor80(
      "ld.param.u64 %pa, [a]; mov.u32 %t, %tid.x; mul.wide.u32 %at, %t, 4; add.u64 %at, %at, %pa; ld.global.f32 %f, "
      "[%at]; cvt.rna.tf32.f32 %a0, %f; st.global.b32 [%at], %a0; ret;"));
  if (!checkCode("the module", device.last, 0)) return;
  const u64 at = device.upload(in);
  device.launch(kernel, 1, static_cast<u32>(in.size()), {at, at, at, at});
  const std::vector<float> got = device.download<float>(at, in.size());
  for (std::size_t i = 0; i < in.size(); i++)
    check(got[i] == want[i] && std::signbit(got[i]) == std::signbit(want[i]), "cvt.rna.tf32 of %.9g: %.9g, want %.9g",
          static_cast<double>(in[i]), static_cast<double>(got[i]), static_cast<double>(want[i]));
  const u64 nan = device.upload(std::vector<u32>{0x7f800001, 0xffffffff});
  device.launch(kernel, 1, 2, {nan, nan, nan, nan});
  for (u32 bits : device.download<u32>(nan, 2)) check(bits == 0x7fffe000, "of a NaN: 0x%08x", bits);
}

// What the assembler of the vendor says of the same lines was tried (ptxas 12.9).
void testTexts() {
  const struct {
    std::string text;
    const char *complaint;  // nullptr: it is valid
  } lines[] = {
      {mma + fragments, nullptr},
      {std::string(mma) + "{%d0, %d1, _, %d3}, {%a0, %a1, %a2, 0}, {%b0, %b1}, {%d0, %d1, %d2, 0f00000000};", nullptr},
      {std::string(mma) + "{%a0, %a1, %a2, %a3}, {%a0, %a1, %a2, %a3}, {%b0, %b1}, {%d0, %d1, %d2, %d3};", nullptr},
      {std::string(mma) + "{%u0, %u1, %u2, %u3}, {%a0, %a1, %a2, %a3}, {%b0, %b1}, {%d0, %d1, %d2, %d3};",
       "%u0 is of type .u32, but .f32 is written here"},
      {std::string(mma) + "{%d0, %d1, %d2, %d3}, {%u0, %u1, %u2, %u3}, {%b0, %b1}, {%d0, %d1, %d2, %d3};",
       "%u0 is of type .u32, but .tf32 is wanted"},
      {std::string(mma) + "{%d0, %d1, %d2, %d3}, {%a0, %a1, %a2, %a3}, {%d0, %d1}, {%d0, %d1, %d2, %d3};",
       "%d0 is of type .f32, but .tf32 is wanted"},
      {std::string(mma) + "{%d0, %d1}, {%a0, %a1, %a2, %a3}, {%b0, %b1}, {%d0, %d1, %d2, %d3};",
       "4 registers in braces are wanted"},
      {std::string(mma) + "{%d0, %d1, %d2, %d3}, {%a0, %a1, %a2, %a3}, {%b0, %b1, %b0, %b1}, {%d0, %d1, %d2, %d3};",
       "2 registers in braces are wanted"},
      {"mma.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 " + fragments, "mma needs one of .sync"},
      {"mma.sync.m16n8k8.row.col.f32.tf32.tf32.f32 " + fragments, "mma needs one of .aligned"},
      {"mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32 " + fragments, "mma needs one of .m16n8k8"},
      {"mma.sync.aligned.m16n8k8.row.row.f32.tf32.tf32.f32 " + fragments, "mma needs one of .col"},
      {"mma.sync.aligned.m16n8k8.row.col.f32.f32.f32.f32 " + fragments, "mma cannot be of type .f32 here"},
      {"cvt.rna.tf32.f32 %a0, %f;", nullptr},
      {"cvt.rna.tf32.f32 %u0, %f;", "%u0 is of type .u32, but .tf32 is written here"},
      {"cvt.rna.tf32.f32 %f, %f;", "%f is of type .f32, but .tf32 is written here"},
      {"cvt.tf32.f32 %a0, %f;", "cvt needs one of .rna"},
      {"cvt.rn.tf32.f32 %a0, %f;", "cvt needs one of .rna"},
      {"cvt.rna.sat.tf32.f32 %a0, %f;", "cvt does not take .sat"},
      {"cvt.f32.tf32 %f, %a0;", "cvt"},
      {".reg .tf32 %x;", "a type is wanted before '.tf32'"},
  };
  for (const auto &line : lines) {
    Device device;
    device.load(moduleFor80(line.text + "\nret;"));
    checkCode(line.text, device.last, line.complaint ? 218 : 0, line.complaint ? line.complaint : "");
  }
  for (const std::string &line : {mma + fragments, std::string("cvt.rna.tf32.f32 %a0, %f;")}) {
    Device device;
    device.load(module("", registers + line + "\nret;", "7.0", "sm_75"));
    checkCode(line, device.last, 218, ".tf32 needs .target sm_80");
  }
}

// All 32 lanes are to be at one mma.
void testLanes() {
  const std::string zero =
      "mov.b32 %a0, 0; mov.b32 %a1, 0; mov.b32 %a2, 0; mov.b32 %a3, 0; mov.b32 %b0, 0; mov.b32 "
      "%b1, 0; mov.f32 %d0, 0.0; mov.f32 %d1, 0.0; mov.f32 %d2, 0.0; mov.f32 %d3, 0.0; mov.u32 %t, "
      "%tid.x; setp.lt.u32 %p, %t, 9;\n";
  const struct {
    const char *what;
    std::string body;
    u32 threads;
    int code;
    const char *complaint;
  } cases[] = {
      {"all", mma + fragments, 64, 0, ""},
      {"lanes that parted before", "@%p bra L; add.u32 %t, %t, 1; L: " + (mma + fragments), 32, 0, ""},
      {"a short warp", mma + fragments, 20, 719, "lane 20 of the warp is not here"},
      {"lanes that left", "@!%p exit; " + (mma + fragments), 32, 719, "lane 9 of the warp is not here"},
      {"a guard", "@%p " + (mma + fragments), 32, 719, "lane 9 of the warp is not here"},
      {"two of them", "@%p bra L; " + (mma + fragments) + " bra E; L: " + (mma + fragments) + " E: ", 32, 719,
       "of the warp never come here"},
      {"a register never written", "mov.b32 %b1, %u3; " + (mma + fragments), 32, 719, "register %u3 was never written"},
  };
  for (const auto &c : cases) {
    Device device;
    const Handle kernel = device.load(moduleFor80(zero + c.body + "\nret;"));
    if (!checkCode(c.what, device.last, 0)) continue;
    checkCode(c.what, device.launch(kernel, 1, c.threads, {0, 0, 0, 0}), c.code, c.complaint);
  }
}

}  // namespace

void testMatrices() {
  testProduct();
  testConversion();
  testTexts();
  testLanes();
}
