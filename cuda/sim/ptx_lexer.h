// Cuts PTX text into tokens.
#pragma once
#include <string>
#include <vector>

#include "errors.h"

namespace sim {

// What is wrong with a PTX text, and in which line.
struct SyntaxError {
  int line;
  std::string what;
};

struct Token {
  enum Kind : u8 { word, number, sign, end } kind;
  std::string text;  // a word has its dots: "ld.global.f32", ".reg", "%tid.x"
  int line;
  std::size_t from, to;  // in the source

  bool is(const char *s) const { return text == s; }
};

// The tokens of the text, without comments, and an end token. Throws SyntaxError.
std::vector<Token> tokenize(const std::string &source);

// A number as PTX writes it.
struct Number {
  bool isFloat = false;
  bool isSingle = false;  // 0f: the bits of a float32
  u64 integer = 0;        // two's complement
  f64 value = 0;          // of a float
  u32 single = 0;
};

// Throws SyntaxError.
Number readNumber(const Token &token, bool negative);

}  // namespace sim
