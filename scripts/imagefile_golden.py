#!/usr/bin/env python3
"""usage: scripts/imagefile_golden.py   writes dataset/imagefile/testdata/golden anew: image files by other programs

Wants Pillow, NumPy and ImageMagick's convert. Beside each file stands NAME.ppm or NAME.pgm, the pixels
that are right: what the file was made from, where the format keeps it, else what Pillow reads. They lie
on the background 200, 30, 90. PNG files of depths that Pillow does not write are put together here.
"""

import io
import os
import shutil
import struct
import subprocess
import sys
import zlib

import numpy as np
from PIL import Image

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../dataset/imagefile/testdata/golden")
BACKGROUND = np.array([200, 30, 90])
H, W = 11, 13


def rgba():
    y, x = np.mgrid[:H, :W]
    rgb = np.stack([x * 19, y * 23, (x + y) * 10], -1)
    a = np.where(x < 4, 255, np.where(x < 9, y * 25, 0))
    return np.concatenate([rgb, a[..., None]], -1).astype(np.uint8)


def smooth():
    """Slow changes, which JPEG keeps."""
    y, x = np.mgrid[:48, :72]
    return np.stack([60 + x * 2, 200 - y * 2, 90 + x + y], -1).astype(np.uint8)


def on_background(image):
    c, a = image[..., :3].astype(int), image[..., 3:].astype(int)
    return ((c * a + BACKGROUND * (255 - a) + 127) // 255).astype(np.uint8)


def put(name, data, right):
    with open(os.path.join(OUT, name), "wb") as f:
        f.write(data)
    right = np.ascontiguousarray(right, dtype=np.uint8)
    if right.ndim == 3 and (right == right[..., :1]).all():
        right = right[..., 0]
    grey = right.ndim == 2
    with open(os.path.join(OUT, name + (".pgm" if grey else ".ppm")), "wb") as f:
        f.write(b"P%d %d %d 255\n" % (5 if grey else 6, right.shape[1], right.shape[0]) + right.tobytes())


def saved(image, format, **options):
    b = io.BytesIO()
    image.save(b, format, **options)
    return b.getvalue()


def read(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def convert(image, *arguments):
    return subprocess.run(["convert", "png:-", *arguments], input=saved(image, "PNG"), stdout=subprocess.PIPE, check=True).stdout


# PNG, by hand.


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def packed(samples, depth):
    """Rows of samples as bytes; samples is (height, width, samples of a pixel)."""
    flat = samples.reshape(samples.shape[0], -1)
    if depth == 16:
        return [r.astype(">u2").tobytes() for r in flat]
    bits = ((flat[..., None] >> np.arange(depth - 1, -1, -1)) & 1).astype(np.uint8)
    return [np.packbits(b.reshape(-1)).tobytes() for b in bits]


def filtered(rows, back):
    """Each row with another filter in turn."""
    out, above = b"", bytes(len(rows[0])) if rows else b""
    for k, row in enumerate(rows):
        kind, line = k % 5, bytearray()
        for i, v in enumerate(row):
            a = row[i - back] if i >= back else 0
            b = above[i]
            c = above[i - back] if i >= back else 0
            p = a + b - c
            nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line.append((v - (0, a, b, (a + b) // 2, nearest)[kind]) & 255)
        out, above = out + bytes([kind]) + bytes(line), row
    return out


ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def png(samples, depth, kind, interlaced=False, before=b"", level=9):
    height, width, n = samples.shape
    parts = [samples[t::d, l::r] for t, l, d, r in ADAM7] if interlaced else [samples]
    back = max(1, n * depth // 8)
    raw = b"".join(filtered(packed(p, depth), back) for p in parts if p.size)
    z = zlib.compress(raw, level)
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before + chunk(b"IDAT", z[:9]) + chunk(b"IDAT", z[9:]) + chunk(b"IEND", b"")


def write_png():
    rng = np.random.default_rng(1)
    palette = rng.integers(0, 256, (256, 3), dtype=np.uint8)
    for interlaced in (False, True):
        tail = "_i" if interlaced else ""
        for depth in (1, 2, 4, 8, 16):
            most = (1 << depth) - 1
            s = rng.integers(0, most + 1, (H, W, 1))
            grey = s[..., 0] >> 8 if depth == 16 else s[..., 0] * 255 // most
            put(f"grey{depth}{tail}.png", png(s, depth, 0, interlaced), grey)
            key = int(s[3, 4, 0])
            full = np.dstack([grey, grey, grey, np.where(s[..., 0] == key, 0, 255)]).astype(np.uint8)
            put(f"grey{depth}_key{tail}.png", png(s, depth, 0, interlaced, chunk(b"tRNS", struct.pack(">H", key))), on_background(full))
            if depth < 16:
                entries = min(most + 1, 200)
                s = s % entries
                plte = chunk(b"PLTE", palette[:entries].tobytes())
                put(f"palette{depth}{tail}.png", png(s, depth, 3, interlaced, plte), palette[s[..., 0]])
                alphas = rng.integers(0, 256, entries // 2 + 1, dtype=np.uint8)
                table = np.full(256, 255, np.uint8)
                table[: len(alphas)] = alphas
                full = np.dstack([palette[s[..., 0]], table[s[..., 0]]])
                put(f"palette{depth}_alpha{tail}.png", png(s, depth, 3, interlaced, plte + chunk(b"tRNS", alphas.tobytes())), on_background(full))
            if depth >= 8:
                high = depth - 8
                s = rng.integers(0, most + 1, (H, W, 3))
                put(f"rgb{depth}{tail}.png", png(s, depth, 2, interlaced), s >> high)
                key = s[2, 5]
                full = np.dstack([s >> high, np.where((s == key).all(-1), 0, 255)])
                put(f"rgb{depth}_key{tail}.png", png(s, depth, 2, interlaced, chunk(b"tRNS", struct.pack(">3H", *key))), on_background(full))
                s = rng.integers(0, most + 1, (H, W, 2))
                full = np.dstack([s[..., :1] >> high] * 3 + [s[..., 1:] >> high])
                put(f"greyalpha{depth}{tail}.png", png(s, depth, 4, interlaced), on_background(full))
                s = rng.integers(0, most + 1, (H, W, 4))
                put(f"rgba{depth}{tail}.png", png(s, depth, 6, interlaced), on_background(s >> high))
    im = rgba()
    put("tiny_i.png", png(im[:1, :1, :3].astype(int), 8, 2, True), im[:1, :1, :3])
    put("pillow_rgba.png", saved(Image.fromarray(im), "PNG"), on_background(im))
    put("exif3.png", saved(Image.fromarray(im), "PNG", exif=orientation(3)), on_background(im[::-1, ::-1]))
    frames = [Image.fromarray(im), Image.fromarray(im[::-1].copy())]
    put("frames2.png", saved(frames[0], "PNG", save_all=True, append_images=frames[1:]), on_background(im))


def orientation(n):
    exif = Image.Exif()
    exif[0x112] = n
    return exif


def turned(n, im):
    return {
        1: im, 2: im[:, ::-1], 3: im[::-1, ::-1], 4: im[::-1], 5: im.swapaxes(0, 1), 6: im[::-1].swapaxes(0, 1),
        7: im[::-1, ::-1].swapaxes(0, 1), 8: im[:, ::-1].swapaxes(0, 1),
    }[n]


def write_jpeg():
    im = smooth()
    colour, grey = Image.fromarray(im), Image.fromarray(im).convert("L")
    for name, options in {
        "444": {"subsampling": 0}, "422": {"subsampling": 1}, "420": {"subsampling": 2}, "420_progressive": {"subsampling": 2, "progressive": True},
        "444_progressive": {"subsampling": 0, "progressive": True}, "420_optimized": {"optimize": True}, "420_restart": {"restart_marker_blocks": 2},
        "444_restart": {"restart_marker_rows": 1, "subsampling": 0}, "420_rough": {"quality": 20}, "rgb": {"keep_rgb": True},
    }.items():
        data = saved(colour, "JPEG", **{"quality": 95, **options})
        put(f"{name}.jpg", data, read(data))
    odd = saved(colour.crop((0, 0, 37, 23)), "JPEG", quality=95)
    put("420_odd.jpg", odd, read(odd))
    for name, factors in {"411": "4x1", "440": "1x2", "410": "4x2"}.items():
        data = convert(colour, "-quality", "95", "-sampling-factor", factors, "jpg:-")
        put(f"{name}.jpg", data, read(data))
    for name, options in {"grey": {}, "grey_progressive": {"progressive": True}, "grey_restart": {"restart_marker_blocks": 3}}.items():
        data = saved(grey, "JPEG", quality=95, **options)
        put(f"{name}.jpg", data, np.asarray(Image.open(io.BytesIO(data))))
    equal = saved(grey.convert("RGB"), "JPEG", quality=95)
    put("equal.jpg", equal, np.asarray(grey))
    cmyk = saved(colour.convert("CMYK"), "JPEG", quality=95)
    put("cmyk.jpg", cmyk, read(cmyk))
    ycck = convert(colour, "-colorspace", "CMYK", "-quality", "95", "jpg:-")
    put("cmyk_magick.jpg", ycck, read(ycck))
    for n in range(1, 9):
        put(f"exif{n}.jpg", saved(grey, "JPEG", quality=95, exif=orientation(n)), turned(n, np.asarray(grey)))


def write_others():
    im = rgba()
    opaque = im[..., :3].copy()
    colour, alpha = Image.fromarray(opaque), Image.fromarray(im)
    grey = colour.convert("L")
    put("rgb.bmp", saved(colour, "BMP"), opaque)
    put("grey.bmp", saved(grey, "BMP"), np.asarray(grey))
    put("one.bmp", saved(grey.convert("1"), "BMP"), np.asarray(grey.convert("1").convert("L")))
    put("palette.bmp", saved(colour.quantize(16), "BMP"), np.asarray(colour.quantize(16).convert("RGB")))
    put("rgba.bmp", convert(alpha, "bmp:-"), on_background(im))
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        put(f"rgb_{compression}.tif", saved(colour, "TIFF", compression=compression), opaque)
    put("rgba.tif", saved(alpha, "TIFF"), on_background(im))
    put("grey.tif", saved(grey, "TIFF"), np.asarray(grey))
    put("g4.tif", saved(grey.convert("1"), "TIFF", compression="group4"), np.asarray(grey.convert("1").convert("L")))
    put("palette.tif", saved(colour.quantize(16), "TIFF"), np.asarray(colour.quantize(16).convert("RGB")))
    put("pages3.tif", saved(colour, "TIFF", save_all=True, append_images=[colour, grey]), opaque)
    put("big.tif", convert(colour, "-endian", "MSB", "-depth", "16", "tif:-"), opaque)
    put("exif6.tif", saved(colour, "TIFF", tiffinfo={274: 6}), turned(6, opaque))
    put("lossless.webp", saved(colour, "WEBP", lossless=True), opaque)
    put("lossless_alpha.webp", saved(alpha, "WEBP", lossless=True, exact=True), on_background(im))
    lossy = smooth()
    data = saved(Image.fromarray(lossy), "WEBP", quality=95)
    put("lossy.webp", data, read(data))
    ramp = np.dstack([lossy, np.mgrid[:48, :72][0] * 5]).astype(np.uint8)
    data = saved(Image.fromarray(ramp), "WEBP", quality=95)
    put("lossy_alpha.webp", data, on_background(np.asarray(Image.open(io.BytesIO(data)))))
    data = saved(Image.fromarray(lossy), "WEBP", quality=95, exif=orientation(8))
    put("exif8.webp", data, turned(8, read(data)))
    data = saved(alpha, "WEBP", lossless=True, exact=True, save_all=True, append_images=[alpha.rotate(180)], duration=50)
    put("frames2.webp", data, on_background(im))
    few = colour.quantize(16)
    put("palette.gif", saved(few, "GIF"), np.asarray(few.convert("RGB")))
    put("interlaced.gif", convert(few.convert("RGB"), "-interlace", "GIF", "gif:-"), np.asarray(few.convert("RGB")))
    data = saved(alpha, "GIF")
    put("clear.gif", data, on_background(np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))))
    data = saved(few, "GIF", save_all=True, append_images=[few.rotate(180), few.rotate(90)], duration=50)
    put("frames3.gif", data, np.asarray(few.convert("RGB")))
    data = convert(few.convert("RGB"), "-repage", "20x16+3+2", "gif:-")
    canvas = np.tile(BACKGROUND.astype(np.uint8), (16, 20, 1))
    canvas[2 : 2 + H, 3 : 3 + W] = np.asarray(few.convert("RGB"))
    put("canvas.gif", data, canvas)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(__doc__)
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(OUT)
    write_png()
    write_jpeg()
    write_others()
