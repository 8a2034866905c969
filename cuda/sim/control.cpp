// bra ret exit trap bar barrier membar fence griddepcontrol
#include "instructions.h"
#include "lanes.h"
#include "together.h"

namespace sim {
namespace {

void nothing(Warp &, const Instruction &, u32) {}

void trap(Warp &, const Instruction &, u32 active) { throw Fault{launchFailed, __builtin_ctz(active), "trap"}; }

// Work that comes before it in the graph has ended, as nodes run one after the other here.
void wait(Warp &w, const Instruction &, u32 active) { w.waited |= active; }

void assembleGridDependency(Assembler &a) {
  a.out.triggers = a.need({"wait", "launch_dependents"}) == 1;
  a.out.waits = !a.out.triggers;
  if (a.out.waits) a.out.run = wait;
  if (a.version() < 78) a.reject("griddepcontrol needs .version 7.8");
  a.requireTarget(90, "griddepcontrol");
}

// Operands: the barrier's number, the number of threads, the predicate and the result;
// mode is 0 for sync and 1 to 3 for bar.red's popc, and, or.
void assembleBarrier(Assembler &a) {
  if (a.has("warp")) return assembleWarpBarrier(a);
  const bool aligned = a.root() == "bar" || a.has("aligned");
  a.out.kind = Kind::barrier;
  a.out.uniform = aligned;
  const bool reduces = a.has("red");
  if (!reduces) a.need({"sync"});
  const Operand *result = nullptr;
  Type type = Type::none;
  if (reduces) {
    a.out.mode = static_cast<u8>(1 + a.need({"popc", "and", "or"}));
    type = a.type({a.out.mode == 1 ? Type::u32 : Type::pred});
    result = &a.take();
  }
  const Operand &number = a.peek();
  if (number.kind == Operand::number && number.value.integer > 15) a.reject("barriers are numbered 0 to 15");
  a.source(Type::u32);
  a.out.sources = 1;
  if (a.left() == (reduces ? 2 : 1)) {
    const Operand &threads = a.peek();
    if (threads.kind == Operand::number && (threads.value.integer % 32 || !threads.value.integer))
      a.reject("the threads at a barrier are a multiple of 32");
    a.source(Type::u32);
    a.out.sources = 2;
  } else {
    a.skipPlace();
  }
  if (reduces) {
    a.predicateSource();
    a.destinationIs(*result, type);
  }
}

}  // namespace

void assembleControl(Assembler &a) {
  const std::string &root = a.root();
  a.out.run = nothing;
  if (root == "bar" || root == "barrier") return assembleBarrier(a);
  if (root == "griddepcontrol") return assembleGridDependency(a);
  if (root == "membar") {
    a.need({"cta", "gl", "sys"});
  } else if (root == "fence") {
    a.need({"sc", "acq_rel"});
    a.need({"cta", "gpu", "sys"});
  } else if (root == "trap") {
    a.out.run = trap;
  } else {
    a.out.uniform = root != "exit" && a.has("uni");
    a.out.kind = root == "bra" ? Kind::branch : Kind::exit;
    if (root != "bra") return;
    const Operand &label = a.take();
    if (label.kind != Operand::name) a.reject("a label is wanted");
    a.out.label = label.text;
  }
}

}  // namespace sim
