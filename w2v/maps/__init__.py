"""Vectors as pictures: words projected to two dimensions, grouped, labelled and drawn.

build    vectors -> Map         which words, where they are, their clusters and arrows
save     Map -> a file          PNG, SVG, PDF by matplotlib; .html, a page that needs nothing
layout   unit vectors -> places  t-SNE, for `plot` and `explore`
regions  places -> names         what lies where, coarse to fine
"""

from __future__ import annotations

import os
from pathlib import Path

from w2v.errors import SettingsError
from w2v.files import replacing
from w2v.maps import page, picture
from w2v.maps.curve import Curve, Loss, check_losses, read_losses, save_losses
from w2v.maps.map import Map, build, read_pairs
from w2v.maps.projection import METHODS

__all__ = [
    "ENDINGS",
    "METHODS",
    "Curve",
    "Loss",
    "Map",
    "build",
    "check_ending",
    "check_losses",
    "read_losses",
    "read_pairs",
    "save",
    "save_losses",
]

ENDINGS = (".png", ".svg", ".pdf", ".html")


def check_ending(path: str | os.PathLike[str]) -> None:
    """Raise SettingsError if the name does not end in one of ENDINGS."""
    if Path(path).suffix.lower() not in ENDINGS:
        raise SettingsError(f"-o {os.fspath(path)}: the name must end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")


def save(map: Map, path: str | os.PathLike[str], size: tuple[float, float] = picture.SIZE) -> list[str]:
    """Write a picture in the format of the name's ending; returns what the reader should know of it.

    size  width and height in inches, of which a page knows nothing

    Raises SettingsError, OutputError, MissingExtraError.
    """
    check_ending(path)
    format = Path(path).suffix.lower().removeprefix(".")
    with replacing(path) as file:
        if format == "html":
            file.write(page.page(map).encode())
            return []
        return picture.draw(map, file, format, size)
