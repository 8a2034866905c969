"""The nets of convolutions that the peers train, as Gorgan has them: see model/dcgan.go and model/layers.go.

A layer is (kind, units, norm). A dense layer has a width or a shape (height, width, channels) of units. An up or
down layer has a number of channels, kernels of 4x4, a stride of 2 and a padding of 1. norm says whether batch
normalisation follows. Hidden layers of G are rectified, those of D leaky. G's last layer is a sigmoid, D's last is
linear. D's dense layers see its images flattened.
"""

import argparse
import math

SLOPE, DEVIATION, BATCH_EPSILON, DECAY = 0.2, 0.02, 1e-5, 0.9
BETA1 = 0.5


def dcgan(side):
    widths = [64 << i for i in range(int(math.log2(side)) - 2)]  # from the image to 4x4
    gen = [("dense", (4, 4, widths[-1]), True)] + [("up", w, True) for w in reversed(widths[:-1])] + [("up", 3, False)]
    dis = [("down", w, i > 0) for i, w in enumerate(widths)] + [("dense", 1, False)]
    return (side, side, 3), gen, dis


NETS = {
    "mnist": (
        (28, 28, 1),
        [("dense", 1024, True), ("dense", (7, 7, 128), True), ("up", 64, True), ("up", 1, False)],
        [("down", 64, False), ("down", 128, False), ("dense", 1024, False), ("dense", 1, False)],
    ),
    "dcgan8": dcgan(8),
    "dcgan32": dcgan(32),
    "dcgan64": dcgan(64),
}


def shapes(image, layers):
    """For each layer its shape of inputs and of outputs, where image is that of the first inputs, (n,) if they are noise."""
    out = []
    for kind, units, _ in layers:
        if kind == "dense":
            to = units if isinstance(units, tuple) else (units,)
        else:
            h, w, _ = image
            to = (h * 2, w * 2, units) if kind == "up" else (h // 2, w // 2, units)
        out.append((image, to))
        image = to
    return out


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--net", choices=NETS, default="dcgan64")
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--steps", type=int, default=20)
    p.add_argument("--warm", type=int, default=3)
    p.add_argument("--mode", default="")
    p.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    p.add_argument("--tf32", action="store_true", help="let products on CUDA use tensor cores, with 10 bits of mantissa")
    p.add_argument("--parameters", action="store_true", help="print how many parameters G and D have, and time nothing")
    return p.parse_args()
