"""usage: gan_conv_jax.py [--net mnist|dcgan32|dcgan64]   a GAN of convolutions in JAX, one jitted function for a whole step"""

import math
import os

os.environ["JAX_PLATFORMS"] = "cpu"
import jax
import jax.numpy as jnp

from conv_nets import BATCH_EPSILON, BETA1, DECAY, DEVIATION, NETS, SLOPE, arguments, shapes
from timing import BETA2, EPSILON, NOISE, RATE, pictures, report

a = arguments()
B = a.batch
image, gen, dis = NETS[a.net]
ORDER = ("NHWC", "HWIO", "NHWC")


def weights(key, first, layers):
    """A dict for each layer: weight, and bias; scale too where a batch is normalised."""
    all = []
    for (kind, _, normed), (come, go) in zip(layers, shapes(first, layers)):
        key, k = jax.random.split(key)
        shape = (math.prod(come), math.prod(go)) if kind == "dense" else (4, 4, come[-1], go[-1])
        w = {"weight": DEVIATION * jax.random.normal(k, shape)}
        w["bias"] = jnp.zeros(go[-1] if normed or kind != "dense" else math.prod(go))
        if normed:
            w["scale"] = jnp.ones(go[-1])
        all.append(w)
    return all


def apply(all, x, layers, first, hidden, last):
    """The net's output for x, and the mean and the variance of each batch that is normalised."""
    statistics = []
    for i, (w, (kind, _, normed), (_, go)) in enumerate(zip(all, layers, shapes(first, layers))):
        if kind == "dense":
            x = (x.reshape(len(x), -1) @ w["weight"]).reshape(-1, *go)
        elif kind == "down":
            x = jax.lax.conv_general_dilated(x, w["weight"], (2, 2), [(1, 1), (1, 1)], dimension_numbers=ORDER)
        else:
            x = jax.lax.conv_transpose(x, w["weight"], (2, 2), [(2, 2), (2, 2)], dimension_numbers=ORDER)
        if normed:
            axes = tuple(range(x.ndim - 1))
            mean, variance = x.mean(axes), x.var(axes)
            statistics += [mean, variance]
            x = (x - mean) * (jax.lax.rsqrt(variance + BATCH_EPSILON) * w["scale"])
        x = x + w["bias"]
        x = (last if i == len(layers) - 1 else hidden)(x)
    return x, statistics


def G(g, z):
    return apply(g, z, gen, (NOISE,), jax.nn.relu, jax.nn.sigmoid)


def D(d, x):
    return apply(d, x, dis, image, lambda x: jnp.where(x > 0, x, SLOPE * x), lambda x: x)[0]


def adam(p, m, v, grad, rate):
    m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, grad)
    v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, grad)
    p = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), p, m, v)
    return p, m, v


alone = any(normed for _, _, normed in dis)  # real and fake images are batches of their own


def step(state, data):
    key, t, averages, g, d, mg, vg, md, vd = state
    key, kx, kz = jax.random.split(key, 3)
    t = t + 1
    rate = RATE * jnp.sqrt(1 - BETA2**t) / (1 - BETA1**t)
    x = data[jax.random.randint(kx, (B,), 0, len(data))].astype(jnp.float32) / 255
    z = jax.random.uniform(kz, (B, NOISE), minval=-1, maxval=1)

    def dis_loss(d, fake):
        real, made = (D(d, x), D(d, fake)) if alone else jnp.split(D(d, jnp.concatenate([x, fake])), 2)
        return jax.nn.softplus(-real).mean() + jax.nn.softplus(made).mean()

    fake, back, statistics = jax.vjp(lambda g: G(g, z), g, has_aux=True)
    averages = jax.tree.map(lambda a, s: DECAY * a + (1 - DECAY) * s, averages, statistics)
    d, md, vd = adam(d, md, vd, jax.grad(dis_loss)(d, fake), rate)
    grad_fake = jax.grad(lambda fake: jax.nn.softplus(-D(d, fake)).mean())(fake)
    g, mg, vg = adam(g, mg, vg, back(grad_fake)[0], rate)
    return key, t, averages, g, d, mg, vg, md, vd


kg, kd, key = jax.random.split(jax.random.key(1), 3)
g, d = weights(kg, (NOISE,), gen), weights(kd, image, dis)
if a.parameters:
    print(*(sum(p.size for p in jax.tree.leaves(net)) for net in (g, d)))
    raise SystemExit
data = jnp.asarray(pictures(image))
step = jax.jit(step, donate_argnums=0)
zeros = lambda p: jax.tree.map(jnp.zeros_like, p)
averages = [s for w in g if "scale" in w for s in (jnp.zeros_like(w["scale"]), jnp.ones_like(w["scale"]))]
state = (key, jnp.float32(0), averages, g, d, zeros(g), zeros(g), zeros(d), zeros(d))


def run():
    global state
    state = jax.block_until_ready(step(state, data))


report(run, a.steps, warm=a.warm)
