"""Loads a net that gorgan exported into PyTorch. Needs torch and safetensors."""
import json

import torch
from safetensors import safe_open


class Maxout(torch.nn.Module):
    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, x):
        return x.unflatten(-1, (-1, self.pieces)).amax(-1)


ACTIVATIONS = {
    "linear": lambda layer: torch.nn.Identity(),
    "relu": lambda layer: torch.nn.ReLU(),
    "leaky-relu": lambda layer: torch.nn.LeakyReLU(layer["slope"]),
    "tanh": lambda layer: torch.nn.Tanh(),
    "sigmoid": lambda layer: torch.nn.Sigmoid(),
    "maxout": lambda layer: Maxout(layer["pieces"]),
}


def load(path):
    """returns a Sequential, and the description of the net as a dict"""
    with safe_open(path, "pt") as f:
        about, weights = json.loads(f.metadata()["about"]), {k: f.get_tensor(k) for k in f.keys()}
    modules = []
    for layer in about["layers"]:
        units, inputs = weights[layer["name"] + ".weight"].shape
        modules += [torch.nn.Linear(inputs, units), ACTIVATIONS[layer["activation"]](layer)]
    net = torch.nn.Sequential(*modules)
    net.load_state_dict(weights)
    return net.eval(), about


def draw(net, about, noise, classes=None):
    """returns images (N, height, width, channels) in [0,1] from noise (N, noise dim) and perhaps classes (N)"""
    x = torch.as_tensor(noise)
    if about["classes"]:
        x = torch.cat([x, torch.eye(about["classes"])[torch.as_tensor(classes)]], 1)
    with torch.no_grad():
        return net(x).reshape(-1, about["height"], about["width"], about["channels"])
