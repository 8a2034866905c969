"""Pillow's side of scripts/bench_decode.sh.

decode_pillow.py make DIR COUNT      writes COUNT image files of each kind into DIR/KIND
decode_pillow.py read DIR SIZE       reads all files of DIR in two processes, each file to SIZE x SIZE
decode_pillow.py compare DIR ROUNDS SIZE PROGRAM...   times PROGRAM... DIR/KIND and this one's read in turn, ROUNDS times
"""

import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import time
import warnings

from PIL import Image, ImageChops, ImageOps, __version__


def picture(height, width, seed):
    """Smooth colours, edges and grain, as in a photo."""
    import numpy as np

    rng = np.random.default_rng(seed)
    image = np.zeros((height, width, 3), np.float32)
    for octave in (3, 9, 40):
        small = rng.uniform(0, 255, (octave, octave * width // height + 1, 3)).astype(np.uint8)
        image += np.asarray(Image.fromarray(small).resize((width, height), Image.BICUBIC), np.float32) / 3
    y, x = np.mgrid[:height, :width]
    for _ in range(12):
        cy, cx, r = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(0.02, 0.2) * height
        image[(y - cy) ** 2 + (x - cx) ** 2 < r * r] *= rng.uniform(0.6, 1.3, 3)
    grain = np.asarray(Image.fromarray(rng.normal(128, 12, (height, width)).clip(0, 255).astype(np.uint8)), np.float32) - 128
    return Image.fromarray((image + grain[..., None]).clip(0, 255).astype(np.uint8))


def alpha(image):
    import numpy as np

    height, width = image.size[1], image.size[0]
    y, x = np.mgrid[:height, :width]
    away = np.hypot(y - height / 2, x - width / 2) / (height / 2)
    image = image.convert("RGBA")
    image.putalpha(Image.fromarray((255 * (2.5 - 2.5 * away)).clip(0, 255).astype(np.uint8)))
    return image


# Few originals, moved a little in each file: it is the reading that is timed.
KINDS = {
    "photo": (3000, 4000, lambda im, path: im.save(path + ".jpg", quality=88)),
    "small": (480, 640, lambda im, path: im.save(path + ".jpg", quality=88)),
    "emoji": (64, 64, lambda im, path: alpha(im).quantize(200, method=Image.Quantize.FASTOCTREE).save(path + ".png")),
    "rgba": (1024, 1024, lambda im, path: alpha(im).save(path + ".png")),
}


def make(folder, count):
    for kind, (height, width, save) in KINDS.items():
        place = os.path.join(folder, kind)
        if os.path.isdir(place):
            continue
        os.makedirs(place + ".part", exist_ok=True)
        originals = [picture(height, width, k) for k in range(4)]
        for k in range(count):
            moved = ImageChops.offset(originals[k % 4], 13 * k, 5 * (k // 64))
            save(moved, os.path.join(place + ".part", f"{k:03d}"))
        os.rename(place + ".part", place)


def read(job):
    path, size = job
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image.crop((left, top, left + side, top + side)).resize((size, size), Image.LANCZOS).tobytes()


def read_all(folder, size):
    warnings.simplefilter("ignore")  # Pillow's, about palettes with transparency
    jobs = [(os.path.join(folder, name), size) for name in sorted(os.listdir(folder))]
    with multiprocessing.Pool(2) as pool:
        pool.map(read, jobs, chunksize=1)


def processor():
    try:
        with open("/proc/cpuinfo") as f:
            return next(line.split(":")[1].strip() for line in f if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def compare(folder, rounds, size, program):
    times = {kind: ([], []) for kind in KINDS}
    for _ in range(rounds):
        for kind, (ours, pillows) in times.items():
            place = os.path.join(folder, kind)
            for seconds, command in (ours, [*program, place]), (pillows, [sys.executable, __file__, "read", place, str(size)]):
                start = time.perf_counter()
                done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                seconds.append(time.perf_counter() - start)
                if done.returncode:
                    sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    print(f"{processor()}, {os.cpu_count()} cores; Pillow {__version__} in two processes; medians of {rounds} rounds, seconds\n")
    print("| images | gorgan | Pillow | Pillow / gorgan |\n| --- | --- | --- | --- |")
    for kind, (ours, pillows) in times.items():
        a, b = statistics.median(ours), statistics.median(pillows)
        print(f"| {len(os.listdir(os.path.join(folder, kind)))} {kind} | {a:.2f} | {b:.2f} | {b / a:.2f} |")


if __name__ == "__main__":
    mode, folder, number = sys.argv[1:4]
    if mode == "make":
        make(folder, int(number))
    elif mode == "read":
        read_all(folder, int(number))
    else:
        compare(folder, int(number), int(sys.argv[4]), sys.argv[5:])
