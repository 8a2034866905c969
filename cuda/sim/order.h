// Whether what touches a word of device memory is ordered with what touched it before.
//
// The work of one launch of a graph has no order but that of the graph's edges, and blocks of
// one kernel have none. So of all that touches a word in one launch, and writes it once at
// least, each two must lie in one block, or in two nodes with a path between them. Nodes run
// one after the other here, in an order that the edges allow. What two nodes touch does not
// depend on that order unless this finds a fault, so a launch without a fault is right in
// every order, for these values.
#pragma once
#include <string>
#include <vector>

#include "errors.h"

namespace sim {

// A node's run in the launch of its graph, and a block of it: run<<18 | atomic<<17 | block.
// 0 is none.
using Stamp = u32;

// Who last wrote a word of device memory, and who read it since.
struct Word {
  Stamp writer, reader;
};

enum class Access : u8 {
  read,
  constant,  // a read that promises that nobody writes the word while its kernel lives
  write,
  atomic,
};

// One node's turn in the launch of a graph; what is launched alone is a graph of one node.
class Turn {
 public:
  // The nodes of a graph, named for errors, and by node those that must have ended before it
  // starts, and before its kernel comes to griddepcontrol.wait.
  struct Graph {
    std::vector<std::string> names;
    std::vector<std::vector<u8>> ended, endedBeforeWait;
  };

  // Of node number node. Each launch of a graph has runs of its own: run is that of node 0.
  Turn(const Graph &graph, u32 run, u32 node, bool programmatic)
      : graph_(&graph), run_(run), node_(node), programmatic_(programmatic) {}

  bool programmatic() const { return programmatic_; }

  // A block touches a word; waited: it may have come to griddepcontrol.wait. Gives who is not
  // ordered with it, 0 if nobody is.
  Stamp touch(Word &word, u32 block, Access access, bool waited = true) const;

  // The sentence for what touch gave. block names a block of this node's kernel.
  template <class F>
  std::string conflict(Stamp other, Access access, bool waited, F block) const {
    return sentence(other, access, waited, runOf(other) == run_ + node_ ? block(blockOf(other)) : "");
  }

  static const u32 runs = 1u << 14;  // that have numbers; then what is recorded is forgotten

 private:
  // In place of a block: several of them; and several nodes, which are kept in a list. Blocks
  // beyond those that have numbers count as one.
  static const u32 blocks = (1u << 17) - 2, several = blocks, listed = blocks + 1;
  static const Stamp atomically = 1u << 17;
  static u32 runOf(Stamp s) { return s >> 18; }
  static u32 blockOf(Stamp s) { return s & (atomically - 1); }
  static Stamp with(u32 block, Stamp s) { return (s & ~(atomically - 1)) | block; }

  bool follows(Stamp other, bool waited) const {
    const u32 node = runOf(other) - run_;
    return node != node_ && (waited ? graph_->ended : graph_->endedBeforeWait)[node_][node];
  }
  Stamp addReader(Word &word, Stamp mine, bool waited) const;
  Stamp readerInTheWay(const Word &word, Stamp mine, bool waited) const;
  std::string sentence(Stamp other, Access access, bool waited, const std::string &block) const;

  const Graph *graph_;
  u32 run_, node_;
  bool programmatic_;
};

// Forgets what lists of readers say: a launch begins.
void forgetReaders();

inline Stamp Turn::touch(Word &word, u32 block, Access access, bool waited) const {
  const Stamp begin = run_ << 18, mine = ((run_ + node_) << 18) | (block < blocks ? block : blocks - 1);
  waited = waited || !programmatic_;
  const Stamp w = word.writer;
  if (access == Access::constant && runOf(w) == runOf(mine)) return w;
  if (w >= begin && w != mine && !(access == Access::atomic && runOf(w) == runOf(mine) && (w & atomically))) {
    // What is constant for a kernel is so from its start, which may be before it waits.
    const bool after = access == Access::constant ? !programmatic_ : waited;
    if (w != (mine | atomically) && !follows(w, after)) return w;
  }
  if (access == Access::read || access == Access::constant) {
    if (word.reader == mine) return 0;
    if (word.reader >= begin) return addReader(word, mine, waited);
    word.reader = mine;
    return 0;
  }
  if (word.reader >= begin && word.reader != mine)
    if (const Stamp r = readerInTheWay(word, mine, waited)) return r;
  word.reader = 0;
  if (access == Access::write)
    word.writer = mine;
  else if (w < begin || runOf(w) != runOf(mine))
    word.writer = mine | atomically;
  else if (w != mine && w != (mine | atomically))
    word.writer = with(several, mine) | atomically;
  return 0;
}

}  // namespace sim
