"""A model small enough to be trained while the reader waits, with both of its tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v import defaults
from w2v.kernels import cooccurrences, strata
from w2v.kernels.objectives import KERNELS, Rows, spans
from w2v.kernels.rows import aligned_zeros, row_length
from w2v.kernels.windows import BLOCK, SENTENCE_END
from w2v.objectives import objective_of, work_of
from w2v.settings import TrainSettings, describe
from w2v.vectors import Vectors
from w2v.vocabulary import Vocabulary

Templates = Sequence[tuple[str, str]]

EXPLAINED = ("objective", "loss", "negatives_per")  # the settings that the toy has in common with the reader's vectors
SETTINGS = TrainSettings(dim=12, window=2, epochs=4, min_count=1, sample=0, rate=0.05, threads=1, seed=1)
# Epochs and rate: enough for the analogies of all languages with any seed; with more epochs the errors that are to be
# shown are gone. GloVe with some sentence of the reader's finds half of them, with up to 100 epochs at any rate.
LEARNING = {"skipgram": (4, 0.05), "skipgram-hs": (8, 0.05), "cbow": (4, 0.1), "cbow-hs": (4, 0.1), "glove": (25, 0.2)}
REPEATS = 12  # of each sentence of ours
REPEATS_GIVEN = 24  # of each sentence of the reader's


@dataclass(frozen=True, eq=False)
class Toy:
    """A trained model with what a file of vectors does not keep.

    words     V, most frequent first
    counts    int64 [V]
    rows      both tables as their kernel has them, float32 [V, row]: of GloVe with biases and squares, see
              `w2v.kernels.strata`
    stream    int32, what was read: ids, -1 behind each sentence
    settings  what it was trained with
    pairs     GloVe's counts
    """

    words: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    rows: Rows
    stream: npt.NDArray[np.int32]
    settings: TrainSettings
    pairs: strata.Cooccurrences | None = None

    @cached_property
    def input(self) -> npt.NDArray[np.float32]:
        """The rows that become the vectors, float32 [V, D]."""
        return np.ascontiguousarray(self.rows.input[:, : self.settings.dim])

    @cached_property
    def output(self) -> npt.NDArray[np.float32]:
        """The other side of each pair, float32 [V, D]: of words, or of the nodes of the tree."""
        return np.ascontiguousarray(self.rows.output[:, : self.settings.dim])

    @cached_property
    def vectors(self) -> Vectors:
        """What is kept: the input rows, and of GloVe their sums with the output rows."""
        both = self.input + self.output if self.pairs else self.input
        return Vectors(self.words, both, self.counts)

    @cached_property
    def sentences(self) -> int:
        """How many sentences it has read."""
        return int(np.count_nonzero(self.stream == SENTENCE_END))

    def count(self, word: str, other: str) -> float:
        """Return how often GloVe found two words near each other, each time as 1 / distance."""
        assert self.pairs is not None
        first, second = sorted((self.vectors.row(word), self.vectors.row(other)))
        (place,) = np.flatnonzero(self.pairs.ids[:, 0] == first << 16 | second)
        return float(np.exp(np.float64(self.pairs.logs[place, 1])))


def settings_for(objective: str = "skipgram", loss: str = "ns", negatives_per: str = "window") -> TrainSettings:
    """Return the settings of a toy, as `w2v train` has these. Raises SettingsError as it does."""
    chosen = TrainSettings(objective=objective, loss=loss, negatives_per=negatives_per)
    defaults.check_given(chosen)
    epochs, rate = LEARNING[objective if loss == "ns" else f"{objective}-hs"]
    return replace(SETTINGS, objective=objective, loss=loss, negatives_per=negatives_per, epochs=epochs, rate=rate)


def kept_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of a file's settings that `settings_for` takes; anybody may have edited the file."""
    return {name: settings[name] for name in EXPLAINED if settings.get(name) in describe(name)["choices"]}


def train(templates: Templates, given: Iterable[Sequence[str]], settings: TrainSettings = SETTINGS) -> Toy:
    """Train a model on sentences made of `templates` and on those given, lists of words.

    templates  (sentence with a {}, words for the place)
    """
    ours = [text.format(word).split() for text, words in templates for word in words.split()]
    sentences = [*(ours * REPEATS), *([list(words) for words in given if words] * REPEATS_GIVEN)]
    order = np.random.default_rng(settings.seed).permutation(len(sentences))
    counts = Counter(word for sentence in sentences for word in sentence)
    words = tuple(word for word, _ in counts.most_common())
    ids = {word: id for id, word in enumerate(words)}
    stream = np.array([id for i in order for id in (*(ids[word] for word in sentences[i]), SENTENCE_END)], np.int32)
    occurrences = np.array([counts[word] for word in words], np.int64)
    rows = begin(len(words), settings)
    toy = Toy(words, occurrences, rows, stream, settings)
    if settings.objective == "glove":
        pairs = _count(stream, len(words), settings.window)
        numbers = strata.Glove(settings.dim, settings.rate, float(np.log(settings.x_max)), settings.seed)
        strata.train_strata(
            1, 0, settings.epochs, np.arange(1), pairs, rows, numbers, strata.shared_flags(), np.zeros((1, 8))
        )
        return replace(toy, pairs=pairs)
    work = work_of(stream, Vocabulary(words, occurrences), settings)
    plan = objective_of(settings).plan(settings, settings.rate, work)
    scratch = spans.new_scratch(plan, rows.input.shape[1])
    for epoch in range(settings.epochs):
        for first in range(0, len(stream), BLOCK):
            unit = epoch * len(stream)
            KERNELS[type(plan)](unit + first, unit + min(first + BLOCK, len(stream)), work, rows, plan, scratch)
    return toy


def _count(stream: npt.NDArray[np.int32], words: int, window: int) -> strata.Cooccurrences:
    """Count the co-occurrences of a text in one part."""
    starts, order = np.zeros(words + 1, np.int64), np.empty(len(stream), np.int64)
    cooccurrences.count_places(stream, 0, 1, 1, starts)
    cooccurrences.find_places(stream, 0, 1, 1, starts, order)
    seen, size = np.full(words, -1, np.int32), np.zeros(1, np.int64)
    cooccurrences.count_pairs(stream, starts, order, window, 0, 1, seen, size)
    blocks = np.array([0, size[0]])
    ids = np.empty((size[0], 2), np.uint32)
    logs = ids.view(np.float32)
    cooccurrences.sum_pairs(
        stream, starts, order, window, 0, 1, np.zeros(words), seen, np.zeros(1, np.int64), ids, logs
    )
    return strata.Cooccurrences(1, blocks, blocks, ids, logs)


def begin(words: int, settings: TrainSettings) -> Rows:
    """Return the tables before training: input rows at random, output rows zero; of GloVe both at random, squares 1."""
    rng, dim, glove = np.random.default_rng(settings.seed), settings.dim, settings.objective == "glove"
    half = row_length(dim + 2) if glove else row_length(dim)
    rows = Rows(*(aligned_zeros(words, half * (1 + glove)) for _ in range(2)))
    for table, one in ((rows.input, dim + 1), (rows.output, dim))[: 1 + glove]:
        table[:, :dim] = (rng.random((words, dim), np.float32) - 0.5) / dim
        if glove:
            table[:, one] = 1
            table[:, half:] = 1
    return rows
