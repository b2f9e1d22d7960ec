"""A map: words with a place in the plane, and what is drawn beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Map:
    """Words in two dimensions.

    title      what is shown, in one line
    words      N, in the order in which they get a label where there is no room for all
    points     float64 [N, 2]
    asked      positions of the words that the reader named; the rest came as neighbours or by frequency
    arrows     (from, to): positions of words
    clusters   int64 [N], the cluster of each word; none: not coloured
    names      the name of each cluster
    axes       what the two directions mean; empty where they mean nothing by themselves
    equal      both directions have one scale: distances across the picture can be compared
    neighbors  for each word positions of the words nearest to it by the cosine of their vectors, nearest first,
               and the cosines
    """

    title: str
    words: tuple[str, ...]
    points: npt.NDArray[np.float64]
    asked: frozenset[int] = frozenset()
    arrows: tuple[tuple[int, int], ...] = ()
    clusters: npt.NDArray[np.int64] | None = None
    names: tuple[str, ...] = ()
    axes: tuple[str, str] = ("", "")
    equal: bool = True
    neighbors: tuple[tuple[tuple[int, float], ...], ...] = ()

    def __post_init__(self) -> None:
        assert self.points.shape == (len(self.words), 2)
        assert self.clusters is None or self.clusters.max(initial=-1) < len(self.names)

    @property
    def marked(self) -> frozenset[int]:
        """Positions of the words that stand out: where arrows lead, else what was asked for, if that is not all."""
        if self.arrows:
            return frozenset(end for _, end in self.arrows) - frozenset(start for start, _ in self.arrows)
        return self.asked if len(self.asked) < len(self.words) else frozenset()
