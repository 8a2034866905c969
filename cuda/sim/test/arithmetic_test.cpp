// Runs instructions on edge values; see arithmetic.h.
#include <cmath>
#include <limits>

#include "arithmetic.h"

namespace arithmetic {
namespace {

int widthOf(const std::string &type) { return type[1] == '8' ? 1 : type[1] == '1' ? 2 : type[1] == '3' ? 4 : 8; }

template <class T>
std::vector<u64> floatValues() {
  using L = std::numeric_limits<T>;
  std::vector<u64> all;
  for (T x : {T(0), L::denorm_min(), L::min() * T(0.75), L::min(), T(1e-6), T(0.3), T(0.5), T(1), T(1.5), T(2.5), T(3),
              T(127.5), T(65535.75), T(16777217), T(2147483648.0), T(4294967296.0), T(1e19), L::max(), L::infinity()}) {
    all.push_back(bits<u64>(x));
    all.push_back(bits<u64>(-x));
  }
  all.push_back(bits<u64>(L::quiet_NaN()));
  return all;
}

std::vector<u64> edgeValues(const std::string &type) {
  if (type == "f32") return floatValues<float>();
  if (type == "f64") return floatValues<double>();
  const int n = 8 * widthOf(type);
  const u64 top = u64(1) << (n - 1), all = top | (top - 1);
  return {0,        1,   2,       3,   5,       31,  32,      33,      63,
          64,       100, top - 1, top, top + 1, all, all - 1, all - 6, 0x0123456789abcdef & all,
          (all / 3)};
}

bool same(const std::string &type, u64 got, u64 want) {
  if (type == "f32" && std::isnan(bits<float>(want))) return std::isnan(bits<float>(got));
  if (type == "f64" && std::isnan(bits<double>(want))) return std::isnan(bits<double>(got));
  return got == want;
}

// A register for a value of 8 bits is of 16: such are only loaded, stored and converted.
std::string registerType(const std::string &type) { return widthOf(type) == 1 ? type.substr(0, 1) + "16" : type; }

}  // namespace

void run(const Case &c) {
  const std::string names = "dabc";
  const std::size_t n = c.types.size();
  std::string body = ".reg .pred %p, %q, %out; .reg .u32 %i, %n, %m; .reg .u64 %base, %at, %wide; .reg .b32 %t;\n";
  std::string parameters = ".param .u64 d, .param .u64 a, .param .u64 b, .param .u64 c, .param .u32 n";
  for (std::size_t o = 0; o < n; o++) body += ".reg ." + registerType(c.types[o]) + " %" + names[o] + ";\n";
  body +=
      "mov.u32 %i, %ctaid.x; mov.u32 %n, %ntid.x; mov.u32 %m, %tid.x; mad.lo.u32 %i, %i, %n, %m;\n"
      "ld.param.u32 %n, [n]; setp.ge.u32 %out, %i, %n; @%out bra END;\n";
  const auto address = [&](std::size_t o) {
    return "ld.param.u64 %base, [" + names.substr(o, 1) + "]; mul.wide.u32 %at, %i, " +
           std::to_string(widthOf(c.types[o])) + "; add.u64 %at, %at, %base;\n";
  };
  for (std::size_t o = 1; o < n; o++) body += address(o) + "ld.global." + c.types[o] + " %" + names[o] + ", [%at];\n";
  body += c.text + "\n" + address(0) + "st.global." + c.types[0] + " [%at], %d;\nEND: ret;";

  std::vector<std::vector<u64>> values(n);  // of each operand, bits
  std::vector<std::size_t> at(n, 0);
  std::vector<std::vector<u64>> edges(n);
  for (std::size_t o = 1; o < n; o++) edges[o] = edgeValues(c.types[o]);
  for (bool more = true; more;) {
    for (std::size_t o = 1; o < n; o++) values[o].push_back(edges[o][at[o]]);
    more = false;
    for (std::size_t o = n; o-- > 1 && !more;) {
      at[o] = (at[o] + 1) % edges[o].size();
      more = at[o] != 0;
    }
  }

  Device device;
  const u32 count = static_cast<u32>(values[1].size());
  std::vector<u64> arguments(4, 0);
  for (std::size_t o = 0; o < n; o++) {
    const std::size_t w = static_cast<std::size_t>(widthOf(c.types[o]));
    std::vector<u8> packed(count * w);
    for (u32 i = 0; o && i < count; i++) std::memcpy(&packed[i * w], &values[o][i], w);
    arguments[o] = o ? device.upload(packed) : device.allocate(packed.size());
  }
  arguments.push_back(count);
  const Handle kernel = device.load(module(parameters, body));
  if (!kernel) return void(checkCode(c.text, device.last, 0));
  if (!checkCode(c.text, device.launch(kernel, (count + 127) / 128, 128, arguments), 0)) return;
  const std::size_t w = static_cast<std::size_t>(widthOf(c.types[0]));
  const std::vector<u8> results = device.download<u8>(arguments[0], count * w);
  int wrong = 0;
  for (u32 i = 0; i < count; i++) {
    u64 operands[3] = {0, 0, 0}, got = 0;
    for (std::size_t o = 1; o < n; o++) operands[o - 1] = values[o][i];
    std::memcpy(&got, &results[i * w], w);
    const u64 want = c.want(operands) & (w == 8 ? ~u64(0) : (u64(1) << 8 * w) - 1);
    if (same(c.types[0], got, want) || wrong++ > 2) continue;
    check(false, "%s of 0x%llx, 0x%llx, 0x%llx: got 0x%llx, want 0x%llx", c.text.c_str(),
          (unsigned long long)operands[0], (unsigned long long)operands[1], (unsigned long long)operands[2],
          (unsigned long long)got, (unsigned long long)want);
  }
  check(!wrong, "%s: %d of %u values are wrong", c.text.c_str(), wrong, count);
}

}  // namespace arithmetic

void testArithmetic() {
  for (const auto &cases : {arithmetic::integerCases(), arithmetic::floatCases(), arithmetic::conversionCases()})
    for (const arithmetic::Case &c : cases) arithmetic::run(c);
}
