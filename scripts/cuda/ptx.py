#!/usr/bin/env python3
"""usage: scripts/cuda/ptx.py FILE.ptx...   assembles PTX for every architecture, with a line for each kernel

`make ptx` calls it on the kernels, whose texts scripts/ptx writes. It fetches the pinned
ptxas into .cuda/bin. It fails on an error of ptxas, and on a kernel that spills registers
to memory on any architecture.
"""

import concurrent.futures
import os
import platform
import re
import subprocess
import sys
from typing import NamedTuple

import headers
import pins
import remote
import wheels

ARCHITECTURES = [75, 80, 86, 89, 90, 100, 120]


class Use(NamedTuple):
    """What one kernel takes on one architecture."""
    kernel: str
    registers: int
    shared: int  # bytes a block, known when it is assembled
    spilled: int  # bytes stored and loaded


def assembler():
    """Returns the path of ptxas, fetched if it is not there."""
    wheel = pins.PTXAS.get(platform.machine())
    if wheel is None:
        raise remote.Error(f"no ptxas is pinned for {platform.machine()}, there are {', '.join(pins.PTXAS)}")
    folder = os.path.join(headers.CUDA, "bin")
    wheels.fetch(wheel, folder)
    path = os.path.join(folder, "ptxas")
    os.chmod(path, 0o755)
    return path


def uses(report):
    """Returns what ptxas -v says of each kernel."""
    found = []
    for part in re.split(r"Compiling entry function ", report)[1:]:
        spills = re.findall(r"(\d+) bytes spill (?:stores|loads)", part)
        registers = re.search(r"Used (\d+) registers", part)
        if len(spills) < 2 or not registers:
            raise remote.Error(f"ptxas -v reports in an unknown form: {part.strip()}")
        shared = re.search(r"(\d+) bytes smem", part)
        found.append(Use(re.match(r"'(\w+)'", part)[1], int(registers[1]),
                         int(shared[1]) if shared else 0, sum(map(int, spills))))
    return found


def target(path):
    """Returns the least architecture that the text is for."""
    with open(path, encoding="utf-8") as f:
        found = re.search(r"^\.target sm_(\d+)", f.read(), re.M)
    return int(found[1]) if found else 0  # ptxas says what is wrong with a text without a target


def assemble(ptxas, path, architecture):
    """Returns (what ptxas finds wrong or nothing, what each kernel takes)."""
    run = subprocess.run([ptxas, "-v", f"-arch=sm_{architecture}", "-o", os.devnull, path],
                         capture_output=True, text=True)
    report = run.stdout + run.stderr
    wrong = [line for line in report.splitlines() if not re.match(r"ptxas info|\s+\d+ bytes stack frame", line)]
    if run.returncode != 0:
        return "\n".join(wrong) or f"ptxas answers {run.returncode}", []
    return "\n".join(wrong), uses(report)


def span(values):
    low, high = min(values), max(values)
    return str(low) if low == high else f"{low} to {high}"


def check(ptxas, paths):
    """Prints a line for each kernel; returns the number of failures."""
    failures, by_kernel = 0, {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [(path, a, pool.submit(assemble, ptxas, path, a))
                for path in paths for a in ARCHITECTURES if a >= target(path)]
        for path, architecture, job in jobs:
            wrong, found = job.result()
            if wrong:
                print(f"{os.path.basename(path)} for sm_{architecture}:\n{wrong}")
            if not found:
                failures += 1
            for use in found:
                by_kernel.setdefault(use.kernel, []).append(use)
                failures += use.spilled > 0
    for kernel, found in by_kernel.items():
        spilled = max(use.spilled for use in found)
        print(f"{kernel:20} {span([use.registers for use in found]):>9} registers, "
              f"{span([use.shared for use in found])} B shared, "
              + (f"SPILLS {spilled} B" if spilled else "no spills"))
    return failures


def main(paths):
    if not paths:
        raise remote.Error("no file is named; make ptx assembles all kernels")
    failures = check(assembler(), paths)
    print(f"{len(paths)} files for sm_{', '.join(map(str, ARCHITECTURES))}, from the target of each on: "
          + (f"{failures} failures" if failures else "all assemble, none spills"))
    return failures > 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except remote.Error as e:
        sys.exit(f"cuda: {e}")
