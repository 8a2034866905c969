"""usage: gan_jax.py [--device cuda] [--tf32]   the tutorial's GAN step in JAX, one jitted function for all of it

On CUDA JAX multiplies in TF32 unless it is told not to; here only with --tf32.
"""

import os

from timing import BETA1, BETA2, EPSILON, NOISE, RATE, arguments, images, report, weights

a = arguments()
os.environ["JAX_PLATFORMS"] = a.device
import jax
import jax.numpy as jnp
import numpy as np

if a.device == "cuda":
    jax.config.update("jax_default_matmul_precision", "tensorfloat32" if a.tf32 else "float32")
B = a.batch
data = jnp.asarray(images())


def linear(p, x):
    return x @ p[0] + p[1]


def G(g, z):
    return jax.nn.sigmoid(linear(g[1], jax.nn.relu(linear(g[0], z))))


def D(d, x):
    return linear(d[1], jax.nn.relu(linear(d[0], x)))


def adam(p, m, v, grad, rate):
    m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, grad)
    v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, grad)
    p = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), p, m, v)
    return p, m, v


def step(state):
    key, t, g, d, mg, vg, md, vd = state
    key, kx, kz = jax.random.split(key, 3)
    t = t + 1
    rate = RATE * jnp.sqrt(1 - BETA2**t) / (1 - BETA1**t)
    x = data[jax.random.randint(kx, (B,), 0, len(data))].astype(jnp.float32) / 255
    z = jax.random.uniform(kz, (B, NOISE), minval=-1, maxval=1)

    def dis_loss(d, fake):
        logits = D(d, jnp.concatenate([x, fake]))
        return jax.nn.softplus(-logits[:B]).mean() + jax.nn.softplus(logits[B:]).mean()

    fake, back = jax.vjp(lambda g: G(g, z), g)
    d, md, vd = adam(d, md, vd, jax.grad(dis_loss)(d, fake), rate)
    grad_fake = jax.grad(lambda fake: jax.nn.softplus(-D(d, fake)).mean())(fake)
    g, mg, vg = adam(g, mg, vg, back(grad_fake)[0], rate)
    return key, t, g, d, mg, vg, md, vd


step = jax.jit(step, donate_argnums=0)
w = [(jnp.asarray(v), jnp.zeros(v.shape[1])) for v in weights(np.random.default_rng(1), a.hidden)]
g, d = w[:2], w[2:]
zeros = lambda p: jax.tree.map(jnp.zeros_like, p)
state = (jax.random.key(1), jnp.float32(0), g, d, zeros(g), zeros(g), zeros(d), zeros(d))


def run():
    global state
    state = step(state)
    if a.device == "cpu":
        jax.block_until_ready(state)


report(run, a.steps, wait=None if a.device == "cpu" else lambda: jax.block_until_ready(state))
