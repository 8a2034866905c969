#!/usr/bin/env python3
# usage: [GORGAN=PROGRAM] scripts/check_exports.py   shows that other programs make the same images from what gorgan exports
#
# Makes a Python environment in .exports (onnx, onnxruntime, safetensors, NumPy, Pillow), trains small models of every
# kind, and exports each. For 36 seeds the images must be those of `gorgan generate`: a byte differs by at most 1.
#
#   onnx         onnx.checker accepts both nets, and onnxruntime makes the images, of one row as of 36
#   torch        the safetensors file, computed in NumPy as model/export/load.py does; in PyTorch too if it is there
#   npz          the arrays, by the program in docs/sharing.md
#   noise        noise.py draws the bits of `gorgan export --to noise`
#   hub          the first program of the card; its header is YAML and has the figures of an evaluation
#   discriminator  onnxruntime and the safetensors file give the same logits
#
# Prints a table; exits 1 if anything differs.

import os
import subprocess
import sys
import tempfile

import environment
from environment import ROOT

PACKAGES = ["onnx==1.23.2", "onnxruntime==1.32.0", "numpy==2.4.6", "safetensors==0.8.0", "pillow==13.0.0", "pyyaml==6.0.4"]

environment.enter(".exports", PACKAGES)

import importlib.util
import json
import re
import shlex

import numpy as np
import onnx
import onnxruntime
import safetensors
import yaml
from PIL import Image
from safetensors.numpy import load_file

try:
    import torch
except ImportError:
    torch = None

SEEDS = 36
CLASSES = ["daisy", "rose, wild", "tülip"]
SMALL = {"size": "9x12", "held-out": "0", "noise-dim": "8", "gen-hidden": "24,16", "dis-hidden": "24,16", "batch-size": "16",
         "learning-rate": "0.01", "steps": "40", "device": "cpu", "workers": "2"}
MODELS = {
    "grey, relu": "--channels 1 --held-out 0.5 --evaluate-every 20 --evaluate-metric parzen",
    "colour, relu": "--channels 3",
    "grey, leaky-relu": "--channels 1 --gen-activation leaky-relu --dis-activation leaky-relu --leaky-slope 0.3",
    "colour, tanh": "--channels 3 --gen-activation tanh --dis-activation tanh",
    "no hidden layer": "--channels 1 --gen-hidden '' --dis-hidden ''",
    "average, narrow noise": "--channels 1 --ema 0.9 --noise-scale 0.7",
    "classes, colour": "--channels 3 --classes auto --ema 0.9",
    "classes, grey, tanh": "--channels 1 --classes auto --gen-activation tanh",
    "classes, packed maxout": "--channels 3 --classes auto --pack 2 --dis-activation maxout --maxout-pieces 3",
    "packed, dropout": "--channels 1 --pack 4 --dis-activation leaky-relu --dis-dropout-input 0.2 --dis-dropout-hidden 0.5",
    "dcgan": "--size 16x24 --channels 3 --arch dcgan --dis-norm none --net-width 6 --ema 0.9",
    "layers, classes": "--size 10x14 --channels 3 --classes auto --init-deviation 0.3 --dis-layers 'dense 10x14x2, conv 3 kernel 5 stride 2 pad 1, down 2 kernel 3 stride 1, dense 1'"
    " --gen-layers 'dense 5x7x6 batch-norm, up 5 kernel 3 batch-norm leaky-relu, up 4 kernel 2 stride 1 pad 0 tanh, conv 3 kernel 2 pad 0'",
    "tutorial's size": "--channels 1 --size 28 --noise-dim 100 --gen-hidden 256 --dis-hidden 256",
}
NUMPY = {
    "linear": lambda x, layer: x,
    "relu": lambda x, layer: np.maximum(x, 0),
    "leaky-relu": lambda x, layer: np.where(x < 0, x * np.float32(layer["slope"]), x),
    "tanh": lambda x, layer: np.tanh(x),
    "sigmoid": lambda x, layer: 1 / (1 + np.exp(-x)),
    "maxout": lambda x, layer: x.reshape(len(x), -1, layer["pieces"]).max(2),
}


def product(x, w, layer):
    """the values of a layer before its bias, from the weights in PyTorch's layout"""
    if layer["kind"] == "dense":
        return x @ w.T
    (height, width, _), (rows, cols, _), stride, pad = layer["in_image"], layer["out_image"], layer["stride"], layer["pad"]
    x = x.reshape(-1, *layer["in_image"])
    y = np.zeros((len(x), rows, cols, layer["out_image"][2]), np.float32)
    for i in range(rows if layer["kind"] == "conv" else height):
        for j in range(cols if layer["kind"] == "conv" else width):
            for kh, kw in np.ndindex(w.shape[2:]):
                row, col = i * stride - pad + kh, j * stride - pad + kw
                if layer["kind"] == "conv" and 0 <= row < height and 0 <= col < width:
                    y[:, i, j] += x[:, row, col] @ w[:, :, kh, kw].T
                if layer["kind"] == "up-conv" and 0 <= row < rows and 0 <= col < cols:
                    y[:, row, col] += x[:, i, j] @ w[:, :, kh, kw]
    return y


