"""Draw the scenes of the sample city as photos: `python draw.py FOLDER TARGET`.

A program of its own, so that the server never loads a decoder of drawings.
"""

import sys
from pathlib import Path

import pyvips

WIDTH_PIXELS = 1024


def draw(folder: Path, target: Path) -> None:
    """Make a JPEG in `target` of every SVG in `folder`."""
    for scene in sorted(folder.glob("*.svg")):
        drawing = pyvips.Image.thumbnail(str(scene), WIDTH_PIXELS)
        if drawing.hasalpha():
            drawing = drawing.flatten(background=[255])
        drawing.jpegsave(str(target / f"{scene.stem}.jpg"), Q=85)


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
