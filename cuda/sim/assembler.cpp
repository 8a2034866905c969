// Turns one statement of PTX into an instruction; see assembler.h.
#include "assembler.h"

#include <algorithm>
#include <cstdarg>
#include <cstring>

#include "instructions.h"

namespace sim {

Assembler::Assembler(Kernel &kernel, const Scope &scope, const Statement &statement)
    : kernel_(kernel), scope_(scope), statement_(statement) {
  std::size_t from = 0;
  const std::string &op = statement.opcode;
  for (std::size_t dot; from <= op.size(); from = dot + 1) {
    dot = std::min(op.find('.', from), op.size());
    (from == 0 ? root_ : modifiers_.emplace_back()) = op.substr(from, dot - from);
  }
}

Instruction Assembler::run() {
  out.line = statement_.line;
  out.text = statement_.text;
  if (!statement_.guard.empty()) {
    const Register &guard = registerNamed(statement_.guard);
    if (guard.type != Type::pred)
      reject("%s guards an instruction but is of type .%s", guard.name.c_str(), typeName(guard.type));
    out.guard = guard.id;
    out.guardOffset = guard.offset;
    out.negated = statement_.negated;
  }
  const Family family = familyOf(root_);
  if (!family) reject("unknown instruction %s", statement_.opcode.c_str());
  family(*this);
  if (!modifiers_.empty()) reject("%s does not take .%s", root_.c_str(), modifiers_.front().c_str());
  if (left()) reject("%s has %d operands too many", statement_.opcode.c_str(), left());
  return std::move(out);
}

void Assembler::reject(const char *format, ...) const {
  char what[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  throw SyntaxError{statement_.line, text("%s: %s", what, statement_.text.c_str())};
}

void Assembler::requireTarget(int capability, const char *what) const {
  if (scope_.target < capability) reject("%s needs .target sm_%d", what, capability);
}

bool Assembler::has(const char *modifier) {
  auto found = std::find(modifiers_.begin(), modifiers_.end(), modifier);
  if (found == modifiers_.end()) return false;
  modifiers_.erase(found);
  return true;
}

int Assembler::oneOf(std::initializer_list<const char *> modifiers) {
  int index = 0;
  for (const char *m : modifiers) {
    if (has(m)) return index;
    index++;
  }
  return -1;
}

int Assembler::need(std::initializer_list<const char *> modifiers) {
  const int index = oneOf(modifiers);
  if (index >= 0) return index;
  std::string list;
  for (const char *m : modifiers) list += (list.empty() ? "." : ", .") + std::string(m);
  reject("%s needs one of %s", root_.c_str(), list.c_str());
}

Type Assembler::type(std::initializer_list<Type> allowed) {
  for (auto m = modifiers_.begin(); m != modifiers_.end(); ++m) {
    const Type t = typeNamed(*m);
    if (t == Type::none) continue;
    if (std::find(allowed.begin(), allowed.end(), t) == allowed.end())
      reject("%s cannot be of type .%s here", root_.c_str(), typeName(t));
    modifiers_.erase(m);
    return t;
  }
  reject("%s needs a type", root_.c_str());
}

bool Assembler::hasType(Type type) { return has(typeName(type)); }

const Operand &Assembler::peek(int ahead) {
  if (left() <= ahead) reject("%s has too few operands", statement_.opcode.c_str());
  return statement_.operands[next_ + ahead];
}

const int *Assembler::sharedArray(const Operand &operand) const {
  auto array = scope_.shared.find(operand.text);
  return operand.kind == Operand::name && array != scope_.shared.end() ? &array->second : nullptr;
}

const Operand &Assembler::take() {
  const Operand &operand = peek();
  next_++;
  return operand;
}

const Register &Assembler::registerNamed(const std::string &name) const {
  auto found = scope_.registers.find(name);
  if (found == scope_.registers.end()) reject("%s is not declared", name.c_str());
  return kernel_.registers[found->second];
}

void Assembler::place(const Register &reg) {
  if (place_ == Instruction::operands) reject("too many registers");
  out.operand[place_] = reg.offset;
  out.wide[place_++] = static_cast<u8>(width(reg.type));
}

void Assembler::addDestination(const Register &reg) {
  place(reg);
  out.writes.push_back(reg.id);
}

void Assembler::addSource(const Register &reg) {
  place(reg);
  if (!reg.fixed) out.reads.push_back(reg.id);
}

void Assembler::destinationOf(const Operand &operand, Type type, bool widen) {
  if (operand.kind != Operand::name || operand.negated || !operand.second.empty())
    reject("a register of type .%s is written here", typeName(type));
  const Register &reg = registerNamed(operand.text);
  if (!(widen ? agreeWiden : agree)(type, reg.type))
    reject("%s is of type .%s, but .%s is written here", reg.name.c_str(), typeName(reg.type), typeName(type));
  addDestination(reg);
}

void Assembler::destination(Type type, bool widen) { destinationOf(take(), type, widen); }

u64 Assembler::literal(const Operand &operand, Type type) const {
  const Number &n = operand.value;
  if (type == Type::pred) return !n.isFloat && n.integer ? ~u64(0) : 0;
  if (n.isFloat != isFloat(type) && !(n.isFloat && isBits(type)))
    reject("a number of type .%s is wanted", typeName(type));
  if (!n.isFloat) return n.integer;
  if (width(type) == 8) {
    u64 bits;
    std::memcpy(&bits, &n.value, 8);
    return bits;
  }
  if (width(type) != 4) reject("a float does not fit in .%s", typeName(type));
  if (n.isSingle) return n.single;
  const f32 single = static_cast<f32>(n.value);
  u32 bits;
  std::memcpy(&bits, &single, 4);
  return bits;
}

const Register &Assembler::constant(Type type, u64 bits) {
  if (width(type) < 8 && type != Type::pred) bits &= (u64(1) << 8 * width(type)) - 1;
  for (const Kernel::Constant &c : kernel_.constants)
    if (c.bits == bits && kernel_.registers[c.id].type == type) return kernel_.registers[c.id];
  const u16 id = kernel_.addRegister(text("%lld", static_cast<long long>(bits)), type);
  kernel_.constants.push_back({id, bits});
  kernel_.registers[id].fixed = true;
  return kernel_.registers[id];
}

const Register &Assembler::special(int which) {
  for (const auto &s : kernel_.special)
    if (s.first == which) return kernel_.registers[s.second];
  const u16 id = kernel_.addRegister(specialName(which), Type::u32);
  kernel_.special.push_back({static_cast<Special>(which), id});
  kernel_.registers[id].fixed = true;
  return kernel_.registers[id];
}

void Assembler::sourceOf(const Operand &operand, Type type, bool widen, bool mayBeSpecial) {
  if (operand.kind == Operand::number) return addSource(constant(type, literal(operand, type)));
  if (operand.kind != Operand::name || operand.negated || !operand.second.empty())
    reject("a value of type .%s is wanted", typeName(type));
  for (int s = 0; s < specials; s++) {
    if (operand.text != specialName(s)) continue;
    if (!mayBeSpecial)
      reject("%s takes no special register: move %s to a register first", root_.c_str(), specialName(s));
    const bool half = width(type) == 2 && !isFloat(type);
    if (!half && !(widen ? agreeWiden : agree)(type, Type::u32))
      reject("%s is of type .u32, but .%s is wanted", specialName(s), typeName(type));
    return addSource(special(s));
  }
  const Register &reg = registerNamed(operand.text);
  if (!(widen ? agreeWiden : agree)(type, reg.type))
    reject("%s is of type .%s, but .%s is wanted", reg.name.c_str(), typeName(reg.type), typeName(type));
  addSource(reg);
}

void Assembler::source(Type type, bool widen, bool mayBeSpecial) { sourceOf(take(), type, widen, mayBeSpecial); }

void Assembler::predicateSource() {
  Operand operand = take();
  if (operand.negated) out.negatedOperands |= static_cast<u8>(1 << place_);
  operand.negated = false;
  sourceOf(operand, Type::pred, false, false);
}

// The second of a pair is a predicate.
void Assembler::pairOf(const Operand &operand, Type type) {
  Operand part = operand;
  part.second.clear();
  if (part.kind == Operand::sink && !operand.second.empty())
    skipPlace();
  else
    destinationOf(part, type, false);
  if (operand.second.empty() || operand.second == "_") return skipPlace();
  part.kind = Operand::name;
  part.text = operand.second;
  destinationOf(part, Type::pred, false);
  out.hasSecond = true;
}

void Assembler::predicateDestination(bool mayBePair) {
  if (mayBePair)
    pairOf(take(), Type::pred);
  else
    destinationOf(take(), Type::pred, false);
}

void Assembler::destinationAndPredicate(Type type) { pairOf(take(), type); }
void Assembler::destinationIs(const Operand &operand, Type type) { destinationOf(operand, type, false); }

void Assembler::address(bool shared) {
  const Operand &operand = take();
  if (operand.kind != Operand::address) reject("an address, [register+offset], is wanted");
  out.offset = operand.offset;
  auto array = scope_.shared.find(operand.text);
  if (array != scope_.shared.end()) {
    if (!shared) reject("%s lies in shared memory", operand.text.c_str());
    out.offset += array->second;
    return addSource(constant(Type::u32, 0));
  }
  const Register &reg = registerNamed(operand.text);
  if (!agree(Type::u64, reg.type) && !(shared && agree(Type::u32, reg.type)))
    reject("%s is of type .%s, but an address of %s is wanted", reg.name.c_str(), typeName(reg.type),
           shared ? "32 or 64 bits" : "64 bits");
  if (isFloat(reg.type)) reject("%s is no address", reg.name.c_str());
  addSource(reg);
}

void Assembler::vectorOf(int n, Type type, bool isDestination, bool widen) {
  const Operand &operand = take();
  if (n == 1 && operand.kind != Operand::vector)
    return isDestination ? destinationOf(operand, type, widen) : sourceOf(operand, type, widen, false);
  if (operand.kind != Operand::vector || static_cast<int>(operand.parts.size()) != n)
    reject("%d registers in braces are wanted", n);
  for (const Operand &part : operand.parts) {
    if (!isDestination)
      sourceOf(part, type, widen, false);
    else if (part.kind == Operand::sink)
      skipPlace();
    else
      destinationOf(part, type, widen);
  }
}

}  // namespace sim
