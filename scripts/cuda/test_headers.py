"""Tests of headers.py, toolkit.py and of reading ptxas's report."""

import os
import shutil
import tempfile
import unittest
import unittest.mock

import headers
import ptx
import reduce
import remote
import toolkit
import wheels


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def put(self, name, text=""):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
        return path


class StampTest(Folder):
    def setUp(self):
        super().setUp()
        for name, value in (("CUDA", self.folder), ("STAMP", os.path.join(self.folder, "stamp"))):
            patch = unittest.mock.patch.object(headers, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def test_holds_for_its_inputs(self):
        self.assertIsNone(headers.prepared("key"))
        folder = headers.write("int a;\n", "key")
        self.assertEqual(headers.prepared("key"), folder)
        self.assertIsNone(headers.prepared("other"))
        with open(os.path.join(folder, "cuda.h")) as f:
            self.assertEqual(f.read(), "int a;\n")
        shutil.rmtree(folder)
        self.assertIsNone(headers.prepared("key"))

    def test_folder_is_the_content(self):
        first = headers.write("int a;\n", "key")
        self.assertEqual(headers.write("int a;\n", "other key"), first)
        self.assertNotEqual(headers.write("int b;\n", "key"), first)
        self.assertTrue(os.path.isdir(first))

    def test_archives_that_hold_nothing(self):
        headers.write("", "key")
        for name in ("cuda", "cublas", "cudnn"):
            with open(os.path.join(self.folder, "lib", f"lib{name}.a"), "rb") as f:
                self.assertEqual(f.read(), b"!<arch>\n")

    def test_made_once(self):
        with unittest.mock.patch.object(headers, "reduced", return_value="int a;\n") as made:
            self.assertEqual(headers.prepare(), headers.prepare())
        self.assertEqual(made.call_count, 1)


class NamesTest(Folder):
    def test_words_and_calls(self):
        go = self.put("a.go", "// C.cuComment\nx := C.cuCall(C.CU_FLAG) /* C.cuAlso */ + C.cuOwn()\nC.free(y)\n")
        c = self.put("a.c", "int cuOwn(void) { return cuInner; }\n")
        words, called = headers.names([go, c])
        self.assertEqual(called, {"cuCall", "CU_FLAG"})
        self.assertLessEqual({"cuCall", "cuInner", "cuOwn", "CU_FLAG"}, words)


class ToolkitTest(Folder):
    def roots(self, *names):
        return unittest.mock.patch.object(toolkit, "roots", lambda: [os.path.join(self.folder, n) for n in names])

    def test_the_first_that_has_all(self):
        for name in toolkit.NEEDED:
            self.put("b/include/" + name)
            self.put("c/include/" + name)
        self.put("a/include/cuda.h")
        with self.roots("a", "b", "c"):
            self.assertEqual(toolkit.cuda_headers(), [os.path.join(self.folder, "b/include", n) for n in toolkit.NEEDED])
        with self.roots("a"):
            self.assertEqual(toolkit.cuda_headers(), [])

    def test_all_of_cudnn(self):
        names = [self.put(f"b/include/{n}") for n in ("cudnn.h", "cudnn_graph.h", "cudnn_version.h")]
        self.put("b/include/cuda.h")
        with self.roots("a", "b"):
            self.assertEqual(toolkit.cudnn_headers(), names)

    def test_environment_goes_first(self):
        with unittest.mock.patch.dict(os.environ, {"CUDA_HOME": "/one", "CUDA_PATH": "/two"}):
            self.assertEqual(toolkit.roots()[:2], ["/one", "/two"])

    def test_headers_that_do_not_serve_give_way_to_the_pinned(self):
        with unittest.mock.patch.object(toolkit, "cuda_headers", lambda: ["/cuda.h"]), \
                unittest.mock.patch.object(headers, "module_sources", lambda: []), \
                unittest.mock.patch.object(headers, "gathered") as gathered, \
                unittest.mock.patch.object(wheels, "say") as said, \
                unittest.mock.patch.object(reduce, "reduce", side_effect=[reduce.Error("too old"), "text"]):
            self.assertEqual(headers.reduced(), "text")
        self.assertIn("too old", said.call_args.args[0])
        self.assertEqual([call.args for call in gathered.call_args_list], [(True,), (False,)])


REPORT = """ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function 'adam' for 'sm_75'
ptxas info    : Function properties for adam
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 18 registers, 400 bytes cmem[0]
ptxas info    : Compiling entry function 'sum' for 'sm_75'
ptxas info    : Function properties for sum
    8 bytes stack frame, 8 bytes spill stores, 12 bytes spill loads
ptxas info    : Used 255 registers, 256 bytes smem, 400 bytes cmem[0]
"""


class PtxTest(Folder):
    def test_report(self):
        self.assertEqual(ptx.uses(REPORT), [ptx.Use("adam", 18, 0, 0), ptx.Use("sum", 255, 256, 20)])
        with self.assertRaisesRegex(remote.Error, "unknown form"):
            ptx.uses("Compiling entry function 'x' for 'sm_75'\nUsed many registers")

    def test_spills_and_errors_fail(self):
        good, bad = REPORT.split("ptxas info    : Compiling entry function 'sum'")[0], REPORT
        for report, status, failures in ((good, 0, 0), (bad, 0, 1), ("ptxas fatal   : no\n", 255, 1), (good, 1, 1)):
            script = self.put("ptxas", f"#!/bin/sh\ncat >&2 <<'END'\n{report}END\nexit {status}\n")
            os.chmod(script, 0o755)
            with unittest.mock.patch("builtins.print"):
                for least, skipped in ((75, 0), (80, 1)):
                    text = self.put("k.ptx", f".version 7.0\n.target sm_{least}\n")
                    self.assertEqual(ptx.check(script, [text]), failures * (len(ptx.ARCHITECTURES) - skipped), report)


if __name__ == "__main__":
    unittest.main()
