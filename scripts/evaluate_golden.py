#!/usr/bin/env python3
# usage: pip install numpy scipy scikit-learn && python3 scripts/evaluate_golden.py
#
# Writes model/evaluate/testdata/golden.json: what the metrics of gorgan/model/evaluate
# should give, worked out in float64 from the papers' formulas with SciPy and
# scikit-learn. The inputs are drawn by Philox4x32-10 from the counters that
# gorgan/kernels documents, so that the Go tests draw the same.

import json
import os

import numpy as np
from scipy.linalg import sqrtm
from scipy.special import logsumexp, softmax
from scipy.stats import binom, entropy, wasserstein_distance
from sklearn.metrics import pairwise_distances
from sklearn.metrics.pairwise import polynomial_kernel
from sklearn.neighbors import NearestNeighbors

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "model", "evaluate", "testdata", "golden.json")
SEED = 20140610  # the day the GAN paper came out
SAMPLES = 4 << 16  # streams.Samples
PROJECTIONS = 0x8002 << 16  # streams.Projections


def philox(blocks, step, purpose, seed=SEED):
    """Four words for each counter (0..blocks-1, purpose, step, 0)."""
    low, mask = np.uint64(32), np.uint64(0xFFFFFFFF)
    c = [np.arange(blocks, dtype=np.uint64)] + [np.full(blocks, v, np.uint64) for v in (purpose, step, 0)]
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [b >> low ^ c[1] ^ np.uint64(k0), b & mask, a >> low ^ c[3] ^ np.uint64(k1), a & mask]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack(c, axis=1)


