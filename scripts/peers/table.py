"""usage: table.py DIR TITLE   prints the table of scripts/bench_peers.sh from DIR/*.times and DIR/*.peaks"""

import json
import os
import platform
import statistics
import sys

NAMES = {
    "gorgan": "Gorgan",
    "torch-eager": "PyTorch eager, fused Adam",
    "torch-channels-last": "PyTorch eager, fused Adam, channels-last",
    "torch-compile": "PyTorch, torch.compile",
    "jax": "JAX, one jitted step",
    "tensorflow": "TensorFlow, the tutorial's program",
    "plain-gorgonia": "plain Gorgonia",
    "gorgan-products": "the large products of a step: Gorgan",
    "mkl-products": "the large products of a step: MKL",
}


def lines(folder, name):
    path = os.path.join(folder, name)
    return [json.loads(line) for line in open(path)] if os.path.exists(path) else []


def main(folder, title):
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.processor())
    flags = next(l for l in open("/proc/cpuinfo") if l.startswith("flags"))
    level = "AVX-512" if "avx512f" in flags and os.environ.get("GORGAN_CPU") != "avx2" else "AVX2"
    print(f"{cpu}, {os.cpu_count()} cores, {level}; {title}\n")
    print("| program | median ms | p10 | p90 | rounds' medians | ratio | peak MB | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    median, peak = {}, {}
    for name, program in NAMES.items():
        rounds = lines(folder, name + ".times")
        times = [t for r in rounds for t in r]
        if not times:
            continue
        deciles = statistics.quantiles(times, n=10)
        median[name], peak[name] = statistics.median(times), statistics.median(lines(folder, name + ".peaks"))
        own = "gorgan-products" if "products" in name else "gorgan"
        of = lambda values: f"{values[own] / values[name]:.2f}" if own in values else ""
        medians = [statistics.median(r) for r in rounds]
        print(f"| {program} | {median[name]:.3f} | {deciles[0]:.3f} | {deciles[8]:.3f} | {min(medians):.2f} .. {max(medians):.2f} "
              f"| {of(median)} | {peak[name]:.0f} | {of(peak)} |")
    others = [name for name in median if name != "gorgan" and "products" not in name]
    if others and "gorgan" in median:
        best = min(others, key=median.get)
        print(f"\nGorgan takes {median['gorgan'] / median[best]:.3f} of the time of the fastest of the others ({NAMES[best]}).")
    print()


main(*sys.argv[1:])
