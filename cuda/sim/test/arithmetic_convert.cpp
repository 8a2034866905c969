// What cvt gives, in C++: reckoned in long double, which holds every value exactly.
#include <cfenv>
#include <cmath>
#include <limits>
#include <type_traits>

#include "arithmetic.h"

namespace arithmetic {
namespace {

using s8 = signed char;
using Long = long double;

template <class D>
D nearestInteger(Long x, char direction) {
  using L = std::numeric_limits<D>;
  if (std::isnan(x)) return 0;
  const Long r = direction == 'n'   ? std::nearbyint(x)
                 : direction == 'z' ? std::trunc(x)
                 : direction == 'm' ? std::floor(x)
                                    : std::ceil(x);
  return r <= static_cast<Long>(L::min()) ? L::min() : r >= static_cast<Long>(L::max()) ? L::max() : static_cast<D>(r);
}

// The float in that direction from x: the nearest, moved on if it is on the wrong side.
template <class D>
D nearestFloat(Long x, char direction) {
  const D nearest = static_cast<D>(x);
  const D inf = std::numeric_limits<D>::infinity();
  const bool away = direction == 'z'   ? std::fabs(Long(nearest)) > std::fabs(x)
                    : direction == 'm' ? nearest > x
                    : direction == 'p' ? nearest < x
                                       : false;
  if (!away || std::isinf(x)) return nearest;
  return std::nextafter(nearest, direction == 'z' ? D(0) : direction == 'm' ? -inf : inf);
}

template <class D, class A>
void pair(std::vector<Case> &all) {
  const std::string types = std::string(".") + nameOf<D>() + "." + nameOf<A>();
  constexpr bool toFloat = std::is_floating_point_v<D>, fromFloat = std::is_floating_point_v<A>;
  const auto add = [&](const std::string &name, auto f) {
    Case c = of<D, A>("cvt" + name + types, f);
    all.push_back(c);
  };
  if constexpr (!toFloat && fromFloat) {
    for (const char d : {'n', 'z', 'm', 'p'})
      add(std::string(".r") + d + "i", [=](A a) { return nearestInteger<D>(a, d); });
  } else if constexpr (toFloat && (!fromFloat || sizeof(D) < sizeof(A))) {
    for (const char d : {'n', 'z', 'm', 'p'})
      add(std::string(".r") + d, [=](A a) { return nearestFloat<D>(static_cast<Long>(a), d); });
  } else if constexpr (toFloat && std::is_same_v<A, D>) {
    add("", [](A a) { return a; });
    add(".rni", [](A a) { return std::nearbyint(a); });
    add(".rzi", [](A a) { return std::trunc(a); });
    add(".sat", [](A a) { return std::isnan(a) || a <= 0 ? A(0) : std::min(a, A(1)); });
  } else {
    add("", [](A a) { return static_cast<D>(a); });
  }
  if constexpr (!toFloat && !fromFloat) add(".sat", [](A a) { return nearestInteger<D>(static_cast<Long>(a), 'n'); });
}

template <class D>
void to(std::vector<Case> &all) {
  pair<D, u8>(all), pair<D, u16>(all), pair<D, u32>(all), pair<D, u64>(all), pair<D, s8>(all), pair<D, short>(all),
      pair<D, int>(all), pair<D, long>(all);
  pair<D, float>(all), pair<D, double>(all);
}

}  // namespace

std::vector<Case> conversionCases() {
  std::vector<Case> all;
  to<u8>(all), to<u16>(all), to<u32>(all), to<u64>(all), to<s8>(all), to<short>(all), to<int>(all), to<long>(all),
      to<float>(all), to<double>(all);
  // Loads and stores of less than a register.
  Case sign = of<int, s8>("", [](s8 a) { return int(a); });
  sign.text = "ld.global.s8 %d, [%at];";
  all.push_back(sign);
  Case zero = of<u64, u8>("", [](u8 a) { return u64(a); });
  zero.text = "ld.global.u8 %d, [%at];";
  all.push_back(zero);
  Case low = of<u32, u64>("", [](u64 a) { return static_cast<u32>(a & 0xffff) + 7; });
  low.text = "cvt.u16.u64 %m, %a; add.u32 %d, %m, 7;";
  all.push_back(low);
  return all;
}

}  // namespace arithmetic
