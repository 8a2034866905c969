#!/usr/bin/env python3
"""usage: variants_table.py RUNS   prints docs/results/variants.md from RUNS/<set>/<variant>-<seed>

A variant without runs has no row.
"""

import json
import pathlib
import re
import sys

from quality_table import row_of, spread

# What a reader knows each preset of cmd/gorgan/presets/variants by.
VARIANTS = {
    "gan": "GAN, non-saturating: Goodfellow et al. 2014",
    "lsgan": "LSGAN: Mao et al. 2017",
    "wgan": "WGAN: Arjovsky et al. 2017",
    "wgan-gp": "WGAN-GP: Gulrajani et al. 2017",
    "dragan": "DRAGAN: Kodali et al. 2017",
    "ebgan": "EBGAN: Zhao et al. 2017",
    "began": "BEGAN: Berthelot et al. 2017",
    "sngan": "SNGAN: Miyato et al. 2018",
    "rpgan-r1-r2": "RpGAN with R1 and R2: Huang et al. 2024",
    "cgan": "CGAN: Mirza and Osindero 2014",
    "acgan": "ACGAN: Odena et al. 2017",
    "projection": "projection discriminator: Miyato and Koyama 2018",
    "infogan": "infoGAN: Chen et al. 2016",
}

COLUMNS = [  # the figure, its title, and whether it is given as a share of its floor
    ("frechet_distance", "Fréchet", False),
    ("frechet_distance", "Fréchet / floor", True),
    ("precision", "precision / floor", True),
    ("recall", "recall / floor", True),
    ("coverage", "coverage / floor", True),
    ("smallest_class", "rarest class", False),
    ("largest_class", "commonest", False),
]

# Lucic et al., "Are GANs Created Equal? A Large-Scale Study" (2018): the best FID, by data set.
PUBLISHED = {
    "gan": ("6.8 ± 0.5", "26.5 ± 1.6"),
    "lsgan": ("7.8 ± 0.6", "30.7 ± 2.2"),
    "wgan": ("6.7 ± 0.4", "21.5 ± 1.6"),
    "wgan-gp": ("20.3 ± 5.0", "24.5 ± 2.1"),
    "dragan": ("7.6 ± 0.4", "27.7 ± 1.2"),
    "began": ("13.1 ± 1.0", "22.9 ± 0.9"),
}

HEAD = """# The table of variants

    SETS="mnist fashion" scripts/repro_variants.sh    # all variants with three seeds; takes hours; you may stop and restart it
    scripts/repro_variants.sh began                   # one variant on MNIST, seeds 1 to 3

    gorgan train --preset variants/began
    gorgan presets variants/began                     # what it is, and its settings

`scripts/variants_table.py` writes this document. It has a table for each set, with a row for each variant that was measured.

All rows have the same generator, a batch of 64, 62 values of noise, first weights of deviation 0.02, and the same number of steps.
Adam has a beta1 of 0.5, and a rate of 1e-3 for the generator and 2e-4 for the discriminator. These settings and nets are those of the
collection of GANs in TensorFlow by hwalsuklee (tensorflow-generative-model-collections).

    generator       dense 1024 batch-norm, dense 7x7x128 batch-norm, up 64 batch-norm, up 1
    discriminator   down 64 leaky-relu, down 128 batch-norm leaky-relu, dense 1024 batch-norm leaky-relu, dense 1

What differs besides the loss, because the loss needs it:

- Where the discriminator's gradient is penalised (`wgan-gp`, `dragan`, `rpgan-r1-r2`), it does not normalise batches. `sngan` divides its
  weights by their largest singular value instead.
- The discriminators of `ebgan` and `began` are autoencoders, with the layers of that collection.
- `cgan`, `acgan` and `projection` are told the class of each image, so their classes are even because they are asked for evenly.
- `infogan` gets a code of 10 classes and two continuous ones beside the noise.

Where the collection deviates from the papers, and what the presets do, is in [losses.md](../losses.md#losses-with-an-autoencoder) and in
the comment of each preset.

How the figures are made:

- Fake images are compared with the test images of the set: [metrics.md](../metrics.md). The features are those of the program's own
  classifier, so a Fréchet distance here compares with no FID from elsewhere.
- "/ floor" divides by the score of as many real images.
- "Rarest class" and "commonest" are shares of the images, by the classifier.
- ± is the standard deviation over seeds. The time is that of training alone, in minutes, on the machine that made the table.
"""

TAIL = """
## Published figures

Lucic, Kurach, Michalski, Gelly and Bousquet, "Are GANs Created Equal? A Large-Scale Study" (2018), give the best FID that each of
these reached on four sets. Two of them are here:

| variant | MNIST | Fashion-MNIST |
| --- | --- | --- |
{published}

Their protocol is another one, so only the order of the rows can be compared:

- Their FID is taken with features of an Inception net that was trained on ImageNet. Ours are features of a classifier of 28x28 images.
- Theirs is the best setting of a search over hyperparameters, with new seeds for its mean and deviation. Ours is one setting for all.
- Theirs were trained for 20 epochs of these sets, with the generator and discriminator of InfoGAN. Ours are
  trained for 10 epochs of MNIST, and have the same nets but for what a loss needs.
- They did not measure the other variants.
"""


def minutes(folder):
    last = (folder / "metrics.jsonl").read_text().splitlines()[-1]
    return json.loads(last)["seconds"] / 60


def table(folder):
    rows = {}
    for figures in sorted(folder.glob("*/figures.json")):
        name, seed = re.fullmatch(r"(.+)-(\d+)", figures.parent.name).groups()
        rows.setdefault(name, []).append((int(seed), figures.parent))
    titles = [title for _, title, _ in COLUMNS]
    print("| variant | preset | images | seeds | " + " | ".join(titles) + " | minutes |")
    print("| --- " * (len(COLUMNS) + 5) + "|")
    for name in [n for n in VARIANTS if n in rows] + sorted(rows.keys() - VARIANTS.keys()):
        runs = [d for _, d in sorted(rows[name])]
        strip = pathlib.Path("docs/results/variants") / f"{folder.name}-{name}.png"
        image = f"![{name}](variants/{strip.name})" if strip.exists() else ""
        cells = [VARIANTS.get(name, name), f"`variants/{name}`", image, str(len(runs))]
        cells += row_of(runs, COLUMNS) + [spread([minutes(d) for d in runs], 0)]
        print("| " + " | ".join(cells) + " |")


def main(runs):
    print(HEAD)
    folders = sorted(d for d in pathlib.Path(runs).glob("*") if d.is_dir())
    for folder in folders:
        print(f"## {folder.name}\n")
        table(folder)
    published = (f"| {name} | {mnist} | {fashion} |" for name, (mnist, fashion) in PUBLISHED.items())
    print(TAIL.format(published="\n".join(published)).rstrip())


if __name__ == "__main__":
    main(*sys.argv[1:])
