"""Tests of reduce.py on headers made up here, with the machine's own C compiler."""

import os
import shutil
import subprocess
import tempfile
import unittest

import reduce

HEADERS = {
    "cuda.h": r"""
#include <stdint.h>
#define CUDA_VERSION 12090
#define CUDAAPI
#define __CUDA_API_PTDS(api) api
#define cuRenamed cuRenamed_v2
#define cuSame __CUDA_API_PTDS(cuSame)
#define CU_FLAG ((unsigned int)CU_WIDE)
#define UNUSED_MACRO 1
typedef struct CUcontext_st *CUcontext; /* a comment; with { a brace */
typedef enum cuResult_enum { CUDA_SUCCESS = 0, CU_WIDE = 'a', CUDA_LAST = 1 << 3, } CUresult;
typedef void (CUDAAPI *CUcallback)(CUcontext context, void *data);
typedef struct CUparams_st { int sizes[2]; union { CUcallback call; uint64_t word; } how; } CUparams_v1, *CUparamsPointer;
typedef CUparams_v1 CUparams;
typedef unsigned char CUbytes[16];
struct CUunused { int x; };
CUresult CUDAAPI cuRenamed(CUcontext *context, const CUparams *params);
__attribute__((deprecated("use ; another (one)"))) CUresult cuSame(void (*f)(int, char), CUbytes b);
extern CUresult cuUnused(struct CUunused *u);
static inline int cuInline(int x) { if (x) { return 1; } return 0; }
""",
    "cublas_v2.h": '#include <driver_types.h>\n#include <vector_types.h>\n#include <cuda_fp16.h>\n'
                   'typedef float2 cuComplex;\nint cublasCopy(cudaStream_t s, cuComplex *c);\n',
    "cudnn.h": "#include <cuda_runtime.h>\n#define CUDNN_MAJOR 8\nint cudnnNever(void);\n",
}


class ReduceTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        for name, text in HEADERS.items():
            with open(os.path.join(self.folder, name), "w") as f:
                f.write(text)

    def reduced(self, *wanted, required=(), legacy=""):
        return reduce.reduce(self.folder, set(wanted), set(required), legacy, ["cc"])

    def compile(self, header, source):
        with open(os.path.join(self.folder, "reduced.h"), "w") as f:
            f.write(header)
        return subprocess.run(["cc", "-Wall", "-Werror", "-fsyntax-only", "-x", "c", "-", "-I", self.folder],
                              input='#include "reduced.h"\n' + source, text=True, capture_output=True)

    def test_what_is_named_comes_with_what_it_needs(self):
        header = self.reduced("cuRenamed", "cuSame", "CU_FLAG", "cublasCopy")
        run = self.compile(header, """
            static void called(CUcontext c, void *d) {}
            static void f(int i, char c) {}
            CUresult use(void) {
                CUparams p = { {1, 2}, { called } };
                CUcontext c; CUbytes b; cuComplex z; z.x = 1;
                unsigned int flag = CU_FLAG; (void)flag;
                cublasCopy(NULL, &z);
                return cuRenamed_v2(&c, &p) == CUDA_LAST ? cuRenamed(&c, &p) : cuSame(f, b);
            }""")
        self.assertEqual(run.stderr, "")

    def test_what_is_not_named_stays_out(self):
        header = self.reduced("cuSame", "never_declared")
        for name in ("cuRenamed", "CUparams", "CUunused", "cuUnused", "cuInline", "UNUSED_MACRO", "cudnnNever", "comment", "deprecated"):
            self.assertNotIn(name, header)
        self.assertIn("cuSame", header)

    def test_a_required_name_that_is_missing(self):
        self.reduced(required={"cuSame", "CU_WIDE", "CU_FLAG", "CUparamsPointer", "CUcallback", "CUbytes", "CUparams_st"})
        with self.assertRaisesRegex(reduce.Error, "do not declare cuGone, cuLost$"):
            self.reduced(required={"cuSame", "cuLost", "cuGone"})

    def test_legacy_declarations_follow_and_win(self):
        header = self.reduced("cuRenamed", legacy="#undef cuRenamed\n#if CUDA_VERSION >= 12000\nCUresult cuRenamed(int old);\n#endif\n")
        run = self.compile(header, "CUresult use(void) { return cuRenamed(1); }")
        self.assertEqual(run.stderr, "")

    def test_headers_that_are_none(self):
        for text, message in (("#error no use\n", "does not take"), ("int f(;\n", "end inside"), ("}\n", "balance")):
            with open(os.path.join(self.folder, "cudnn.h"), "w") as f:
                f.write(text)
            with self.assertRaisesRegex(reduce.Error, message):
                self.reduced("cuSame")

    def test_no_compiler(self):
        with self.assertRaisesRegex(reduce.Error, "no C compiler no-such-cc; install gcc"):
            reduce.reduce(self.folder, set(), set(), "", ["no-such-cc"])


class DeclaredTest(unittest.TestCase):
    def test_names(self):
        for text, names in (
            ("int f(int a, int (*g)(int b));", {"f"}),
            ("struct CUx;", {"CUx"}),
            ("enum E { A, B = (1, 2), C };", {"E", "A", "B", "C"}),
            ("typedef enum { A = 1 } T, U;", {"A", "T", "U"}),
            ("typedef struct { int a; struct In { int b; } c; } T;", {"T", "In"}),
            ("typedef struct S *P;", {"P"}),
            ("typedef int (*F)(struct S *s);", {"F"}),
            ("typedef char A[64];", {"A"}),
            ("typedef unsigned long long N;", {"N"}),
        ):
            [declaration] = reduce.split(text)
            self.assertEqual(reduce.declared(declaration), names, text)

    def test_split_leaves_out_functions(self):
        self.assertEqual(reduce.split("int a; int f(void) { char *s = \"}\"; { } } int b(int);"), ["int a ;", "int b ( int ) ;"])


if __name__ == "__main__":
    unittest.main()
