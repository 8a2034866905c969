#!/usr/bin/env python3
"""Opens the files that gorgan writes for people and other programs, and compares what those read. Prints a table.

    python3 -m venv .files && .files/bin/pip install numpy==2.4.6 pillow==13.0.0 html5lib safetensors==0.8.0 tensorboard==2.21.0 av imageio-ffmpeg
    [GORGAN=PROGRAM] .files/bin/python scripts/check_files.py

The nets that `gorgan export` writes have scripts/check_exports.py, and the events scripts/check_events.py beside this.
Videos need the program ffmpeg; imageio-ffmpeg brings one if there is none.
"""

import importlib.metadata
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

import av
import html5lib
import imageio_ffmpeg
import numpy as np
import safetensors
from PIL import Image, ImageSequence
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLASSES = ["daisy", "rose", "tulip"]
SEEDS = 12
rows = []


def version(*packages):
    return ", ".join(f"{p} {importlib.metadata.version(p.lower())}" for p in packages)


def row(file, program, seen):
    rows.append((file, program, seen))


def same(a, b, what):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape, f"{what}: {a.shape} and {b.shape}"
    assert np.array_equal(a, b), f"{what}: {np.count_nonzero(a != b)} of {a.size} values differ"


def pictures(folder):
    """20 pictures of each class, in colours"""
    r = np.random.default_rng(20180827)
    for i, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True)
        for k in range(20):
            Image.fromarray(r.integers(0, 120, (12, 16, 3), dtype=np.uint8) + np.uint8(60 * i)).save(folder / name / f"{k}.png")


def frames(path):
    """the frames of an animation, and how long each is shown, in milliseconds"""
    with Image.open(path) as film:
        shown = [(np.asarray(f.convert("RGB")), f.info["duration"]) for f in ImageSequence.Iterator(film)]
    return np.stack([f for f, _ in shown]), [d for _, d in shown]


def check(run, work):
    """opens what is made of the run in folder work"""
    at = lambda name: work / name
    run("generate", "--model", "run", "--count", str(SEEDS), "--out", "folder")
    names = sorted(os.listdir(at("folder")))
    images = np.stack([np.asarray(Image.open(at("folder") / n)) for n in names])
    assert images.std() > 1 and images.shape == (SEEDS, 12, 16, 3)
    row("a folder of `.png`", version("Pillow"), f"{SEEDS} images of 16x12; the others below are compared with these")

    run("generate", "--model", "run", "--count", str(SEEDS), "--out", "all.zip")
    with zipfile.ZipFile(at("all.zip")) as z:
        assert z.testzip() is None and sorted(pathlib.PurePath(n).name for n in z.namelist()) == names
        same([np.asarray(Image.open(io.BytesIO(z.read(n)))) for n in sorted(z.namelist())], images, "zip")
    row("`generate --out .zip`", f"Python {sys.version.split()[0]}, zipfile", "the same files")

    run("generate", "--model", "run", "--count", str(SEEDS), "--out", "all.npz")
    npz = np.load(at("all.npz"))
    same(npz["arr_0"], images, "npz")
    same(npz["arr_1"], np.arange(SEEDS) % 3, "labels")
    run("generate", "--model", "run", "--count", str(SEEDS), "--out", "all.npy")
    values = np.load(at("all.npy"))
    assert values.dtype == np.float32
    same((values * 255 + np.float32(0.5)).astype(np.uint8), images, "npy")
    row("`generate --out .npz`, `.npy`", version("NumPy"), "the same bytes and the labels; the same after rounding")

    run("generate", "--model", "grey", "--count", str(SEEDS), "--out", "grid.png")
    run("generate", "--model", "grey", "--count", str(SEEDS), "--out", "grid.jpg")
    png, jpg = (np.asarray(Image.open(at("grid" + end))).astype(int) for end in (".png", ".jpg"))
    assert png.shape == jpg.shape and abs(png - jpg).mean() < 3, abs(png - jpg).mean()
    row("`generate --out .png`, `.jpg`", version("Pillow"), f"the same grid in grey; JPEG differs by {abs(png - jpg).mean():.1f} of 255 in the mean")

    # An animation begins with the image of its first seed, and a GIF of grey images is exact.
    animations(run, work)

    run("export", "--model", "run", "--to", "noise", "--seeds", "5", "--out", "noise.npy")
    run("generate", "--model", "run", "--noise", "noise.npy", "--class", "2", "--out", "again")
    same(np.asarray(Image.open(at("again") / os.listdir(at("again"))[0])), images[5], "noise")
    run("project", "--model", "run", "--image", "folder/" + names[5], "--images", "0", "--noise-out", "found.npy", "--json", "--out", "pair.png")
    found = np.load(at("found.npy"))
    assert found.shape == np.load(at("noise.npy")).shape and found.dtype == np.float32 and np.abs(found).max() <= 1
    left, right = Image.open(at("pair.png")).size
    assert left > right, "the pair is side by side"
    row("`export --to noise`, `project --noise-out`", version("NumPy"), "`generate --noise` makes the image of the seed; of one shape")

    with safetensors.safe_open(at("run") / (at("run") / "last").read_text().strip(), "np") as f:
        keys = list(f.keys())
        assert "generator.0.weight" in keys and all(np.isfinite(f.get_tensor(k)).all() for k in keys)
    row("a checkpoint", version("safetensors"), f"{len(keys)} tensors, all finite")

    accumulator = EventAccumulator(str(at("run")), size_guidance={"scalars": 0})
    accumulator.Reload()
    got = [(e.step, np.float32(e.value)) for e in accumulator.Scalars("loss/generator")]
    want = [json.loads(line) for line in (at("run") / "metrics.jsonl").read_text().splitlines()]
    assert got == [(m["step"], np.float32(m["g_loss"])) for m in want]
    row("a run's events", version("tensorboard"), f"the {len(got)} values of metrics.jsonl; `scripts/check_events.py` compares all")

    run("report", "run", "--out", "report.html")
    html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(at("report.html").read_bytes())
    row("`report`", version("html5lib"), "no fault, strictly")


