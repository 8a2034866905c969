#!/usr/bin/env python3
"""usage: scripts/cuda/headers.py   prepares .cuda for a build with the tag gpu, and prints its folder of headers

Takes CUDA's headers from an installed toolkit (CUDA_HOME, CUDA_PATH, /usr/local/cuda,
/opt/cuda, /usr), or fetches pinned ones, and reduces them to what gorgonia.org/cu and
cuda/driver name. The folder's name is a hash of its content, so that Go's build cache,
which does not look into headers, sees a change. Empty archives in .cuda/lib satisfy
the linker: the libraries themselves are opened at run time.

    .cuda/fetched/      headers as fetched
    .cuda/include/HASH  the reduced header, under the three names that are included
    .cuda/lib           libcuda.a, libcublas.a, libcudnn.a, empty
    .cuda/stamp         hash of all inputs, and HASH: while it holds, nothing is done
"""

import contextlib
import fcntl
import glob
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import pins
import reduce
import remote
import toolkit
import wheels

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CUDA = os.path.join(ROOT, ".cuda")
STAMP = os.path.join(CUDA, "stamp")
MODULE = "gorgonia.org/cu"


def compiler():
    return shlex.split(os.environ.get("CC") or "cc")


def sources_in(*folder):
    """Returns the sources in a folder, tests apart."""
    found = glob.glob(os.path.join(*folder, "*.*"))
    return sorted(f for f in found if re.search(r"\.(go|c|h|py)$", f) and not re.search(r"_test\.go$|/test_\w+\.py$", f))


def driver_sources():
    return sources_in(ROOT, "cuda", "driver")


def inputs():
    """Returns a hash of everything the reduced header depends on."""
    state = hashlib.sha256(repr(compiler()).encode())
    with open(os.path.join(ROOT, "go.mod")) as f:
        state.update(re.search(rf"^\s*{MODULE} v\S+", f.read(), re.MULTILINE)[0].encode())
    for path in driver_sources() + sources_in(ROOT, "scripts", "cuda"):
        with open(path, "rb") as f:
            state.update(os.path.basename(path).encode() + f.read())
    for path in toolkit.cuda_headers() + toolkit.cudnn_headers():
        info = os.stat(path)
        state.update(f"{path} {info.st_size} {info.st_mtime_ns}".encode())
    return state.hexdigest()


def prepared(key):
    """Returns the folder of reduced headers if it was made from these inputs."""
    try:
        with open(STAMP) as f:
            made_from, name = f.read().split()
    except (FileNotFoundError, ValueError):
        return None
    folder = os.path.join(CUDA, "include", name)
    return folder if made_from == key and os.path.isdir(folder) else None


def module_sources():
    """Returns the sources of gorgonia.org/cu, cu/blas and cu/dnn."""
    try:
        run = subprocess.run([os.environ.get("GO") or "go", "mod", "download", "-json", MODULE],
                             cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        raise remote.Error("go was not found; install Go") from None
    if run.returncode != 0:
        raise remote.Error(f"go mod download {MODULE}: {run.stderr.strip() or run.stdout.strip()}")
    top = json.loads(run.stdout)["Dir"]
    return [f for part in ("", "blas", "dnn") for f in sources_in(top, part)]


def names(sources):
    """Returns (every word of the sources, the names of CUDA's that their Go code calls by)."""
    words, called, own = set(), set(), set()
    for path in sources:
        with open(path, encoding="utf-8", errors="replace") as f:
            text = f.read()
        words.update(re.findall(r"\w+", text))
        if path.endswith(".go"):
            code = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
            called.update(re.findall(r"\bC\.((?:cu|CU)\w+)", code))
        else:
            own.update(re.findall(r"(\w+)\s*\(", text))
    return words, called - own


@contextlib.contextmanager
def gathered(from_toolkit):
    """Gives a folder with the headers, those of a toolkit where there is one and it is wanted."""
    with tempfile.TemporaryDirectory() as folder:
        for pinned, installed in ((pins.CUDA, toolkit.cuda_headers()), (pins.CUDNN, toolkit.cudnn_headers())):
            paths = installed if from_toolkit else []
            if paths:
                wheels.say(f"taking {os.path.basename(paths[0])} and its like from {os.path.dirname(paths[0])}")
            for wheel in [] if paths else pinned:
                fetched = os.path.join(CUDA, "fetched", f"{wheel.name}-{wheel.version}")
                wheels.fetch(wheel, fetched)
                paths = paths + [os.path.join(fetched, os.path.basename(m)) for m in wheel.members]
            for path in paths:
                shutil.copy(path, folder)
        yield folder


def reduced():
    """Returns the text of the reduced header."""
    words, called = names(module_sources() + driver_sources())
    with open(os.path.join(ROOT, "scripts", "cuda", "legacy.h")) as f:
        legacy = f.read()
    choices = [True, False] if toolkit.cuda_headers() or toolkit.cudnn_headers() else [False]
    for from_toolkit in choices:
        try:
            with gathered(from_toolkit) as folder:
                return reduce.reduce(folder, words, called, legacy, compiler())
        except reduce.Error as e:
            if from_toolkit:
                wheels.say(f"the installed headers do not serve, pinned ones are taken: {e}")
            else:
                raise


def write(text, key):
    """Writes the reduced header, the empty archives and the stamp; returns the headers' folder."""
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    folder = os.path.join(CUDA, "include", name)
    files = {"cuda.h": text, "cublas_v2.h": '#include "cuda.h"\n', "cudnn.h": '#include "cuda.h"\n'}
    os.makedirs(os.path.join(CUDA, "include"), exist_ok=True)
    if not os.path.isdir(folder):
        with tempfile.TemporaryDirectory(dir=CUDA) as scratch:
            made = os.path.join(scratch, name)
            os.mkdir(made)
            for file, content in files.items():
                with open(os.path.join(made, file), "w") as f:
                    f.write(content)
            os.rename(made, folder)
    os.makedirs(os.path.join(CUDA, "lib"), exist_ok=True)
    for library in ("cuda", "cublas", "cudnn"):
        with open(os.path.join(CUDA, "lib", f"lib{library}.a"), "w") as f:
            f.write("!<arch>\n")
    with open(STAMP + ".new", "w") as f:
        f.write(f"{key} {name}\n")
    os.replace(STAMP + ".new", STAMP)
    return folder


def prepare():
    """Returns the folder of reduced headers, made anew if an input changed."""
    key = inputs()
    folder = prepared(key)
    if folder:
        return folder
    os.makedirs(CUDA, exist_ok=True)
    with open(os.path.join(CUDA, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return prepared(key) or write(reduced(), key)


if __name__ == "__main__":
    try:
        print(prepare())
    except (reduce.Error, remote.Error) as e:
        sys.exit(f"cuda: {e}")
