// What GORGAN_SIM_FAULTS asks for: a device of some size, and calls that go wrong.
//
// Its value is a list with commas between. POINT:N=EFFECT lets the N-th call of a
// point go wrong, * each call; NAME=VALUE sets a property of the device. README.md has
// the tables of both.
#pragma once
#include "errors.h"

namespace sim {

enum class Point : u8 {
  init,
  context,
  alloc,
  copy,
  module,
  launch,
  sgemm,
  sync,
  capture,
  instantiate,
  graph,
  blas,
  free,
  nccl,
  count
};
enum class Effect : u8 { none, fail, oom, nodevice, nan, hang };

enum class Order : u8 { forward, reverse, random };

struct Settings {
  bool valid = true;
  u64 memory = u64(8) << 30;  // bytes
  int driver = 12080;         // version, 1000*major + 10*minor
  int nccl = 22703;           // version, 10000*major + 100*minor + patch
  int devices = 1;
  int capability = 80;           // compute capability, ten times over
  Order order = Order::forward;  // of what has none of its own (sequence.h)
  u64 seed = 0;                  // of the random one
  u64 steps = u64(1) << 32;      // the longest a block may run, in instructions of a warp
};

// Of the value when the library was first used.
const Settings &settings();

// Counts a call of the point and gives what is to go wrong with it, but does not
// return if it is to hang. Called without the lock of the driver, which a call that
// hangs must not keep from others.
Effect strike(Point point);

}  // namespace sim
