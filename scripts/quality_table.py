#!/usr/bin/env python3
"""usage: quality_table.py RUNS   prints the table of docs/results/quality.md from RUNS/<row>-<seed> and RUNS/<row>.flags"""

import json
import pathlib
import re
import statistics
import sys

COLUMNS = [  # the figure, its title, and whether it is given as a share of its floor
    ("parzen", "Parzen, nats", False),
    ("frechet_distance", "Fréchet / floor", True),
    ("precision", "precision / floor", True),
    ("recall", "recall / floor", True),
    ("density", "density / floor", True),
    ("coverage", "coverage / floor", True),
    ("smallest_class", "rarest digit", False),
    ("largest_class", "commonest", False),
    ("memorised", "memorised", False),
    ("modes", "modes", False),
    ("mode_divergence", "KL, nats", False),
]


def spread(values, digits):
    text = f"{statistics.mean(values):.{digits}f}"
    return text + (f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else "")


def row_of(folders, columns=COLUMNS):
    """The mean and the standard deviation over a row's runs, column by column."""
    reports = [{f["name"]: f for f in json.loads((d / "figures.json").read_text())["figures"]} for d in folders]
    cells = []
    for name, _, of_floor in columns:
        values = [r[name]["value"] / (r[name]["floor"] if of_floor else 1) for r in reports if name in r]
        large = max(map(abs, values), default=0) >= 20
        cells.append(spread(values, 1 if large else 3) if values else "")
    return cells


def main(runs):
    rows = {}
    for figures in sorted(pathlib.Path(runs).glob("*/figures.json")):
        name, seed = re.fullmatch(r"(.+)-(\d+)", figures.parent.name).groups()
        rows.setdefault(name, []).append((int(seed), figures.parent))
    print("| row | gorgan train | images | seeds | " + " | ".join(title for _, title, _ in COLUMNS) + " |")
    print("| --- " * (len(COLUMNS) + 4) + "|")
    for name, folders in sorted(rows.items()):
        folders.sort()
        flags = (pathlib.Path(runs) / f"{name}.flags").read_text().strip()
        print(f"| {name} | `{flags}` | ![{name}](quality/{name}.png) | {len(folders)} | " + " | ".join(row_of([d for _, d in folders])) + " |")


if __name__ == "__main__":
    main(*sys.argv[1:])
