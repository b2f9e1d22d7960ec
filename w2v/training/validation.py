"""How good vectors are: scores at the end of each epoch, with the vectors of the best one, and a verdict at the end.

The verdict needs no questions: are the vectors of different words different, and what would make them better?
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from w2v.corpus import EncodedCorpus
from w2v.defaults import choose
from w2v.settings import TrainSettings, describe
from w2v.training.run import State
from w2v.vectors import Vectors

PAIRS, PART = 20_000, 500  # all, and at once
# Mean cosine of random pairs. In the table of `scripts/benchmark --defaults` texts that were read often enough have
# less than .25 and items less than .5; a text that was read five times too seldom has more than .6.
ALIKE = 0.6
ENOUGH = 0.7  # of the epochs that are chosen for a corpus of this size
RARE = 10
ROSE = 1.2  # times the loss at the start; texts of a few lines may end a little above it


class Score(NamedTuple):
    """A score at the end of an epoch, counted from 1."""

    epoch: int
    tokens: int
    score: float


@dataclass
class Validation:
    """Asks the vectors at the end of each epoch.

    ask        vectors to their score, the higher the better; None: they know too few words of the questions
    name       what is asked, for the account
    keep_best  the run returns the vectors of its best epoch; of several that are as good, of the first
    scores     so far
    best       the best of them with its vectors, where they are kept
    """

    ask: Callable[[Vectors], float | None]
    name: str = "the validation"
    keep_best: bool = False
    scores: list[Score] = field(default_factory=list, init=False)
    best: tuple[Score, Vectors] | None = field(default=None, init=False)
    _seen: int = field(default=0, init=False)

    @property
    def last(self) -> float | None:
        """The newest score."""
        return self.scores[-1].score if self.scores else None

    def look(self, vectors: Vectors, state: State, each: int) -> None:
        """Ask, if an epoch of `each` rounds has ended since the last time; forget what a rollback has undone."""
        epoch = state.rounds // each
        if epoch < self._seen:
            self.scores = [score for score in self.scores if score.epoch <= epoch]
            self._seen = epoch
        if epoch == self._seen:
            return
        self._seen = epoch
        found = self.ask(vectors)
        if found is None:
            return
        self.scores.append(Score(epoch, int(state.sums[0]), float(found)))
        if self.keep_best and (self.best is None or found > self.best[0].score):
            output = None if vectors.output is None else vectors.output.copy()
            self.best = self.scores[-1], replace(vectors, matrix=vectors.matrix.copy(), output=output)

    def about(self) -> dict[str, Any]:
        """Return what there is to say, ready for JSON."""
        kept = self.best[0].epoch if self.best is not None else None
        return {"file": self.name, "scores": [score._asdict() for score in self.scores], "kept_epoch": kept}


@dataclass(frozen=True)
class Verdict:
    """What can be said of vectors without a question file.

    cosine  mean of random pairs of words: near 1, they are all alike
    first   mean loss of a pair for rows that know nothing, of the output rows as they begin: all zeros
    last    likewise with the rows as they are
    rare    share of the words that were seen fewer than RARE times
    epochs  how many would be better; 0: there were enough
    """

    cosine: float
    first: float
    last: float
    rare: float
    epochs: int

    @property
    def rose(self) -> bool:
        """Whether the loss rose: the rate was too high."""
        return self.last > ROSE * self.first


def mean_cosine(vectors: Vectors) -> float:
    """Return the mean cosine of random pairs of different words; 0 where there is one word."""
    if len(vectors) < 2:
        return 0.0
    first, second = np.random.default_rng(0).integers(len(vectors), size=(2, PAIRS))
    first, second = first[first != second], second[first != second]
    total = 0.0
    for part in range(0, len(first), PART):  # no second matrix in memory
        one, two = vectors.matrix[first[part : part + PART]], vectors.matrix[second[part : part + PART]]
        lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
        total += float((np.einsum("pd,pd->p", one, two) / np.maximum(lengths, 1e-18)).sum())
    return total / max(len(first), 1)


def judge(vectors: Vectors, corpus: EncodedCorpus, settings: TrainSettings, losses: tuple[float, float]) -> Verdict:
    """Return the verdict on a run that has ended; `losses` are its executor's."""
    cosine = mean_cosine(vectors)
    left_open = replace(settings, epochs=describe("epochs")["default"])
    wanted = choose(left_open, corpus.size)[0].epochs
    more = 2 * settings.epochs if cosine > ALIKE and settings.preset != "graph" else 0  # of which alike is no fault
    epochs = wanted if settings.epochs < ENOUGH * wanted else more
    verdict = Verdict(cosine, *losses, float(np.mean(corpus.vocabulary.counts < RARE)), epochs)
    return replace(verdict, epochs=0) if verdict.rose else verdict  # more epochs at this rate do not help
