# Writes the .npy and .npz files beside it: python3 golden.py, with NumPy 1 or 2.
#
# Each file has the same three images of 4 by 5 pixels, or a part of them, in another form. Pixel (i,y,x) of
# a grey image is (i*71 + y*50 + x*13) % 256. In colours, channel c has (i*71 + y*50 + x*13 + c*97) % 256.
import os
import numpy as np

i, y, x, c = np.ogrid[:3, :4, :5, :3]
rgb = ((i * 71 + y * 50 + x * 13 + c * 97) % 256).astype(np.uint8)
grey = np.ascontiguousarray(rgb[..., 0])
square = np.ascontiguousarray(grey[:, :, :4])
labels = np.array([4, 0, 2])
here = os.path.dirname(os.path.abspath(__file__))


def npy(name, a, version=(1, 0)):
    with open(os.path.join(here, name + ".npy"), "wb") as f:
        np.lib.format.write_array(f, a, version=version)


unit = grey / 255
both = grey / 127.5 - 1
npy("u1", grey)
npy("u1_fortran", np.asfortranarray(grey))
npy("u1_v2", grey, (2, 0))
npy("u1_v3", grey, (3, 0))
npy("u1_hwc", rgb)
npy("u1_hwc_fortran", np.asfortranarray(rgb))
npy("u1_chw", np.ascontiguousarray(rgb.transpose(0, 3, 1, 2)))
npy("u1_chw_fortran", np.asfortranarray(rgb.transpose(0, 3, 1, 2)))
npy("u1_nhw1", grey[..., None])
npy("u1_n1hw", grey[:, None])
npy("u1_flat", square.reshape(3, -1))
npy("u1_flat_fortran", np.asfortranarray(square.reshape(3, -1)))
npy("u1_flat_rgb", np.ascontiguousarray(rgb[:, :, :4]).reshape(3, -1))
for code in "i2", "u2", "i4", "u4", "i8", "u8":
    for order in "<", ">":
        npy({"<": "le_", ">": "be_"}[order] + code, grey.astype(order + code))
for code in "f2", "f4", "f8":
    for order in "<", ">":
        name = {"<": "le_", ">": "be_"}[order] + code
        npy(name + "_unit", unit.astype(order + code))
        npy(name + "_both", both.astype(order + code))
npy("f4_fortran", np.asfortranarray(unit.astype("<f4")))
npy("f4_chw", (rgb.transpose(0, 3, 1, 2) / 127.5 - 1).astype("<f4"))
npy("bool", grey > 127)
npy("object", np.array([grey[0], None, "x"], dtype=object))
npy("fields", np.zeros(3, dtype=[("pixels", "u1", (4, 5)), ("label", "i4")]))
npy("text", np.array(["a", "bc"]))
npy("complex", grey.astype("c8"))

to = lambda name: os.path.join(here, name + ".npz")
np.savez(to("keras"), x_train=grey, y_train=labels.astype("u1"), x_test=grey[:2], y_test=labels[:2].astype("u1"))
np.savez_compressed(to("medmnist"), train_images=rgb, train_labels=labels[:, None].astype("u1"), val_images=rgb[:1],
                    val_labels=labels[:1, None].astype("u1"), test_images=rgb[:2], test_labels=labels[:2, None].astype("u1"))
np.savez(to("arr"), grey, labels)
np.savez_compressed(to("one"), faces=both.astype("f4"))
np.savez(to("several"), left=grey, right=grey)
np.savez(to("multi"), images=grey, labels=np.eye(3, dtype="u1"))
np.savez(to("object"), images=np.array([grey[0], None], dtype=object))
