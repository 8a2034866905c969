// Lanes that part and meet, barriers, shuffles, votes, atomics, and what is wrong use
// of them: kernels that write one word for each thread.
#include <functional>

#include "check.h"

namespace {

struct Program {
  const char *what, *body;  // %t is the thread, %d what it writes
  u32 threads;
  std::function<u32(u32)> want;  // of the thread, if code is 0
  int code;
  const char *complaint;
};

u32 reversed(u32 t) { return t ^ 31; }

const Program programs[] = {
    {"an if with two sides",
     "and.b32 %a, %t, 1; setp.eq.u32 %p, %a, 0; @%p bra EVEN; mul.lo.u32 %d, %t, 3; bra.uni MEET; EVEN: add.u32 %d, "
     "%t, 100; MEET: add.u32 %d, %d, 1;",
     96, [](u32 t) { return t % 2 ? t * 3 + 1 : t + 101; }, 0, ""},
    {"a loop of as many turns as the lane",
     "mov.u32 %d, 0; mov.u32 %a, %t; LOOP: setp.eq.u32 %p, %a, 0; @%p bra DONE; add.u32 %d, %d, %a; sub.u32 %a, %a, 1; "
     "bra LOOP; DONE: ",
     64, [](u32 t) { return t * (t + 1) / 2; }, 0, ""},
    {"ifs in a loop",
     "mov.u32 %d, 0; mov.u32 %a, 0; LOOP: add.u32 %b, %a, %t; and.b32 %b, %b, 1; setp.ne.u32 %p, %b, 0; @%p add.u32 "
     "%d, %d, 5; @!%p bra SKIP; add.u32 %d, %d, 2; SKIP: add.u32 %a, %a, 1;"
     "setp.lt.u32 %q, %a, 9; @%q bra LOOP;",
     33,
     [](u32 t) {
       u32 d = 0;
       for (u32 a = 0; a < 9; a++) d += (a + t) % 2 ? 7 : 0;
       return d;
     },
     0, ""},
    {"threads that leave early",
     "mov.u32 %d, 9; setp.lt.u32 %p, %t, 7; setp.lt.u32 %q, %t, 32; @%p bra LATE; bra END; LATE: mov.u32 %d, 4; "
     "vote.sync.ballot.b32 %d, %q, 127;",
     20, [](u32 t) { return t < 7 ? 127u : 9u; }, 0, ""},
    {"shared memory across a barrier",
     "shl.b32 %a, %t, 2; mov.u32 %b, sm; add.u32 %a, %a, %b; st.shared.u32 [%a], %t; bar.sync 0; xor.b32 %a, %t, 33; "
     "shl.b32 %a, %a, 2; add.u32 %a, %a, %b; ld.shared.u32 %d, [%a];",
     64, [](u32 t) { return t ^ 33; }, 0, ""},
    {"a barrier for two of three warps",
     "mov.u32 %d, 0; setp.ge.u32 %p, %t, 64; @%p bra SKIP; shl.b32 %a, %t, 2; st.shared.u32 [%a], %t; bar.sync 1, 64; "
     "xor.b32 %a, %t, 32; shl.b32 %a, %a, 2; ld.shared.u32 %d, [%a]; SKIP: ",
     96, [](u32 t) { return t < 64 ? t ^ 32 : 0; }, 0, ""},
    {"one barrier after another",
     "mov.u32 %d, 0; setp.ge.u32 %p, %t, 64; @!%p bar.sync 1, 64; setp.lt.or.u32 %p, %t, 32, %p; @%p bar.sync 2, 64;",
     96, [](u32) { return 0u; }, 0, ""},
    {"a barrier after some threads left",
     "mov.u32 %d, 1; setp.ge.u32 %p, %t, 40; @%p bra END; bar.sync 0; mov.u32 %d, 2;", 96,
     [](u32 t) { return t < 40 ? 2u : 1u; }, 0, ""},
    {"a barrier that counts", "setp.lt.u32 %p, %t, 37; bar.red.popc.u32 %d, 0, %p;", 70, [](u32) { return 37u; }, 0,
     ""},
    {"a barrier with and", "setp.lt.u32 %p, %t, 37; bar.red.and.pred %q, 0, %p; selp.u32 %d, 1, 0, %q;", 70,
     [](u32) { return 0u; }, 0, ""},
    {"a barrier with or, negated", "setp.lt.u32 %p, %t, 37; bar.red.or.pred %q, 0, !%p; selp.u32 %d, 1, 0, %q;", 70,
     [](u32) { return 1u; }, 0, ""},
    {"a barrier that is not aligned, from two places",
     "setp.lt.u32 %p, %t, 5; @%p bra A; barrier.sync 0; mov.u32 %d, 1; bra B; A: barrier.sync 0; mov.u32 %d, 2; B: ",
     40, [](u32 t) { return t < 5 ? 2u : 1u; }, 0, ""},
    {"shfl bfly", "shfl.sync.bfly.b32 %d, %t, 31, 31, -1;", 64, reversed, 0, ""},
    {"shfl down, out of range", "shfl.sync.down.b32 %d|%p, %t, 3, 31, -1; @!%p mov.u32 %d, 77;", 32,
     [](u32 t) { return t < 29 ? t + 3 : 77; }, 0, ""},
    {"shfl up, out of range", "shfl.sync.up.b32 %d|%p, %t, 2, 0, -1; @!%p add.u32 %d, %d, 50;", 32,
     [](u32 t) { return t < 2 ? t + 50 : t - 2; }, 0, ""},
    {"shfl up in segments of 8", "shfl.sync.up.b32 %d, %t, 3, 0x1800, -1;", 32,
     [](u32 t) { return t % 8 < 3 ? t : t - 3; }, 0, ""},
    {"shfl idx in segments of 8", "shfl.sync.idx.b32 %d, %t, 2, 0x1807, -1;", 32, [](u32 t) { return t / 8 * 8 + 2; },
     0, ""},
    {"shfl waits for lanes that parted",
     "setp.lt.u32 %p, %t, 9; mov.u32 %a, %t; @%p bra ADD; bra MEET; ADD: add.u32 %a, %a, 200; MEET: shfl.sync.bfly.b32 "
     "%d, %a, 16, 31, -1;",
     32,
     [](u32 t) {
       const u32 s = t ^ 16;
       return s < 9 ? s + 200 : s;
     },
     0, ""},
    {"shfl does not wait for lanes that left",
     "mov.u32 %d, 0; setp.lt.u32 %p, %t, 4; @!%p bra END; shfl.sync.bfly.b32 %d, %t, 1, 31, -1; bar.sync 0;", 32,
     [](u32 t) { return t < 4 ? t ^ 1 : 0; }, 0, ""},
    {"votes",
     "setp.lt.u32 %p, %t, 9; vote.sync.any.pred %q, %p, -1; selp.u32 %d, 1, 0, %q; vote.sync.all.pred %q, %p, -1; @%q "
     "add.u32 %d, %d, 2; vote.sync.uni.pred %q, %p, -1; @%q add.u32 %d, %d, 4;"
     "vote.sync.ballot.b32 %a, !%p, -1; mad.lo.u32 %d, %a, 8, %d;",
     32, [](u32) { return 0xfffffe00u * 8 + 1; }, 0, ""},
    {"lanes meet after an if",
     "setp.gt.u32 %p, %t, 27; mov.u32 %a, 1; @!%p bra SKIP; mov.u32 %a, 2; SKIP: activemask.b32 %d; add.u32 %d, %d, "
     "%a;",
     32, [](u32 t) { return t > 27 ? 1u : 0u; }, 0, ""},
    {"activemask in a branch", "mov.u32 %d, 0; setp.gt.u32 %p, %t, 27; @!%p bra SKIP; activemask.b32 %d; SKIP: ", 32,
     [](u32 t) { return t > 27 ? 0xf0000000u : 0u; }, 0, ""},
    {"lane masks and numbers",
     "mov.u32 %d, %lanemask_lt; mov.u32 %a, %laneid; add.u32 %d, %d, %a; mov.u32 %a, %warpid; mad.lo.u32 %d, %a, 1000, "
     "%d; mov.u32 %a, %nwarpid; add.u32 %d, %d, %a;",
     64, [](u32 t) { return (1u << t % 32) - 1 + t % 32 + t / 32 * 1000 + 2; }, 0, ""},
    {"atomics in the order of lanes",
     "mov.u32 %a, 0; st.shared.u32 [sm], %a; bar.sync 0; atom.shared.add.u32 %d, [sm], 3;", 32,
     [](u32 t) { return t * 3; }, 0, ""},
    {"inc wraps", "mov.u32 %a, 0; st.shared.u32 [sm], %a; bar.sync 0; atom.shared.inc.u32 %d, [sm], 4;", 32,
     [](u32 t) { return t % 5; }, 0, ""},
    {"cas",
     "mov.u32 %a, 0; st.shared.u32 [sm], %a; bar.sync 0; add.u32 %a, %t, 1; atom.shared.cas.b32 %d, [sm], %t, %a;", 32,
     [](u32 t) { return t; }, 0, ""},
    {"a shared double is aligned", "mov.u32 %a, wide; and.b32 %d, %a, 7;", 1, [](u32) { return 0u; }, 0, ""},

    {"a register never written",
     "add.u32 %d, %a, 1;",
     32,
     {},
     719,
     "thread (0,0,0), line 8 of the PTX, add.u32 %d, %a, 1: register %a was never written"},
    {"a register written on one side",
     "setp.lt.u32 %p, %t, 4; @%p mov.u32 %a, 1; add.u32 %d, %a, 1;",
     32,
     {},
     719,
     "thread (4,0,0), line 8 of the PTX, add.u32 %d, %a, 1: register %a"},
    {"a predicate never written", "@%p mov.u32 %d, 1;", 32, {}, 719, "register %p was never written"},
    {"division by zero", "mov.u32 %a, 0; div.u32 %d, %t, %a;", 2, {}, 719, "division by zero"},
    {"trap", "trap;", 2, {}, 719, "trap"},
    {"bra.uni that parts",
     "mov.u32 %d, 0; setp.lt.u32 %p, %t, 4; @%p bra.uni END;",
     32,
     {},
     719,
     "the lanes do not agree"},
    {"a loop without end", "LOOP: bra LOOP;", 32, {}, 702, "ran more than 50000 instructions"},
    {"shfl that others never come to",
     "setp.lt.u32 %p, %t, 4; @%p shfl.sync.bfly.b32 %d, %t, 1, 31, -1; bar.sync 0;",
     32,
     {},
     719,
     "lanes 4-31 of the warp never come here; lanes 4-31 wait in line 8"},
    {"shfl from an inactive lane",
     "shfl.sync.idx.b32 %d, %t, 20, 31, -1;",
     10,
     {},
     719,
     "takes the value of lane 20, which is not here"},
    {"shfl of a lane that is no member",
     "shfl.sync.bfly.b32 %d, %t, 1, 31, 0xffff;",
     32,
     {},
     719,
     "thread (16,0,0), line 8 of the PTX, shfl.sync.bfly.b32 %d, %t, 1, 31, 0xffff: the lane is not in the mask of "
     "members"},
    {"shfl with two masks",
     "setp.lt.u32 %p, %t, 9; selp.u32 %a, -1, 0x7fffffff, %p; shfl.sync.bfly.b32 %d, %t, 1, 31, %a;",
     32,
     {},
     719,
     "the lanes do not agree on the mask"},
    {"a vote that others never come to",
     "mov.u32 %d, 0; setp.lt.u32 %p, %t, 4; @!%p bra SKIP; vote.sync.any.pred %q, %p, 0xff; SKIP: bar.sync 0;",
     32,
     {},
     719,
     "lanes 4-7 of the warp never come here"},
    {"a barrier in a branch",
     "mov.u32 %d, 0; setp.lt.u32 %p, %t, 4; @%p bar.sync 0; @!%p bar.sync 1;",
     32,
     {},
     719,
     "never come here"},
    {"a barrier that one warp skips for another",
     "mov.u32 %d, 0; setp.lt.u32 %p, %t, 32; @%p bar.sync 0; @!%p bar.sync 1;",
     64,
     {},
     719,
     "not all threads of the block come to this barrier; warp 0; lanes 0-31 wait in line 8; warp 1; lanes 0-31 wait in "
     "line 8"},
    {"too few threads for the count", "mov.u32 %d, 0; bar.sync 0, 96;", 64, {}, 719, "not all threads"},
    {"a barrier beyond the last", "mov.u32 %d, 16; bar.sync %d;", 64, {}, 719, "there is no barrier 16"},
    {"too many threads for the count",
     "mov.u32 %d, 0; bar.sync 0, 32;",
     64,
     {},
     719,
     "64 threads came to barrier 0, but 32 are to come"},
    {"shared memory never written",
     "ld.shared.u32 %d, [sm+8];",
     2,
     {},
     719,
     "reads shared memory never written (4 bytes at shared address 8)"},
    {"shared memory of the block before",
     "mov.u32 %a, %ctaid.x; setp.eq.u32 %p, %a, 0; @%p st.shared.u32 [sm], 7; @%p mov.u32 %d, 0; @!%p ld.shared.u32 "
     "%d, [sm];",
     1,
     {},
     719,
     "block (1,0,0), thread (0,0,0)"},
    {"a shared address past the end",
     "mov.u32 %a, 4096; st.shared.u32 [%a], %t;",
     1,
     {},
     700,
     "the block has 528 bytes of shared memory"},
    {"a row of addresses past the end",
     "shl.b32 %a, %t, 2; add.u32 %a, %a, 404; st.shared.u32 [%a], %t;",
     32,
     {},
     700,
     "thread (31,0,0), line 8"},
    {"one address astray",
     "shl.b32 %a, %t, 2; setp.eq.u32 %p, %t, 31; @%p mov.u32 %a, 4000; st.shared.u32 [%a], %t;",
     32,
     {},
     700,
     "thread (31,0,0), line 8"},
    {"a misaligned row",
     "shl.b32 %a, %t, 2; add.u32 %a, %a, 2; st.shared.u32 [%a], %t;",
     32,
     {},
     716,
     "thread (0,0,0), line 8"},
    {"a misaligned shared address", "mov.u32 %a, 2; st.shared.u32 [%a], %t;", 1, {}, 716, "no multiple of 4"},
    {"a race of two writes",
     "shr.u32 %a, %t, 5; st.shared.u32 [sm], %a; mov.u32 %d, 0;",
     64,
     {},
     719,
     "races with a write of another warp"},
    {"a race of a read with a write",
     "shl.b32 %a, %t, 2; st.shared.u32 [%a], %t; xor.b32 %a, %a, 128; ld.shared.u32 %d, [%a];",
     64,
     {},
     719,
     "shared memory never written"},
    {"a race after one barrier",
     "shl.b32 %a, %t, 2; st.shared.u32 [%a], %t; bar.sync 0; xor.b32 %b, %a, 128; ld.shared.u32 %d, [%b]; "
     "st.shared.u32 [%a], %d;",
     64,
     {},
     719,
     "thread (32,0,0), line 8 of the PTX, ld.shared.u32 %d, [%b]: races with a write of another warp"},
    {"a read after another warp's atomic",
     "mov.u32 %d, 0; setp.eq.u32 %p, %t, 0; @%p st.shared.u32 [sm], %d; bar.sync 0; setp.lt.u32 %p, %t, 32; @%p "
     "red.shared.add.u32 [sm], 1; @!%p "
     "ld.shared.u32 %d, [sm];",
     64,
     {},
     719,
     "thread (32,0,0), line 8 of the PTX, @!%p ld.shared.u32 %d, [sm]: races with a write of another warp"},
    {"a write after another warp's read",
     "shl.b32 %a, %t, 2; st.shared.u32 [%a], %t; bar.sync 0; setp.lt.u32 %p, %t, 32; xor.b32 %b, %a, 128; @%p "
     "ld.shared.u32 %d, [%b]; @!%p st.shared.u32 [%a], %t;",
     64,
     {},
     719,
     "thread (32,0,0), line 8 of the PTX, @!%p st.shared.u32 [%a], %t: races with a read of another warp"},
    {"a write after two warps' reads",
     "setp.eq.u32 %p, %t, 0; @%p st.shared.u32 [sm], 1; bar.sync 0; ld.shared.u32 %d, [sm]; setp.eq.u32 %p, %t, 63; "
     "@%p st.shared.u32 [sm], 2;",
     64,
     {},
     719,
     "thread (63,0,0), line 8 of the PTX, @%p st.shared.u32 [sm], 2: races with a read of another warp"},
    {"two values at one address",
     "st.shared.u32 [sm], %t; mov.u32 %d, 0;",
     32,
     {},
     719,
     "stores another value at the same address"},
    {"one value at one address", "st.shared.u32 [sm], 5; bar.warp.sync -1; ld.shared.u32 %d, [sm];", 32,
     [](u32) { return 5u; }, 0, ""},
};

}  // namespace

