"""Vectors of documents, files or lines, trained when those of the words are, see `w2v.kernels.documents`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.corpus import EncodedCorpus
from w2v.errors import SettingsError, StoppedError
from w2v.kernels import documents, random
from w2v.kernels.rows import aligned_zeros
from w2v.kernels.windows import SENTENCE_END
from w2v.resources import require_memory
from w2v.settings import TrainSettings, available_threads
from w2v.training.run import State, deal
from w2v.vectors import Vectors

PART_STEPS = 100_000  # tokens times epochs of the documents that a thread takes at once: some tens of milliseconds

Longs = npt.NDArray[np.int64]


class DocumentProgress(NamedTuple):
    """How many of the documents are trained."""

    done: int
    total: int


def check(settings: TrainSettings) -> None:
    """Raise SettingsError where the objective has nothing to train documents with."""
    if settings.documents != "none" and (settings.loss == "hs" or settings.objective == "glove"):
        raise SettingsError(
            "--documents needs output rows of words and negative samples: leave out --loss hs and glove"
        )


def check_text(settings: TrainSettings, corpus: EncodedCorpus) -> None:
    """Raise SettingsError where the lines of a text are not known."""
    if settings.documents == "line" and corpus.lines is None:
        raise SettingsError("--documents line is for texts, read with that setting: of this corpus no lines are known")


def find_documents(corpus: EncodedCorpus, settings: TrainSettings) -> tuple[list[str], Longs, Longs]:
    """Return names of documents, and where each begins and stops in the stream.

    A file has its name, a line its number, behind the name of its file where there are several. A name that is there
    twice gets a number, such as a.txt (2). What holds no word of the vocabulary is no document.
    """
    files = [file for file in corpus.account.by_file if file.stop > file.start]
    starts, stops = (np.array([getattr(file, name) for file in files], np.int64) for name in ("start", "stop"))
    seen: Counter[str] = Counter()
    names = []
    for file in files:
        seen[file.name] += 1
        names.append(file.name if seen[file.name] == 1 else f"{file.name} ({seen[file.name]})")
    if settings.documents == "file":
        return names, starts, stops
    assert corpus.lines is not None
    ends = np.flatnonzero(corpus.stream == SENTENCE_END).astype(np.int64)
    of = (np.searchsorted(starts, ends, side="right") - 1).tolist()
    lines = corpus.lines.tolist()
    numbered = [str(line) for line in lines] if len(files) == 1 else [f"{names[n]}:{i}" for n, i in zip(of, lines)]
    return numbered, np.concatenate(([0], ends[:-1] + 1)), ends


def train_documents(
    corpus: EncodedCorpus,
    settings: TrainSettings,
    state: State,
    *,
    report: Callable[[DocumentProgress], None] = lambda progress: None,
    stop: Callable[[], bool] = lambda: False,
) -> Vectors:
    """Return a vector for each document, under its name. Raises StoppedError where `stop` says so."""
    names, starts, stops = find_documents(corpus, settings)
    row, counts = state.tables.output.shape[1], corpus.vocabulary.counts
    require_memory(8 * row * len(names), f"vectors of {len(names):,} documents", "fewer files or lines lower it")
    rng = np.random.default_rng(settings.seed)
    rows = aligned_zeros(len(names), row)
    shape = len(names), settings.dim
    rows[:, : settings.dim] = (rng.random(shape, np.float32) - np.float32(0.5)) / np.float32(settings.dim)
    count = max(1, min(settings.threads, available_threads(), len(names)))
    keep, noise = random.keep_limits(counts, settings.sample), random.noise_table(counts, settings.ns_exponent)
    steps = np.concatenate(([0], np.cumsum((stops - starts) * settings.epochs)))
    bounds = np.append(np.searchsorted(steps, np.arange(0, steps[-1], PART_STEPS)), len(names))

    def train(thread: int, part: int) -> None:
        documents.train_documents(
            *bounds[part : part + 2], corpus.stream, starts, stops, rows, state.tables.output, keep, noise,
            settings.negatives, settings.epochs, settings.rate, settings.rate * settings.last_rate, settings.seed,
        )  # fmt: skip

    def watch(part: int) -> bool:
        report(DocumentProgress(int(bounds[part]), len(names)))
        return stop()

    if not deal(train, len(bounds) - 1, count, watch):
        raise StoppedError(False)
    report(DocumentProgress(len(names), len(names)))
    return Vectors(tuple(names), rows[:, : settings.dim], stops - starts)
