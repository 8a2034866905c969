"""usage: gpu_report.py OUT COMMIT   makes OUT/report.json and OUT/report.md from what verify.sh left in OUT"""

import datetime
import json
import os
import statistics
import subprocess
import sys

from ab_report import ab
from conv_report import conv

PEERS = [  # the programs that multiply in float32, then those that do in TF32; Gorgan first
    {
        "gorgan": "Gorgan",
        "torch-eager": "PyTorch eager, fused Adam",
        "torch-graph": "PyTorch, the whole step one CUDA graph",
        "torch-compile": "PyTorch, torch.compile, the whole step one CUDA graph",
        "jax": "JAX, one jitted step",
    },
    {
        "gorgan-tf32": "Gorgan, TF32",
        "torch-tf32": "PyTorch, torch.compile, one CUDA graph, TF32",
        "jax-tf32": "JAX, one jitted step, TF32",
    },
]


def lines(out, name):
    path = os.path.join(out, name)
    return [json.loads(line) for line in open(path)] if os.path.exists(path) else []


def text(out, name):
    path = os.path.join(out, name)
    return open(path).read().strip() if os.path.exists(path) else ""


def card():
    query = "name,driver_version,memory.total,clocks.max.sm"
    try:
        found = subprocess.run(["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader"], capture_output=True, text=True, timeout=30)
        return found.stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return "nvidia-smi does not answer"


def peers(out):
    """Milliseconds of all rounds by batch and program."""
    table = {}
    for line in lines(out, "peers.jsonl"):
        name, batch = line["name"].split()
        table.setdefault(int(batch), {}).setdefault(name, []).extend(line["times"])
    return table


def main(out, commit):
    report = {
        "card": card(), "commit": commit, "date": datetime.date.today().isoformat(),
        "stages": text(out, "stages.txt").splitlines(), "doctor": text(out, "doctor.log").splitlines(),
        "train": text(out, "train.log").splitlines(), "bench": lines(out, "bench.jsonl"), "peers_ms": {},
    }
    md = [f"# Gorgan on {report['card']}", "", f"{report['date']}, commit {commit[:12]}; made by `verify.sh`.", "", "## Stages", ""]
    md += [f"- {s.removeprefix('- ')}" for s in report["stages"]]
    if report["doctor"]:
        md += ["", "## Doctor", "", "```", *report["doctor"], "```"]
    if report["train"]:
        md += ["", "## The tutorial's run", "", "```", *report["train"][-24:], "```"]
    if report["bench"]:
        md += ["", "## A step, ms (median, p10, p90)", "", "| kind | batch | median | p10 | p90 | images/s |", "| --- | --- | --- | --- | --- | --- |"]
        for line in report["bench"]:
            kind, _, batch = line["name"].rpartition("-")
            b = line["bench"]
            if kind != "parts":
                s = b["step"]
                md.append(f"| {kind} | {batch} | {s['median_ms']:.4f} | {s['p10_ms']:.4f} | {s['p90_ms']:.4f} | {b['images_per_second']:.0f} |")
        for line in report["bench"]:
            if line["name"].startswith("parts-"):
                batch = line["bench"]["config"]["batch_size"]
                md += ["", f"## The passes of a step of {batch} alone, µs", "", "| pass | shape | in a step | median |", "| --- | --- | --- | --- |"]
                md += [f"| {p['name']} | {p.get('shape', '')} | {p['count']} | {p['median_ms'] * 1e3:.2f} |" for p in line["bench"]["parts"]]
    for batch, programs in sorted(peers(out).items()):
        md += ["", f"## Beside its peers, batch {batch}", "", "| program | median ms | Gorgan's time divided by it |", "| --- | --- | --- |"]
        for group in PEERS:
            medians = {name: statistics.median(programs[name]) for name in group if name in programs}
            own = medians.get(next(iter(group)), float("nan"))
            report["peers_ms"].setdefault(batch, {}).update(medians)
            md += [f"| {group[name]} | {median:.4f} | {own / median:.2f} |" for name, median in medians.items()]
    report["ab"], lines_of_ab = ab(lines(out, "ab.jsonl"), report["peers_ms"])
    report["conv"], lines_of_conv = conv(lines(out, "conv.jsonl"))
    md += lines_of_ab + lines_of_conv
    with open(os.path.join(out, "report.json"), "w") as f:
        json.dump(report, f, indent=1)
    with open(os.path.join(out, "report.md"), "w") as f:
        f.write("\n".join(md) + "\n")


main(*sys.argv[1:])
