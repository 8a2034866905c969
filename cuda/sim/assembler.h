// Turns one statement of PTX into an instruction: checks its modifiers and the types
// of its operands as NVIDIA's assembler does, and finds their registers.
//
// Each family of instructions (instructions.h) takes what it knows of: modifiers by
// has(), oneOf() and type(), then its operands from left to right. What nobody took is
// an error.
#pragma once
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "kernel.h"
#include "ptx_lexer.h"

namespace sim {

struct Operand {
  enum Kind : u8 { name, number, address, vector, sink } kind = name;
  std::string text;    // a register's or symbol's name; of an address, its base
  std::string second;  // q of p|q
  bool negated = false;
  Number value;
  s64 offset = 0;  // of an address
  std::vector<Operand> parts;
};

struct Statement {
  int line;
  std::string text, opcode;
  std::string guard;
  bool negated = false;
  std::vector<Operand> operands;
};

// The names of a kernel that statements refer to.
struct Scope {
  std::map<std::string, u16> registers;
  std::map<std::string, int> shared;  // offset of each array in shared memory
  int version = 63;                   // of the PTX language, ten times over
  int target = 75;                    // compute capability that the text is for, ten times over
};

class Assembler {
 public:
  Assembler(Kernel &kernel, const Scope &scope, const Statement &statement);

  // The instruction of the statement. Throws SyntaxError.
  Instruction run();

  Instruction out;

  const std::string &root() const { return root_; }  // "ld" of "ld.global.f32"
  bool has(const char *modifier);
  // The index of the one that is there, -1 if none is.
  int oneOf(std::initializer_list<const char *> modifiers);
  // As oneOf, but one must be there.
  int need(std::initializer_list<const char *> modifiers);
  // The next type among the modifiers, which must be one of those.
  Type type(std::initializer_list<Type> allowed);
  bool hasType(Type type);  // whether the next type is this one; takes it if so

  int left() const { return static_cast<int>(statement_.operands.size()) - next_; }
  const Operand &peek(int ahead = 0);
  const int *sharedArray(const Operand &operand) const;  // its offset; nullptr if it is none

  // Each takes the next operand. widen: as for loads, stores and conversions.
  void destination(Type type, bool widen = false);
  void source(Type type, bool widen = false, bool special = false);
  void destinationIs(const Operand &operand, Type type);  // one that was taken before
  void destinationAndPredicate(Type type);                // d or d|p; p gets the next place
  void predicateSource();
  void predicateDestination(bool mayBePair);  // p, or p|q; q gets the next place
  void address(bool shared);
  void vectorOf(int n, Type type, bool isDestination, bool widen);
  const Operand &take();

  int version() const { return scope_.version; }
  void requireTarget(int capability, const char *what) const;
  const Kernel &kernel() const { return kernel_; }
  // A register that always holds those bits.
  const Register &constant(Type type, u64 bits);
  [[noreturn]] void reject(const char *format, ...) const __attribute__((format(printf, 2, 3)));

  // The instruction writes, or reads, that register as its next operand.
  void addDestination(const Register &reg);
  void addSource(const Register &reg);
  void skipPlace() { place_++; }

 private:
  const Register &registerNamed(const std::string &name) const;
  void place(const Register &reg);
  void destinationOf(const Operand &operand, Type type, bool widen);
  void pairOf(const Operand &operand, Type type);
  void sourceOf(const Operand &operand, Type type, bool widen, bool special);
  const Register &special(int which);
  u64 literal(const Operand &operand, Type type) const;

  Kernel &kernel_;
  const Scope &scope_;
  const Statement &statement_;
  std::string root_;
  std::vector<std::string> modifiers_;
  int next_ = 0, place_ = 0;
};

}  // namespace sim
