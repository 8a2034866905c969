#!/usr/bin/env python3
"""Reads the events of a run with TensorBoard, and compares them with the run's own files.

    python3 -m venv .events && .events/bin/pip install tensorboard==2.21.0 numpy
    .events/bin/python scripts/check_events.py RUN...
"""

import json
import math
import pathlib
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def same(what, events, values):
    """events are (step, value), values are the same of our files; they agree to float32."""
    single = [(step, struct.unpack("f", struct.pack("f", v))[0]) for step, v in values]
    if events != single:
        both = list(zip(events, single))
        first = next((pair for pair in both if pair[0] != pair[1]), "their numbers")
        sys.exit(f"{what}: {len(events)} events, {len(single)} values; the first that differ: {first}")
    return len(events)


def check(run):
    # 0 keeps all events.
    acc = EventAccumulator(str(run), size_guidance={"scalars": 0, "images": 0, "histograms": 0, "tensors": 0})
    acc.Reload()
    tags = acc.Tags()
    scalars = {tag: [(e.step, e.value) for e in acc.Scalars(tag)] for tag in tags["scalars"]}
    config = json.loads((run / "config.json").read_text())
    model = config["model"]

    metrics = lines(run / "metrics.jsonl")
    steps = [m["step"] for m in metrics]
    n = 0
    for tag, key in {
        "loss/generator": "g_loss", "loss/discriminator": "d_loss", "loss/penalty": "penalty", "discriminator/real": "d_real",
        "discriminator/fake": "d_fake", "divergence/value": "value", "divergence/jsd": "jsd",
    }.items():
        n += same(tag, scalars.pop(tag, []), [(m["step"], m[key]) for m in metrics if key in m])
    for keys in (  # of each group all or none are written; the file leaves out a 0
        {"equilibrium/convergence": "convergence", "equilibrium/balance": "balance"},
        {"classes/loss_real": "class_loss_real", "classes/loss_fake": "class_loss_fake",
         "classes/accuracy_real": "class_accuracy_real", "classes/accuracy_fake": "class_accuracy_fake"},
        {"codes/information": "code_information", "codes/accuracy": "code_accuracy"},
        {"codes/value_information": "code_value_information", "codes/error": "code_error"},
    ):
        for tag, key in keys.items():
            n += same(tag, scalars.pop(tag, []), [(m["step"], m.get(key, 0)) for m in metrics if m.keys() & set(keys.values())])
    per_step = model["batch_size"] * model["dis_steps"]
    n += same("speed", scalars.pop("speed/steps_per_second"), [(m["step"], m["images_per_second"] / per_step) for m in metrics])
    for net, key in {"generator": "learning_rate", "discriminator": "dis_learning_rate"}.items():
        start = model[key] if model[key] != -1 else model["learning_rate"]
        got = scalars.pop("learning_rate/" + net)
        assert [s for s, _ in got] == steps, net
        for step, rate in got:
            want = max(start * model["learning_rate_decay"] ** (step - 1), model["learning_rate_least"] if model["learning_rate_decay"] < 1 else 0)
            assert math.isclose(rate, want, rel_tol=1e-5), (net, step, rate, want)
            n += 1

    evaluations = lines(run / "evaluations.jsonl")
    for name in sorted({f["name"] for e in evaluations for f in e["figures"]}):
        figures = [(e["step"], f) for e in evaluations for f in e["figures"] if f["name"] == name]
        n += same(name, scalars.pop("evaluation/" + name), [(step, f["value"]) for step, f in figures])
        n += same(name, scalars.pop(f"evaluation/{name}_floor"), [(step, f["floor"]) for step, f in figures])
    assert not scalars, f"no file has {sorted(scalars)}"

    def size(png):
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        return struct.unpack(">II", png[16:24])

    pictures = 0
    for tag in tags["images"]:
        for e in acc.Images(tag):
            name = {"images/real": "reals.png", "images/fake": f"fakes_{e.step:06d}.png" if e.step else "fakes_init.png"}[tag]
            assert e.encoded_image_string == (run / name).read_bytes(), name
            assert size(e.encoded_image_string) == (e.width, e.height), name
            pictures += 1
    last = steps[-1]
    drawn = [s for s in steps if s == 1 or s % config["display_every"] == 0 or s == min(last, config["steps"])]
    got = [e.step for e in acc.Images("images/fake")]
    assert got == [0] + drawn, f"pictures of {got}, want {drawn}"

    histograms = 0
    for tag in tags["histograms"]:
        for e in acc.Histograms(tag):
            h = e.histogram_value
            assert sum(h.bucket) == h.num > 0 and h.min <= h.sum / h.num <= h.max and h.bucket_limit[-1] == h.max, (tag, e.step)
            histograms += 1
        # A resume cannot make up for those of before, in a run that an older version began.
        steps = [e.step for e in acc.Histograms(tag)]
        assert steps == [e["step"] for e in evaluations][-len(steps):], (tag, steps)
    if not tags["histograms"] and evaluations:
        print(f"{run}: no histograms of {len(evaluations)} evaluations")

    content = acc.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    settings = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info.hparams
    for key, value in model.items():
        held = settings[key]
        kind = held.WhichOneof("kind")
        if isinstance(value, bool):
            assert kind == "bool_value" and held.bool_value == value, key
        elif isinstance(value, (int, float)):
            assert kind == "number_value" and held.number_value == value, (key, value)
        elif isinstance(value, str):
            assert kind == "string_value" and held.string_value == value, key
        else:
            assert kind == "string_value" and held.string_value, key
    print(f"{run}: {n} scalars, {pictures} pictures, {histograms} histograms and {len(settings)} settings are those of the run's files")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for name in sys.argv[1:]:
        check(pathlib.Path(name))
