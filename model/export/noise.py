"""Draws the noise of seeds, with the same bits as gorgan does. Needs NumPy."""
import numpy as np


def noise(about, seeds):
    """returns float32 (len(seeds), noise dim); about is the description that every export has"""
    seed = np.array(list(seeds), np.uint64)[:, None]
    block = np.arange((about["noise_dim"] + 3) // 4, dtype=np.uint64)[None]
    low, zero = np.uint64(0xFFFFFFFF), seed * block * 0
    c = [zero + block, zero + 262144, zero, zero]  # the counter of Philox4x32-10
    k = [seed & low, seed >> np.uint64(32)]
    for _ in range(10):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [b >> np.uint64(32) ^ c[1] ^ k[0], b & low, a >> np.uint64(32) ^ c[3] ^ k[1], a & low]
        k = [k[0] + np.uint64(0x9E3779B9) & low, k[1] + np.uint64(0xBB67AE85) & low]
    words = np.stack(c, -1).reshape(len(seed), -1)[:, : about["noise_dim"]]
    return ((words >> np.uint64(8)).astype(np.float32) / 2**23 - 1) * np.float32(about["noise_scale"])
