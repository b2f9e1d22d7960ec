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
from w2v.kernels.objectives import Rows
from w2v.kernels.strata import Cooccurrences
from w2v.kernels.windows import SENTENCE_END
from w2v.settings import TrainSettings, describe
from w2v.training import trainer
from w2v.training.strata import Strata
from w2v.vectors import Vectors
from w2v.vocabulary import Vocabulary

Templates = Sequence[tuple[str, str]]

EXPLAINED = ("objective", "loss", "negatives_per")  # the settings that the toy has in common with the reader's vectors
SETTINGS = TrainSettings(dim=12, window=2, epochs=4, min_count=1, sample=0, rate=0.05, initial=0.5, threads=1, seed=1)
# Epochs and rate: enough for the analogies of all languages with any seed; with more epochs the errors that are to be
# shown are gone. GloVe with a sentence of the reader's finds 35 of 48, and 44 at rate 0.3 with window 3, but then the
# loss that is shown is nearly 0.
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
    pairs: Cooccurrences | None = None

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
        parts, blocks, _, ids, logs = self.pairs
        rows = self.vectors.row(word), self.vectors.row(other)
        (part, number), (later, behind) = sorted((row % parts, row // parts) for row in rows)
        block = slice(*blocks[part * parts + later :][:2])
        (place,) = np.flatnonzero(ids[block, 0] == number << 16 | behind)
        return float(np.exp(np.float64(logs[block][place, 1])))


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
    vocabulary = Vocabulary(words, np.array([counts[word] for word in words], np.int64))
    executor, state = trainer.make_executor(stream, vocabulary, settings), trainer.begin(vocabulary, settings)
    executor.advance(state, executor.rounds.all, lambda sums: False)
    pairs = executor.pairs if isinstance(executor, Strata) else None
    return Toy(words, vocabulary.counts, state.tables.rows, stream, settings, pairs)
