"""usage: gan_conv_torch.py [--net mnist|dcgan32|dcgan64] [--mode eager|channels-last|graph|compile] [--device cuda]   a GAN of convolutions in PyTorch

Fused Adam. G's step takes the gradients at G's parameters alone. eager: images NCHW; channels-last: images and
weights in PyTorch's channels_last; graph: the whole channels-last step as one CUDA graph; compile: G and both losses
through torch.compile, channels_last too, on CUDA within one graph. On CUDA products are float32, TF32 with --tf32,
and cuDNN tries its ways to compute a convolution first.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from capture import captured
from conv_nets import BATCH_EPSILON, BETA1, DECAY, DEVIATION, NETS, SLOPE, arguments, shapes
from timing import BETA2, EPSILON, NOISE, RATE, pictures, report

a = arguments()
B = a.batch
image, gen, dis = NETS[a.net]
torch.manual_seed(1)
torch.set_default_device(a.device)
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = a.tf32
torch.backends.cudnn.benchmark = True
graphed = a.device == "cuda" and a.mode in ("graph", "compile")
wait = torch.cuda.synchronize if a.device == "cuda" else None
layout = torch.contiguous_format if a.mode == "eager" else torch.channels_last


class Shaped(nn.Module):
    """Rows of values become images."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        h, w, c = self.shape
        return x.view(len(x), c, h, w).contiguous(memory_format=layout)


def norm(shape, averages):
    kind = nn.BatchNorm1d if len(shape) == 1 else nn.BatchNorm2d
    return kind(shape[-1], eps=BATCH_EPSILON, momentum=1 - DECAY, track_running_stats=averages)


def net(first, layers, hidden, last, averages):
    modules = []
    for (kind, _, normed), (come, go) in zip(layers, shapes(first, layers)):
        if kind == "dense":
            if len(come) == 3:
                modules.append(nn.Flatten())
            modules.append(nn.Linear(int(np.prod(come)), int(np.prod(go)), bias=not normed))
            if len(go) == 3:
                modules.append(Shaped(go))
        else:
            conv = nn.ConvTranspose2d if kind == "up" else nn.Conv2d
            modules.append(conv(come[-1], go[-1], 4, 2, 1, bias=not normed))
        if normed:
            modules.append(norm(go, averages))
        modules.append(hidden())
    modules[-1] = last()
    return nn.Sequential(*modules).to(memory_format=layout)


def start(module):
    if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0, DEVIATION)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


G = net((NOISE,), gen, nn.ReLU, nn.Sigmoid, True).apply(start)
D = net(image, dis, lambda: nn.LeakyReLU(SLOPE), nn.Identity, False).apply(start)
of_g, of_d = list(G.parameters()), list(D.parameters())
if a.parameters:
    print(sum(p.numel() for p in of_g), sum(p.numel() for p in of_d))
    raise SystemExit

alone = any(normed for _, _, normed in dis)  # real and fake images are batches of their own


def dis_loss(x, fake):
    real, made = (D(x), D(fake)) if alone else D(torch.cat([x, fake])).chunk(2)
    return F.softplus(-real).mean() + F.softplus(made).mean()


def gen_loss(fake):
    return F.softplus(-D(fake)).mean()


make = G
if a.mode == "compile":
    make, dis_loss, gen_loss = (torch.compile(f) for f in (G, dis_loss, gen_loss))

data = torch.from_numpy(pictures(image)).to(a.device).permute(0, 3, 1, 2)
if a.mode == "eager":
    data = data.contiguous()
adam = lambda p: torch.optim.Adam(p, RATE, (BETA1, BETA2), EPSILON, fused=True, capturable=graphed)
opt_g, opt_d = adam(of_g), adam(of_d)


def update(optimizer, loss, params):
    for p, g in zip(params, torch.autograd.grad(loss, params)):
        p.grad = g
    optimizer.step()


def step():
    x = data[torch.randint(len(data), (B,))].to(torch.float32, memory_format=layout) / 255
    fake = make(torch.rand(B, NOISE) * 2 - 1)
    update(opt_d, dis_loss(x, fake.detach()), of_d)
    D.requires_grad_(False)
    loss = gen_loss(fake)
    D.requires_grad_(True)
    update(opt_g, loss, of_g)


report(captured(step) if graphed else step, a.steps, warm=a.warm, wait=wait)
