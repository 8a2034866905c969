// Reads a module's PTX text; see parser.h.
#include "parser.h"

#include <algorithm>
#include <cctype>
#include <cstdarg>
#include <cstdlib>
#include <set>

#include "assembler.h"

namespace sim {
namespace {

class Parser {
 public:
  Parser(const std::string &source, int computeCapability, Module &module)
      : source_(source), tokens_(tokenize(source)), computeCapability_(computeCapability), module_(module) {}

  void run() {
    if (!at(".version")) reject("a PTX text begins with .version");
    while (now().kind != Token::end) {
      if (accept(".version"))
        version();
      else if (accept(".target"))
        target();
      else if (accept(".address_size")) {
        if (integer() != 64) reject("addresses have 64 bits");
      } else if (accept(".visible") || accept(".weak"))
        expect(".entry"), entry();
      else if (accept(".entry"))
        entry();
      else
        reject("%s is not known outside of kernels by the simulated device", now().text.c_str());
    }
    if (!hasTarget_) reject("there is no .target");
    if (module_.kernels.empty()) reject("there is no kernel");
  }

 private:
  const Token &now() const { return tokens_[next_]; }
  const Token &advance() { return tokens_[next_ < tokens_.size() - 1 ? next_++ : next_]; }
  bool at(const char *s) const { return now().is(s) && now().kind != Token::end; }
  bool accept(const char *s) { return at(s) && (advance(), true); }
  void expect(const char *s) {
    if (!accept(s)) reject("'%s' is wanted before '%s'", s, now().text.c_str());
  }

  [[noreturn]] void reject(const char *format, ...) const __attribute__((format(printf, 2, 3))) {
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    throw SyntaxError{now().line, what};
  }

  std::string name() {
    if (now().kind != Token::word || now().text[0] == '.') reject("a name is wanted before '%s'", now().text.c_str());
    return advance().text;
  }

  s64 integer() {
    const bool negative = accept("-");
    if (now().kind != Token::number) reject("a number is wanted before '%s'", now().text.c_str());
    const Number n = readNumber(now(), negative);
    if (n.isFloat) reject("a whole number is wanted");
    advance();
    return static_cast<s64>(n.integer);
  }

  Type type() {
    const Type t = now().text[0] == '.' ? typeNamed(now().text.substr(1)) : Type::none;
    if (t == Type::none || t == Type::tf32) reject("a type is wanted before '%s'", now().text.c_str());
    advance();
    return t;
  }

  void version() {
    if (now().kind != Token::number) reject("a version is wanted");
    scope_.version = static_cast<int>(std::strtod(advance().text.c_str(), nullptr) * 10 + 0.5);
    if (scope_.version < 60) reject(".version 6.0 is the oldest that the simulated device reads");
  }

  void target() {
    const std::string wanted = name();
    // The compute capabilities that texts are for, and the oldest .version that knows each.
    static const std::map<std::string, std::pair<int, int>> targets = {
        {"sm_70", {70, 60}}, {"sm_75", {75, 63}}, {"sm_80", {80, 70}},   {"sm_86", {86, 71}},
        {"sm_89", {89, 78}}, {"sm_90", {90, 78}}, {"sm_100", {100, 86}}, {"sm_120", {120, 87}}};
    const auto found = targets.find(wanted);
    if (found == targets.end()) reject("%s is no target that the simulated device knows", wanted.c_str());
    const int capability = found->second.first, oldest = found->second.second;
    if (scope_.version < oldest) reject("target %s needs .version %d.%d", wanted.c_str(), oldest / 10, oldest % 10);
    if (capability > computeCapability_)
      throw SyntaxError{
          -1, text("the text is for %s, the simulated device is of sm_%d", wanted.c_str(), computeCapability_)};
    hasTarget_ = true;
    scope_.target = capability;
    while (accept(",")) name();
  }

