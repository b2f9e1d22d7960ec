"""Looks at single steps of a run: each pair's dot product, sigmoid and error, before the step and after it.

Some times in a run, between two rounds, the training kernel takes the first steps of the next round one center at
a time. The rows are looked at before and after each, and then put back to where they were: the run goes on and ends in
the same bits as a run that nobody looks at. With one thread these are the very steps that the run takes; with several,
replicas take them from the same rows at a higher rate (`w2v.kernels.merging`).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.errors import SettingsError
from w2v.files import check_writable, replacing
from w2v.kernels import negatives, random, windows
from w2v.kernels.objectives import skipgram, spans
from w2v.objectives import objective_of
from w2v.training.replicas import Replicas
from w2v.training.run import State

STEPS = 20  # in all: one center each, with all of its contexts and negatives
MOMENTS = 5  # of the run, the same number of steps at each
DIGITS = 6


class Pair(NamedTuple):
    """A pair in a step: a word of the window, against the center or one of its negatives.

    epoch, position  where the center is; epochs from 1, positions of the stream of ids from 0
    rate             learning rate
    center           the word in the middle; one step is all pairs of one center
    word             a word of its window, which gives the row v of the matrix of words
    context          the center (target 1) or a negative (target 0), which gives the row u of the other matrix; the
                     negatives are drawn once for a center, and all words of its window meet the same ones
    times            how often the negative was drawn: the step is that many times as long
    dot, sigmoid     v . u, and 1 / (1 + e^-dot)
    error            target - sigmoid
    ..._after        the same when the step is done, at the same rate
    """

    epoch: int
    position: int
    rate: float
    center: str
    word: str
    context: str
    target: int
    times: int
    dot: float
    sigmoid: float
    error: float
    dot_after: float
    sigmoid_after: float
    error_after: float


class _Step(NamedTuple):
    """A step that is to be looked at: where its center is, and the rows that it moves."""

    position: int
    center: int
    contexts: list[int]
    drawn: Counter[int]


class Trace:
    """Steps of a run, given to `w2v.training.finish`, which fills it.

    moments  rounds before which to look, in their order; None: spread over the run; none: nothing is looked at
    pairs    what was seen
    steps    how many
    """

    def __init__(self, moments: Sequence[int] | None = None) -> None:
        self.moments = [] if moments is None else list(moments)
        self.pairs: list[Pair] = []
        self.steps = 0
        self._spread = moments is None

    def begin(self, replicas: Replicas, state: State) -> None:
        """Choose the moments, if they were not given: at rounds before which all rows are merged."""
        if self._spread:
            left = replicas.rounds.all - state.rounds
            moments = {replicas.merged_round(state.rounds + left * moment // MOMENTS) for moment in range(MOMENTS)}
            self.moments = sorted(moments - {replicas.rounds.all})
        self._share = -(-STEPS // max(len(self.moments), 1))

    def look(self, replicas: Replicas, words: Sequence[str], state: State) -> None:
        """If the moment is there, take the first steps of the next round, note their pairs, and take them back."""
        if not self.moments or state.rounds < self.moments[0]:
            return
        del self.moments[0]
        epoch, round = divmod(state.rounds, replicas.rounds.each)
        length, settings, bounds = len(replicas.work.stream), replicas.settings, replicas.rounds.bounds
        plan = objective_of(settings).plan(settings, settings.rate * state.rate_share, replicas.work)
        scratch = spans.new_scratch(plan, state.tables.input.shape[1])
        first, stop = bounds[round * replicas.schedule.replicas :][:2].tolist()
        block = first // windows.BLOCK * windows.BLOCK
        rate = float(windows.rate_at(epoch, block, length, plan.epochs, plan.rate, plan.last_rate))
        found = [step for step, _ in zip(_steps(replicas, plan, epoch, first, stop), range(self._share))]
        input, output = state.tables.rows
        moved = sorted({id for step in found for id in step.contexts})
        moved_too = sorted({id for step in found for id in (step.center, *step.drawn)})
        before, before_too = input[moved].copy(), output[moved_too].copy()
        try:
            for step in found:
                outputs = [step.center, *step.drawn]
                dots = _dots(state, step.contexts, outputs)
                unit = epoch * length + step.position
                skipgram.train_span(unit, unit + 1, replicas.work, state.tables.rows, plan, scratch)
                after = _dots(state, step.contexts, outputs)
                self.pairs += [
                    Pair(
                        epoch + 1, step.position, _rounded(rate), words[step.center], words[word], words[other],
                        int(k == 0), step.drawn[other] if k else 1, *_judged(dots[j, k], k == 0),
                        *_judged(after[j, k], k == 0),
                    )
                    for j, word in enumerate(step.contexts) for k, other in enumerate(outputs)
                ]  # fmt: skip
        finally:
            input[moved], output[moved_too] = before, before_too
        self.steps += len(found)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the pairs: tab-separated under their names, or a JSON object a line if the name ends in .jsonl."""
        if Path(path).suffix.lower() == ".jsonl":
            lines = [json.dumps(pair._asdict(), ensure_ascii=False) for pair in self.pairs]
        else:
            lines = ["\t".join(map(str, row)) for row in (Pair._fields, *self.pairs)]
        with replacing(path) as file:
            file.write("".join(f"{line}\n" for line in lines).encode())


def check(path: str | os.PathLike[str]) -> None:
    """Raise SettingsError or OutputError if a trace could not be written there."""
    if Path(path).suffix.lower() not in (".tsv", ".jsonl"):
        raise SettingsError(f"{os.fspath(path)}: the name of a trace must end in .tsv or .jsonl")
    check_writable(path)


def _steps(replicas: Replicas, plan: spans.Plan, epoch: int, start: int, stop: int) -> Iterator[_Step]:
    """Yield the steps of the positions start..stop of an epoch, found by the training kernel's own functions."""
    work, unit = replicas.work, epoch * len(replicas.work.stream)
    scratch = spans.new_scratch(plan, 0)
    first, last, _, _, _ = spans.find_windows(unit + start, unit + stop, work, plan, scratch)
    ids, bits, left, right = scratch[:4]
    key = random.token_key(plan.seed, epoch)
    position = start
    for c in range(first, last):
        while random.token_bits(key, position) != bits[c]:
            position += 1
        contexts = [*ids[left[c] : c].tolist(), *ids[c + 1 : right[c]].tolist()]
        if contexts:
            drawn, clash = np.empty((plan.outputs - 1, 1), np.int32), np.empty(1, np.int32)
            negatives.draw_negatives(ids[c : c + 1], bits[c : c + 1], work.noise, drawn, clash)
            center = int(ids[c])
            yield _Step(position, center, contexts, Counter(id for [id] in drawn.tolist() if id != center))


def _dots(state: State, contexts: list[int], outputs: list[int]) -> npt.NDArray[np.float64]:
    """Return the dot products of some rows, float64 [contexts, outputs]."""
    input, output = state.tables.rows
    dots: npt.NDArray[np.float64] = input[contexts].astype(np.float64) @ output[outputs].astype(np.float64).T
    return dots


def _judged(dot: float, real: bool) -> tuple[float, float, float]:
    sigmoid = 1 / (1 + np.exp(-dot))
    return _rounded(dot), _rounded(sigmoid), _rounded(real - sigmoid)


def _rounded(number: float) -> float:
    return round(float(number), DIGITS) + 0.0  # no -0.0
