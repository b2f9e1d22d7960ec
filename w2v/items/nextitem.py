"""How well the next item is predicted: by vectors, and by baselines that count, with the same questions and rules.

Of each sequence that was held out the last item is asked for. Every item of the vocabulary may be an answer, but for
those of the history where seen ones are excluded. For the first k answers, k of 5, 10 and 20:

    hit       whether the item is among them
    ndcg      1 / log2(1 + its place), 0 where it is not among them
    mrr       1 / its place, likewise
    coverage  the share of all items that are recommended at all, in 20 answers
    popular   the share of the answers, 20 each, that are of the 1 % most frequent items; to be held against the share
              of the right ones

An item that the vocabulary lacks cannot be predicted by any of them: it is a miss, and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.errors import W2VError
from w2v.evaluation.statistics import interval, resampled_means
from w2v.items.baselines import BASELINES, Baseline
from w2v.items.recommendations import measure_of, scores
from w2v.items.sequences import UNKNOWN, Cases, Rows, Sequences, check_apart
from w2v.vectors import Vectors, largest

PLACES = (5, 10, 20)
MOST = max(PLACES)
CELLS = 1 << 24  # scores held at a time: 64 MB
POPULAR = 0.01

Numbers = npt.NDArray[np.float64]
Answers = Iterator[Rows]


class Score(NamedTuple):
    """A measure, its value, and the interval that holds it in 95 % of resamples of the cases, where it has one."""

    measure: str
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class NextItem:
    """What came of an evaluation.

    cases    asked
    unknown  of them, whose item is not in the vocabulary
    seen     of them, whose item is one of the history, and therefore excluded
    popular  of the items asked for, the share that is among the 1 % most frequent
    scored   which measure of `w2v.items.recommendations` the vectors were asked by
    scores   of the vectors and of each baseline
    verdict  a line on which predicts best
    """

    cases: int
    unknown: int
    seen: int
    popular: float
    scored: str
    scores: dict[str, tuple[Score, ...]]
    verdict: str


def evaluate_next(
    vectors: Vectors,
    test: Sequences,
    train: Sequences | None = None,
    *,
    measure: str | None = None,
    history: int | None = None,
    exclude_seen: bool = True,
    cases: int = 10_000,
    seed: int = 1,
    held_out: bool = False,
) -> NextItem:
    """Ask vectors and baselines for the last item of each sequence.

    test          the sequences, of which the vectors may not have seen the last item
    train         those that the vectors were trained on; without them, popularity is the one baseline
    measure       a key of `recommendations.MEASURES`
    history       how many items before the last are given; by default all
    exclude_seen  whether items of the history are no answers
    cases         how many at most, drawn with `seed`
    held_out      the test is made of the training sequences, each with the item that was held out

    Raises W2VError where the vectors have seen the answers.
    """
    check_apart(vectors, test, train, held_out)
    asked = Cases.last_of(test, history, cases, np.random.default_rng(seed))
    if not len(asked):
        raise W2VError("no sequence of two items or more to ask for the last of")
    scored = measure_of(vectors, measure)
    lists = {"vectors": np.array(list(_by_vectors(vectors, asked, scored, exclude_seen)))}
    known = Sequences(np.empty(0, np.int64), np.zeros(1, np.int64)) if train is None else train.known()
    for name, baseline in BASELINES.items():
        if train is not None or name == "popularity":
            lists[name] = np.array(list(_by_counting(baseline(known, len(vectors)), asked, exclude_seen, len(vectors))))
    places = {name: _places(found, asked.targets) for name, found in lists.items()}
    limit = max(1, int(POPULAR * len(vectors)))
    in_history = [target in past for target, past in zip(asked.targets.tolist(), map(set, map(list, asked.histories)))]
    return NextItem(
        cases=len(asked),
        unknown=int(np.count_nonzero(asked.targets == UNKNOWN)),
        seen=sum(in_history) if exclude_seen else 0,
        popular=float(np.mean((asked.targets < limit) & (asked.targets != UNKNOWN))),
        scored=scored,
        scores={name: tuple(_scores(places[name], lists[name], len(vectors), limit, seed)) for name in lists},
        verdict=_verdict(places, seed),
    )


def _by_vectors(vectors: Vectors, asked: Cases, scored: str, exclude_seen: bool) -> Answers:
    """Yield the rows of the first MOST answers to each case, -1 where there are fewer."""
    at_once = max(1, CELLS // len(vectors))
    for first in range(0, len(asked), at_once):
        histories = asked.histories[first : first + at_once]
        for found, history in zip(scores(vectors, histories, scored), histories):
            if exclude_seen:
                found[history] = -np.inf
            yield _padded(largest(found, MOST))


def _by_counting(baseline: Baseline, asked: Cases, exclude_seen: bool, size: int) -> Answers:
    for history in asked.histories:
        items, values = baseline(history)
        if exclude_seen:
            new = ~np.isin(items, history)
            items, values = items[new], values[new]
        best = items[np.lexsort((items, -values))][:MOST]
        taken = set(best.tolist()) | (set(history.tolist()) if exclude_seen else set())
        # Rows are ordered by frequency.
        popular = [row for row in range(min(size, MOST + len(taken))) if row not in taken]
        yield _padded(np.concatenate((best, np.array(popular, np.int64)))[:MOST])


def _padded(rows: npt.NDArray[np.intp]) -> Rows:
    return np.pad(rows.astype(np.int64), (0, MOST - len(rows)), constant_values=-1)


def _places(lists: Rows, targets: Rows) -> Rows:
    """Return the place of each target among its answers, from 0, MOST where it is not among them, int64 [N]."""
    found = (lists == targets[:, None]) & (targets != UNKNOWN)[:, None]
    return np.where(found.any(axis=1), found.argmax(axis=1), MOST)


GAINS: dict[str, Callable[[Rows], Numbers]] = {
    "hit": lambda places: np.ones(len(places)),
    "ndcg": lambda places: 1 / np.log2(places + 2),
    "mrr": lambda places: 1 / (places + 1),
}


def _gains(places: Rows, measure: str, within: int) -> Numbers:
    gains: Numbers = np.where(places < within, GAINS[measure](places), 0)
    return gains


def _scores(places: Rows, lists: Rows, size: int, limit: int, seed: int) -> Iterator[Score]:
    for measure in GAINS:
        for within in PLACES:
            gains = _gains(places, measure, within)
            bounds = interval(resampled_means(gains, np.random.default_rng(seed)))
            yield Score(f"{measure}@{within}", float(gains.mean()), *bounds)
    listed = lists[lists >= 0]
    yield Score("coverage", len(np.unique(listed)) / size, None, None)
    yield Score("popular", float(np.mean(listed < limit)), None, None)


def _verdict(places: dict[str, Rows], seed: int) -> str:
    """Say whether counting does better, by a paired bootstrap of the difference in hit@20."""
    hits = {name: _gains(found, "hit", MOST) for name, found in places.items()}
    ours = hits.pop("vectors")
    best = max(hits, key=lambda name: hits[name].mean())
    low, high = interval(resampled_means(ours - hits[best], np.random.default_rng(seed)))
    assert low is not None
    assert high is not None
    said = f"hit@{MOST} {ours.mean():.4f}, {best} {hits[best].mean():.4f}; the difference is {low:+.4f} .. {high:+.4f}"
    if low > 0:
        return f"the vectors do better than the best baseline: {said}"
    return f"counting does better than the vectors: {said}" if high < 0 else f"counting does as well: {said}"
