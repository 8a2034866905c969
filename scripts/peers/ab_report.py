"""What verify.sh's stage ab found, as a part of the report: whole steps by way and size of batch."""

import statistics

# µs a step on a card of the H200's class: what is wanted, and the best that JAX reached there.
WANTED = {
    "fp32": {128: (45, 98), 512: (90, 150), 2048: (250, 361), 8192: (850, 982)},
    "TF32": {128: (36, 103), 512: (50, 120), 2048: (100, 193), 8192: (260, 370)},
}


def by_round(times):
    """µs of each round, by way, which of the ways, and batch."""
    rounds = {}
    for t in times:
        rounds.setdefault((t["way"], t["nth"], t["batch_size"]), []).append(t["median_ms"] * 1e3)
    return rounds


def row(*cells):
    return "| " + " | ".join(str(c) for c in cells) + " |"


def head(*cells):
    return [row(*cells), row(*["---"] * len(cells))]


def precision(way):
    return "TF32" if "+tf32" in way else "fp32"


def noise(us):
    """By batch: the largest ratio between two ways that are the same."""
    worst = {}
    for (way, nth, batch), value in us.items():
        for (other, n, b), again in us.items():
            if (way, batch) == (other, b) and nth < n:
                worst[batch] = max(worst.get(batch, 1), value / again, again / value)
    return worst


def ab(times, peers_ms):
    """The figures for report.json, and the lines for report.md. Without times both are empty."""
    rounds = by_round(times)
    if not rounds:
        return {}, []
    us = {key: statistics.median(values) for key, values in rounds.items()}
    batches = sorted({batch for _, _, batch in us})
    ways = sorted({(nth, way) for way, nth, _ in us})
    most = max(len(values) for values in rounds.values())
    md = ["", f"## Ways to compute a step, µs (median of {most} rounds)", "", *head("way", *batches)]
    md += [row(way, *[f"{us[way, nth, b]:.1f}" if (way, nth, b) in us else "" for b in batches]) for nth, way in ways]
    worst = noise(us)
    md += [row("noise: a way against itself", *[f"{worst[b]:.3f}" if b in worst else "" for b in batches])]
    md += ["", "## What is wanted, µs", "", *head("precision", "batch", "wanted", "JAX's best, earlier runs", "JAX's best, this run", "fastest way", "µs", "reached")]
    best = {}
    for kind, by_batch in WANTED.items():
        for batch in batches:
            of = {way: value for (way, _, b), value in us.items() if b == batch and precision(way) == kind}
            if not of:
                continue
            way = min(of, key=of.get)
            wanted, before = by_batch.get(batch, (None, None))
            jax = peers_ms.get(batch, {}).get("jax" if kind == "fp32" else "jax-tf32")
            best.setdefault(kind, {})[batch] = {"way": way, "us": of[way], "wanted": wanted}
            reached = "" if wanted is None else "yes" if of[way] <= wanted else "no"
            md.append(row(kind, batch, wanted or "", before or "", f"{jax * 1e3:.1f}" if jax else "", way, f"{of[way]:.1f}", reached))
    figures = {"us": [{"way": way, "nth": nth, "batch": batch, "us": value} for (way, nth, batch), value in sorted(us.items())], "noise": worst, "best": best}
    return figures, md
