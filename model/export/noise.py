"""Draws the noise of seeds, with the same bits as gorgan does. Needs NumPy."""
import numpy as np


def uniform(seeds, n, stream):
    """returns float32 (len(seeds), n) in [-1,1)"""
    seed = np.array(list(seeds), np.uint64)[:, None]
    block = np.arange((n + 3) // 4, dtype=np.uint64)[None]
    low, zero = np.uint64(0xFFFFFFFF), seed * block * 0
    c = [zero + block, zero + np.uint64(stream), zero, zero]  # the counter of Philox4x32-10
    k = [seed & low, seed >> np.uint64(32)]
    for _ in range(10):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [b >> np.uint64(32) ^ c[1] ^ k[0], b & low, a >> np.uint64(32) ^ c[3] ^ k[1], a & low]
        k = [k[0] + np.uint64(0x9E3779B9) & low, k[1] + np.uint64(0xBB67AE85) & low]
    words = np.stack(c, -1).reshape(len(seed), -1)[:, :n]
    return (words >> np.uint64(8)).astype(np.float32) / 2**23 - 1


def noise(about, seeds):
    """returns float32 (len(seeds), noise dim and codes); about is the description that every export has"""
    z = uniform(seeds, about["noise_dim"], 262144) * np.float32(about["noise_scale"])
    code = uniform(seeds, about.get("code_classes", 0), 524288)
    if code.size:  # the class of the largest number, as a one-hot vector
        code = np.eye(code.shape[1], dtype=np.float32)[code.argmax(1)]
    return np.concatenate([z, code, uniform(seeds, about.get("code_values", 0), 524289)], 1)
