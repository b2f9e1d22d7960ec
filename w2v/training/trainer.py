"""Trains: a corpus of ids becomes vectors, and nothing is lost on the way.

A run goes on in parts: threads are started, train rounds and end. Without checkpoints one part is the
whole run; with them a part ends with each epoch, when it is time to save, or when the user
wants to stop. The rounds are the same ones in the same order, so the vectors are too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from w2v import resources, subwords
from w2v.corpus import EncodedCorpus
from w2v.errors import DivergenceError, ResourceError, StoppedError
from w2v.formats import tidying
from w2v.kernels import random, rounds
from w2v.settings import TrainSettings, describe
from w2v.training import schedule, strata
from w2v.training.keeper import Keeper
from w2v.training.replicas import Replicas
from w2v.training.run import Point, State, Sums
from w2v.training.strata import Strata
from w2v.training.tables import Tables
from w2v.training.trace import Trace
from w2v.training.validation import Validation
from w2v.vectors import Vectors
from w2v.vocabulary import Vocabulary

MOST_ROLLBACKS = 3
CURVE_POINTS = 100

Executor = Replicas | Strata  # replicas where units are windows of the text, strata where they are co-occurrences
MakeExecutor = Callable[[npt.NDArray[np.int32], Vocabulary, TrainSettings], Executor]


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
    score     of the last epoch that was validated; None if none was
    note      what else the executor is doing, or how its workers are, in a few words
    """

    epoch: int
    tokens: int
    total: int
    centers: int
    loss: float | None
    rate: float
    score: float | None = None
    note: str = ""


def make_executor(stream: npt.NDArray[np.int32], vocabulary: Vocabulary, settings: TrainSettings) -> Executor:
    """Return what trains a text on this machine."""
    return (Strata if settings.objective == "glove" else Replicas)(stream, vocabulary, settings)


def memory_needed(words: int, settings: TrainSettings) -> int:
    """Return the bytes that training takes beside the corpus."""
    needed = strata.memory_needed if settings.objective == "glove" else schedule.memory_needed
    return needed(words, settings)


def begin(vocabulary: Vocabulary, settings: TrainSettings, *, mapped: bool = False) -> State:
    """Return the state that a run begins with. Raises ResourceError if it does not fit the memory.

    mapped  its tables are on the disk: they are trained elsewhere
    """
    words = len(vocabulary)
    if not mapped:
        check_memory(words, settings)
    ngrams = subwords.rows_needed(vocabulary.words, settings)
    try:
        return State(_tables(words, settings, ngrams=ngrams, mapped=mapped))
    except MemoryError as error:
        raise ResourceError(f"no memory for {words:,} words x {settings.dim} numbers; {_ADVICE}") from error


def _tables(words: int, settings: TrainSettings, *, ngrams: int = 0, mapped: bool = False) -> Tables:
    return Tables.begin(
        words, settings.dim, settings.seed, ngrams=ngrams, initial=settings.initial, mapped=mapped,
        squares=settings.objective == "glove",
    )  # fmt: skip


def vectors_of(vocabulary: Vocabulary, state: State, settings: TrainSettings) -> Vectors:
    """Return what a run has learnt so far; the output rows of a Huffman tree are its nodes, and left out."""
    matrix, made = subwords.composed(vocabulary.words, state.tables.input[:, : state.tables.dim], settings)
    output = None if settings.loss == "hs" else state.tables.output[:, : state.tables.dim]
    if settings.add_output or settings.objective == "glove":  # as Stanford's program writes them
        matrix, output = matrix + state.tables.output[:, : state.tables.dim], None
    vectors = Vectors(
        vocabulary.words, matrix, vocabulary.counts, subwords=made, output=output, titles=vocabulary.titles
    )
    return tidying.with_end_of_sentence(vectors) if settings.end_of_sentence else vectors


def output_vectors_of(vocabulary: Vocabulary, state: State) -> Vectors:
    """Return the output rows of the words, what each was predicted with."""
    return Vectors(vocabulary.words, state.tables.output[:, : state.tables.dim], vocabulary.counts)


