"""usage: gan_pictures_torch.py PRESET.toml TRAIN OUT.npy [--minutes 60] [--count 10000] [--seed 1]   a picture preset's recipe in PyTorch

Trains the nets of a preset of Gorgan on the PNG files of the folder TRAIN, which have one size, and writes COUNT images
to OUT.npy, uint8 (count, height, width, 3). The recipe is read from the preset, and is Gorgan's: layers dense, down and
up, the relativistic loss with R1 and R2, Adam, the falling learning rate, the average of G's weights, mirrored images, and
the three augmentations. The time decides how many steps there are, and the learning rate falls with the time as the
preset's falls with its steps. Layers are PyTorch's, images channels-last, Adam fused.
"""

import argparse
import pathlib
import re
import sys
import time
import tomllib

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

LAYOUT = torch.channels_last


class Shaped(nn.Module):
    """Rows of values become images."""

    def __init__(self, channels, height, width):
        super().__init__()
        self.shape = channels, height, width

    def forward(self, x):
        return x.view(len(x), *self.shape).contiguous(memory_format=LAYOUT)


def start(module, inputs):
    nn.init.normal_(module.weight, 0, (2 / inputs) ** 0.5)
    nn.init.zeros_(module.bias)
    return module


def net(text, shape, last, slope):
    """The net of a text of layers for inputs of a shape, (values,) or (channels, height, width)."""
    modules = []
    for layer in re.split(r",\s*", text):
        kind, size = layer.split()
        if kind == "dense":
            if len(shape) == 3:
                modules.append(nn.Flatten())
            inputs, size = int(np.prod(shape)), [int(n) for n in size.split("x")]
            modules.append(start(nn.Linear(inputs, int(np.prod(size))), inputs))
            shape = (size[-1], *size[:-1])
            if len(shape) == 3:
                modules.append(Shaped(*shape))
        elif kind == "down":
            modules.append(start(nn.Conv2d(shape[0], int(size), 4, 2, 1), 16 * shape[0]))
            shape = int(size), shape[1] // 2, shape[2] // 2
        elif kind == "up":
            modules.append(start(nn.ConvTranspose2d(shape[0], int(size), 4, 2, 1), 4 * shape[0]))
            shape = int(size), shape[1] * 2, shape[2] * 2
        else:
            sys.exit(f"gan_pictures_torch.py has no layer {kind}, want dense, down or up")
        modules.append(nn.LeakyReLU(slope))
    modules[-1] = last
    return nn.Sequential(*modules).to(memory_format=LAYOUT)


def augmented(x):
    """Images changed as by --augment colour,translation,cutout: model/augment.go."""
    n, _, h, w = x.shape
    number = lambda reach: reach * (2 * torch.rand(n, 1, 1, 1) - 1)
    x = x + number(1 / 4)
    grey = x.mean(1, keepdim=True)
    x = (x - grey) * (1 + number(1)) + grey
    mean = x.mean((1, 2, 3), keepdim=True)
    x = (x - mean) * (1 + number(1 / 2)) + mean
    down, right = (h + 4) // 8, (w + 4) // 8
    s, t = torch.randint(-down, down + 1, (n, 1, 1)), torch.randint(-right, right + 1, (n, 1, 1))
    row, col = torch.arange(h).view(1, h, 1) + s + down, torch.arange(w).view(1, 1, w) + t + right
    x = F.pad(x, (right, right, down, down)).permute(0, 2, 3, 1)[torch.arange(n).view(n, 1, 1), row, col].permute(0, 3, 1, 2)
    high, wide = (h + 1) // 2, (w + 1) // 2
    top, left = torch.randint(0, h + 1 - high % 2, (n, 1, 1)) - high // 2, torch.randint(0, w + 1 - wide % 2, (n, 1, 1)) - wide // 2
    row, col = torch.arange(h).view(1, h, 1), torch.arange(w).view(1, 1, w)
    kept = (row < top) | (row >= top + high) | (col < left) | (col >= left + wide)
    return x * kept.unsqueeze(1)


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("preset")
    p.add_argument("train", type=pathlib.Path)
    p.add_argument("out")
    p.add_argument("--minutes", type=float, default=60)
    p.add_argument("--count", type=int, default=10000)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    c = tomllib.loads(pathlib.Path(a.preset).read_text())
    torch.manual_seed(a.seed)
    files = sorted(a.train.glob("*.png"))
    data = torch.stack([torch.from_numpy(np.array(Image.open(f).convert("RGB"))) for f in files]).permute(0, 3, 1, 2)
    data = data.contiguous(memory_format=LAYOUT)
    batch, noise, slope = c["batch_size"], c["noise_dim"], c.get("leaky_slope", 0.2)
    G = net(c["gen_layers"], (noise,), nn.Sigmoid(), slope)
    D = net(c["dis_layers"], tuple(data.shape[1:]), nn.Identity(), slope)
    averaged = net(c["gen_layers"], (noise,), nn.Sigmoid(), slope)
    adam = lambda module: torch.optim.Adam(module.parameters(), c["learning_rate"], (c["beta1"], c["beta2"]), 1e-8, fused=True)
    of_g, of_d = adam(G), adam(D)

    def update(optimizer, module, loss):
        params = list(module.parameters())
        for q, g in zip(params, torch.autograd.grad(loss, params)):
            q.grad = g
        optimizer.step()

    def penalty(x, logits):
        gradient = torch.autograd.grad(logits.sum(), x, create_graph=True)[0]
        return gradient.square().sum((1, 2, 3)).mean() / 2

    began, step = time.monotonic(), 0
    while (progress := (time.monotonic() - began) / (60 * a.minutes)) < 1:
        step += 1
        rate = max(c["learning_rate"] * c["learning_rate_decay"] ** (c["steps"] * progress), c.get("learning_rate_least", 0))
        for optimizer in (of_g, of_d):
            optimizer.param_groups[0]["lr"] = rate
        x = data[torch.randint(len(data), (batch,))].to(torch.float32, memory_format=LAYOUT) / 255
        x = torch.where(torch.rand(batch, 1, 1, 1) < 0.5, x, x.flip(3))
        fake = G(torch.rand(batch, noise) * 2 - 1)
        real_in, fake_in = augmented(x).requires_grad_(), augmented(fake.detach()).requires_grad_()
        real, made = D(real_in), D(fake_in)
        update(of_d, D, F.softplus(made - real).mean() + c["r1"] * penalty(real_in, real) + c["r2"] * penalty(fake_in, made))
        with torch.no_grad():
            real = D(augmented(x))
        update(of_g, G, F.softplus(real - D(augmented(fake))).mean())
        kept = min(c["ema"], (step - 1) / (step + 3))
        with torch.no_grad():
            torch._foreach_lerp_(list(averaged.parameters()), list(G.parameters()), 1 - kept)
        if step % 200 == 0:
            print(f"step {step}, {60 * a.minutes * progress:.0f} s", flush=True)
    with torch.no_grad():
        images = torch.cat([averaged(torch.rand(n, noise) * 2 - 1) for n in (min(100, a.count - i) for i in range(0, a.count, 100))])
    np.save(a.out, (images.permute(0, 2, 3, 1) * 255).round().to(torch.uint8).numpy())
    print(f"{a.out}: {len(images)} images after {step} steps")


main()
