"""usage: gan_tensorflow.py   the tutorial's own program: TensorFlow 1 graphs, fed from memory"""

import os

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

from timing import NOISE, PIXELS, RATE, arguments, images, report, weights

a = arguments()
v1 = tf.compat.v1
v1.disable_eager_execution()
rng = np.random.default_rng(1)
data = images().astype(np.float32) / 255
gen_input = v1.placeholder(tf.float32, [None, NOISE])
dis_input = v1.placeholder(tf.float32, [None, PIXELS])
w = [v1.Variable(v) for v in weights(rng, a.hidden)]
b = [v1.Variable(tf.zeros([v.shape[1]])) for v in w]


def layer(i, x):
    return tf.add(tf.matmul(x, w[i]), b[i])


def discriminator(x):
    return tf.nn.sigmoid(layer(3, tf.nn.relu(layer(2, x))))


sample = tf.nn.sigmoid(layer(1, tf.nn.relu(layer(0, gen_input))))
real, fake = discriminator(dis_input), discriminator(sample)
gen_loss = -tf.reduce_mean(v1.log(fake))
dis_loss = -tf.reduce_mean(v1.log(real) + v1.log(1.0 - fake))
train_dis = v1.train.AdamOptimizer(RATE).minimize(dis_loss, var_list=w[2:] + b[2:])
with tf.control_dependencies([train_dis]):
    train_gen = v1.train.AdamOptimizer(RATE).minimize(gen_loss, var_list=w[:2] + b[:2])
session = v1.Session()
session.run(v1.global_variables_initializer())


def step():
    x = data[rng.integers(len(data), size=a.batch)]
    z = rng.uniform(-1.0, 1.0, (a.batch, NOISE))
    session.run([train_dis, train_gen], {dis_input: x, gen_input: z})


report(step, a.steps)
