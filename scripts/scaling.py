#!/usr/bin/env python3
"""Times training steps of one process with two workers beside two ranks with one worker each.

usage: scaling.py [--rounds N] [--steps N] GORGAN [MPI_GORGAN]

GORGAN is the program. MPI_GORGAN is one that make mpi has built; without it the ranks exchange through rank 0 over TCP
alone. Each round times each way once, in turn, so that what else the machine does meets all of them. The table has the
medians of the rounds, and the time of one process divided by that of two ranks: the efficiency.

A second table is a model, not a measurement: the time of a step on N such machines, each with an Nth of the shards. A step
takes 1/N of the time of one process, and for each net an exchange of 2·(N-1)/N of its gradients in two calls. --also adds a step
that was measured elsewhere.
"""
import argparse
import json
import os
import pathlib
import random
import socket
import statistics
import subprocess
import sys
import tempfile

NETS = {
    "tutorial, 28x28": ((28, 28, 1), "--batch-size 128", 10),
    "dcgan, 32x32x3": ((32, 32, 3), "--arch dcgan --net-width 64 --batch-size 64", 1),
    "dcgan, 64x64x3": ((64, 64, 3), "--arch dcgan --net-width 64 --batch-size 64", 0.4),
}


# Bytes a second in each direction, and seconds a call.
NETWORKS = {"10 GbE": (1.1e9, 50e-6), "100 GbE": (11e9, 15e-6), "NVLink": (350e9, 10e-6)}


def gradient_bytes(checkpoint):
    """Returns the bytes of the gradients of both nets."""
    with open(checkpoint, "rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
    begins = ("generator.", "discriminator.")
    return sum(t["data_offsets"][1] - t["data_offsets"][0] for name, t in header.items() if name.startswith(begins))


def model(steps):
    """Prints the table of the model for steps of so many ms, with so many bytes of gradients."""
    print("\n| nets | gradients | network | 2 | 4 | 8 | 16 |\n| --- | --- | --- | --- | --- | --- | --- |")
    for name, (ms, size) in steps.items():
        for network, (speed, call) in NETWORKS.items():
            cells = []
            for n in (2, 4, 8, 16):
                t = ms / n + 2e3 * (n - 1) / n * size / speed + 4e3 * call
                cells.append(f"{t:.3g} ms, {ms / t:.1f} times")
            print(f"| {name} | {size / 1e6:.1f} MB | {network} | {' | '.join(cells)} |")


def noise(path, shape, images=256):
    """Writes images of noise as an array of bytes."""
    head = repr({"descr": "|u1", "fortran_order": False, "shape": (images, *shape)}).encode()
    head += b" " * (-(len(head) + 11) % 64) + b"\n"
    pixels = random.Random(1).randbytes(images * shape[0] * shape[1] * shape[2])
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + pixels)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def step_time(commands, out, steps):
    """Runs the commands at the same time. Returns the time of a step in ms, without the first fifth of the steps."""
    env = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    running = [subprocess.Popen(c, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for c in commands]
    for p in running:
        _, said = p.communicate()
        if p.returncode:
            sys.exit(f"scaling.py: {' '.join(map(str, p.args))} ended with {p.returncode}: {said}")
    seconds = {}
    for line in (out / "metrics.jsonl").read_text().splitlines():
        m = json.loads(line)
        seconds[m["step"]] = m["seconds"]
    first = steps // 5
    return (seconds[steps] - seconds[first]) / (steps - first) * 1e3


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--rounds", type=int, default=5)
    args.add_argument("--steps", type=int, default=50, help="steps of a dcgan of 32x32; others in proportion")
    args.add_argument("--also", action="append", default=[], metavar="NAME:MS:MB", help="a step measured elsewhere, and the bytes of its gradients")
    args.add_argument("gorgan")
    args.add_argument("mpi_gorgan", nargs="?")
    args = args.parse_args()
    known = {}
    print("| nets | way | ms a step | efficiency |\n| --- | --- | --- | --- |")
    for name, (shape, flags, share) in NETS.items():
        with tempfile.TemporaryDirectory() as root:
            root = pathlib.Path(root)
            noise(root / "noise.npy", shape)
            steps = max(10, int(args.steps * share) // 5 * 5)

            def train(program, out, workers, shards, *more):
                return [program, "train", "--data", root / "noise.npy", *flags.split(), "--shards", shards, "--workers", workers, "--device", "cpu",
                        "--steps", str(steps), "--display-every", str(steps // 5), "--save-every", "1000000", "--out", out, *more]

            def ranks(out):
                port = free_port()
                return [train(args.gorgan, out, "1", "2", "--data-parallel", "--ranks", "2", "--rank", str(rank), "--rendezvous", f"127.0.0.1:{port}") for rank in range(2)]

            ways = {
                "one process, one shard": lambda out: [train(args.gorgan, out, "2", "1")],
                "one process, two shards": lambda out: [train(args.gorgan, out, "2", "2")],
                "two ranks over TCP": ranks,
            }
            if args.mpi_gorgan:
                ways["two ranks over MPI"] = lambda out: [["mpirun", "-n", "2", "--bind-to", "core", *train(args.mpi_gorgan, out, "1", "2", "--data-parallel")]]
            times = {way: [] for way in ways}
            for n in range(args.rounds):
                for way, commands in ways.items():
                    out = root / f"{len(times[way])}-{way.replace(' ', '-').replace(',', '')}"
                    times[way].append(step_time(commands(out), out, steps))
            size = gradient_bytes(out / f"checkpoint_{steps:06}.safetensors")
            medians = {way: statistics.median(t) for way, t in times.items()}
            for way, ms in medians.items():
                efficiency = f"{medians['one process, two shards'] / ms:.2f}"
                print(f"| {name} | {way} | {ms:.2f} | {efficiency} |", flush=True)
            known[name] = medians["one process, one shard"], size
    for also in args.also:
        name, ms, mb = also.rsplit(":", 2)
        known[name] = float(ms), float(mb) * 1e6
    model(known)


main()
