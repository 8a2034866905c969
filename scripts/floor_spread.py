#!/usr/bin/env python3
"""usage: pip install numpy safetensors && python3 scripts/floor_spread.py [CHOICES]

How far the Fréchet distance of real images from MNIST's test images spreads: CHOICES (40) random choices of 10,000 of the
first 50,000 training images, and as many of 1,000 of each digit, as a generator that is asked for each digit in turn makes.
The features are those of gorgan evaluate.
"""

import gzip
import pathlib
import sys

import numpy as np
from safetensors.numpy import load_file

ROOT = pathlib.Path(__file__).parent.parent


def bytes_of(name, header):
    return np.frombuffer(gzip.open(ROOT / "dataset/mnist" / name).read(), np.uint8, offset=header)


def features(images):
    x = images.reshape(-1, 784).astype(np.float32) / 255
    for layer in range(2):
        x = np.maximum(x @ WEIGHTS[f"classifier.{layer}.weight"] + WEIGHTS[f"classifier.{layer}.bias"], 0)
    return x.astype(np.float64)


def distance(a, b):
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    values, vectors = np.linalg.eigh(cov_a)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ cov_b @ root), 0)).sum()
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * shared


WEIGHTS = {k: v.astype(np.float32) for k, v in load_file(ROOT / "model/evaluate/mnist.safetensors").items()}
digits = bytes_of("train-labels-idx1-ubyte.gz", 8)[:50000]
train = features(bytes_of("train-images-idx3-ubyte.gz", 16)[: 50000 * 784])
test = features(bytes_of("t10k-images-idx3-ubyte.gz", 16))
drawn, even = [], []
for seed in range(int(sys.argv[1]) if len(sys.argv) > 1 else 40):
    order = np.random.default_rng(seed).permutation(len(train))
    drawn.append(distance(test, train[order[:10000]]))
    even.append(distance(test, train[np.concatenate([order[digits[order] == d][:1000] for d in range(10)])]))
for name, values in (("any images", drawn), ("1,000 of each digit", even)):
    print(f"{name}: {np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}, {min(values):.3f} to {max(values):.3f}")
