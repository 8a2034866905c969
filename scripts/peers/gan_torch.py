"""usage: gan_torch.py [--mode eager|compile|graph|products] [--device cuda]   the tutorial's GAN step in PyTorch

eager: fused Adam; graph: the whole eager step as one CUDA graph; compile: the two losses
and their gradients through torch.compile, on CUDA within one graph too; products: the
nine large matrix products of a step alone, which MKL or cuBLAS computes. On CUDA products
are float32 (PyTorch's default), TF32 with --tf32.
"""

import numpy as np
import torch
import torch.nn.functional as F

from capture import captured
from timing import BETA1, BETA2, EPSILON, NOISE, PIXELS, RATE, arguments, images, report, weights

a = arguments()
B, H = a.batch, a.hidden
torch.manual_seed(1)
torch.set_default_device(a.device)
torch.backends.cuda.matmul.allow_tf32 = a.tf32
graphed = a.device == "cuda" and a.mode in ("graph", "compile")
wait = torch.cuda.synchronize if a.device == "cuda" else None


def products():
    m = lambda *shape: torch.randn(*shape)
    z, w1, h, w2, x, d, both = m(B, NOISE), m(NOISE, H), m(B, H), m(H, PIXELS), m(B, PIXELS), m(PIXELS, H), m(2 * B, PIXELS)
    hh = m(2 * B, H)
    pairs = [(z, w1), (h, w2), (both, d), (both.t(), hh), (x, d), (h, d.t()), (h.t(), x), (x, w2.t()), (z.t(), h)]
    outs = [torch.empty(p.shape[0], q.shape[1]) for p, q in pairs]

    def step():
        for (p, q), out in zip(pairs, outs):
            torch.mm(p, q, out=out)

    report(step, a.steps, wait=wait)


def train():
    data = torch.from_numpy(images().astype(np.float32) / 255).to(a.device)
    w = [torch.from_numpy(v).to(a.device) for v in weights(np.random.default_rng(1), H)]
    b = [torch.zeros(v.shape[1]) for v in w]
    params = [p.requires_grad_() for pair in zip(w, b) for p in pair]
    gen, dis = params[:4], params[4:]
    adam = lambda p: torch.optim.Adam(p, RATE, (BETA1, BETA2), EPSILON, fused=True, capturable=graphed)
    opt_g, opt_d = adam(gen), adam(dis)

    def G(z):
        return torch.sigmoid(torch.addmm(gen[3], torch.relu(torch.addmm(gen[1], z, gen[0])), gen[2]))

    def D(x):
        return torch.addmm(dis[3], torch.relu(torch.addmm(dis[1], x, dis[0])), dis[2])

    def dis_loss(x, fake):
        logits = D(torch.cat([x, fake]))
        return F.softplus(-logits[:B]).mean() + F.softplus(logits[B:]).mean()

    def gen_loss(fake):
        return F.softplus(-D(fake)).mean()

    if a.mode == "compile":
        G, dis_loss, gen_loss = (torch.compile(f) for f in (G, dis_loss, gen_loss))

    def step():
        x = data[torch.randint(len(data), (B,))]
        fake = G(torch.rand(B, NOISE) * 2 - 1)
        loss = dis_loss(x, fake.detach())
        grads = torch.autograd.grad(loss, dis)
        for p, g in zip(dis, grads):
            p.grad = g
        opt_d.step()
        loss = gen_loss(fake)
        grads = torch.autograd.grad(loss, gen)
        for p, g in zip(gen, grads):
            p.grad = g
        opt_g.step()

    report(captured(step) if graphed else step, a.steps, wait=wait)


products() if a.mode == "products" else train()
