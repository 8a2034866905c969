"""usage: picture_set.py FROM TO SIZE   pictures of a folder on white, SIZE pixels square, in the folders TO/train and TO/test

Every tenth one in the order of their names is for the test. A program that reads TO/train gets the pixels that Gorgan gets
from TO, whatever filter it resizes with. Pictures are divided by a whole number of pixels.
"""

import pathlib
import sys

from PIL import Image

source, target, size = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
files = sorted(source.glob("*.png"))
for part in ("train", "test"):
    (target / part).mkdir(parents=True, exist_ok=True)
for i, name in enumerate(files):
    picture = Image.open(name).convert("RGBA")
    picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    picture.reduce(picture.width // size).save(target / ("test" if i % 10 == 9 else "train") / name.name)
print(f"{target}: {len(files)} pictures")
