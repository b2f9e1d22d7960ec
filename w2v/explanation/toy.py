"""A model small enough to be trained while the reader waits, with both of its matrices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from w2v.kernels import chance, skipgram
from w2v.settings import LAST_RATE, TrainSettings
from w2v.vectors import Vectors

Templates = Sequence[tuple[str, str]]
CACHE_LINE = 16  # float32 numbers: rows are padded to it

# Enough for the analogies of all languages with any seed; with more epochs the errors that are to be shown are gone.
SETTINGS = TrainSettings(dim=12, window=2, epochs=4, min_count=1, sample=0, rate=0.05, threads=1, seed=1)
REPEATS = 12  # of each sentence of ours
REPEATS_GIVEN = 24  # of each sentence of the reader's


@dataclass(frozen=True, eq=False)
class Toy:
    """A trained model with what a file of vectors does not keep.

    words    V, most frequent first
    counts   int64 [V]
    center   float32 [V, D], the rows that become the vectors
    context  float32 [V, D], the other side of each pair, dropped at the end of a training
    stream   int32, what was read: ids, -1 behind each sentence
    """

    words: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    center: npt.NDArray[np.float32]
    context: npt.NDArray[np.float32]
    stream: npt.NDArray[np.int32]

    @cached_property
    def vectors(self) -> Vectors:
        """The half that is kept."""
        return Vectors(self.words, self.center, self.counts)

    @cached_property
    def sentences(self) -> int:
        """How many sentences it has read."""
        return int(np.count_nonzero(self.stream == skipgram.SENTENCE_END))


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
    stream = np.array(
        [id for i in order for id in (*(ids[word] for word in sentences[i]), skipgram.SENTENCE_END)], np.int32
    )
    occurrences = np.array([counts[word] for word in words], np.int64)
    center, context = begin(len(words), settings)
    skipgram.train(
        stream,
        center,
        context,
        chance.keep_limits(occurrences, settings.sample),
        chance.noise_table(occurrences, settings.ns_exponent),
        np.zeros(16, np.int64),
        np.zeros(8),
        settings.window,
        settings.negatives,
        settings.epochs,
        settings.rate,
        settings.rate * LAST_RATE,
        settings.seed,
        (0,) * skipgram.panel_width(settings.negatives),
    )
    kept = np.s_[:, : settings.dim]
    return Toy(words, occurrences, np.ascontiguousarray(center[kept]), np.ascontiguousarray(context[kept]), stream)


def begin(words: int, settings: TrainSettings) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the matrices before training, rows padded and aligned: centers by chance, contexts zero."""
    row = -(-settings.dim // CACHE_LINE) * CACHE_LINE
    center, context = (skipgram.aligned_zeros(words * row).reshape(words, row) for _ in range(2))
    shape = (words, settings.dim)
    center[:, : settings.dim] = (np.random.default_rng(settings.seed).random(shape, np.float32) - 0.5) / settings.dim
    return center, context