wrong = []


def check(ok, what):
    if not ok:
        wrong.append(what)
        print("WRONG", what)


def flowers(folder):
    """a folder of 20 coloured images for each class"""
    r = np.random.default_rng(20180827)
    for i, name in enumerate(CLASSES):
        os.makedirs(os.path.join(folder, name))
        for k in range(20):
            pixels = r.integers(0, 120, (9, 12, 3), dtype=np.uint8) + np.uint8(60 * i)
            Image.fromarray(pixels).save(os.path.join(folder, name, f"{k}.png"))


def imported(path):
    spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def blocks(path):
    """the programs in Python of a document"""
    with open(path, encoding="utf-8") as f:
        return re.findall(r"```python\n(.*?)```", f.read(), re.S)


def ran(program, folder):
    """the variables of a program that ran in a folder"""
    names, back = {}, os.getcwd()
    os.chdir(folder)
    sys.path.insert(0, folder)
    try:
        exec(program, names)
    finally:
        sys.path.remove(folder)
        sys.modules.pop("noise", None)
        os.chdir(back)
    return names


def computed(path, x, labels):
    """the output and the description of a net in a safetensors file, computed in NumPy"""
    with safetensors.safe_open(path, "np") as f:
        about = json.loads(f.metadata()["about"])
        check(f.metadata()["format"] == "pt", f"{path}: format")
    weights = load_file(path)
    x = x.reshape(len(x), -1)
    if about["classes"]:
        x = np.concatenate([x, np.eye(about["classes"], dtype=np.float32)[labels].reshape(len(x), -1)], 1)
    for layer in about["layers"]:
        x = product(x, weights[layer["name"] + ".weight"], layer) + weights[layer["name"] + ".bias"]
        x = NUMPY[layer["activation"]](x.reshape(len(x), -1), layer)
    return x, about


class Compared:
    """how far images are from those of `gorgan generate`"""

    def __init__(self, name, pixels, values):
        self.name, self.pixels, self.values = name, pixels.astype(int), values
        self.cells = []

    def add(self, what, images):
        check(images.shape == self.pixels.shape and images.dtype == np.float32, f"{self.name}: {what}: {images.dtype} {images.shape}")
        images = images.reshape(self.pixels.shape)
        off = np.abs((images * 255 + 0.5).astype(np.uint8).astype(int) - self.pixels)
        check(off.max() <= 1, f"{self.name}: {what}: a byte differs by {off.max()}")
        self.cells.append(f"{(off > 0).sum():d} by {off.max()}, {np.abs(images - self.values).max():.0e}")


