// How a block and a launch run: warps in turn from barrier to barrier, block by block.
#include <algorithm>
#include <cstring>

#include "sequence.h"
#include "stats.h"
#include "warp.h"

namespace sim {
namespace {

// "3-7, 12" for a mask of lanes.
std::string lanesOf(u32 mask) {
  std::string out;
  for (int l = 0; l < 32; l++) {
    if (!(mask >> l & 1)) continue;
    int last = l;
    while (last < 31 && mask >> (last + 1) & 1) last++;
    out += (out.empty() ? "" : ", ") + (last > l ? text("%d-%d", l, last) : text("%d", l));
    l = last;
  }
  return out;
}

}  // namespace

void Block::run() {
  const std::vector<u32> order = sequence(static_cast<u32>(warps.size()));
  for (;;) {
    bool live = false;
    for (const u32 n : order) {
      Warp &w = warps[n];
      faulty = &w;
      w.run();
      live = live || w.live;
    }
    if (!live) return;
    if (!release()) stuck();
  }
}

// The number of the barrier at which a group waits.
u32 Block::barrierOf(Warp &w, const Group &g) {
  const Instruction &i = launch.kernel->code[g.pc];
  const int first = __builtin_ctz(g.lanes);
  const u32 id = w.lanes<u32>(i.operand[0])[first];
  if (id < 16) return id;
  faulty = &w;
  w.current = &i;
  throw Fault{launchFailed, first, text("there is no barrier %u; they are numbered 0 to 15", id)};
}

bool Block::release() {
  u32 awaited = 0;  // bit by barrier
  for (Warp &w : warps)
    for (const Group &g : w.groups)
      if (g.wait == Group::barrier) awaited |= 1u << barrierOf(w, g);
  bool released = false;
  for (; awaited; awaited &= awaited - 1) released |= releaseBarrier(static_cast<u32>(__builtin_ctz(awaited)));
  return released;
}

// Lets the lanes go on that wait at the barrier of that number, if all have come.
bool Block::releaseBarrier(u32 id) {
  const std::vector<Instruction> &code = launch.kernel->code;
  u32 arrived = 0, waiting = 0, alive = 0, expected = 0, truths = 0;
  bool counted = false, everyone = false;
  for (Warp &w : warps) {
    alive += static_cast<u32>(__builtin_popcount(w.live));
    for (const Group &g : w.groups) {
      const Instruction &i = code[g.pc];
      const int first = __builtin_ctz(g.lanes);
      if (g.wait != Group::barrier || barrierOf(w, g) != id) continue;
      faulty = &w;
      w.current = &i;
      const u32 count = i.sources == 2 ? w.lanes<u32>(i.operand[1])[first] : 0;
      if (i.sources != 2)
        everyone = true;
      else if (counted && count != expected)
        throw Fault{launchFailed, first,
                    text("%u threads are to come to barrier %u, elsewhere %u", count, id, expected)};
      else
        counted = true, expected = count;
      waiting += static_cast<u32>(__builtin_popcount(g.lanes));
      arrived += i.uniform ? 32 : static_cast<u32>(__builtin_popcount(g.lanes));
      if (i.mode) truths += static_cast<u32>(__builtin_popcount(w.predicate(i, 2) & g.lanes));
    }
  }
  if (counted && everyone)
    throw Fault{launchFailed, -1, text("barrier %u is awaited with and without a number of threads", id)};
  if (counted && arrived > expected)
    throw Fault{launchFailed, -1, text("%u threads came to barrier %u, but %u are to come", arrived, id, expected)};
  if (counted ? arrived < expected : waiting < alive) return false;

  for (Warp &w : warps) {
    for (std::size_t g = w.groups.size(); g-- > 0;) {
      const Group here = w.groups[g];
      const Instruction &i = code[here.pc];
      if (here.wait != Group::barrier || barrierOf(w, here) != id) continue;
      if (i.mode == 1)
        for (int l = 0; l < 32; l++)
          if (here.lanes >> l & 1) w.lanes<u32>(i.operand[3])[l] = truths;
      if (i.mode > 1)
        w.setPredicate(i.operand[3], (i.mode == 2 ? truths == waiting : truths > 0) ? ~0u : 0u, here.lanes);
      for (u16 r : i.writes) w.written[r] |= here.lanes;
      w.groups.erase(w.groups.begin() + static_cast<std::ptrdiff_t>(g));
      w.groups.push_back({here.pc + 1, here.lanes});
    }
  }
  shared.separate();
  return true;
}

// Says who waits for whom.
void Block::stuck() {
  const std::vector<Instruction> &code = launch.kernel->code;
  auto places = [&](const Warp &w, u32 lanes) {
    std::string out;
    for (const Group &g : w.groups)
      if (g.lanes & lanes) out += text("; lanes %s wait in line %d", lanesOf(g.lanes & lanes).c_str(), code[g.pc].line);
    return out;
  };
  for (Warp &w : warps) {
    for (const Group &g : w.groups) {
      if (g.wait != Group::members) continue;
      faulty = &w;
      w.current = &code[g.pc];
      const u32 missing = w.needed(code[g.pc], g.lanes) & ~g.lanes;
      throw Fault{launchFailed, __builtin_ctz(g.lanes),
                  text("lanes %s of the warp never come here%s", lanesOf(missing).c_str(), places(w, missing).c_str())};
    }
  }
  std::string where;
  for (const Warp &w : warps)
    if (w.live) where += text("; warp %d%s", w.index, places(w, w.live).c_str());
  for (Warp &w : warps) {
    if (!w.live) continue;
    faulty = &w;
    w.current = &code[w.groups[0].pc];
    break;
  }
  throw Fault{launchFailed, -1, "not all threads of the block come to this barrier" + where};
}

namespace {

// The registers of a block's warps, with what they hold from the start.
class Registers {
 public:
  Registers(const Launch &launch, u32 warps)
      : kernel_(*launch.kernel),
        stride_((kernel_.registerBytes + 63) / 64 * 64),
        lanes_(stride_ * warps + 64),
        written_(kernel_.registers.size() * warps),
        atStart_(kernel_.registers.size()) {
    start_ = lanes_.data() + (64 - reinterpret_cast<u64>(lanes_.data()) % 64) % 64;
    for (u32 w = 0; w < warps; w++) {
      for (const Kernel::Constant &c : kernel_.constants) fill(w, c.id, [&](u32) { return c.bits; });
      for (const auto &s : kernel_.special)
        fill(w, s.second, [&](u32 lane) { return value(launch, warps, s.first, w, lane); });
    }
    for (const Kernel::Constant &c : kernel_.constants) atStart_[c.id] = ~0u;
    for (const auto &s : kernel_.special) atStart_[s.second] = ~0u;
  }

