"""A history in, ranked items out.

    next   the mean of the history's input rows, times the output rows: what occurs near these. Skip-gram trains just
           this product, and the lengths of the rows hold how popular an item is
    alike  the cosines of the mean of the history's unit input rows: what is met in the same company

Which of the two is better was measured (`scripts/benchmark --items`): for the next click of diginetica, "next" finds
twice as many. It needs the output rows, which the .w2v format keeps.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from w2v.errors import SettingsError
from w2v.files import replacing
from w2v.vectors import Floats, Mask, Vectors, check_top, largest

USERS_AT_ONCE = 64  # whose scores of all items are held
FADING = 0.8  # the weight of an item in a history, for each one that came after it


class Recommendation(NamedTuple):
    """An item and its score: how surely it is what comes next and not drawn by chance, 0 to 1; or a cosine."""

    item: str
    score: float


def measure_of(vectors: Vectors, measure: str | None = None) -> str:
    """Return the measure asked for, or the best that there is. Raises SettingsError where it needs what is not there.

    measure  a key of MEASURES
    """
    if measure is None:
        return "alike" if vectors.output is None else "next"
    if measure == "next" and vectors.output is None:
        raise SettingsError(
            "what comes next needs the output rows, which these vectors lack: train into a .w2v file, which keeps them"
        )
    return measure


def recommend(
    vectors: Vectors,
    history: Sequence[str],
    top: int = 10,
    *,
    measure: str | None = None,
    exclude_seen: bool = True,
    among: Mask | None = None,
) -> list[Recommendation]:
    """Return the `top` items for a user who met the items of `history`, the last one last.

    measure       a key of MEASURES; by default "next" where there are output rows
    exclude_seen  whether items of the history are no answers
    among         bool [V], the items that may be answers

    Raises UnknownWordError, SettingsError.

    >>> w2v.recommend(w2v.load("vectors.w2v"), ["Sigur Rós", "Björk"], 3)  # doctest: +SKIP
    """
    check_top(top)
    rows = np.array([vectors.row(item) for item in history], np.int64)
    measure = measure_of(vectors, measure)
    found = scores(vectors, [rows], measure)[0]
    if among is not None:
        found[~among] = -np.inf
    if exclude_seen:
        found[rows] = -np.inf
    return _best(vectors, found, top, measure)


def _best(vectors: Vectors, found: Floats, top: int, measure: str) -> list[Recommendation]:
    rows = largest(found, top)
    shown = found[rows] if measure == "alike" else (1 + np.tanh(found[rows] / 2)) / 2  # the logistic function
    return [Recommendation(vectors.words[row], float(score)) for row, score in zip(rows, shown)]


def write_recommendations(
    path: Path,
    vectors: Vectors,
    histories: Mapping[str, Sequence[str]],
    top: int = 10,
    *,
    report: Callable[[int, int], None] = lambda done, users: None,
) -> None:
    """Write the `top` items for each user: tab-separated user, item, name and score. Raises OutputError."""
    measure, users = measure_of(vectors), list(histories)
    rows, against = MEASURES[measure](vectors)
    known = [np.array([vectors.row(item) for item in history], np.int64) for history in histories.values()]
    with replacing(path) as file:
        text = io.TextIOWrapper(file, "utf-8", newline="")
        lines = csv.writer(text, "excel-tab", lineterminator="\n")
        lines.writerow(["user", "item", "name", "score"])
        for first in range(0, len(users), USERS_AT_ONCE):
            some = slice(first, first + USERS_AT_ONCE)
            for user, seen, found in zip(users[some], known[some], _means(rows, known[some]) @ against.T):
                found[seen] = -np.inf
                for item, score in _best(vectors, found, top, measure):
                    lines.writerow([user, item, vectors.title(item), f"{score:.6g}"])
            report(min(first + USERS_AT_ONCE, len(users)), len(users))
        text.detach()  # the file is closed by the one that opened it


def scores(vectors: Vectors, histories: Sequence[np.ndarray], measure: str) -> Floats:
    """Return the score of every item after each history, float32 [N, V].

    histories  rows of items, int64 [any], the last one last; of an empty one, all scores are 0
    """
    rows, against = MEASURES[measure](vectors)
    found: Floats = _means(rows, histories) @ against.T
    return found


def user_vectors(vectors: Vectors, histories: Mapping[str, Sequence[str]], *, measure: str | None = None) -> Vectors:
    """Return a vector for each user, of the items that they met, the last one last.

    Its products with the output rows of the items (`vectors.output`) rank them as `recommend` does; of the measure
    "alike", those with their rows scaled to length 1. Raises UnknownWordError, SettingsError.

    >>> users = user_vectors(vectors, {"ada": ["Sigur Rós", "Björk"]})  # doctest: +SKIP
    >>> vectors.output @ users["ada"]  # doctest: +SKIP
    """
    rows, _ = MEASURES[measure_of(vectors, measure)](vectors)
    known = [np.array([vectors.row(item) for item in history], np.int64) for history in histories.values()]
    return Vectors(tuple(histories), _means(rows, known), titles=("",) * len(known))


def _means(rows: Floats, histories: Sequence[np.ndarray]) -> Floats:
    """Return the mean of each history's rows, float32 [N, D], the last ones weighed most; of an empty one, zeros."""
    means = np.zeros((len(histories), rows.shape[1]), np.float32)
    for number, history in enumerate(histories):
        if len(history):
            weights = FADING ** np.arange(len(history) - 1, -1, -1, dtype=np.float32)
            means[number] = weights @ rows[history] / weights.sum()
    return means


def _next(vectors: Vectors) -> tuple[Floats, Floats]:
    assert vectors.output is not None
    return vectors.matrix, vectors.output


def _alike(vectors: Vectors) -> tuple[Floats, Floats]:
    lengths = np.where(vectors.directed, vectors.norms, np.inf).astype(np.float32)
    units = vectors.matrix / lengths[:, None]
    return units, units


MEASURES = {"next": _next, "alike": _alike}  # the rows of a history, and those that their mean is multiplied with
