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


def of_images(kind):
    """a convolution of images whose values lie in a row: rows of pixels, in a pixel its channels"""

    class OfImages(kind):
        def __init__(self, layer, weight):
            size = {"kernel_size": layer["kernel"], "stride": layer["stride"], "padding": layer["pad"]}
            if kind is torch.nn.ConvTranspose2d:
                made = zip(layer["out_image"], layer["in_image"], layer["kernel"])
                size["output_padding"] = [o - (i - 1) * layer["stride"] - k + 2 * layer["pad"] for o, i, k in made]
            super().__init__(layer["in_image"][2], layer["out_image"][2], **size)
            self.image = layer["in_image"]

        def forward(self, x):
            y = super().forward(x.unflatten(1, self.image).permute(0, 3, 1, 2))
            return y.permute(0, 2, 3, 1).flatten(1)

    return OfImages


LAYERS = {
    "dense": lambda layer, weight: torch.nn.Linear(*reversed(weight.shape)),
    "conv": of_images(torch.nn.Conv2d),
    "up-conv": of_images(torch.nn.ConvTranspose2d),
}
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
        made = LAYERS[layer["kind"]](layer, weights[layer["name"] + ".weight"])
        modules += [made, ACTIVATIONS[layer["activation"]](layer)]
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
