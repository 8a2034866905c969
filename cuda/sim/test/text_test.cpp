// What is and what is not PTX: one instruction each, judged as NVIDIA's assembler
// (ptxas 12.9) judges it, but for what the README says is not simulated.
#include "check.h"

namespace {

struct Line {
  const char *text, *complaint;  // nullptr: it is valid
};

const Line lines[] = {
    // Types of operands.
    {"add.f32 %f, %f, 1;", "a number of type .f32 is wanted"},
    {"add.f32 %f, %f, 1.0;", nullptr},
    {"add.f64 %fd, %fd, 0f3f800000;", nullptr},
    {"add.f32 %f, %f, 0d3ff0000000000000;", nullptr},
    {"add.u32 %r, %r, 1.0;", "a number of type .u32 is wanted"},
    {"mov.b32 %r, 0f3f800000;", nullptr},
    {"mov.u32 %r, 0f3f800000;", "a number of type .u32 is wanted"},
    {"mov.u32 %r, %f;", "%f is of type .f32, but .u32 is wanted"},
    {"mov.b32 %r, %f;", nullptr},
    {"mov.f32 %f, %r;", "%r is of type .u32, but .f32 is wanted"},
    {"mov.f32 %f, %b;", nullptr},
    {"add.u32 %r, %s, %b;", nullptr},
    {"add.u32 %r, %rd, %r;", "%rd is of type .u64"},
    {"add.u32 %f, %r, %r;", "%f is of type .f32, but .u32 is written here"},
    {"and.b32 %f, %f, %f;", nullptr},
    {"add.u32 %r, %q, %r;", "%q is of type .pred"},
    {"add.u32 %zz, %r, %r;", "%zz is not declared"},
    {"add.u32 %r, %tid.x, 1;", "takes no special register"},
    {"mov.u32 %r, %tid.x;", nullptr},
    {"mov.u64 %rd, %tid.x;", "%tid.x is of type .u32"},
    {"cvt.u64.u32 %rd, %tid.x;", nullptr},
    {"mov.u16 %h, %tid.x;", nullptr},
    {"mov.u32 %r, %lanemask_lt;", nullptr},
    {"add.f32 %f, %f, -%f;", "a number is wanted after '-'"},
    {"add.f32 %f, %f, -1.0;", nullptr},
    {"add.u32 %r, %r, 4294967295U;", nullptr},
    {"mov.f32 %f, 0f3f80;", "wrong number of digits"},
    {"mov.f32 %f, 1e-5;", nullptr},
    {"mov.f32 %f, .5;", nullptr},
    {"mov.u32 %r, 0b101;", nullptr},
    // Numbers of operands.
    {"add.u32 %r, %r;", "too few operands"},
    {"add.u32 %r, %r, %r, %r;", "1 operands too many"},
    {"add.u32 %r, %r, %r", "';' is wanted before 'ret'"},
    // Modifiers.
    {"add.rn.f32.ftz %f, %f, %f;", nullptr},
    {"add.rn.ftz.sat.f32 %f, %f, %f;", nullptr},
    {"add.rn.u32 %r, %r, %r;", "add does not take .rn"},
    {"add.wide.u32 %r, %r, %r;", "add does not take .wide"},
    {"add.foo.u32 %r, %r, %r;", "add does not take .foo"},
    {"frob.u32 %r, %r;", "unknown instruction frob.u32"},
    {"add %r, %r, %r;", "add needs a type"},
    {"add.b32 %r, %r, %r;", "add cannot be of type .b32"},
    {"add.u8 %c, %c, %c;", "add cannot be of type .u8"},
    {"and.u32 %r, %r, %r;", "and cannot be of type .u32"},
    {"mul.u32 %r, %r, %r;", "mul cannot be of type .u32"},
    {"mul.lo.u32 %r, %r, %r;", nullptr},
    {"mul.wide.u16 %r, %h, %h;", nullptr},
    {"mul.wide.u64 %rd, %rd, %rd;", ".wide is for 16 and 32 bits"},
    {"mad.lo.u32 %r, %r, %r, 1;", nullptr},
    {"mad.wide.u32 %rd, %r, %r, 1;", nullptr},
    {"mad.f32 %f, %f, %f, %f;", "mad needs one of .rn"},
    {"fma.f32 %f, %f, %f, %f;", "fma needs one of .rn"},
    {"fma.lo.u32 %r, %r, %r, %r;", "fma is for floats"},
    {"div.f32 %f, %f, %f;", "div needs .approx, .full or a rounding"},
    {"div.rn.u32 %r, %r, %r;", "integers are not rounded"},
    {"rcp.f32 %f, %f;", "rcp needs one of .rn"},
    {"sqrt.f32 %f, %f;", "sqrt needs one of .rn"},
    {"ex2.f32 %f, %f;", "ex2 needs one of .approx"},
    {"ex2.approx.f64 %fd, %fd;", "ex2 cannot be of type .f64"},
    {"tanh.approx.f32 %f, %f;", "tanh needs .version 7.0"},
    {"neg.u32 %r, %r;", "neg cannot be of type .u32"},
    {"rem.f32 %f, %f, %f;", "rem cannot be of type .f32"},
    {"shl.u32 %r, %r, 1;", "shl cannot be of type .u32"},
    {"shl.b64 %rd, %rd, %rd;", "%rd is of type .u64, but .u32 is wanted"},
    {"shr.b32 %r, %r, 1;", nullptr},
    {"popc.b64 %r, %rd;", nullptr},
    {"min.b32 %r, %r, %r;", "min cannot be of type .b32"},
    // Comparisons and predicates.
    {"setp.lt.b32 %p, %r, 1;", "there is no such comparison of .b32"},
    {"setp.eq.b32 %p, %r, 1;", nullptr},
    {"setp.lo.s32 %p, %s, 1;", "there is no such comparison of .s32"},
    {"setp.lo.u32 %p, %r, 1;", nullptr},
    {"setp.neu.u32 %p, %r, 1;", "there is no such comparison of .u32"},
    {"setp.eq.f32 %p, %f, 0;", "a number of type .f32 is wanted"},
    {"setp.lt.f32 %p, %f, %f, !%q;", "needs .and, .or or .xor"},
    {"setp.lt.and.f32 %p|%q, %f, %f, !%q;", nullptr},
    {"setp.lt.f32 %r, %f, %f;", "%r is of type .u32, but .pred is written here"},
    {"set.lt.u32.f32 %r, %f, %f;", nullptr},
    {"selp.f32 %f, 0f3f800000, 0f00000000, %p;", nullptr},
    {"selp.f32 %f, %f, %f, !%p;", nullptr},
    {"selp.f32 %f, %f, %f, %r;", "%r is of type .u32, but .pred is wanted"},
    {"mov.pred %p, 1;", nullptr},
    {"and.pred %p, %p, 1;", nullptr},
    {"not.pred %p, %q;", nullptr},
    {"testp.finite.f32 %p, %f;", nullptr},
    // Conversions.
    {"cvt.f32.u32 %f, %r;", "cvt needs a rounding here"},
    {"cvt.rn.f32.u32 %f, %r;", nullptr},
    {"cvt.u32.f32 %r, %f;", "cvt needs a rounding here"},
    {"cvt.rzi.u32.f32 %r, %f;", nullptr},
    {"cvt.f64.f32 %fd, %f;", nullptr},
    {"cvt.rn.f64.f32 %fd, %f;", "cvt takes no such rounding here"},
    {"cvt.f32.f64 %f, %fd;", "cvt needs a rounding here"},
    {"cvt.rn.f32.f32 %f, %f;", "cvt takes no such rounding here"},
    {"cvt.rni.f32.f32 %f, %f;", nullptr},
    {"cvt.u8.u32 %r, %r;", nullptr},
    {"cvt.u64.u32 %r, %r;", "%r is of type .u32, but .u64 is written here"},
    // Memory.
    {"ld.global.u8 %rd, [%rd];", nullptr},
    {"ld.global.u8 %f, [%rd];", "%f is of type .f32, but .u8 is written here"},
    {"ld.global.u32 %f, [%rd];", "%f is of type .f32"},
    {"ld.global.b32 %f, [%rd];", nullptr},
    {"ld.global.f32 %r, [%rd];", "%r is of type .u32"},
    {"ld.global.f32 %f, [%r];", "an address of 64 bits is wanted"},
    {"ld.global.f32 %f, [%rd + -4];", nullptr},
    {"ld.global.f32 %f, [%rd-4];", "']' is wanted before '-'"},
    {"ld.global.f32 %f, [sm];", "sm lies in shared memory"},
    {"ld.shared.f32 %f, [sm+4];", nullptr},
    {"ld.shared.f32 %f, [%r];", nullptr},
    {"ld.f32 %f, [%rd];", "generic addresses are not simulated"},
    {"ld.param.u32 %r, [x+4];", nullptr},
    {"ld.param.u32 %r, [zz];", "there is no parameter zz"},
    {"ld.param.u64 %rd, [n];", "8 bytes at 0 are not all in parameter n"},
    {"st.param.u32 [n], %r;", "parameters cannot be stored to"},
    {"ld.global.nc.v4.f32 {%f, %f, %f, _}, [%rd];", nullptr},
    {"ld.global.v2.f32 %f, [%rd];", "2 registers in braces are wanted"},
    {"ld.global.v4.f64 {%fd, %fd, %fd, %fd}, [%rd];", "more than 16 bytes at once"},
    {"st.global.v4.f32 [%rd], {%f, %f};", "4 registers in braces are wanted"},
    {"st.global.f32 [%rd], 0f00000000;", nullptr},
    {"ld.shared.nc.f32 %f, [sm];", ".nc is for global memory"},
    {"ld.volatile.global.f32 %f, [%rd];", nullptr},
    {"cvta.to.global.u64 %rd, %rd;", nullptr},
    {"mov.b64 %rd, {%r, %s};", nullptr},
    {"mov.b64 {%r, _}, %rd;", nullptr},
    {"mov.u64 %rd, {%r, %s};", "braces need mov.b32 or mov.b64"},
    {"mov.u32 %r, sm;", nullptr},
    {"atom.global.add.f32 %f, [%rd], %f;", nullptr},
    {"atom.global.exch.f32 %f, [%rd], %f;", "atom cannot be of type .f32"},
    {"atom.global.add.s64 %rd, [%rd], %rd;", "atom cannot be of type .s64"},
    {"red.shared.add.u32 [sm], 1;", nullptr},
    {"red.global.cas.b32 [%rd], 1, 2;", "red has no such operation"},
    // Lanes together, and control.
    {"shfl.sync.bfly.b32 %r|%p, %r, 16, 31, -1;", nullptr},
    {"shfl.sync.bfly.u32 %r, %r, 16, 31, -1;", "shfl cannot be of type .u32"},
    {"shfl.bfly.b32 %r, %r, 16, 31;", "only shfl.sync is there"},
    {"vote.sync.ballot.b32 %r, !%p, -1;", nullptr},
    {"vote.sync.any.b32 %r, %p, -1;", "vote cannot be of type .b32"},
    {"bar.sync 16;", "barriers are numbered 0 to 15"},
    {"bar.sync 0, 33;", "a multiple of 32"},
    {"bar.red.popc.u32 %r, 0, %p;", nullptr},
    {"bar.red.or.pred %p, 0, 64, !%q;", nullptr},
    {"bar.warp.sync -1;", nullptr},
    {"bra L9;", "there is no label L9"},
    {"@%r bra L0;", "%r guards an instruction but is of type .u32"},
    {"@!%p bra.uni L0;", nullptr},
    {"L0: exit;", "label L0 is there twice"},
    {"fence.acq_rel.gpu;", nullptr},
    {"membar.gl;", nullptr},
    {".reg .u32 %r;", "%r is declared twice"},
    {".reg .u64 %clock;", "%clock is a special register"},
    {".reg .u32 %tid;", "%tid is a special register"},
    {".reg .u32 %laneid;", "%laneid is a special register"},
    {".shared .b8 big[40000], bigger[40000];", "more than 48 KiB"},
    {"#", "unexpected character '#'"},
};

}  // namespace

