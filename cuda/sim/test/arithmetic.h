// Tests of one instruction on many values against a function in C++.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "check.h"

namespace arithmetic {

template <class To, class From>
To bits(From from) {
  To to{};
  std::memcpy(&to, &from, sizeof to < sizeof from ? sizeof to : sizeof from);
  return to;
}

// An instruction on %a, %b and %c, with its result in %d (or %p, when the result is the
// predicate as a number), and what it must give for their bits.
struct Case {
  std::string text;
  std::vector<std::string> types;  // of d, a, b, c
  std::function<u64(const u64 *)> want;
};

template <class T>
const char *nameOf();
template <>
inline const char *nameOf<u8>() {
  return "u8";
}
template <>
inline const char *nameOf<u16>() {
  return "u16";
}
template <>
inline const char *nameOf<u32>() {
  return "u32";
}
template <>
inline const char *nameOf<u64>() {
  return "u64";
}
template <>
inline const char *nameOf<signed char>() {
  return "s8";
}
template <>
inline const char *nameOf<short>() {
  return "s16";
}
template <>
inline const char *nameOf<int>() {
  return "s32";
}
template <>
inline const char *nameOf<long>() {
  return "s64";
}
template <>
inline const char *nameOf<float>() {
  return "f32";
}
template <>
inline const char *nameOf<double>() {
  return "f64";
}

template <class D, class... A, class F, std::size_t... I>
u64 call(F f, const u64 *values, std::index_sequence<I...>) {
  return bits<u64>(static_cast<D>(f(bits<A>(values[I])...)));
}

// The case of an instruction like "add.u32" whose operands are of the function's types.
template <class D, class... A, class F>
Case of(const std::string &instruction, F f) {
  static const char *const names[] = {"%a", "%b", "%c"};
  Case c{instruction + " %d", {nameOf<D>(), nameOf<A>()...}, {}};
  for (std::size_t i = 0; i < sizeof...(A); i++) c.text += std::string(", ") + names[i];
  c.text += ";";
  c.want = [f](const u64 *values) { return call<D, A...>(f, values, std::index_sequence_for<A...>()); };
  return c;
}

// Runs the instruction on all pairs or triples of edge values of its types.
void run(const Case &c);

std::vector<Case> integerCases();
std::vector<Case> floatCases();
std::vector<Case> conversionCases();

}  // namespace arithmetic
