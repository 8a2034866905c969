#!/usr/bin/env python3
# usage: pip install pillow numpy && python3 scripts/interop.py OUT [COUNT HEIGHT WIDTH]
#
# Writes the same 200 images, or COUNT, into OUT as many kinds of sources, by Pillow, NumPy, ImageMagick, zip and tar,
# and OUT/expected.tsv with a line for each: PATH, PROGRAM and FINGERPRINT, separated by tabs. The
# fingerprint is computed here as gorgan/dataset documents it: SHA-256 of a header, all pixels, all labels.
#
# There are four sets of images: grey and coloured ones of 20x24, and the same of 32x32 for formats
# of squares. The labels 0 to 4 rise with the images, so that folders of classes keep the order. Each image
# has few colours, so that GIF keeps them. A program that is not installed is left out, aloud.
#
# The test of gorgan/dataset has a small set, which this makes:
#
#   scripts/interop.py OUT 5 7 9 && (cd OUT && zip -X -q -r - .) >dataset/testdata/interop.zip

import csv
import hashlib
import io
import json
import os
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile

import numpy as np
from PIL import Image

CLASSES = ["daisy", "iris", "lily", "rose", "tulip"]
COUNT, HEIGHT, WIDTH = (int(a) for a in sys.argv[2:]) if len(sys.argv) > 2 else (200, 20, 24)
LABELS = [i * len(CLASSES) // COUNT for i in range(COUNT)]
OUT = sys.argv[1]
expected = []


def images(height, width, channels):
    """uint8 (N,H,W,C), nowhere constant, no image twice"""
    r = np.random.default_rng(20180827)
    palette = r.integers(0, 256, (COUNT, 200, channels), dtype=np.uint8)
    choice = r.integers(0, 200, (COUNT, height, width))
    return np.stack([palette[i][choice[i]] for i in range(COUNT)])


def fingerprint(pixels, labels):
    count, height, width, channels = pixels.shape
    head = b"gorgan dataset 1\n" if channels == 1 else b"gorgan dataset 2\n"
    numbers = [count, height, width] + ([channels] if channels > 1 else [])
    labels = labels if labels is not None else [-1] * count
    parts = [head, struct.pack(f"<{len(numbers)}Q", *numbers), pixels.tobytes(), struct.pack(f"<{count}i", *labels)]
    return hashlib.sha256(b"".join(parts)).hexdigest()


class Sources:
    """writes the sources of one set of images"""

    def __init__(self, name, pixels):
        self.name, self.pixels = name, pixels
        self.grey = pixels.shape[-1] == 1
        self.marks = {False: fingerprint(pixels, None), True: fingerprint(pixels, LABELS)}
        os.makedirs(os.path.join(OUT, name))

    def at(self, *parts):
        path = os.path.join(OUT, self.name, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def expect(self, path, program, labelled):
        expected.append((os.path.relpath(self.at(path), OUT), program, self.marks[labelled]))

    def image(self, i, mode=None):
        p = self.pixels[i]
        im = Image.fromarray(p[:, :, 0] if self.grey else p)
        if mode == "P" and not self.grey:
            colours, index = np.unique(p.reshape(-1, 3), axis=0, return_inverse=True)
            im = Image.fromarray(index.reshape(p.shape[:2]).astype(np.uint8), "P")
            im.putpalette(colours.tobytes())
        elif mode == "I;16":
            im = Image.fromarray(p[:, :, 0].astype(np.uint16) * 257)
        elif mode not in (None, "P"):
            im = im.convert(mode)
        return im

    def folder(self, name, ending, program, labelled=False, mode=None, path=None, **options):
        for i in range(COUNT):
            file = path(i) if path else f"{i:03d}"
            self.image(i, mode).save(self.at(name, f"{file}.{ending}"), **options)
        self.expect(name, program, labelled)

    def text(self, name, content, labelled, program="Python", source=None):
        with open(self.at(name), "w", newline="", encoding="utf-8") as f:
            f.write(content)
        self.expect(source or name, program, labelled)

    def copy_of_png(self, name):
        shutil.copytree(self.at("png"), self.at(name))

    def run(self, name, program, labelled, command, cwd="."):
        if shutil.which(command[0]) is None:
            print(f"{command[0]} is not installed: {self.name}/{name} is left out", file=sys.stderr)
            return
        subprocess.run(command, cwd=self.at(cwd, "."), check=True, stdout=subprocess.DEVNULL)
        self.expect(name, program, labelled)


def by_class(i):
    return f"{CLASSES[LABELS[i]]}/{i:03d}"


def folders(s):
    """image files in folders"""
    s.folder("png", "png", "Pillow")
    s.folder("png_palette", "png", "Pillow", mode="P")
    s.folder("png_rgba", "png", "Pillow", mode="RGBA")
    s.folder("bmp", "bmp", "Pillow")
    s.folder("gif", "gif", "Pillow", mode="P")
    s.folder("tiff", "tif", "Pillow")
    s.folder("tiff_lzw", "tiff", "Pillow", compression="tiff_lzw")
    s.folder("webp", "webp", "Pillow", lossless=True, exact=True)
    s.folder("any_name", "jpg", "Pillow", format="PNG")  # the content decides, not the name
    if s.grey:
        s.folder("png_16", "png", "Pillow", mode="I;16")
        s.folder("png_rgb", "png", "Pillow", mode="RGB")
    s.folder("classes", "png", "Pillow", labelled=True, path=by_class)
    s.folder("classes_deep", "png", "Pillow", labelled=True, path=lambda i: f"data/{CLASSES[LABELS[i]]}/part/{i:03d}")
    s.folder("parts", "png", "Pillow", labelled=True, path=lambda i: "train/" + by_class(i))
    shutil.copy(s.at("png", "000.png"), s.at("parts", "test", CLASSES[0], "000.png"))


def converted(s):
    """image files by ImageMagick"""
    convert = "magick" if shutil.which("magick") else "convert"
    for kind, ending, options in [("bmp3", "bmp", ["-compress", "none"]), ("tiff", "tif", ["-compress", "zip"]), ("png", "png", ["-interlace", "png"])]:
        name = f"magick_{kind}"
        s.at(name, ".")  # makes the folder
        s.run(name, "ImageMagick", False, [convert, "png/*.png", *options, "-scene", "0", "+adjoin", f"{kind}:{name}/%03d.{ending}"])


def archives(s):
    """archives of folders"""
    s.run("flat.zip", "zip", False, ["zip", "-q", "-r", "../flat.zip", "."], "png")
    s.run("stored.zip", "zip", True, ["zip", "-q", "-0", "-r", "stored.zip", "classes"])
    for kind in ["gnu", "ustar", "pax", "v7"]:
        s.run(f"{kind}.tar", "GNU tar", True, ["tar", f"--format={kind}", "-cf", f"{kind}.tar", "classes"])
    s.run("classes.tar.gz", "GNU tar", True, ["tar", "-czf", "classes.tar.gz", "classes"])
    with zipfile.ZipFile(s.at("python.zip"), "w", zipfile.ZIP_DEFLATED) as z:
        for i in range(COUNT):
            z.write(s.at("classes", by_class(i) + ".png"), by_class(i) + ".png")
    s.expect("python.zip", "Python", True)
    with tarfile.open(s.at("webdataset.tar"), "w") as t:
        for i in range(COUNT):
            with open(s.at("png", f"{i:03d}.png"), "rb") as f:
                png = f.read()
            for ending, data in [("png", png), ("cls", str(LABELS[i]).encode())]:
                member = tarfile.TarInfo(f"{i:06d}.{ending}")
                member.size = len(data)
                t.addfile(member, io.BytesIO(data))
    s.expect("webdataset.tar", "Python", True)
    with zipfile.ZipFile(s.at("stylegan.zip"), "w", zipfile.ZIP_STORED) as z:
        names = [f"{i // 100:05d}/img{i:08d}.png" for i in range(COUNT)]
        for i, name in enumerate(names):
            z.write(s.at("png", f"{i:03d}.png"), name)
        z.writestr("dataset.json", json.dumps({"labels": [[name, label] for name, label in zip(names, LABELS)]}))
    s.expect("stylegan.zip", "Python", True)


def lists(s):
    """lists of the files in png/, and metadata beside copies of them"""
    names = [f"png/{i:03d}.png" for i in range(COUNT)]
    pairs = list(zip(names, LABELS))
    s.text("list.txt", "".join(f"{n} {l}\n" for n, l in pairs), True)
    s.text("paths.txt", "".join(f"{n}\n" for n in names), False)
    s.text("crlf.txt", "\ufeff" + "".join(f"{n}\t{l}\r\n" for n, l in pairs), True)
    s.text("names.csv", "filename,label\n" + "".join(f"{n},{CLASSES[l]}\n" for n, l in pairs), True)
    s.text("swapped.tsv", "label\tpath\n" + "".join(f"{l}\t{n}\n" for n, l in pairs), True)
    s.text("mxnet.lst", "".join(f"{i}\t{l:f}\t{n}\n" for i, (n, l) in enumerate(pairs)), True)
    s.text("list.jsonl", "".join(json.dumps({"image": n, "label": l}) + "\n" for n, l in pairs), True)
    with open(s.at("quoted.csv"), "w", newline="") as f:
        w = csv.writer(f, quoting=csv.QUOTE_ALL)
        w.writerow(["index", "image", "class"])
        w.writerows([i, n, l] for i, (n, l) in enumerate(pairs))
    s.expect("quoted.csv", "Python csv", True)
    s.copy_of_png("metadata_csv")
    s.text("metadata_csv/metadata.csv", "file_name,label\n" + "".join(f"{i:03d}.png,{l}\n" for i, l in enumerate(LABELS)), True, source="metadata_csv")
    s.copy_of_png("metadata_jsonl")
    lines = (json.dumps({"file_name": f"{i:03d}.png", "label": CLASSES[l]}) + "\n" for i, l in enumerate(LABELS))
    s.text("metadata_jsonl/metadata.jsonl", "".join(lines), True, source="metadata_jsonl")
    s.copy_of_png("stylegan")
    s.text("stylegan/dataset.json", json.dumps({"labels": [[f"{i:03d}.png", l] for i, l in enumerate(LABELS)]}), True, source="stylegan")


def arrays(s):
    """NumPy's files and IDX"""
    nhwc = s.pixels
    nchw = np.ascontiguousarray(nhwc.transpose(0, 3, 1, 2))
    unit = nhwc.astype(np.float32) / 255
    forms = {
        "nhwc": nhwc, "nchw": nchw, "float32": unit, "float64": nhwc / 255, "nchw_float32": nchw.astype(np.float32) / 255,
        "signed": nhwc.astype(np.float32) / 127.5 - 1, "fortran": np.asfortranarray(nhwc), "big_endian": unit.astype(">f4"),
        "fortran_big_endian": np.asfortranarray(nhwc.astype(">f8") / 255), "int64": nhwc.astype(np.int64),
    }
    if s.grey:
        forms["nhw"] = nhwc[..., 0]
    for name, array in forms.items():
        np.save(s.at(f"{name}.npy"), array)
        s.expect(f"{name}.npy", "NumPy", False)
    with open(s.at("version2.npy"), "wb") as f:
        np.lib.format.write_array(f, nhwc, version=(2, 0))
    s.expect("version2.npy", "NumPy", False)
    labels = np.array(LABELS)
    np.savez(s.at("labelled.npz"), images=nhwc, labels=labels)
    np.savez_compressed(s.at("packed.npz"), images=nhwc, labels=labels)
    np.savez_compressed(s.at("keras.npz"), x_train=nhwc[..., 0] if s.grey else nhwc, y_train=labels.astype(np.uint8),
                        x_test=nhwc[:5, ..., 0] if s.grey else nhwc[:5], y_test=labels[:5].astype(np.uint8))
    for name in ["labelled.npz", "packed.npz", "keras.npz"]:
        s.expect(name, "NumPy", True)
    idx(s)


def idx(s):
    import gzip

    shape = s.pixels.shape[:3] if s.grey else s.pixels.shape
    data = struct.pack(f">I{len(shape)}I", 0x800 | len(shape), *shape) + s.pixels.tobytes()
    labels = struct.pack(">II", 0x801, COUNT) + bytes(LABELS)
    name = f"train-images-idx{len(shape)}-ubyte"
    with open(s.at("idx", name), "wb") as f, open(s.at("idx", "train-labels-idx1-ubyte"), "wb") as g:
        f.write(data)
        g.write(labels)
    s.expect("idx", "Python", True)
    with gzip.open(s.at("MNIST", "raw", name + ".gz"), "wb") as f, gzip.open(s.at("MNIST", "raw", "train-labels-idx1-ubyte.gz"), "wb") as g:
        f.write(data)
        g.write(labels)
    s.expect("MNIST", "Python gzip", True)


def tables(s):
    """CSV of the pixels of grey squares"""
    rows = np.column_stack([LABELS, s.pixels.reshape(COUNT, -1)])
    header = "label," + ",".join(f"pixel{k}" for k in range(rows.shape[1] - 1))
    np.savetxt(s.at("kaggle.csv"), rows, fmt="%d", delimiter=",", header=header, comments="")
    np.savetxt(s.at("plain.csv"), rows, fmt="%d", delimiter=",")
    s.expect("kaggle.csv", "NumPy", True)
    s.expect("plain.csv", "NumPy", True)


def cifar(s):
    """CIFAR-10's binary form"""
    planes = s.pixels.transpose(0, 3, 1, 2).reshape(COUNT, -1)
    records = np.column_stack([np.array(LABELS, np.uint8), planes.astype(np.uint8)])
    for batch, part in enumerate(np.split(records, 5), 1):
        part.tofile(s.at("cifar-10-batches-bin", f"data_batch_{batch}.bin"))
    s.expect("cifar-10-batches-bin", "NumPy", True)


if os.path.exists(OUT):
    sys.exit(f"{OUT} is there already; give a new folder")
for channels in [1, 3]:
    colour = "grey" if channels == 1 else "colour"
    s = Sources(colour, images(HEIGHT, WIDTH, channels))
    for write in [folders, converted, archives, lists, arrays]:
        write(s)
    s = Sources(colour + "_square", images(32, 32, channels))
    s.folder("png", "png", "Pillow")
    (tables if channels == 1 else cifar)(s)
with open(os.path.join(OUT, "expected.tsv"), "w") as f:
    f.writelines("\t".join(line) + "\n" for line in expected)
print(f"{len(expected)} sources of {COUNT} images in {OUT}", file=sys.stderr)