  void begin(Warp &warp, const Block &block) {
    const u32 w = static_cast<u32>(warp.index);
    warp.registers = start_ + stride_ * w;
    warp.written = written_.data() + kernel_.registers.size() * w;
    std::copy(atStart_.begin(), atStart_.end(), warp.written);
    for (const auto &s : kernel_.special)
      if (s.first >= ctaidX && s.first <= ctaidZ) fill(w, s.second, [&](u32) { return block.index[s.first - ctaidX]; });
  }

 private:
  static u64 value(const Launch &launch, u32 warps, int special, u32 warp, u32 lane) {
    const u32 thread = warp * 32 + lane, *b = launch.block, bit = 1u << lane;
    switch (special) {
      case tidX: return thread % b[0];
      case tidY: return thread / b[0] % b[1];
      case tidZ: return thread / b[0] / b[1];
      case ntidX:
      case ntidY:
      case ntidZ: return b[special - ntidX];
      case nctaidX:
      case nctaidY:
      case nctaidZ: return launch.grid[special - nctaidX];
      case laneid: return lane;
      case warpid: return warp;
      case nwarpid: return warps;
      case lanemaskEQ: return bit;
      case lanemaskLE: return bit | (bit - 1);
      case lanemaskLT: return bit - 1;
      case lanemaskGE: return ~(bit - 1);
      case lanemaskGT: return ~(bit | (bit - 1));
    }
    return 0;  // %ctaid, which begin sets
  }

