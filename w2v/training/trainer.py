"""Trains: a corpus of ids becomes vectors.

Skip-gram with negative sampling (Mikolov et al. 2013b), Hogwild: threads move the same two matrices
without locks (Recht et al. 2011). Each thread is one call of the kernel, which takes blocks of the
corpus from a common counter until none is left: no Python runs per token, per block or per epoch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from w2v.errors import ResourceError
from w2v.kernels import chance, skipgram
from w2v.settings import LAST_RATE, TrainSettings
from w2v.text import EncodedCorpus
from w2v.training import memory
from w2v.training.model import Model
from w2v.vectors import Vectors
from w2v.vocabulary import Vocabulary

TICK_SECONDS = 0.1


@dataclass(frozen=True)
class Progress:
    """How far training has come.

    epoch     from 1
    tokens    tokens seen so far in all epochs, before subsampling
    total     tokens to be seen in all epochs
    centers   tokens trained, after subsampling
    loss      mean loss of a (center, context) pair with its negatives since the last report, over
              the centers that were drawn for it (one in 32); None if there were none
    rate      learning rate
    """

    epoch: int
    tokens: int
    total: int
    centers: int
    loss: float | None
    rate: float


def train(
    corpus: EncodedCorpus,
    settings: TrainSettings | None = None,
    *,
    report: Callable[[Progress], None] = lambda progress: None,
) -> Vectors:
    """Train vectors of the words of `corpus`, float32 [V, dim].

    `report` is called about ten times a second, and once at the end. With one thread, the same corpus and settings
    give the same bits. Raises ResourceError if the model does not fit the memory.
    """
    settings = settings or TrainSettings()
    words = len(corpus.vocabulary)
    check_memory(words, settings)
    try:
        model = Model.begin(words, settings.dim, settings.seed)
    except MemoryError as error:
        raise ResourceError(f"no memory for {words:,} words x {settings.dim} numbers; {_ADVICE}") from error
    _Run(corpus.stream, corpus.vocabulary.counts, settings, model).finish(report)
    return Vectors(corpus.vocabulary.words, model.center[:, : settings.dim], corpus.vocabulary.counts)


_ADVICE = "a smaller --dim, a larger --min-count or a --max-vocab lowers it"


def memory_needed(words: int, settings: TrainSettings) -> int:
    """Return the bytes that training takes beside the corpus: two matrices, the noise table, the keep limits."""
    return Model.bytes_needed(words, settings.dim) + 12 * words


def check_memory(words: int, settings: TrainSettings) -> None:
    """Raise ResourceError if a model of this size does not fit the memory."""
    memory.require(memory_needed(words, settings), f"training {words:,} words x {settings.dim} numbers", _ADVICE)


def trained_share(vocabulary: Vocabulary, sample: float) -> float:
    """Return the share of tokens that subsampling is expected to leave in an epoch."""
    counts = vocabulary.counts
    return float(chance.keep_shares(counts, sample) @ counts / counts.sum())


def compile_ahead(settings: TrainSettings) -> None:
    """Compile the training kernel, for instance while a corpus is being read; does nothing the second time."""
    model = Model.begin(1, 1, 0)
    _Run(np.empty(0, np.int32), np.ones(1, np.int64), settings, model).finish(lambda progress: None)


class _Run:
    """One training run: what its threads share, and what each of them reports."""

    def __init__(
        self,
        stream: npt.NDArray[np.int32],
        counts: npt.NDArray[np.int64],
        settings: TrainSettings,
        model: Model,
    ) -> None:
        self.settings = settings
        self.total = settings.epochs * int(counts.sum())
        self.control = np.zeros(16, np.int64)
        self.progress = np.zeros((settings.threads, 8))  # a cache line for each thread
        self.reported = np.zeros(8)
        shared = (
            stream,
            model.center,
            model.context,
            chance.keep_limits(counts, settings.sample),
            chance.noise_table(counts, settings.ns_exponent),
            self.control,
        )
        numbers = (
            settings.window,
            settings.negatives,
            settings.epochs,
            settings.rate,
            settings.rate * LAST_RATE,
            settings.seed,
            (0,) * skipgram.panel_width(settings.negatives),
        )
        self.threads = [
            threading.Thread(target=skipgram.train, args=(*shared, account, *numbers)) for account in self.progress
        ]

    def finish(self, report: Callable[[Progress], None]) -> None:
        """Run all threads to the end; whatever interrupts the wait (Ctrl-C) stops them at their next block."""
        for thread in self.threads:
            thread.start()
        try:
            for thread in self.threads:
                while thread.is_alive():
                    thread.join(TICK_SECONDS)
                    report(self._progress())
        finally:
            self.control[skipgram.STOP] = 1
            for thread in self.threads:
                thread.join()
        report(self._progress())

    def _progress(self) -> Progress:
        now = self.progress.sum(axis=0)
        pairs, loss = now[[skipgram.PAIRS, skipgram.LOSS]] - self.reported[[skipgram.PAIRS, skipgram.LOSS]]
        if pairs > 0:
            self.reported = now
        tokens = int(now[skipgram.TOKENS])
        return Progress(
            epoch=min(1 + tokens * self.settings.epochs // max(self.total, 1), self.settings.epochs),
            tokens=tokens,
            total=self.total,
            centers=int(now[skipgram.CENTERS]),
            loss=loss / pairs if pairs > 0 else None,
            rate=self.settings.rate * max(1 - tokens / max(self.total, 1), LAST_RATE),
        )