def finish(
    corpus: EncodedCorpus,
    settings: TrainSettings,
    state: State,
    *,
    report: Callable[[Progress], None] = lambda progress: None,
    keeper: Keeper | None = None,
    stop: Callable[[], bool] = lambda: False,
    notify: Callable[[str], None] = lambda line: None,
    trace: Trace | None = None,
    validation: Validation | None = None,
    make: MakeExecutor = make_executor,
) -> Executor:
    """Train `state` to the end of its run; returns what trained it.

    keeper      saves it on the way
    stop        called about ten times a second; True ends the work at the next round after which all rows are merged,
                saves, and raises StoppedError
    notify      called with a line for each rollback, and where fewer replicas than threads train
    trace       notes some steps on the way
    validation  scores the vectors at the end of each epoch
    make        makes what trains the rounds: on this machine, or on a cluster

    A state that is not finite any more goes back to the last checkpoint (without one, to the beginning) with half the
    rate; the third time, DivergenceError is raised, and `state` is the last good one.
    """
    executor = make(corpus.stream, corpus.vocabulary, settings)
    epoch, end = executor.rounds.each, executor.rounds.all
    meter = _Meter(settings, corpus.account.kept, state, validation)

    def tick(sums: Sums) -> bool:
        report(replace(meter.progress(sums), note=executor.describe()))
        moved = sums[rounds.TOKENS] > state.sums[rounds.TOKENS]
        return stop() or (moved and keeper is not None and keeper.due(meter.share(sums)))

    trace = trace or Trace([])
    if isinstance(executor, Replicas):
        if why := executor.schedule.why:
            trains = "trains" if executor.replicas == 1 else "train"
            notify(f"note        {executor.replicas} of {settings.threads} threads {trains}: {why}")
        trace.begin(executor, state)
    while state.rounds < end:
        if isinstance(executor, Replicas):
            trace.look(executor, corpus.vocabulary.words, state)
        # A part goes to the end of the run, or of the epoch if something is done there, or to where the trace looks.
        by_epoch = validation is not None or (keeper is not None and keeper.awake)
        limit = min(end, (state.rounds // epoch + 1) * epoch) if by_epoch else end
        limit = min([limit, *trace.moments])
        began = time.monotonic()
        try:
            finite = executor.advance(state, limit, tick)
        finally:
            state.seconds += time.monotonic() - began
        if not finite or (state.rounds >= end and not state.tables.finite()):
            _go_back(state, settings, keeper, notify)
            meter = _Meter(settings, corpus.account.kept, state, validation)
            continue
        asked = stop()
        saved = keeper is not None and keeper.save(state, meter.share(state.sums), must=asked or state.rounds >= end)
        if asked and state.rounds < end:
            raise StoppedError(saved)
        if validation is not None:
            validation.look(vectors_of(corpus.vocabulary, state, settings), state, epoch)
    report(meter.progress(state.sums))
    return executor


def _go_back(state: State, settings: TrainSettings, keeper: Keeper | None, notify: Callable[[str], None]) -> None:
    """Put the state back to the last good one, with half the rate."""
    rollbacks = state.rollbacks + 1
    good = keeper.last() if keeper is not None else None
    if good is not None:
        state.tables.copy_from(good.state.tables)
        state.rounds, state.sums, state.curve = good.state.rounds, good.state.sums, good.state.curve
    else:
        state.tables.forget(settings.seed, settings.initial)
        state.start(state.tables)
        state.rounds, state.sums, state.curve = 0, np.zeros(4), []
    state.rollbacks, state.rate_share = rollbacks, 0.5**rollbacks
    if rollbacks >= MOST_ROLLBACKS:
        raise DivergenceError(
            f"the vectors grew out of all bounds {MOST_ROLLBACKS} times, the last time at a rate of"
            f" {settings.rate * 2 * state.rate_share:g}; try a smaller --alpha, such as {describe('rate')['default']:g}"
        )
    where = f"round {state.rounds:,}" if state.rounds else "the beginning"
    notify(
        f"warning     the vectors grew out of all bounds; back to {where}, with half the rate:"
        f" {settings.rate * state.rate_share:g}"
    )


_ADVICE = "a smaller --dim, a larger --min-count or a --max-vocab lowers it"


def check_memory(words: int, settings: TrainSettings) -> None:
    """Raise ResourceError if a model of this size does not fit the memory."""
    advice = f"{_ADVICE}, and so do fewer --threads" if settings.threads > 1 else _ADVICE
    what = f"training {words:,} words x {settings.dim} numbers"
    if settings.objective != "glove":
        rows, copied = schedule.copies_foreseen(words, settings)
        if copied < rows:
            what += f", where each thread has copies of {copied:,} of {rows:,} rows,"
    resources.require_memory(memory_needed(words, settings), what, advice)


def trained_share(vocabulary: Vocabulary, sample: float) -> float:
    """Return the share of tokens that subsampling is expected to leave in an epoch."""
    counts = vocabulary.counts
    return random.kept_share(counts, sample)


def compile_ahead(settings: TrainSettings) -> None:
    """Compile the training kernel, for instance while a corpus is being read; does nothing the second time."""
    settings, one = replace(settings, subwords=""), Vocabulary(("",), np.ones(1, np.int64))
    executor = make_executor(np.zeros(1, np.int32), one, settings)
    executor.advance(State(_tables(1, settings)), 1, lambda sums: False)


class _Meter:
    """Makes reports of the kernels' sums, and the loss curve."""

    def __init__(self, settings: TrainSettings, tokens: int, state: State, validation: Validation | None) -> None:
        self.settings, self._validation = settings, validation
        self.total = settings.epochs * tokens
        self._state = state
        self._reported = self._drawn = state.sums

    def share(self, now: Sums) -> float:
        """Return the share of the run that is done."""
        return float(now[rounds.TOKENS]) / max(self.total, 1)

    def progress(self, now: Sums) -> Progress:
        """Return how far the run is, and now and then add a point to the loss curve."""
        tokens = int(now[rounds.TOKENS])
        rate = self.settings.rate * self._state.rate_share * self.settings.rate_left(tokens / max(self.total, 1))
        loss = _loss(self._reported, now)
        if loss is not None:
            self._reported = now
        if (tokens - self._drawn[rounds.TOKENS]) * CURVE_POINTS >= self.total or tokens == self.total:
            point = _loss(self._drawn, now)
            if point is not None:
                self._state.curve.append(Point(tokens, point, rate))
                self._drawn = now
        return Progress(
            epoch=min(1 + tokens * self.settings.epochs // max(self.total, 1), self.settings.epochs),
            tokens=tokens,
            total=self.total,
            centers=int(now[rounds.CENTERS]),
            loss=loss,
            rate=rate,
            score=self._validation.last if self._validation is not None else None,
        )


def _loss(before: Sums, now: Sums) -> float | None:
    """Return the mean loss of the pairs between two sums, or None if there are none."""
    pairs, loss = (now - before)[[rounds.PAIRS, rounds.LOSS]]
    return float(loss / pairs) if pairs > 0 else None