  template <class F>
  void fill(u32 warp, u16 id, F bits) {
    const Register &r = kernel_.registers[id];
    u8 *at = start_ + stride_ * warp + r.offset;
    const u32 size = static_cast<u32>(width(r.type));
    for (u32 lane = 0; lane < (r.type == Type::pred ? 1u : 32u); lane++) {
      const u64 b = bits(lane);
      std::memcpy(at + lane * size, &b, size);  // little endian, as PTX is
    }
  }

  const Kernel &kernel_;
  const std::size_t stride_;
  std::vector<u8> lanes_;
  std::vector<u32> written_, atStart_;
  u8 *start_;
};

// The sentence for a fault: the kernel, the line, the block and the thread.
int report(const Launch &launch, const Block &block, const Fault &fault) {
  const Warp &w = *block.faulty;
  std::string where =
      text("kernel %s, block (%u,%u,%u)", launch.kernel->name.c_str(), block.index[0], block.index[1], block.index[2]);
  if (fault.lane >= 0) {
    const u32 thread = static_cast<u32>(w.index * 32 + fault.lane), *b = launch.block;
    where += text(", thread (%u,%u,%u)", thread % b[0], thread / b[0] % b[1], thread / b[0] / b[1]);
  }
  if (w.current) where += text(", line %d of the PTX, %s", w.current->line, w.current->text.c_str());
  return fail(fault.code, "%s: %s", where.c_str(), fault.what.c_str());
}

}  // namespace

int runLaunch(Launch &launch) {
  const Stopwatch watch(*launch.kernel, launch.threadInstructions);
  const u32 threads = launch.block[0] * launch.block[1] * launch.block[2], warps = (threads + 31) / 32;
  launch.touched.assign(launch.kernel->code.size(), nullptr);
  launch.threadInstructions = launch.firstFloat = 0;
  SharedMemory shared(static_cast<u32>(launch.kernel->sharedBytes) + launch.dynamicShared);
  Registers registers(launch, warps);
  Block block{launch, shared, {0, 0, 0}, 0, std::vector<Warp>(warps)};
  for (u32 w = 0; w < warps; w++) {
    block.warps[w].index = static_cast<int>(w);
    block.warps[w].block = &block;
  }
  const u64 blocks = u64(launch.grid[0]) * launch.grid[1] * launch.grid[2];
  if (blocks > ~u32(0))
    return fail(launchTimeout, "kernel %s: %llu blocks take too long here", launch.kernel->name.c_str(), Ull(blocks));
  for (const u32 b : sequence(static_cast<u32>(blocks))) {
    block.index[0] = b % launch.grid[0];
    block.index[1] = b / launch.grid[0] % launch.grid[1];
    block.index[2] = b / launch.grid[0] / launch.grid[1];
    block.number = b;
    block.steps = 0;
    shared.begin();
    for (Warp &w : block.warps) {
      registers.begin(w, block);
      const u32 lanes = std::min(32u, threads - static_cast<u32>(w.index) * 32);
      w.live = lanes == 32 ? ~0u : (1u << lanes) - 1;
      w.waited = launch.turn->programmatic() ? 0 : ~0u;
      w.groups.assign(1, {0, w.live});
      w.current = nullptr;
    }
    try {
      block.run();
    } catch (const Fault &fault) {
      return report(launch, block, fault);
    }
  }
  return success;
}

}  // namespace sim
