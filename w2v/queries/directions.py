"""Words placed along a direction: the one that does not belong, and an axis between two poles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from w2v.errors import SettingsError
from w2v.vectors import Floats, Vectors, check_directed


class Placed(NamedTuple):
    """A word and its cosine to a direction."""

    word: str
    cosine: float


def odd(vectors: Vectors, words: Sequence[str]) -> list[Placed]:
    """Return `words` by their cosine to the mean of their unit vectors, the one that belongs least first.

    Raises UnknownWordError; SettingsError for fewer than three words, of which none is odd.
    """
    if len(words) < 3:
        raise SettingsError(f"which of them does not belong? That takes three words or more, not {len(words)}")
    placed = _placed(vectors, words, np.mean([vectors.unit(word) for word in words], axis=0))
    return sorted(placed, key=lambda place: place.cosine)


def axis(vectors: Vectors, positive: str, negative: str, words: Sequence[str]) -> list[Placed]:
    """Return `words` by their cosine to the direction from `negative` to `positive`, the most positive first.

    The direction is the difference of the two unit vectors. Raises UnknownWordError; W2VError where there is none.
    """
    placed = _placed(vectors, words, vectors.unit(positive) - vectors.unit(negative))
    return sorted(placed, key=lambda place: -place.cosine)


def _placed(vectors: Vectors, words: Sequence[str], direction: Floats) -> list[Placed]:
    check_directed(direction)
    direction = direction / np.linalg.norm(direction)
    units = [vectors.unit(word) for word in words]
    for unit in units:
        check_directed(unit)
    return [Placed(word, float(unit @ direction)) for word, unit in zip(words, units)]
