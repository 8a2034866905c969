// What instructions on floats give, in C++.
#include <cfenv>
#include <cmath>
#include <limits>

#include "arithmetic.h"

namespace arithmetic {
namespace {

const struct {
  const char *name;
  int mode;
} roundings[] = {{"rn", FE_TONEAREST}, {"rz", FE_TOWARDZERO}, {"rm", FE_DOWNWARD}, {"rp", FE_UPWARD}};

// f of volatile copies, so that it is reckoned at run time with that rounding.
template <class F, class... T>
auto rounded(int mode, F f, T... values) {
  std::fesetround(mode);
  const auto reckon = [&](volatile T... v) { return f(v...); };
  const volatile auto result = reckon(values...);
  std::fesetround(FE_TONEAREST);
  return result;
}

template <class T>
T flush(T x) {
  return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(T(0), x) : x;
}
template <class T>
T saturate(T x) {
  return std::isnan(x) || x <= 0 ? T(0) : std::min(x, T(1));
}

// The lesser, or the greater: of a number and a NaN the number.
template <class T>
T least(T a, T b) {
  return std::isnan(a) ? b : std::isnan(b) ? a : a < b || (a == b && std::signbit(a)) ? a : b;
}
template <class T>
T most(T a, T b) {
  return std::isnan(a) ? b : std::isnan(b) ? a : a > b || (a == b && !std::signbit(a)) ? a : b;
}

template <class T>
void arithmetic(std::vector<Case> &all) {
  const std::string t = std::string(".") + nameOf<T>();
  for (const auto &r : roundings) {
    const int mode = r.mode;
    const std::string m = std::string(".") + r.name + t;
    all.push_back(
        of<T, T, T>("add" + m, [=](T a, T b) { return rounded(mode, [](T x, T y) { return x + y; }, a, b); }));
    all.push_back(
        of<T, T, T>("sub" + m, [=](T a, T b) { return rounded(mode, [](T x, T y) { return x - y; }, a, b); }));
    all.push_back(
        of<T, T, T>("mul" + m, [=](T a, T b) { return rounded(mode, [](T x, T y) { return x * y; }, a, b); }));
    all.push_back(
        of<T, T, T>("div" + m, [=](T a, T b) { return rounded(mode, [](T x, T y) { return x / y; }, a, b); }));
    all.push_back(of<T, T, T, T>("fma" + m, [=](T a, T b, T c) {
      return rounded(mode, [](T x, T y, T z) { return std::fma(x, y, z); }, a, b, c);
    }));
    all.push_back(of<T, T>("rcp" + m, [=](T a) { return rounded(mode, [](T x) { return T(1) / x; }, a); }));
    all.push_back(of<T, T>("sqrt" + m, [=](T a) { return rounded(mode, [](T x) { return std::sqrt(x); }, a); }));
  }
  all.push_back(of<T, T, T, T>("mad.rn" + t, [](T a, T b, T c) { return std::fma(a, b, c); }));
  all.push_back(of<T, T>("neg" + t, [](T a) { return -a; }));
  all.push_back(of<T, T>("abs" + t, [](T a) { return std::fabs(a); }));
  all.push_back(of<T, T, T>("min" + t, least<T>));
  all.push_back(of<T, T, T>("max" + t, most<T>));
  all.push_back(of<T, T, T>("copysign" + t, [](T a, T b) { return std::copysign(b, a); }));
  all.push_back(of<T, T>("rsqrt.approx" + t, [](T a) {
    return a == 0 ? T(1) / a : static_cast<T>(1 / std::sqrt(static_cast<double>(a)));
  }));
  const struct {
    const char *name;
    bool (*holds)(T, T);
  } comparisons[] = {{"eq", [](T a, T b) { return a == b; }},
                     {"ne", [](T a, T b) { return a < b || a > b; }},
                     {"lt", [](T a, T b) { return a < b; }},
                     {"le", [](T a, T b) { return a <= b; }},
                     {"gt", [](T a, T b) { return a > b; }},
                     {"ge", [](T a, T b) { return a >= b; }},
                     {"equ", [](T a, T b) { return !(a < b || a > b); }},
                     {"neu", [](T a, T b) { return a != b; }},
                     {"ltu", [](T a, T b) { return !(a >= b); }},
                     {"leu", [](T a, T b) { return !(a > b); }},
                     {"gtu", [](T a, T b) { return !(a <= b); }},
                     {"geu", [](T a, T b) { return !(a < b); }},
                     {"num", [](T a, T b) { return !std::isunordered(a, b); }},
                     {"nan", [](T a, T b) { return std::isunordered(a, b); }}};
  for (const auto &c : comparisons) {
    const auto holds = c.holds;
    Case p = of<u32, T, T>("", [=](T a, T b) { return holds(a, b) ? 5u : 8u; });
    p.text = std::string("setp.") + c.name + t + " %p|%q, %a, %b; selp.u32 %d, 5, 0, %p; @%q add.u32 %d, %d, 8;";
    all.push_back(p);
    all.push_back(
        of<float, T, T>(std::string("set.") + c.name + ".f32" + t, [=](T a, T b) { return holds(a, b) ? 1.f : 0.f; }));
  }
  const struct {
    const char *name;
    bool (*holds)(T);
  } tests[] = {{"finite", [](T a) { return bool(std::isfinite(a)); }},
               {"infinite", [](T a) { return bool(std::isinf(a)); }},
               {"number", [](T a) { return !std::isnan(a); }},
               {"notanumber", [](T a) { return bool(std::isnan(a)); }},
               {"normal", [](T a) { return std::isnormal(a) || a == 0; }},
               {"subnormal", [](T a) { return std::fpclassify(a) == FP_SUBNORMAL; }}};
  for (const auto &c : tests) {
    const auto holds = c.holds;
    Case p = of<u32, T>("", [=](T a) { return holds(a) ? 1u : 0u; });
    p.text = std::string("testp.") + c.name + t + " %p, %a; selp.u32 %d, 1, 0, %p;";
    all.push_back(p);
  }
}

}  // namespace

std::vector<Case> floatCases() {
  using f32 = float;
  std::vector<Case> all;
  arithmetic<float>(all);
  arithmetic<double>(all);
  all.push_back(of<f32, f32, f32>("add.ftz.f32", [](f32 a, f32 b) { return flush(flush(a) + flush(b)); }));
  all.push_back(of<f32, f32, f32>("mul.ftz.f32", [](f32 a, f32 b) { return flush(flush(a) * flush(b)); }));
  all.push_back(of<f32, f32, f32>("mul.sat.f32", [](f32 a, f32 b) { return saturate(a * b); }));
  all.push_back(of<f32, f32, f32, f32>("fma.rn.ftz.sat.f32", [](f32 a, f32 b, f32 c) {
    return saturate(flush(std::fma(flush(a), flush(b), flush(c))));
  }));
  all.push_back(of<f32, f32, f32>("add.rz.ftz.f32", [](f32 a, f32 b) {
    return flush(rounded(FE_TOWARDZERO, [](f32 x, f32 y) { return x + y; }, flush(a), flush(b)));
  }));
  all.push_back(of<f32, f32, f32>("min.ftz.f32", [](f32 a, f32 b) { return least(flush(a), flush(b)); }));
  all.push_back(of<f32, f32, f32>("div.full.f32", [](f32 a, f32 b) { return a / b; }));
  all.push_back(of<f32, f32, f32>("div.approx.ftz.f32", [](f32 a, f32 b) { return flush(flush(a) / flush(b)); }));
  all.push_back(of<f32, f32>("rcp.approx.ftz.f32", [](f32 a) { return flush(1 / flush(a)); }));
  all.push_back(of<f32, f32>("sqrt.approx.f32", [](f32 a) { return std::sqrt(a); }));
  // Rounded from float64, as long double would give.
  using Long = long double;
  all.push_back(of<f32, f32>("ex2.approx.f32", [](f32 a) { return static_cast<f32>(std::exp2(Long(a))); }));
  all.push_back(of<f32, f32>("lg2.approx.f32", [](f32 a) { return static_cast<f32>(std::log2(Long(a))); }));
  all.push_back(of<f32, f32>("sin.approx.f32", [](f32 a) { return static_cast<f32>(std::sin(Long(a))); }));
  all.push_back(of<f32, f32>("cos.approx.f32", [](f32 a) { return static_cast<f32>(std::cos(Long(a))); }));
  Case kept = of<f32, f32>("", [](f32 a) { return a; });  // .ftz leaves its operands as they are
  kept.text = "add.ftz.f32 %d, %a, %a; mov.f32 %d, %a;";
  all.push_back(kept);
  Case less = of<f32, f32>("", [](f32 a) { return a - 1.f + 2.5f; });
  less.text = "add.f32 %d, %a, -0f3F800000; add.f32 %d, %d, 2.5;";
  all.push_back(less);
  Case lessLong = of<double, double>("", [](double a) { return a - 1; });
  lessLong.text = "add.f64 %d, %a, -0d3FF0000000000000;";
  all.push_back(lessLong);
  Case flushed = of<u32, f32, f32>("", [](f32 a, f32 b) { return flush(a) == flush(b) ? 1u : 0u; });
  flushed.text = "setp.eq.ftz.f32 %p, %a, %b; selp.u32 %d, 1, 0, %p;";
  all.push_back(flushed);
  return all;
}

}  // namespace arithmetic
