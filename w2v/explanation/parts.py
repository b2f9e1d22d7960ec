"""What an explanation is made of: steps of texts, tables, code, pictures (a look-up, pairs of a word, a step of SGD).

`terminal` and the page show them; a terminal leaves the pictures out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from w2v.explanation.pairs import Floats, Window

MOST_NUMBERS = 40  # of a row
MOST_WORDS = 12  # of a sentence
ARROW = 0.3  # of the width of the picture: as long is the arrow of the word's row

Cell = str | int | float


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """Rows under names of columns.

    columns  texts; none: the table has no head
    rows     a float is shown with `digits` decimals, an int as it is
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    digits: int = 3
    kind: str = "table"


@dataclass(frozen=True)
class Code:
    """Lines to be copied, or a formula: shown as they are."""

    text: str
    kind: str = "code"


@dataclass(frozen=True)
class LookUp:
    """A one-hot row, and the row that it picks.

    word, id  of what is looked up
    rows      how many the table has
    row       the first numbers of the row
    """

    caption: str
    word: str
    id: int
    rows: int
    row: tuple[float, ...]
    kind: str = "lookup"


@dataclass(frozen=True)
class Pairs:
    """A sentence, and which of its words are paired with one of them.

    center    its place among `words`
    contexts  the places of its contexts
    """

    caption: str
    words: tuple[str, ...]
    center: int
    contexts: tuple[int, ...]
    kind: str = "pairs"


@dataclass(frozen=True)
class Arrows:
    """The rows of a window before a step of SGD and after it, on a plane.

    names    the word, or the mean, then the outputs
    targets  1 where the step brings them closer, else 0; that of the word itself is 1
    before   places, across and up
    after    likewise, the way `larger` times as long as it is
    """

    caption: str
    names: tuple[str, ...]
    targets: tuple[int, ...]
    before: tuple[tuple[float, float], ...]
    after: tuple[tuple[float, float], ...]
    larger: int
    kind: str = "arrows"


Part = Text | Table | Code | LookUp | Pairs | Arrows


@dataclass(frozen=True)
class Step:
    """One of the three questions: what happens, how it came to be, what it is good for."""

    title: str
    parts: tuple[Part, ...]


def pairs_of(caption: str, sentence: Sequence[str], place: int, window: int) -> Pairs:
    """Return the picture of the pairs of the word at a place, in the part of a sentence that is around it."""
    first = max(0, min(place - MOST_WORDS // 2, len(sentence) - MOST_WORDS))
    words = tuple(sentence[first : first + MOST_WORDS])
    center = place - first
    around = range(max(0, center - window), min(len(words), center + window + 1))
    return Pairs(caption, words, center, tuple(at for at in around if at != center))


def arrows_of(caption: str, name: str, window: Window, after: Window) -> Arrows:
    """Return the picture of a step; "{larger}" in the caption becomes the number by which its arrows are longer.

    name  of the row that all pull at

    The plane is spanned by the way of the word's row and by that direction beside it in which the rows differ most.
    """
    rows = [window.points, after.points]
    across = _unit(rows[1][0] - rows[0][0])
    rest = rows[0] - rows[0].mean(axis=0)
    rest = rest - np.outer(rest @ across, across)
    up = np.linalg.svd(rest, full_matrices=False)[2][0]
    before, moved = (some @ np.stack([across, up], axis=1) for some in rows)
    extent = float(np.ptp(before, axis=0).max()) or 1.0
    longest = float(np.linalg.norm(moved - before, axis=1).max()) or 1.0
    larger = max(1, round(ARROW * extent / longest))
    shown = before + larger * (moved - before)
    return Arrows(
        caption.replace("{larger}", str(larger)), (name, *window.outputs), (1, *map(int, window.errors > 0)),
        _places(before), _places(shown), larger,
    )  # fmt: skip


def _unit(vector: Floats) -> Floats:
    unit: Floats = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return unit


def _places(points: Floats) -> tuple[tuple[float, float], ...]:
    return tuple((round(x, 5), round(y, 5)) for x, y in points.tolist())
