"""How well counting alone predicts the next item: if vectors do no better, they are not worth their training.

    popularity    what is most frequent
    counts        what occurs in the same sequences: for each item of the history the share of its company that each
                  other item is, faded as the vectors' history is
    what followed what stood right behind the history's last item, most often first: a Markov chain of order one
    neighbors     what the sequences hold that share most with the history: VSKNN of Ludewig & Jannach 2018, with
                  100 neighbors of the 1,000 latest, and weights that fall linearly from the history's last item back

Items that a baseline knows nothing of come behind the others, by popularity. An item that was seen in the history is
passed over where the vectors pass over it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from w2v.items.recommendations import FADING
from w2v.items.sequences import Rows, Sequences
from w2v.vectors import Floats

REACH = 20  # the furthest that two items are counted as company: of a history of thousands, not every pair
NEIGHBORS, LATEST = 100, 1000
Scored = tuple[Rows, Floats]  # items, each once, and their scores
Baseline = Callable[[Rows], Scored]
NOTHING: Scored = (np.empty(0, np.int64), np.empty(0, np.float32))


class _Table(NamedTuple):
    """Items and numbers by row: those of row r are at [starts[r], starts[r + 1])."""

    starts: Rows
    items: Rows
    values: Floats

    def of(self, row: int) -> Scored:
        at = slice(self.starts[row], self.starts[row + 1])
        return self.items[at], self.values[at]


def popularity(train: Sequences, size: int) -> Baseline:
    """Return the baseline that knows nothing of any history: what is popular fills every list."""
    return lambda history: NOTHING


def company(train: Sequences, size: int) -> Baseline:
    """Return the baseline of co-occurrence counts; `size` is the number of items."""
    table = _counted(train, size, REACH, both=True)

    def scored(history: Rows) -> Scored:
        found = [table.of(row) for row in history]
        fading = FADING ** np.arange(len(found) - 1, -1, -1)
        return _summed([(items, fade * values / max(values.sum(), 1)) for fade, (items, values) in zip(fading, found)])

    return scored


def followers(train: Sequences, size: int) -> Baseline:
    """Return the baseline of a Markov chain."""
    table = _counted(train, size, 1, both=False)
    return lambda history: table.of(int(history[-1])) if len(history) else NOTHING


def neighbors(train: Sequences, size: int) -> Baseline:
    """Return the baseline of the nearest sequences."""
    lengths = np.diff(train.starts)
    order = np.argsort(train.rows, kind="stable")
    holders = np.repeat(np.arange(len(train)), lengths)[order]  # sequences by item, the latest ones last
    starts = np.searchsorted(train.rows[order], np.arange(size + 1))

    def scored(history: Rows) -> Scored:
        weights = np.arange(1, len(history) + 1) / max(len(history), 1)
        met = [
            (np.unique(holders[starts[row] : starts[row + 1]][-LATEST:]), np.float32(weight))
            for row, weight in zip(history.tolist(), weights)
        ]
        near, shared = _summed([(some, np.full(len(some), weight)) for some, weight in met])
        if not len(near):
            return NOTHING
        likeness = shared / np.sqrt(lengths[near] * max(len(history), 1))
        best = np.argsort(-likeness, kind="stable")[:NEIGHBORS]
        parts = [train[number] for number in near[best].tolist()]
        values = np.repeat(likeness[best], [len(part) for part in parts])
        return _summed([(np.concatenate(parts), values)])

    return scored


def _counted(train: Sequences, size: int, reach: int, both: bool) -> _Table:
    """Count pairs of items of one sequence at most `reach` apart, in their order, or in both."""
    ends = np.repeat(train.starts[1:], np.diff(train.starts))
    place = np.arange(len(train.rows))
    found = [np.empty(0, np.int64)]
    for distance in range(1, min(reach + 1, int(np.diff(train.starts).max(initial=0)))):
        first = place[place + distance < ends]
        one, other = train.rows[first], train.rows[first + distance]
        if both:  # a pair is counted in one order, and put down in both below
            one, other = np.minimum(one, other), np.maximum(one, other)
        found.append((one * size + other)[one != other])
    keys, counts = np.unique(np.concatenate(found), return_counts=True)
    if both:
        keys, counts = np.concatenate((keys, keys % size * size + keys // size)), np.concatenate((counts, counts))
        order = np.argsort(keys)
        keys, counts = keys[order], counts[order]
    return _Table(np.searchsorted(keys, np.arange(size + 1) * size), keys % size, counts.astype(np.float32))


def _summed(parts: list[Scored]) -> Scored:
    """Return the sum of scores by item."""
    if not parts:
        return NOTHING
    items, which = np.unique(np.concatenate([items for items, _ in parts]), return_inverse=True)
    return items, np.bincount(which, np.concatenate([values for _, values in parts])).astype(np.float32)


BASELINES: dict[str, Callable[[Sequences, int], Baseline]] = {
    "popularity": popularity,
    "counts": company,
    "what followed": followers,
    "neighbors": neighbors,
}
