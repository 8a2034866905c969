// What instructions on integers and bits give, in C++.
#include <algorithm>
#include <type_traits>

#include "arithmetic.h"

namespace arithmetic {
namespace {

using s16 = short;
using s32 = int;
using s64 = long;
using Wide = __int128;

template <class T>
using Unsigned = std::make_unsigned_t<T>;

// Integers wrap: reckon in the unsigned 128 bits and cut.
template <class T>
T cut(unsigned __int128 x) {
  return static_cast<T>(static_cast<Unsigned<T>>(x));
}
template <class T>
unsigned __int128 raw(T x) {
  return static_cast<unsigned __int128>(static_cast<Wide>(x));
}

template <class T>
void arithmetic(std::vector<Case> &all) {
  const std::string t = std::string(".") + nameOf<T>();
  all.push_back(of<T, T, T>("add" + t, [](T a, T b) { return cut<T>(raw(a) + raw(b)); }));
  all.push_back(of<T, T, T>("sub" + t, [](T a, T b) { return cut<T>(raw(a) - raw(b)); }));
  all.push_back(of<T, T, T>("mul.lo" + t, [](T a, T b) { return cut<T>(raw(a) * raw(b)); }));
  all.push_back(of<T, T, T, T>("mad.lo" + t, [](T a, T b, T c) { return cut<T>(raw(a) * raw(b) + raw(c)); }));
  const auto high = [](T a, T b) {
    if constexpr (std::is_signed_v<T>)
      return static_cast<T>(Wide(a) * Wide(b) >> 8 * sizeof(T));
    else
      return static_cast<T>(raw(a) * raw(b) >> 8 * sizeof(T));
  };
  all.push_back(of<T, T, T>("mul.hi" + t, high));
  all.push_back(of<T, T, T, T>("mad.hi" + t, [=](T a, T b, T c) { return cut<T>(raw(high(a, b)) + raw(c)); }));
  all.push_back(of<T, T, T>("min" + t, [](T a, T b) { return std::min(a, b); }));
  all.push_back(of<T, T, T>("max" + t, [](T a, T b) { return std::max(a, b); }));
  // Divisors of 0 are tested as faults.
  Case quotient = of<T, T, T>(
      "", [](T a, T b) { return cut<T>(static_cast<unsigned __int128>(Wide(a) / (b ? Wide(b) : Wide(1)))); });
  quotient.text = "setp.eq" + t + " %p, %b, 0; selp" + t + " %b, 1, %b, %p; div" + t + " %d, %a, %b;";
  all.push_back(quotient);
  Case remainder = of<T, T, T>(
      "", [](T a, T b) { return cut<T>(static_cast<unsigned __int128>(Wide(a) % (b ? Wide(b) : Wide(1)))); });
  remainder.text = "setp.eq" + t + " %p, %b, 0; selp" + t + " %b, 1, %b, %p; rem" + t + " %d, %a, %b;";
  all.push_back(remainder);
  const struct {
    const char *name;
    bool (*holds)(T, T);
  } comparisons[] = {{"eq", [](T a, T b) { return a == b; }}, {"ne", [](T a, T b) { return a != b; }},
                     {"lt", [](T a, T b) { return a < b; }},  {"le", [](T a, T b) { return a <= b; }},
                     {"gt", [](T a, T b) { return a > b; }},  {"ge", [](T a, T b) { return a >= b; }}};
  for (const auto &c : comparisons) {
    const auto holds = c.holds;
    Case p = of<u32, T, T>("", [=](T a, T b) { return holds(a, b) ? 1u : 0u; });
    p.text = std::string("setp.") + c.name + t + " %p, %a, %b; selp.u32 %d, 1, 0, %p;";
    all.push_back(p);
    Case combined = of<u32, T, T>(
        "", [=](T a, T b) { return (holds(a, b) && !(a < b) ? 1u : 0u) + (!holds(a, b) && !(a < b) ? 2u : 0u); });
    combined.text = "setp.lt" + t + " %out, %a, %b; setp." + c.name + ".and" + t +
                    " %p|%q, %a, %b, !%out; selp.u32 %d, 1, 0, %p; @%q add.u32 %d, %d, 2;";
    all.push_back(combined);
    all.push_back(
        of<u32, T, T>(std::string("set.") + c.name + ".u32" + t, [=](T a, T b) { return holds(a, b) ? ~0u : 0u; }));
  }
  if constexpr (std::is_signed_v<T>) {
    all.push_back(of<T, T>("neg" + t, [](T a) { return cut<T>(0 - raw(a)); }));
    all.push_back(of<T, T>("abs" + t, [](T a) { return a < 0 ? cut<T>(0 - raw(a)) : a; }));
  }
  all.push_back(of<T, T, u32>(
      "shr" + t, [](T a, u32 b) { return static_cast<T>(b >= 8 * sizeof(T) ? (a < 0 ? -1 : 0) : Wide(a) >> b); }));
}

template <class T>
void widening(std::vector<Case> &all) {
  using W = std::conditional_t<sizeof(T) == 2, std::conditional_t<std::is_signed_v<T>, s32, u32>,
                               std::conditional_t<std::is_signed_v<T>, s64, u64>>;
  const std::string t = std::string(".") + nameOf<T>();
  all.push_back(of<W, T, T>("mul.wide" + t, [](T a, T b) { return cut<W>(raw(a) * raw(b)); }));
  all.push_back(of<W, T, T, W>("mad.wide" + t, [](T a, T b, W c) { return cut<W>(raw(a) * raw(b) + raw(c)); }));
}

template <class T>
void bitwise(std::vector<Case> &all) {
  const std::string b = ".b" + std::to_string(8 * sizeof(T));
  all.push_back(of<T, T, T>("and" + b, [](T x, T y) { return x & y; }));
  all.push_back(of<T, T, T>("or" + b, [](T x, T y) { return x | y; }));
  all.push_back(of<T, T, T>("xor" + b, [](T x, T y) { return x ^ y; }));
  all.push_back(of<T, T>("not" + b, [](T x) { return ~x; }));
  all.push_back(of<T, T>("cnot" + b, [](T x) { return x == 0; }));
  all.push_back(of<T, T, u32>("shl" + b, [](T x, u32 n) { return n >= 8 * sizeof(T) ? 0 : x << n; }));
  all.push_back(of<T, T, u32>("shr" + b, [](T x, u32 n) { return n >= 8 * sizeof(T) ? 0 : x >> n; }));
  all.push_back(of<T, T>("mov" + b, [](T x) { return x; }));
  if constexpr (sizeof(T) >= 4) {
    all.push_back(of<u32, T>("popc" + b, [](T x) {
      u32 n = 0;
      for (; x; x >>= 1) n += x & 1;
      return n;
    }));
    all.push_back(of<u32, T>("clz" + b, [](T x) {
      u32 n = 8 * sizeof(T);
      for (; x; x >>= 1) n--;
      return n;
    }));
    all.push_back(of<T, T>("brev" + b, [](T x) {
      T r = 0;
      for (u32 k = 0; k < 8 * sizeof(T); k++)
        if (x >> k & 1) r |= T(1) << (8 * sizeof(T) - 1 - k);
      return r;
    }));
  }
}

template <class T>
u32 highest(T x) {
  Unsigned<T> u = static_cast<Unsigned<T>>(x < 0 ? ~x : x);
  u32 at = ~0u;
  for (u32 k = 0; k < 8 * sizeof(T); k++)
    if (u >> k & 1) at = k;
  return at;
}

template <class T>
void finding(std::vector<Case> &all) {
  const std::string t = std::string(".") + nameOf<T>();
  all.push_back(of<u32, T>("bfind" + t, [](T x) { return highest(x); }));
  all.push_back(of<u32, T>("bfind.shiftamt" + t, [](T x) {
    return highest(x) == ~0u ? ~0u : 8 * static_cast<u32>(sizeof(T)) - 1 - highest(x);
  }));
}

}  // namespace

std::vector<Case> integerCases() {
  std::vector<Case> all;
  arithmetic<u16>(all), arithmetic<u32>(all), arithmetic<u64>(all), arithmetic<s16>(all), arithmetic<s32>(all),
      arithmetic<s64>(all);
  widening<u16>(all), widening<u32>(all), widening<s16>(all), widening<s32>(all);
  bitwise<u16>(all), bitwise<u32>(all), bitwise<u64>(all);
  finding<u32>(all), finding<u64>(all), finding<s32>(all), finding<s64>(all);
  const auto clamp = [](Wide x) { return static_cast<s32>(std::max<Wide>(INT32_MIN, std::min<Wide>(INT32_MAX, x))); };
  all.push_back(of<s32, s32, s32>("add.sat.s32", [=](s32 a, s32 b) { return clamp(Wide(a) + b); }));
  all.push_back(of<s32, s32, s32>("sub.sat.s32", [=](s32 a, s32 b) { return clamp(Wide(a) - b); }));
  const struct {
    const char *name;
    bool (*holds)(u32, u32);
  } orders[] = {{"lo", [](u32 a, u32 b) { return a < b; }},
                {"ls", [](u32 a, u32 b) { return a <= b; }},
                {"hi", [](u32 a, u32 b) { return a > b; }},
                {"hs", [](u32 a, u32 b) { return a >= b; }}};
  for (const auto &o : orders) {
    const auto holds = o.holds;
    Case c = of<u32, u32, u32>("", [=](u32 a, u32 b) { return holds(a, b) ? 7u : 9u; });
    c.text = std::string("setp.") + o.name + ".u32 %p, %a, %b; selp.u32 %d, 7, 9, %p;";
    all.push_back(c);
  }
  // Halves of words, and predicates as values.
  Case pack = of<u64, u32, u32>("", [](u32 a, u32 b) { return u64(b) << 32 | a; });
  pack.text = "mov.b64 %d, {%a, %b};";
  all.push_back(pack);
  Case unpack = of<u32, u64>("", [](u64 a) { return static_cast<u32>(a) ^ static_cast<u32>(a >> 32) * 3; });
  unpack.text = "mov.b64 {%n, %m}, %a; mad.lo.u32 %m, %m, 3, 0; xor.b32 %d, %n, %m;";
  all.push_back(unpack);
  Case logic = of<u32, u32, u32>("", [](u32 a, u32 b) {
    return (((a != 0) && (b != 0)) ? 1u : 0) | (((a != 0) || (b != 0)) ? 2u : 0) | (((a != 0) != (b != 0)) ? 4u : 0) |
           ((a != 0) ? 0 : 8u);
  });
  logic.text =
      "setp.ne.u32 %p, %a, 0; setp.ne.u32 %q, %b, 0; mov.u32 %d, 0; .reg .pred %r;\n"
      "and.pred %r, %p, %q; @%r or.b32 %d, %d, 1; or.pred %r, %p, %q; @%r or.b32 %d, %d, 2;\n"
      "xor.pred %r, %p, %q; @%r or.b32 %d, %d, 4; not.pred %r, %p; @%r or.b32 %d, %d, 8;";
  all.push_back(logic);
  return all;
}

}  // namespace arithmetic
