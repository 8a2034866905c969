// Whether what touches a word is ordered with what touched it before; see order.h.
#include "order.h"

#include <unordered_map>

namespace sim {
namespace {

// The readers of words that nodes without a path between them read; for whoever holds the
// lock of the driver.
std::unordered_map<const Word *, std::vector<Stamp>> &lists() {
  static auto *const l = new std::unordered_map<const Word *, std::vector<Stamp>>;
  return *l;
}

}  // namespace

void forgetReaders() { lists().clear(); }

// Of a word that was read in this launch, by another node or block.
Stamp Turn::addReader(Word &word, Stamp mine, bool waited) const {
  const auto joined = [&](Stamp reader) { return reader == mine ? mine : with(several, mine); };
  if (blockOf(word.reader) != listed) {
    if (runOf(word.reader) == runOf(mine)) {
      word.reader = joined(word.reader);
    } else if (follows(word.reader, waited)) {
      word.reader = mine;  // what follows this read follows the other
    } else {
      lists()[&word] = {word.reader, mine};
      word.reader = with(listed, mine);
    }
    return 0;
  }
  std::vector<Stamp> &readers = lists()[&word];
  for (Stamp &r : readers)
    if (runOf(r) == runOf(mine)) return r = joined(r), 0;
  readers.push_back(mine);
  return 0;
}

// Of a word that was read in this launch, and is to be written: a reader that may come later.
Stamp Turn::readerInTheWay(const Word &word, Stamp mine, bool waited) const {
  const auto inTheWay = [&](Stamp r) { return r != mine && !follows(r, waited); };
  if (blockOf(word.reader) != listed) return inTheWay(word.reader) ? word.reader : 0;
  for (const Stamp r : lists()[&word])
    if (inTheWay(r)) return r;
  return 0;
}

std::string Turn::sentence(Stamp other, Access access, bool waited, const std::string &block) const {
  const bool writes = access == Access::write || access == Access::atomic;
  const std::string what = access == Access::constant ? "reads by .nc" : writes ? "writes" : "reads";
  const u32 node = runOf(other) - run_;
  if (node == node_) {
    if (access == Access::constant) return what + " what this launch writes";
    return what + " what " + (blockOf(other) == several ? "other blocks" : block) + " of this launch " +
           (blockOf(other) == several ? "touch" : "touches");
  }
  const auto named = [&](u32 n) { return text("node %u (%s)", n, graph_->names[n].c_str()); };
  const std::string both = named(node_) + " " + what + " what " + named(node) + " touches";
  if (!graph_->ended[node_][node]) return both + text(": no path leads from node %u to node %u", node, node_);
  return both + (access == Access::constant && waited ? ", which may run when this kernel starts"
                                                      : ", before its griddepcontrol.wait");
}

}  // namespace sim