def uniform(rows, cols, step):
    """On [-1,1), exact in float32."""
    words = philox((rows * cols + 3) // 4, step, SAMPLES).reshape(-1)[:rows * cols]
    return ((words >> np.uint64(8)).astype(np.float64) / 2**23 - 1).reshape(rows, cols)


def shrunk(rows, cols, step):
    """uniform's, on [-0.625,0.875), rounded to float32 as the tests round it."""
    values = uniform(rows, cols, step).astype(np.float32) * np.float32(0.75)
    return (values + np.float32(0.125)).astype(np.float64)


def normal(rows, cols, purpose):
    """By Box and Muller, rounded to float32."""
    words = philox(rows * cols // 4, 0, purpose).astype(np.float64).reshape(-1, 2)
    return box_muller(words).astype(np.float32).astype(np.float64).reshape(rows, cols)


def box_muller(words):
    radius, angle = np.sqrt(-2 * np.log((words[:, 0] + 0.5) / 2**32)), 2 * np.pi * words[:, 1] / 2**32
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def parzen(centres, validation, test):
    def log_likelihoods(x, sigma):
        squared = pairwise_distances(x, centres, metric="sqeuclidean")
        dim = centres.shape[1]
        return logsumexp(-squared / (2 * sigma**2), axis=1) - np.log(len(centres)) - dim * np.log(sigma * np.sqrt(2 * np.pi))

    sigma = max(np.logspace(-1, 0, 10), key=lambda s: log_likelihoods(validation, s).mean())
    on_test = log_likelihoods(test, sigma)
    return dict(sigma=sigma, mean=on_test.mean(), standard_error=on_test.std() / np.sqrt(len(test)))


def frechet(a, b):
    ca, cb = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    return ((a.mean(0) - b.mean(0))**2).sum() + np.trace(ca + cb - 2 * sqrtm(ca @ cb).real)


def radii(x, k):
    return NearestNeighbors(n_neighbors=k).fit(x).kneighbors()[0][:, -1]


def coverage(real, fake, k_precision, k_density):
    apart = pairwise_distances(real, fake)
    real_radii, fake_radii, balls = radii(real, k_precision), radii(fake, k_precision), radii(real, k_density)
    return dict(
        precision=(apart < real_radii[:, None]).any(axis=0).mean(),
        recall=(apart < fake_radii).any(axis=1).mean(),
        density=(apart < balls[:, None]).sum(axis=0).mean() / k_density,
        coverage=(apart.min(axis=1) < balls).mean())


def unbiased(x, y):
    """The squared maximum mean discrepancy."""
    kernel = dict(degree=3, gamma=None, coef0=1)  # gamma None divides by the number of features
    xx, yy, xy = polynomial_kernel(x, x, **kernel), polynomial_kernel(y, y, **kernel), polynomial_kernel(x, y, **kernel)
    m, n = len(x), len(y)
    return (xx.sum() - np.trace(xx)) / (m * (m - 1)) + (yy.sum() - np.trace(yy)) / (n * (n - 1)) - 2 * xy.mean()


def kid(fake, real):
    """And its standard error by the jackknife: computed anew without each row of the one, then of the other."""
    sides = ([unbiased(np.delete(fake, i, 0), real) for i in range(len(fake))],
             [unbiased(fake, np.delete(real, i, 0)) for i in range(len(real))])
    variance = sum((len(s) - 1) / len(s) * ((np.array(s) - np.mean(s))**2).sum() for s in sides)
    return dict(value=unbiased(fake, real), standard_error=np.sqrt(variance))


def sliced_wasserstein(a, b, directions):
    a, b = a @ directions.T, b @ directions.T
    if len(a) == len(b):
        return np.abs(np.sort(a, axis=0) - np.sort(b, axis=0)).mean()
    return np.mean([wasserstein_distance(u, v) for u, v in zip(a.T, b.T)])


def directions(rows, cols, seed):
    """Random rows of length 1, rounded to float32."""
    words = [philox((cols + 3) // 4, 0, PROJECTIONS + k, seed).astype(np.float64).reshape(-1, 2) for k in range(rows)]
    drawn = np.stack([box_muller(w).reshape(-1)[:cols] for w in words]).astype(np.float32).astype(np.float64)
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32).astype(np.float64)


def score(logits):
    p = softmax(logits, axis=1)
    return np.exp(np.mean([entropy(row, p.mean(axis=0)) for row in p]))


def from_uniform(n, modes):
    """The number of modes among n uniform samples, and KL(samples || uniform): what to expect."""
    x = np.arange(1, n + 1)
    probability = binom.pmf(x, n, 1 / modes)
    return dict(n=n, modes=modes, occurring=modes * (1 - binom.pmf(0, n, 1 / modes)),
                divergence=modes * (probability * (x / n) * np.log(x * modes / n)).sum())


def nearest(a, b, k):
    distances, index = NearestNeighbors(n_neighbors=k).fit(b).kneighbors(a)
    return dict(index=index.reshape(-1).tolist(), squared=(distances**2).reshape(-1).tolist())


golden = dict(
    seed=SEED,
    parzen=parzen(uniform(300, 6, 0), uniform(60, 6, 1), uniform(100, 6, 2)),
    frechet=frechet(uniform(500, 8, 3), shrunk(400, 8, 4)),
    coverage=[coverage(uniform(400, 8, 5), shrunk(300, 8, 6), *k) | dict(k_precision=k[0], k_density=k[1]) for k in ((3, 5), (1, 2))],
    kid=kid(shrunk(120, 8, 10), uniform(90, 8, 11)),
    sliced_wasserstein=dict(
        equal=sliced_wasserstein(uniform(200, 12, 12), shrunk(200, 12, 13), directions(16, 12, SEED)),
        unequal=sliced_wasserstein(uniform(200, 12, 12), shrunk(150, 12, 13), directions(16, 12, SEED))),
    score=score(4 * uniform(200, 10, 7)),
    uniform=[from_uniform(26000, 1000), from_uniform(500, 8)],
    nearest=nearest(uniform(40, 5, 8), uniform(300, 5, 9), 3),
    calibration=coverage(normal(1000, 1000, SAMPLES + 1), normal(1000, 1000, SAMPLES + 2), 5, 5))

os.makedirs(os.path.dirname(FILE), exist_ok=True)
with open(FILE, "w") as f:
    json.dump(golden, f, indent=1, default=float)
    f.write("\n")