void testWarps() {
  for (const Program &p : programs) {
    Device device;
    const std::string body = std::string(
                                 ".shared .align 4 .b8 sm[512]; .shared .b8 odd[3]; .shared .f64 wide; .reg .pred %p, "
                                 "%q; .reg .u32 %t, %a, %b, %d; .reg .u64 %at, %out;\n") +
                             "mov.u32 %t, %tid.x;\n" + p.body +
                             "\nEND: ld.param.u64 %out, [out]; mul.wide.u32 %at, %t, 4; add.u64 %at, %at, %out; "
                             "st.global.u32 [%at], %d; ret;";
    const u64 out = device.allocate(4 * p.threads);
    const Handle kernel = device.load(module(".param .u64 out", body));
    if (!kernel) {
      checkCode(p.what, device.last, 0);
      continue;
    }
    const bool two = std::string(p.what).find("block before") != std::string::npos;
    if (!checkCode(p.what, device.launch(kernel, two ? 2 : 1, p.threads, {out}), p.code, p.complaint) || p.code)
      continue;
    const std::vector<u32> got = device.download<u32>(out, p.threads);
    for (u32 t = 0; t < p.threads; t++)
      if (!check(got[t] == p.want(t), "%s: thread %u wrote %u, want %u", p.what, t, got[t], p.want(t))) break;
  }
}
