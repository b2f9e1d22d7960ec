"""Where labels go: beside their points, and never over each other.

Greedy, in the order given: each label takes the first place around its point that is free, near places first;
one that finds none within reach is left out rather than drawn over another. Places further off are tied
to their point by a thin line.

adjustText 1.4 instead, on maps of 200 and 500 words: 0.5 and 12.5 CPU seconds for 0.01 and 0.2 here, and 10 and 328
pairs of labels over one another for none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float64]

# Directions from the point to the middle of its label: right, left, above and below before the corners.
DIRECTIONS = [(1, 0), (-1, 0), (0, 1), (0, -1), (0.9, 0.8), (-0.9, 0.8), (0.9, -0.8), (-0.9, -0.8)]
RINGS = (2.0, 7.0, 14.0, 24.0, 38.0, 55.0, 80.0)  # pixels further off than touching
TIED_FROM = 14.0  # from this ring on a line leads back to the point


class Place(NamedTuple):
    """The lower left corner of a label, in pixels, and whether a line ties it to its point."""

    x: float
    y: float
    tied: bool


def place(
    points: Boxes, sizes: Boxes, frame: Boxes, radius: float, lines: Boxes | None = None, reach: float = RINGS[-1]
) -> list[Place | None]:
    """Return a place for each label, or None where there is none.

    points  float64 [N, 2], pixels
    sizes   float64 [N, 2], width and height of each label
    frame   float64 [4], x0, y0, x1, y1: labels stay inside
    radius  of a point: labels keep off all of them
    lines   float64 [L, 4], x0, y0, x1, y1 of arrows: labels keep off them where they can
    reach   how many pixels further off than touching a label may be
    """
    crossings = np.empty((0, 2)) if lines is None else _along(lines)
    taken = np.empty((0, 4))
    places: list[Place | None] = []
    rings = [ring for ring in RINGS if ring <= reach]
    for point, size in zip(points, sizes):
        found = None
        # A word between arrows may find no place off them: better on a line than nowhere.
        for obstacles in (crossings, crossings[:0]):
            found = _free_place(point, size, frame, radius, points, obstacles, taken, rings)
            if found or not len(crossings):
                break
        places.append(found)
        if found:
            box = (found.x, found.y, found.x + size[0], found.y + size[1])
            taken = np.vstack([taken, box])
    return places


def _free_place(
    point: Boxes,
    size: Boxes,
    frame: Boxes,
    radius: float,
    points: Boxes,
    obstacles: Boxes,
    taken: Boxes,
    rings: Sequence[float],
) -> Place | None:
    for ring in rings:
        for dx, dy in DIRECTIONS:
            middle = point + np.array([dx * (size[0] / 2 + radius + ring), dy * (size[1] / 2 + radius + ring)])
            x0, y0 = middle - size / 2
            x1, y1 = middle + size / 2
            if x0 < frame[0] or y0 < frame[1] or x1 > frame[2] or y1 > frame[3]:
                continue
            # The other points are kept off by their radius, but for a pixel: dots may touch a letter's edge.
            if _inside(points, x0, y0, x1, y1, radius - 1) or _inside(obstacles, x0, y0, x1, y1, 0):
                continue
            if _overlaps(taken, x0, y0, x1, y1):
                continue
            return Place(float(x0), float(y0), ring >= TIED_FROM)
    return None


def _inside(points: Boxes, x0: float, y0: float, x1: float, y1: float, margin: float) -> bool:
    x, y = points[:, 0], points[:, 1]
    return bool(np.any((x > x0 - margin) & (x < x1 + margin) & (y > y0 - margin) & (y < y1 + margin)))


def _overlaps(boxes: Boxes, x0: float, y0: float, x1: float, y1: float) -> bool:
    return bool(np.any((boxes[:, 0] < x1) & (boxes[:, 2] > x0) & (boxes[:, 1] < y1) & (boxes[:, 3] > y0)))


def _along(lines: Boxes) -> Boxes:
    """Return points along lines, some pixels apart, [P, 2]."""
    parts = [
        np.linspace(line[:2], line[2:], max(2, int(np.hypot(*(line[2:] - line[:2])) / 4)))  # 4 pixels
        for line in lines
    ]
    return np.vstack(parts) if parts else np.empty((0, 2))
