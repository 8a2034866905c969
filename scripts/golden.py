#!/usr/bin/env python3
# usage: pip install tensorflow==2.21.0 safetensors && python3 scripts/golden.py
#
# Plays ten steps of the tutorial's GAN in TensorFlow, on a small net, and writes to
# model/testdata/golden_*.safetensors what gorgan/model is tested against:
#
#   initial/NAME, final/NAME   the parameters before the first and after the last step
#   gradient/NAME              the gradients the first step's updates used
#   logits (16,1)              D on the first step's x, then on G(z), at the initial weights
#   x (10,8,36), z (10,8,10)   the batch and the noise of each step
#   losses (10,2)              D's and G's loss after each step's updates
#
# The metadata hold the config as gorgan writes it. The noise is drawn by TensorFlow's
# own Philox, from the counters that gorgan/kernels documents.

import json
import os

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import numpy as np
import tensorflow as tf
from safetensors.numpy import save_file

v1 = tf.compat.v1
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "model", "testdata")
STEPS, BATCH, SIDE, NOISE, HIDDEN = 10, 8, 6, 10, 16
SEED = 20180827  # the tutorial's date
DIS_NOISE = 2 << 16  # streams.DisNoise
PIXELS = SIDE * SIDE
NETS = {"generator": [NOISE, HIDDEN, PIXELS], "discriminator": [PIXELS, HIDDEN, 1]}


def config(**changes):
    c = dict(loss="non-saturating", label_smoothing=0, noise_dim=NOISE, gen_hidden=[HIDDEN], dis_hidden=[HIDDEN],
             height=SIDE, width=SIDE, optimizer="adam", learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8,
             momentum=0.9, batch_size=BATCH, dis_steps=1, update_order="discriminator-first", fresh_noise=False,
             seed=SEED)
    return c | changes


def inputs():
    """The initial weights and the batches, from numpy, and the noise, from TensorFlow."""
    rng = np.random.default_rng(SEED)
    initial = {}
    for net, widths in NETS.items():
        for i, shape in enumerate(zip(widths, widths[1:])):
            initial[f"{net}.{i}.weight"] = rng.normal(0, 1 / np.sqrt(shape[0] / 2), shape).astype(np.float32)
            # Not 0, as in training, so that a forgotten bias shows.
            initial[f"{net}.{i}.bias"] = rng.normal(0, 0.1, shape[1]).astype(np.float32)
    x = rng.random((STEPS, BATCH, PIXELS), dtype=np.float32)
    z = np.stack([noise(step) for step in range(1, STEPS + 1)])
    return initial, x, z


def noise(step):
    """Words of Philox4x32-10 at counters (0, DIS_NOISE, step, 0), (1, ...) and on."""
    words = tf.raw_ops.StatelessRandomUniformFullIntV2(
        shape=[BATCH, NOISE], key=np.array([SEED], np.uint64),
        counter=np.array([DIS_NOISE << 32, step], np.uint64), alg=1, dtype=tf.uint32).numpy()
    return ((words >> 8) / 2.0**23 - 1).astype(np.float32)


def optimizer(c):
    rate = c["learning_rate"]
    return {"adam": lambda: v1.train.AdamOptimizer(rate),
            "adagrad": lambda: v1.train.AdagradOptimizer(rate),
            "sgd": lambda: v1.train.MomentumOptimizer(rate, c["momentum"])}[c["optimizer"]]()


def losses(name, real, fake):
    """The tutorial's formulas, on logits: of D, of G."""
    if name == "bce":
        h = lambda logits, label: tf.reduce_mean(
            tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=label * tf.ones_like(logits)))
        return h(real, 1.) + h(fake, 0.), h(fake, 1.)
    real, fake = tf.nn.sigmoid(real), tf.nn.sigmoid(fake)
    dis = -tf.reduce_mean(v1.log(real) + v1.log(1. - fake))
    if name == "minimax":
        return dis, tf.reduce_mean(v1.log(1. - fake))
    return dis, -tf.reduce_mean(v1.log(fake))


def play(c, initial, x, z):
    with tf.Graph().as_default(), v1.Session() as sess:
        var = {name: v1.Variable(value) for name, value in initial.items()}
        gen_var = [v for n, v in var.items() if n.startswith("generator")]
        dis_var = [v for n, v in var.items() if n.startswith("discriminator")]

        def layer(h, name):
            return tf.add(tf.matmul(h, var[name + ".weight"]), var[name + ".bias"])

        def generator(h):
            return tf.nn.sigmoid(layer(tf.nn.relu(layer(h, "generator.0")), "generator.1"))

        def discriminator(h):
            return layer(tf.nn.relu(layer(h, "discriminator.0")), "discriminator.1")

        gen_input, dis_input = v1.placeholder(tf.float32, [None, NOISE]), v1.placeholder(tf.float32, [None, PIXELS])
        real, fake = discriminator(dis_input), discriminator(generator(gen_input))
        dis_loss, gen_loss = losses(c["loss"], real, fake)
        optimizer_dis, optimizer_gen = optimizer(c), optimizer(c)
        dis_grads = optimizer_dis.compute_gradients(dis_loss, var_list=dis_var)
        gen_grads = optimizer_gen.compute_gradients(gen_loss, var_list=gen_var)
        if c["update_order"] == "simultaneous":
            with tf.control_dependencies([g for g, _ in dis_grads + gen_grads]):
                both = tf.group(optimizer_dis.apply_gradients(dis_grads), optimizer_gen.apply_gradients(gen_grads))
            updates = [([dis_grads, gen_grads], both)]
        else:
            updates = [([dis_grads], optimizer_dis.apply_gradients(dis_grads)),
                       ([gen_grads], optimizer_gen.apply_gradients(gen_grads))]

        sess.run(v1.global_variables_initializer())
        out, history = {}, []
        for step in range(STEPS):
            feed = {dis_input: x[step], gen_input: z[step]}
            if step == 0:
                out["logits"] = np.concatenate(sess.run([real, fake], feed))
            for pairs, update in updates:
                if step == 0:
                    for g, v in sum(pairs, []):
                        name = next(n for n in var if var[n] is v)
                        out["gradient/" + name] = sess.run(g, feed)
                sess.run(update, feed)
            history.append(sess.run([dis_loss, gen_loss], feed))
        out["losses"] = np.array(history, np.float32)
        for name in var:
            out["initial/" + name], out["final/" + name] = initial[name], sess.run(var[name])
        return out | {"x": x, "z": z}


def main():
    os.makedirs(FOLDER, exist_ok=True)
    drawn = inputs()
    for name, c in {
        "non-saturating": config(),
        "minimax": config(loss="minimax"),
        "bce": config(loss="bce"),
        "adagrad": config(optimizer="adagrad", learning_rate=1e-2),
        "sgd": config(optimizer="sgd", learning_rate=1e-2),
        "simultaneous": config(update_order="simultaneous"),
    }.items():
        save_file(play(c, *drawn), os.path.join(FOLDER, f"golden_{name}.safetensors"), {"config": json.dumps(c)})


main()
