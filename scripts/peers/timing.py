"""What the peers share: images, the command line, and the clock."""

import argparse
import gzip
import json
import os
import time

import numpy as np

NOISE, PIXELS = 100, 784
RATE, BETA1, BETA2, EPSILON = 2e-4, 0.9, 0.999, 1e-8


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--hidden", type=int, default=256)
    p.add_argument("--steps", type=int, default=300)
    p.add_argument("--mode", default="")
    p.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    p.add_argument("--tf32", action="store_true", help="let products on CUDA use tensor cores, with 10 bits of mantissa")
    return p.parse_args()


def images():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "dataset", "mnist")
    with gzip.open(os.path.join(folder, "train-images-idx3-ubyte.gz")) as f:
        return np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, PIXELS)


def pictures(shape, count=1024):
    """Images of a shape (height, width, channels): MNIST's if they are of that shape, else random bytes."""
    if shape == (28, 28, 1):
        return images().reshape(-1, *shape).copy()
    return np.random.default_rng(1).integers(0, 256, (count, *shape), np.uint8)


def weights(rng, hidden):
    """The tutorial's initial weights: G's two layers, then D's two."""
    widths = [(NOISE, hidden), (hidden, PIXELS), (PIXELS, hidden), (hidden, 1)]
    return [rng.normal(0, 1 / np.sqrt(i / 2), (i, o)).astype(np.float32) for i, o in widths]


def report(step, steps, warm=50, wait=None):
    """Times step() and prints the milliseconds of each as JSON. Where wait() waits for
    a device, steps are queued twenty at a time, as in training, and share their time."""
    group = 20 if wait else 1
    for _ in range(warm):
        step()
    times = []
    for _ in range(-(-steps // group)):
        if wait:
            wait()
        began = time.perf_counter()
        for _ in range(group):
            step()
        if wait:
            wait()
        times += [(time.perf_counter() - began) * 1e3 / group] * group
    print(json.dumps(times))
