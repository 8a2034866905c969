"""What verify.sh's stage conv found, as a part of the report: a step of each of the nets of convolutions, beside PyTorch's."""

import statistics

PROGRAMS = {
    "gorgan": "Gorgan",
    "gorgan-tf32": "Gorgan, TF32",
    "torch-eager": "PyTorch, channels-last, TF32",
    "torch-graph": "PyTorch, channels-last, one CUDA graph, TF32",
    "torch-compile": "PyTorch, torch.compile, channels-last, one CUDA graph, TF32",
}


def conv(lines):
    """The medians in ms by nets, batch and program for report.json, and the lines for report.md. Without times both are empty."""
    times = {}
    for line in lines:
        net, program, batch = line["name"].split()
        times.setdefault((net, int(batch)), {}).setdefault(program, []).extend(line["times"])
    figures, md = [], []
    for (net, batch), programs in sorted(times.items()):
        ms = {p: statistics.median(programs[p]) for p in PROGRAMS if p in programs}
        own = ms.get("gorgan-tf32", float("nan"))
        figures.append({"nets": net, "batch": batch, "ms": ms})
        md += ["", f"## Nets {net}, batch {batch}", "", "| program | median ms | time of Gorgan with TF32 divided by it |", "| --- | --- | --- |"]
        md += [f"| {PROGRAMS[p]} | {m:.3f} | {own / m:.2f} |" for p, m in ms.items()]
    return figures, md