  void entry() {
    auto kernel = std::make_unique<Kernel>();
    kernel_ = kernel.get();
    scope_ = Scope{{}, {}, scope_.version, scope_.target};
    labels_.clear();
    kernel_->name = name();
    kernel_->module = &module_;
    if (module_.kernels.count(kernel_->name)) reject("there are two kernels %s", kernel_->name.c_str());
    if (accept("(")) {
      if (!at(")")) do
          parameter();
        while (accept(","));
      expect(")");
    }
    for (;;) {
      if (accept(".maxntid"))
        threads(kernel_->maximumThreads);
      else if (accept(".reqntid"))
        threads(kernel_->requiredThreads);
      else if (accept(".minnctapersm") || accept(".maxnreg"))
        integer();
      else
        break;
    }
    expect("{");
    while (!accept("}")) statement();
    finish();
    module_.kernels[kernel_->name] = std::move(kernel);
  }

  void threads(int *sizes) {
    sizes[0] = static_cast<int>(integer());
    for (int d = 1; d < 3; d++) sizes[d] = accept(",") ? static_cast<int>(integer()) : 1;
  }

  void parameter() {
    expect(".param");
    const Type t = type();
    if (t == Type::pred) reject("a parameter is no predicate");
    if (accept(".ptr")) {
      accept(".global");
      if (accept(".align")) integer();
    }
    const std::string parameterName = name();
    for (const Parameter &p : kernel_->parameters)
      if (p.name == parameterName) reject("there are two parameters %s", parameterName.c_str());
    kernel_->parameters.push_back({parameterName, t, kernel_->parameterBytes});
    kernel_->parameterBytes += width(t);
  }

  void statement() {
    if (now().kind == Token::end) reject("the body of %s has no end", kernel_->name.c_str());
    if (accept(".reg")) return registers();
    if (accept(".shared")) return sharedArray();
    if (accept(".pragma")) reject("pragmas are not simulated");
    if (now().kind == Token::word && now().text[0] != '.' && tokens_[next_ + 1].is(":")) {
      if (!labels_.emplace(now().text, kernel_->code.size()).second)
        reject("label %s is there twice", now().text.c_str());
      advance(), advance();
      return;
    }
    instruction();
  }

  // ptxas ends with a fault where a special register's name is declared anew, a vector's without ".x" too.
  static bool predefined(const std::string &registerName) {
    for (int s = 0; s < specials; s++) {
      const std::string known = specialName(s);
      if (known.substr(0, known.find('.')) == registerName) return true;
    }
    // PTX ISA, special registers: those that are not simulated.
    static const std::set<std::string> others = {"%smid",
                                                 "%nsmid",
                                                 "%gridid",
                                                 "%clock",
                                                 "%clock_hi",
                                                 "%clock64",
                                                 "%globaltimer",
                                                 "%globaltimer_lo",
                                                 "%globaltimer_hi",
                                                 "%clusterid",
                                                 "%nclusterid",
                                                 "%cluster_ctaid",
                                                 "%cluster_nctaid",
                                                 "%cluster_ctarank",
                                                 "%cluster_nctarank",
                                                 "%is_explicit_cluster",
                                                 "%total_smem_size",
                                                 "%aggr_smem_size",
                                                 "%dynamic_smem_size",
                                                 "%current_graph_exec"};
    return others.count(registerName) > 0;
  }

  void declare(const std::string &registerName, Type t) {
    if (predefined(registerName)) reject("%s is a special register", registerName.c_str());
    if (scope_.registers.count(registerName) || scope_.shared.count(registerName))
      reject("%s is declared twice", registerName.c_str());
    if (kernel_->registers.size() > 20000) reject("too many registers");
    scope_.registers[registerName] = kernel_->addRegister(registerName, t);
  }

  void registers() {
    const Type t = type();
    do {
      const std::string base = name();
      if (accept("<")) {
        const s64 n = integer();
        expect(">");
        if (n < 1 || n > 10000) reject("%lld registers", static_cast<long long>(n));
        for (s64 i = 0; i < n; i++) declare(base + std::to_string(i), t);
      } else {
        declare(base, t);
      }
    } while (accept(","));
    expect(";");
  }