def checked(gorgan, data, name, flags, work):
    """checks one model, and returns its row of the table"""
    words = shlex.split(flags)
    settings = SMALL | {words[i][2:]: words[i + 1] for i in range(0, len(words), 2)}
    run = lambda *args: subprocess.run([gorgan, *args], check=True, cwd=work, capture_output=True)
    try:
        run("train", "--data", data, "--out", "run", *(f"--{k}={v}" for k, v in settings.items()))
        for to in "onnx", "torch", "npz":
            run("export", "--model", "run", "--to", to)
            run("export", "--model", "run", "--to", to, "--net", "discriminator")
        run("export", "--model", "run", "--to", "noise", "--seeds", f"0-{SEEDS-1}")
        run("export", "--model", "run", "--to", "hub")
        run("generate", "--model", "run", "--count", str(SEEDS), "--out", "images")
        run("generate", "--model", "run", "--noise", "noise.npy", "--out", "images.npy")
    except subprocess.CalledProcessError as e:
        check(False, f"{name}: {e.cmd}: {e.stderr.decode()}")
        return [name]
    at = lambda *path: os.path.join(work, *path)
    for net in "generator", "discriminator":
        onnx.checker.check_model(onnx.load(at(net + ".onnx")), full_check=True)

    session = onnxruntime.InferenceSession(at("generator.onnx"))
    about = json.loads(session.get_modelmeta().custom_metadata_map["about"])
    check(about["classes"] == 0 or about["class_names"] == CLASSES, f"{name}: class_names {about.get('class_names')}")
    noise, labels = np.load(at("noise.npy")), np.arange(SEEDS) % max(about["classes"], 1)
    drawn = imported(at("hub", "noise.py")).noise(about, [*range(SEEDS), 2**40 + 5])
    check(np.array_equal(drawn[:SEEDS], noise) and drawn.dtype == np.float32, f"{name}: noise.py draws other noise")

    files = sorted(os.listdir(at("images")))
    shape = (SEEDS, about["height"], about["width"], about["channels"])
    pixels = np.stack([np.asarray(Image.open(at("images", f))) for f in files]).reshape(shape)
    check(pixels.std() > 1, f"{name}: the images are blank")
    compared = Compared(name, pixels, np.load(at("images.npy")).reshape(shape))

    feed = {"noise": noise} | ({"class": labels} if about["classes"] else {})
    images = session.run(None, feed)[0]
    compared.add("onnxruntime", images)
    one = session.run(None, {k: v[:1] for k, v in feed.items()})[0]
    check(one.shape == images[:1].shape and np.abs(one - images[:1]).max() < 1e-6, f"{name}: one row differs from 36")
    compared.add("safetensors", computed(at("generator.safetensors"), noise, labels)[0].reshape(shape))
    program = [b for b in blocks(os.path.join(ROOT, "docs", "sharing.md")) if "generator.npz" in b][0]
    compared.add("npz", ran(program, work)["images"])
    compared.add("hub", ran(blocks(at("hub", "README.md"))[0], at("hub"))["images"])
    with open(at("hub", "README.md"), encoding="utf-8") as f:
        header = yaml.safe_load(f.read().split("---\n")[1])
    figures = header.get("model-index", [{"results": [{"metrics": []}]}])[0]["results"][0]["metrics"]
    check(header["pipeline_tag"] == "unconditional-image-generation" and any(f["type"] == "parzen" for f in figures) == ("--evaluate" in flags),
          f"{name}: the card's header is {header}")
    with open(at("hub", "model.safetensors"), "rb") as a, open(at("generator.safetensors"), "rb") as b:
        check(a.read() == b.read(), f"{name}: hub/model.safetensors")
    if torch:
        load = imported(at("hub", "load.py"))
        net, found = load.load(at("generator.safetensors"))
        compared.add("PyTorch", load.draw(net, found, noise, labels if about["classes"] else None).numpy())

    pack = json.loads(onnx.load(at("discriminator.onnx")).metadata_props[0].value)["pack"]
    real = pixels.astype(np.float32) / 255
    seen = real.reshape(SEEDS // pack, pack, *shape[1:]) if pack > 1 else real
    told = labels.reshape(-1, pack) if pack > 1 else labels
    feed = {"images": seen} | ({"class": told} if about["classes"] else {})
    logits = onnxruntime.InferenceSession(at("discriminator.onnx")).run(None, feed)[0]
    far = np.abs(logits - computed(at("discriminator.safetensors"), seen, told)[0]).max()
    check(logits.std() > 0, f"{name}: the logits are all the same")
    if torch:
        net, found = load.load(at("discriminator.safetensors"))
        x = torch.as_tensor(seen).reshape(len(seen), -1)
        if found["classes"]:
            x = torch.cat([x, torch.eye(found["classes"])[torch.as_tensor(told)].reshape(len(seen), -1)], 1)
        with torch.no_grad():
            far = max(far, np.abs(logits - net(x).numpy()).max())
    check(far < 1e-4 * (1 + np.abs(logits).max()), f"{name}: logits differ by {far}")
    return [name, *compared.cells, f"{far:.0e}"]


def main():
    with tempfile.TemporaryDirectory() as work:
        gorgan = os.environ.get("GORGAN")
        if not gorgan:
            gorgan = os.path.join(work, "gorgan")
            subprocess.run(["go", "build", "-o", gorgan, "./cmd/gorgan"], check=True, cwd=ROOT, env=os.environ | {"CGO_ENABLED": "0"})
        gorgan = os.path.abspath(gorgan)
        data = os.path.join(work, "flowers")
        flowers(data)
        head = ["model", "onnxruntime", "safetensors", "npz", "hub", *(["PyTorch"] if torch else []), "logits"]
        print(" ".join(f"{c:<22}" for c in head).rstrip())
        for i, (name, flags) in enumerate(MODELS.items()):
            folder = os.path.join(work, str(i))
            os.mkdir(folder)
            print(" ".join(f"{c:<22}" for c in checked(gorgan, data, name, flags, folder)).rstrip(), flush=True)
    print(f"a cell: how many bytes of {SEEDS} images differ and by how much, and how far the values are from those of gorgan generate")
    if not torch:
        print("PyTorch is not in .exports: load.py was not run")
    if wrong:
        print(f"{len(wrong)} things are wrong")
        sys.exit(1)
    print(f"all {len(MODELS)} models: at most 1 of 255 differs")


main()
