#!/usr/bin/env python3
# usage: pip install torch safetensors numpy && python3 scripts/golden_dcgan.py
#
# Plays ten steps of small DCGANs in PyTorch, in float64, and writes to model/testdata what
# gorgan/model is tested against:
#
#   golden_dcgan.safetensors           as in the paper, with smaller nets
#   golden_dcgan_spectral.safetensors  D with spectral normalisation and R1
#
# The contents are those that scripts/golden.py describes. The averages of batch normalisation
# and the singular vectors are among the parameters. An image is 16x8 pixels of 3 channels.

import json
import os
import types

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file
from torch.nn.utils.spectral_norm import SpectralNorm

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "model", "testdata")
STEPS, BATCH, HEIGHT, WIDTH, CHANNELS, NOISE, NET = 10, 8, 16, 8, 3, 10, 3
SEED = 20180827
DIS_NOISE = 2 << 16  # streams.DisNoise
RATE, BETA1, BETA2, EPSILON, SLOPE, R1 = 1e-3, 0.5, 0.999, 1e-8, 0.2, 0.5
CONFIG = dict(arch="dcgan", net_width=NET, loss="non-saturating", noise_dim=NOISE, height=HEIGHT, width=WIDTH, channels=CHANNELS,
              optimizer="adam", learning_rate=RATE, beta1=BETA1, beta2=BETA2, epsilon=EPSILON, leaky_slope=SLOPE,
              batch_size=BATCH, seed=SEED)
SPECTRAL = CONFIG | dict(dis_norm="spectral", r1=R1)
GENERATOR = {
    "generator.0.weight": (NOISE, 4 * 2 * 2 * NET), "generator.0.scale": (2 * NET,), "generator.0.bias": (2 * NET,),
    "generator.0.mean": (2 * NET,), "generator.0.variance": (2 * NET,),
    "generator.1.weight": (4, 4, NET, 2 * NET), "generator.1.scale": (NET,), "generator.1.bias": (NET,),
    "generator.1.mean": (NET,), "generator.1.variance": (NET,),
    "generator.2.weight": (4, 4, CHANNELS, NET), "generator.2.bias": (CHANNELS,),
}
SHAPES = GENERATOR | {
    "discriminator.0.weight": (4, 4, CHANNELS, NET), "discriminator.0.bias": (NET,),
    "discriminator.1.weight": (4, 4, NET, 2 * NET), "discriminator.1.scale": (2 * NET,), "discriminator.1.bias": (2 * NET,),
    "discriminator.2.weight": (4 * 2 * 2 * NET, 1), "discriminator.2.bias": (1,),
}
SPECTRAL_SHAPES = GENERATOR | {
    "discriminator.0.weight": (4, 4, CHANNELS, NET), "discriminator.0.bias": (NET,), "discriminator.0.vector": (NET,),
    "discriminator.1.weight": (4, 4, NET, 2 * NET), "discriminator.1.bias": (2 * NET,), "discriminator.1.vector": (2 * NET,),
    "discriminator.2.weight": (4 * 2 * 2 * NET, 1), "discriminator.2.bias": (1,), "discriminator.2.vector": (1,),
}
MASK = 0xFFFFFFFF


def philox(counter, key):
    """Philox4x32-10 of Salmon et al. 2011."""
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [b >> 32 ^ c[1] ^ k[0], b & MASK, a >> 32 ^ c[3] ^ k[1], a & MASK]
        k = [k[0] + 0x9E3779B9 & MASK, k[1] + 0xBB67AE85 & MASK]
    return c


