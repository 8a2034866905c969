// Cuts PTX text into tokens; see ptx_lexer.h.
#include "ptx_lexer.h"

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace sim {
namespace {

bool isWordStart(char c) { return std::isalpha(static_cast<u8>(c)) || std::strchr("_$%.", c); }
bool isWordPart(char c) { return std::isalnum(static_cast<u8>(c)) || std::strchr("_$%.", c); }
bool isDigit(char c) { return std::isdigit(static_cast<u8>(c)); }

class Lexer {
 public:
  explicit Lexer(const std::string &source) : s_(source) {}

  std::vector<Token> run() {
    for (skip(); at_ < s_.size(); skip()) {
      const std::size_t from = at_;
      Token::Kind kind = Token::sign;
      if (isDigit(peek()) || (peek() == '.' && isDigit(peek(1)))) {
        kind = Token::number;
        number();
      } else if (isWordStart(peek())) {
        kind = Token::word;
        while (at_ < s_.size() && isWordPart(s_[at_])) at_++;
      } else if (std::strchr(",;:[]{}()<>+-|!@", peek())) {
        at_++;
      } else {
        throw SyntaxError{line_, text("unexpected character '%c'", peek())};
      }
      tokens_.push_back({kind, s_.substr(from, at_ - from), line_, from, at_});
    }
    tokens_.push_back({Token::end, "the end of the text", line_, at_, at_});
    return std::move(tokens_);
  }

 private:
  char peek(int ahead = 0) const { return at_ + ahead < s_.size() ? s_[at_ + ahead] : '\0'; }

  // Passes over white space and comments.
  void skip() {
    while (at_ < s_.size()) {
      if (s_.compare(at_, 2, "//") == 0) {
        while (at_ < s_.size() && s_[at_] != '\n') at_++;
      } else if (s_.compare(at_, 2, "/*") == 0) {
        const std::size_t close = s_.find("*/", at_ + 2);
        if (close == std::string::npos) throw SyntaxError{line_, "a comment has no end"};
        for (; at_ < close + 2; at_++) line_ += s_[at_] == '\n';
      } else if (std::isspace(static_cast<u8>(s_[at_]))) {
        line_ += s_[at_++] == '\n';
      } else {
        return;
      }
    }
  }

  void number() {
    const bool plain = !(peek() == '0' && std::isalpha(static_cast<u8>(peek(1))));  // not 0x, 0f, 0d
    while (at_ < s_.size() && (std::isalnum(static_cast<u8>(s_[at_])) || s_[at_] == '.' ||
                               (plain && std::strchr("+-", s_[at_]) && std::strchr("eE", s_[at_ - 1]))))
      at_++;
  }

  const std::string &s_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(const std::string &source) { return Lexer(source).run(); }

Number readNumber(const Token &token, bool negative) {
  const std::string &t = token.text;
  const SyntaxError bad{token.line, "not a number: " + t};
  Number n;
  char *end = nullptr;
  errno = 0;
  const char form = t.size() > 1 && t[0] == '0' ? static_cast<char>(std::tolower(static_cast<u8>(t[1]))) : '\0';
  if (form == 'f' || form == 'd') {
    if (t.size() != (form == 'f' ? 10u : 18u)) throw SyntaxError{token.line, t + " has the wrong number of digits"};
    u64 bits = std::strtoull(t.c_str() + 2, &end, 16);
    if (*end) throw bad;
    n.isFloat = true;
    n.isSingle = form == 'f';
    if (n.isSingle) {
      n.single = static_cast<u32>(bits) ^ (negative ? 0x80000000u : 0u);
      f32 single;
      std::memcpy(&single, &n.single, 4);
      n.value = single;
    } else {
      bits ^= negative ? u64(1) << 63 : 0;
      std::memcpy(&n.value, &bits, 8);
    }
    return n;
  }
  if (form != 'x' && t.find_first_of(".eE") != std::string::npos) {
    n.isFloat = true;
    n.value = std::strtod(t.c_str(), &end);
    if (negative) n.value = -n.value;
    if (*end) throw bad;
    return n;
  }
  const bool binary = form == 'b';
  n.integer = std::strtoull(t.c_str() + (binary ? 2 : 0), &end, binary ? 2 : 0);
  if (*end == 'U') end++;
  if (*end || errno) throw bad;
  if (negative) n.integer = 0 - n.integer;
  return n;
}

}  // namespace sim
