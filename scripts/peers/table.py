"""usage: table.py DIR BATCH HIDDEN   prints the table of scripts/bench_peers.sh from DIR/*.times"""

import json
import os
import platform
import statistics
import sys

NAMES = {
    "gorgan": "Gorgan",
    "torch-eager": "PyTorch eager, fused Adam",
    "torch-compile": "PyTorch, torch.compile",
    "jax": "JAX, one jitted step",
    "tensorflow": "TensorFlow, the tutorial's program",
    "plain-gorgonia": "plain Gorgonia",
    "gorgan-products": "the large products of a step: Gorgan",
    "mkl-products": "the large products of a step: MKL",
}


def read(folder, name):
    path = os.path.join(folder, name + ".times")
    rounds = [json.loads(line) for line in open(path)] if os.path.exists(path) else []
    return [t for r in rounds for t in r], [statistics.median(r) for r in rounds]


def main(folder, batch, hidden):
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.processor())
    flags = next(l for l in open("/proc/cpuinfo") if l.startswith("flags"))
    print(f"{cpu}, {os.cpu_count()} cores, {'AVX-512' if 'avx512f' in flags else 'AVX2'}; batch {batch}, hidden {hidden}\n")
    print("| program | median ms | p10 | p90 | rounds' medians | ratio |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, title in NAMES.items():
        times, rounds = read(folder, name)
        if not times:
            continue
        own, _ = read(folder, "gorgan-products" if "products" in name else "gorgan")
        deciles = statistics.quantiles(times, n=10)
        median = statistics.median(times)
        ratio = statistics.median(own) / median if own else float("nan")
        print(f"| {title} | {median:.3f} | {deciles[0]:.3f} | {deciles[8]:.3f} | {min(rounds):.2f} .. {max(rounds):.2f} | {ratio:.2f} |")


main(*sys.argv[1:])