  void sharedArray() {
    s64 alignment = 1;
    if (accept(".align")) alignment = integer();
    const Type t = type();
    if (t == Type::pred || alignment < 1 || (alignment & (alignment - 1))) reject("not a shared array");
    alignment = std::max<s64>(alignment, width(t));
    do {
      const std::string array = name();
      s64 bytes = width(t);
      while (accept("[")) {
        bytes *= integer();
        expect("]");
      }
      if (bytes < 1 || bytes > 48 << 10)
        reject("%s has %lld bytes; a block has 48 KiB of shared memory", array.c_str(), static_cast<long long>(bytes));
      if (scope_.registers.count(array) || !scope_.shared.emplace(array, 0).second)
        reject("%s is declared twice", array.c_str());
      const s64 offset = (kernel_->sharedBytes + alignment - 1) / alignment * alignment;
      scope_.shared[array] = static_cast<int>(offset);
      kernel_->sharedBytes = static_cast<int>(offset + bytes);
      if (kernel_->sharedBytes > 48 << 10) reject("%s has more than 48 KiB of shared memory", kernel_->name.c_str());
    } while (accept(","));
    expect(";");
  }

  void instruction() {
    Statement s;
    const std::size_t from = now().from;
    s.line = now().line;
    if (accept("@")) {
      s.negated = accept("!");
      s.guard = name();
    }
    s.opcode = name();
    if (!at(";")) do
        s.operands.push_back(operand());
      while (accept(","));
    s.text = squeezed(source_.substr(from, now().from - from));
    expect(";");
    kernel_->code.push_back(Assembler(*kernel_, scope_, s).run());
  }

  static std::string squeezed(const std::string &from) {
    std::string to;
    for (char c : from)
      if (!std::isspace(static_cast<u8>(c)))
        to += c;
      else if (!to.empty() && to.back() != ' ')
        to += ' ';
    while (!to.empty() && to.back() == ' ') to.pop_back();
    return to;
  }

  Operand operand() {
    Operand o;
    if (accept("[")) {
      o.kind = Operand::address;
      o.text = name();
      if (accept("+")) o.offset = integer();
      expect("]");
    } else if (accept("{")) {
      o.kind = Operand::vector;
      do o.parts.push_back(operand());
      while (accept(","));
      expect("}");
    } else if (at("-") || now().kind == Token::number) {
      o.kind = Operand::number;
      const bool negative = accept("-");
      if (now().kind != Token::number) reject("a number is wanted after '-'");
      o.value = readNumber(advance(), negative);
    } else {
      o.negated = accept("!");
      o.text = name();
      if (o.text == "_") o.kind = Operand::sink;
      if (accept("|")) o.second = name();
    }
    return o;
  }

  // Finds the labels, and ends the code.
  void finish() {
    for (Instruction &i : kernel_->code) {
      if (i.kind != Kind::branch) continue;
      auto label = labels_.find(i.label);
      if (label == labels_.end()) throw SyntaxError{i.line, "there is no label " + i.label + ": " + i.text};
      i.target = static_cast<int>(label->second);
    }
    Instruction end;
    end.kind = Kind::exit;
    end.line = now().line;
    end.text = "(the end of the kernel)";
    kernel_->code.push_back(end);
    requireWaitBeforeTrigger();
  }

  // The kernel that griddepcontrol.launch_dependents lets start may count on all that this one
  // waits for, so each way to it goes through a griddepcontrol.wait in all threads.
  void requireWaitBeforeTrigger() const {
    const std::vector<Instruction> &code = kernel_->code;
    std::vector<bool> seen(code.size());
    std::vector<std::size_t> toSee = {0};  // where threads come that did not wait
    while (!toSee.empty()) {
      const std::size_t at = toSee.back();
      const Instruction &i = code[at];
      toSee.pop_back();
      if (seen[at]) continue;
      seen[at] = true;
      if (i.triggers) throw SyntaxError{i.line, "no griddepcontrol.wait of all threads comes before: " + i.text};
      const bool always = i.guard == Instruction::none;
      if (i.waits && always) continue;
      if (i.kind == Kind::branch) toSee.push_back(static_cast<std::size_t>(i.target));
      if (!(always && (i.kind == Kind::branch || i.kind == Kind::exit))) toSee.push_back(at + 1);
    }
  }

  const std::string &source_;
  const std::vector<Token> tokens_;
  const int computeCapability_;
  Module &module_;
  std::size_t next_ = 0;
  bool hasTarget_ = false;
  Kernel *kernel_ = nullptr;
  Scope scope_;
  std::map<std::string, std::size_t> labels_;
};

}  // namespace

void parseModule(const std::string &source, int computeCapability, Module &module) {
  Parser(source, computeCapability, module).run();
}

}  // namespace sim
