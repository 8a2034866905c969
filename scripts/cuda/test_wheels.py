"""Tests of wheels.py and remote.py against a package index on this machine."""

import contextlib
import functools
import hashlib
import http.server
import io
import os
import random
import re
import shutil
import tempfile
import threading
import unittest
import unittest.mock
import zipfile

import pins
import remote
import wheels

NAME = "some_headers-1.2.3-py3-none-manylinux1_x86_64.manylinux_2_5_x86_64.whl"
MEMBERS = {"some/include/a.h": b"int a;\n" * 1000, "some/include/b.h": b"int b;\n", "some/bin/tool": random.Random(3).randbytes(50_000)}


@functools.cache
def wheel_file():
    """Returns a wheel that is mostly something else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("some/lib/large.so", random.Random(1).randbytes(8 << 20), zipfile.ZIP_STORED)
        for name, content in MEMBERS.items():
            archive.writestr(name, content)
    return out.getvalue()


class Index(http.server.ThreadingHTTPServer):
    """A simple index with one wheel, and what it is to do wrong."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.file = wheel_file()
        self.ranges = True
        self.failures = []  # statuses of the next answers; 0 sends half of one
        self.sent = 0
        self.credentials = set()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        index = self.server
        index.credentials.add(self.headers.get("Authorization"))
        failure = index.failures.pop(0) if index.failures else None
        if failure:
            return self.send_error(failure)
        page = self.path == "/simple/some-headers/"
        if not page and self.path != f"/files/{NAME}":
            return self.send_error(404)
        body = index.file
        if page:
            other = NAME.replace("x86_64", "aarch64")
            body = f'<a href="/files/{other}">x</a> <a href="../../files/{NAME}#sha256=0">y</a>'.encode()
        status, asked = 200, re.match(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        whole = len(body)
        if asked and index.ranges:
            status, body = 206, body[int(asked[1]):int(asked[2]) + 1]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 206:
            self.send_header("Content-Range", f"bytes {asked[1]}-{asked[2]}/{whole}")
        self.end_headers()
        body = body[:len(body) // 2] if failure == 0 else body
        index.sent += len(body)
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class FetchTest(unittest.TestCase):
    def setUp(self):
        self.index = Index()
        threading.Thread(target=self.index.serve_forever, args=(0.01,), daemon=True).start()
        self.addCleanup(self.index.server_close)
        self.addCleanup(self.index.shutdown)
        self.address = f"http://127.0.0.1:{self.index.server_port}"
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.pauses = []
        self.said = io.StringIO()
        for patch in (unittest.mock.patch.dict(os.environ, {"PIP_INDEX_URL": self.address + "/simple", "no_proxy": "127.0.0.1"}),
                      unittest.mock.patch.object(remote.time, "sleep", self.pauses.append),
                      contextlib.redirect_stderr(self.said)):
            patch.__enter__()
            self.addCleanup(patch.__exit__, None, None, None)

    def wheel(self, *members, **changed):
        digests = {m: hashlib.sha256(MEMBERS.get(m, b"")).hexdigest() for m in members or MEMBERS}
        return pins.Wheel("some-headers", "1.2.3", "manylinux1_x86_64", digests)._replace(**changed)

    def check(self, *names):
        self.assertEqual(sorted(os.listdir(self.folder)), sorted(names))
        for member, content in MEMBERS.items():
            if os.path.basename(member) in names:
                with open(os.path.join(self.folder, os.path.basename(member)), "rb") as f:
                    self.assertEqual(f.read(), content)
        self.assertNotIn("127.0.0.1", self.said.getvalue())

    def test_by_ranges(self):
        wheels.fetch(self.wheel(), self.folder)
        self.check("a.h", "b.h", "tool")
        self.assertLess(self.index.sent, len(self.index.file) / 4)
        self.assertIn("fetching 3 of the files in some-headers 1.2.3: 50 kB of 8.4 MB", self.said.getvalue())

    def test_only_what_is_missing_or_wrong(self):
        wheels.fetch(self.wheel("some/include/a.h"), self.folder)
        self.check("a.h")
        self.index.sent = 0
        wheels.fetch(self.wheel("some/include/a.h"), self.folder)
        self.assertEqual(self.index.sent, 0)
        with open(os.path.join(self.folder, "a.h"), "ab") as f:
            f.write(b"x")
        wheels.fetch(self.wheel("some/include/a.h"), self.folder)
        self.check("a.h")

    def test_without_ranges(self):
        self.index.ranges = False
        wheels.fetch(self.wheel(), self.folder)
        self.check("a.h", "b.h", "tool")
        self.assertIn("fetching all of some-headers 1.2.3, 8.4 MB", self.said.getvalue())

    def test_failures_that_pass(self):
        self.index.failures = [503, 429]
        wheels.fetch(self.wheel(), self.folder)
        self.check("a.h", "b.h", "tool")
        self.assertEqual(self.pauses, [1, 2])

    def test_answers_cut_short(self):
        for ranges in (True, False):
            self.index.ranges, self.index.failures = ranges, [None, None, 0, 0, None, 0]
            shutil.rmtree(self.folder)
            wheels.fetch(self.wheel(), self.folder)
            self.check("a.h", "b.h", "tool")

    def test_failures_that_stay(self):
        self.index.failures = [500] * 50
        with self.assertRaisesRegex(remote.Error, "cannot fetch some-headers 1.2.3: the server answers 500 .*, 5 times"):
            wheels.fetch(self.wheel(), self.folder)
        self.assertEqual(self.pauses, [1, 2, 4, 8])
        self.index.failures = [403]
        with self.assertRaisesRegex(remote.Error, "answers 403"):
            wheels.fetch(self.wheel(), self.folder)
        self.assertEqual(len(self.pauses), 4)
        self.check()

    def test_a_member_that_is_not_the_pinned_one(self):
        for wheel, message in (
            (self.wheel(members={"some/include/b.h": "0" * 64}), "b.h has SHA-256 [0-9a-f]{64}, pinned is 0{64}"),
            (self.wheel("some/include/none.h"), "no item named 'some/include/none.h'"),
            (self.wheel(version="1.2"), "the package index has no wheel"),
            (self.wheel(platform="win_amd64"), "no wheel for win_amd64"),
            (self.wheel(name="other"), "answers 404"),
        ):
            with self.assertRaisesRegex(remote.Error, message):
                wheels.fetch(wheel, self.folder)
            self.check()

    def test_no_wheel(self):
        self.index.file = b"not a zip file"
        with self.assertRaisesRegex(remote.Error, "not a zip"):
            wheels.fetch(self.wheel(), self.folder)

    def test_credentials_go_as_a_header(self):
        with unittest.mock.patch.dict(os.environ, {"PIP_INDEX_URL": self.address.replace("//", "//me:a%20b@") + "/simple"}):
            wheels.fetch(self.wheel("some/include/b.h"), self.folder)
        self.assertEqual(self.index.credentials, {"Basic bWU6YSBi"})
        self.assertNotIn("a%20b", self.said.getvalue())

    def test_an_index_that_pip_is_configured_for(self):
        config = os.path.join(self.folder, "pip.conf")
        with open(config, "w") as f:
            f.write(f"[global]\nindex-url = {self.address}/simple/\n")
        with unittest.mock.patch.dict(os.environ, {"PIP_CONFIG_FILE": config, "PIP_INDEX_URL": ""}):
            wheels.fetch(self.wheel("some/include/b.h"), self.folder)
        self.check("b.h", "pip.conf")


class RangesTest(unittest.TestCase):
    def test_reads_as_the_file_does(self):
        index = Index()
        index.file = random.Random(2).randbytes(10_000)
        threading.Thread(target=index.serve_forever, args=(0.01,), daemon=True).start()
        self.addCleanup(index.server_close)
        self.addCleanup(index.shutdown)
        f = remote.by_ranges(f"http://127.0.0.1:{index.server_port}/files/{NAME}")
        for offset, whence, count in ((0, 0, 1), (9_990, 0, 20), (-10, 2, 5), (2, 1, 3), (10_000, 0, 1), (5_000, 0, -1)):
            f.seek(offset, whence)
            plain = io.BytesIO(index.file)
            plain.seek(f.tell())
            self.assertEqual(f.read(count), plain.read(count), (offset, whence, count))


if __name__ == "__main__":
    unittest.main()