void testText() {
  Device device;
  for (const Line &line : lines) {
    const std::string body =
        std::string(".reg .pred %p, %q; .reg .u8 %c; .reg .u16 %h; .reg .u32 %r, %r2; .reg .s32 %s; .reg .b32 %b;\n") +
        ".reg .u64 %rd; .reg .f32 %f; .reg .f64 %fd; .shared .align 4 .b8 sm[128];\nL0:\n" + line.text + "\nret;";
    device.load(module(".param .u64 x, .param .u32 n", body));
    checkCode(line.text, device.last, line.complaint ? 218 : 0, line.complaint ? line.complaint : "");
    if (line.complaint)
      check(sentence(218).find("line 9 of the PTX") != std::string::npos ||
                sentence(218).find("line 10 of the PTX") != std::string::npos,
            "%s: the line is not named: %s", line.text, sentence(218).c_str());
  }

  const struct {
    const char *what, *text;
    int code;
    const char *complaint;
  } modules[] = {
      {"no version", ".target sm_75\n", 218, "begins with .version"},
      {"no target", ".version 6.3\n.visible .entry k() { ret; }", 218, "no .target"},
      {"a target that the language does not know yet", ".version 6.3\n.target sm_80\n.entry k() { ret; }", 218,
       "target sm_80 needs .version 7.0"},
      {"a target that is none", ".version 7.0\n.target sm_81\n.entry k() { ret; }", 218, "sm_81 is no target"},
      {"no kernel", ".version 6.3\n.target sm_75\n", 218, "there is no kernel"},
      {"a newer device", ".version 7.8\n.target sm_90\n.visible .entry k() { ret; }", 209, "sm_90"},
      {"a module variable", ".version 6.3\n.target sm_75\n.global .u32 x;", 218, ".global is not known"},
      {"no end", ".version 6.3\n.target sm_75\n.visible .entry k() { ret;", 218, "has no end"},
      {"an open comment", ".version 6.3 /* \n.target sm_75", 218, "a comment has no end"},
      {"two kernels of a name", ".version 6.3\n.target sm_75\n.entry k() { ret; } .entry k() { ret; }", 218,
       "two kernels k"},
      {"two parameters of a name", ".version 6.3\n.target sm_75\n.entry k(.param .u32 a, .param .u32 a) { ret; }", 218,
       "two parameters a"},
      {"comments, ranges of registers, two kernels",
       ".version 6.3 // one\n.target sm_75 /* two\n */ .entry j() { .reg .f32 %f<4>, %g; mov.f32 %f3, 1.0; } .entry "
       "k() { ret; }",
       0, ""},
  };
  for (const auto &m : modules) {
    device.load(m.text);
    checkCode(m.what, device.last, m.code, m.complaint);
  }
}