def animations(run, work):
    run("generate", "--model", "grey", "--seeds", "3", "--scale", "3", "--out", "three")
    first = np.asarray(Image.open(next((work / "three").iterdir())).convert("RGB"))
    walk = ["walk", "--model", "grey", "--seeds", "3,8,3", "--seconds", "2", "--fps", "10", "--scale", "3", "--out"]
    run(*walk, "loop.gif")
    run(*walk, "loop.png")
    gif, shown = frames(work / "loop.gif")
    apng, also = frames(work / "loop.png")
    same(gif, apng, "GIF and APNG")
    assert sum(shown) == sum(also) == 2000 and len(gif) == 20, (shown, also)
    same(first, gif[0], "the first frame")
    row("`walk --out .gif`, `.png`", version("Pillow"), f"{len(gif)} frames, 2 s; the same pixels, the first those of seed 3")
    run("timelapse", "grey", "--out", "growth.gif")
    with Image.open(work / "growth.gif") as film:
        row("`timelapse --out .gif`", version("Pillow"), f"{film.n_frames} frames, a picture of the run each")
    for name in "loop.mp4", "loop.webm":
        run(*walk, name)
        with av.open(str(work / name)) as video:
            stream = video.streams.video[0]
            seen = [f.to_ndarray(format="rgb24") for f in video.decode(stream)]
            codec = stream.codec_context.name
        height, width = gif.shape[1:3]
        far = np.abs(np.stack([f[:height, :width] for f in seen]).astype(int) - gif.astype(int)).mean()
        assert len(seen) == 20 and far < 12, (len(seen), far)
        row(f"`walk --out .{name.split('.')[1]}`", f"{version('av')}, {codec}", f"20 frames; {far:.1f} of 255 from the GIF in the mean")


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        gorgan = os.environ.get("GORGAN")
        if not gorgan:
            gorgan = work / "gorgan"
            subprocess.run(["go", "build", "-o", gorgan, "./cmd/gorgan"], check=True, cwd=ROOT, env=os.environ | {"CGO_ENABLED": "0"})
        gorgan = os.path.abspath(gorgan)
        programs = work / "bin"
        programs.mkdir()
        os.symlink(shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe(), programs / "ffmpeg")
        environment = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}

        def run(*args):
            done = subprocess.run([gorgan, *args], cwd=work, env=environment, capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"gorgan {' '.join(args)}: {done.stderr}")

        pictures(work / "flowers")
        small = "--size 12x16 --held-out 0 --noise-dim 8 --gen-hidden 24 --dis-hidden 24 --batch-size 16 --learning-rate 0.01 --steps 40 --display-every 10 --device cpu".split()
        run("train", "--data", "flowers", *small, "--classes", "auto", "--out", "run")
        run("train", "--data", "flowers", *small, "--channels", "1", "--out", "grey")
        check(run, work)
    print("| file | opened by | seen |\n| --- | --- | --- |")
    for r in rows:
        print("| " + " | ".join(r) + " |")


main()
