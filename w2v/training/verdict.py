"""An honest word on vectors that were just trained: do they tell words apart, and what would make them better?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from w2v.corpus import EncodedCorpus
from w2v.defaults import choose, measure
from w2v.settings import TrainSettings, describe
from w2v.training.run import State
from w2v.vectors import Vectors

PAIRS = 20_000
# Mean cosine of random pairs. In the table of `scripts/benchmark --defaults` texts that were read often enough have
# less than .25 and items less than .5; a text that was read five times too seldom has more than .6.
ALIKE = 0.6
ENOUGH = 0.7  # of the epochs that are chosen for a corpus of this size
RARE = 10


@dataclass(frozen=True)
class Verdict:
    """What can be said of vectors without a question file.

    cosine  mean of random pairs of words: near 1, they are all alike
    first   loss of a pair at the start of the run and at its end; None where there was no curve
    last
    rare    share of the words that were seen fewer than RARE times
    epochs  how many would be better; 0: there were enough
    """

    cosine: float
    first: float | None
    last: float | None
    rare: float
    epochs: int


def mean_cosine(vectors: Vectors) -> float:
    """Return the mean cosine of random pairs of different words; 0 where there is one word."""
    if len(vectors) < 2:
        return 0.0
    first, second = np.random.default_rng(0).integers(len(vectors), size=(2, PAIRS))
    first, second = first[first != second], second[first != second]
    unit = vectors.matrix / np.maximum(np.linalg.norm(vectors.matrix, axis=1, keepdims=True), 1e-9)
    return float(np.einsum("pd,pd->p", unit[first], unit[second]).mean())


def judge(vectors: Vectors, corpus: EncodedCorpus, settings: TrainSettings, state: State) -> Verdict:
    """Return the verdict on a run that has ended."""
    losses = [point.loss for point in state.curve]
    cosine = mean_cosine(vectors)
    left_open = replace(settings, epochs=describe("epochs")["default"])
    wanted = choose(left_open, measure(corpus.vocabulary, corpus.account.sentences))[0].epochs
    epochs = wanted if settings.epochs < ENOUGH * wanted else 2 * settings.epochs if cosine > ALIKE else 0
    return Verdict(
        cosine,
        losses[0] if losses else None,
        losses[-1] if losses else None,
        float(np.mean(corpus.vocabulary.counts < RARE)),
        epochs,
    )