def noise(step):
    words = [w for i in range(BATCH * NOISE // 4) for w in philox([i, DIS_NOISE, step, 0], [SEED & MASK, SEED >> 32])]
    return ((np.array(words) >> 8) / 2.0**23 - 1).reshape(BATCH, NOISE)


def kernel(w):
    """A kernel (row, column, channel, output) as PyTorch has it, for conv2d and for conv_transpose2d."""
    return w.permute(3, 2, 0, 1)


def norm(p, name, x, statistics):
    if statistics is not None:
        statistics[name + ".mean"] = x.mean((0, 2, 3)).detach()
        statistics[name + ".variance"] = x.var((0, 2, 3), unbiased=False).detach()
    return F.batch_norm(x, None, None, p[name + ".scale"], p[name + ".bias"], training=True, eps=1e-5)


def generator(p, z, statistics=None):
    """Images (batch, height, width, channels)."""
    x = (z @ p["generator.0.weight"]).reshape(-1, 4, 2, 2 * NET).permute(0, 3, 1, 2)
    x = F.relu(norm(p, "generator.0", x, statistics))
    x = F.conv_transpose2d(x, kernel(p["generator.1.weight"]), stride=2, padding=1)
    x = F.relu(norm(p, "generator.1", x, statistics))
    x = F.conv_transpose2d(x, kernel(p["generator.2.weight"]), p["generator.2.bias"], stride=2, padding=1)
    return torch.sigmoid(x).permute(0, 2, 3, 1)


def discriminator(p, images):
    x = images.permute(0, 3, 1, 2)
    x = F.leaky_relu(F.conv2d(x, kernel(p["discriminator.0.weight"]), p["discriminator.0.bias"], stride=2, padding=1), SLOPE)
    x = F.conv2d(x, kernel(p["discriminator.1.weight"]), stride=2, padding=1)
    x = F.leaky_relu(norm(p, "discriminator.1", x, None), SLOPE)
    x = x.permute(0, 2, 3, 1).reshape(len(images), -1)
    return x @ p["discriminator.2.weight"] + p["discriminator.2.bias"]


def spectral_discriminator(p, images, vectors=None):
    """D with PyTorch's own spectral normalisation. vectors gets the singular vectors that it moves to."""

    def divided(layer, weight):
        """The weights, whose outputs come first, by their largest singular value."""
        module = types.SimpleNamespace(weight_orig=weight, weight_u=p[layer + ".vector"].detach().clone(),
                                       weight_v=torch.zeros(weight[0].numel(), dtype=torch.float64))
        result = SpectralNorm(eps=1e-12).compute_weight(module, do_power_iteration=True)
        if vectors is not None:
            vectors[layer + ".vector"] = module.weight_u
        return result

    x = images.permute(0, 3, 1, 2)
    for layer in ("discriminator.0", "discriminator.1"):
        x = F.leaky_relu(F.conv2d(x, divided(layer, kernel(p[layer + ".weight"])), p[layer + ".bias"], stride=2, padding=1), SLOPE)
    x = x.permute(0, 2, 3, 1).reshape(len(images), -1)
    return F.linear(x, divided("discriminator.2", p["discriminator.2.weight"].T), p["discriminator.2.bias"])


def losses(p, x, fake, d, penalised):
    if not penalised:
        real, made = d(p, x), d(p, fake)
        return F.softplus(-real).mean() + F.softplus(made).mean(), F.softplus(-made).mean()
    x = x.clone().requires_grad_()
    real, made = d(p, x), d(p, fake)
    slope = torch.autograd.grad(real.sum(), x, create_graph=True)[0]
    penalty = R1 / 2 * slope.square().sum((1, 2, 3)).mean()
    return F.softplus(-real).mean() + F.softplus(made).mean() + penalty, F.softplus(-made).mean()


def main(file, config, shapes, d):
    penalised = "r1" in config
    rng = np.random.default_rng(SEED)
    initial = {}
    for name, shape in shapes.items():
        kind = name.rsplit(".", 1)[1]
        start = {"scale": 1, "variance": 1}.get(kind, 0)
        deviation = {"weight": 0.3, "mean": 0, "variance": 0}.get(kind, 0.1)
        value = start + deviation * rng.normal(size=shape)
        if kind == "vector":
            value /= np.linalg.norm(value)
        initial[name] = value.astype(np.float32)
    images = rng.random((STEPS, BATCH, HEIGHT, WIDTH, CHANNELS), dtype=np.float32)
    p = {n: torch.tensor(v, dtype=torch.float64, requires_grad=True) for n, v in initial.items()}
    learned = {net: [n for n in shapes if n.startswith(net) and not n.endswith((".mean", ".variance", ".vector"))] for net in ("generator", "discriminator")}
    m = {n: torch.zeros_like(v) for n, v in p.items()}
    v = {n: torch.zeros_like(v) for n, v in p.items()}
    out = {"gradient/" + n: np.zeros(s, np.float32) for n, s in shapes.items()}

    def update(net, loss, step):
        names = learned[net]
        for n, g in zip(names, torch.autograd.grad(loss, [p[n] for n in names])):
            if step == 1:
                out["gradient/" + n] = g.numpy().astype(np.float32)
            m[n] = BETA1 * m[n] + (1 - BETA1) * g
            v[n] = BETA2 * v[n] + (1 - BETA2) * g * g
            rate = RATE * (1 - BETA2**step) ** 0.5 / (1 - BETA1**step)
            with torch.no_grad():
                p[n] -= rate * m[n] / (v[n].sqrt() + EPSILON)

    values, zs = [], []
    for step in range(1, STEPS + 1):
        x, zs = torch.tensor(images[step - 1], dtype=torch.float64), zs + [noise(step)]
        z, statistics = torch.tensor(zs[-1]), {}
        fake = generator(p, z, statistics)
        if step == 1:
            out["logits"] = torch.cat([d(p, x), d(p, fake)]).detach().numpy().astype(np.float32)
        vectors = {}
        if penalised:
            d(p, x, vectors)
        update("discriminator", losses(p, x, fake.detach(), d, penalised)[0], step)
        with torch.no_grad():  # the vectors move with the weights
            for n, v1 in vectors.items():
                p[n].copy_(v1)
        update("generator", losses(p, x, generator(p, z), d, penalised)[1], step)
        kept = min(0.9, (step - 1) / (step + 3))
        with torch.no_grad():
            for n, s in statistics.items():
                p[n].mul_(kept).add_((1 - kept) * s)
        values.append([float(l.detach()) for l in losses(p, x, generator(p, z), d, penalised)])
    out |= {"initial/" + n: w for n, w in initial.items()}
    out |= {"final/" + n: w.detach().numpy().astype(np.float32) for n, w in p.items()}
    out |= {"x": images.reshape(STEPS, BATCH, -1), "z": np.array(zs, np.float32), "losses": np.array(values, np.float32)}
    save_file({n: np.ascontiguousarray(w) for n, w in out.items()}, os.path.join(FOLDER, file), {"config": json.dumps(config)})


main("golden_dcgan.safetensors", CONFIG, SHAPES, discriminator)
main("golden_dcgan_spectral.safetensors", SPECTRAL, SPECTRAL_SHAPES, spectral_discriminator)
