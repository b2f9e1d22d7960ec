"""Looks at single steps of a run: each pair's dot product, sigmoid and error, before the step and after it.

Some times in a run, between two blocks, the training kernel takes the first steps of the next block one center at
a time. The rows are looked at before and after each, and then put back to where they were: the run goes on, takes the
same steps, and ends in the same bits as a run that nobody looks at.

With one thread, and with replicas (`w2v.training.replicas`), these are the steps that the run takes. With several
threads on one model the pairs and the rate are those of the run, but other threads move the same rows meanwhile.
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
from w2v.kernels import chance, negatives, skipgram
from w2v.settings import LAST_RATE
from w2v.training.run import Kernel, State, block_count

STEPS = 20  # in all: one center each, with all of its contexts and negatives
MOMENTS = 5  # of the run, the same number of steps at each
DIGITS = 6


class Pair(NamedTuple):
    """A pair in a step: a word of the window, against the center or one of its negatives.

    epoch, position  where the center stands; epochs from 1, positions of the stream of ids from 0
    rate             learning rate
    center           the word in the middle; one step is all pairs of one center
    word             a word of its window, which gives the row v of the matrix of words
    context          the center (target 1) or a negative (target 0), which gives the row u of the other matrix; the
                     negatives are drawn once for a center, and all words of its window meet the same ones
    times            how often the negative was drawn: the step is so many times as long
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
    """A step that is to be looked at: where its center stands, and the rows that it moves."""

    skipped: int  # centers of the block before it
    position: int
    center: int
    contexts: list[int]
    drawn: Counter[int]


class Trace:
    """Steps of a run, given to `w2v.training.finish`, which fills it.

    moments  blocks before which to look, in their order; without any, nothing is looked at
    pairs    what was seen
    steps    how many
    """

    def __init__(self, moments: Sequence[int]) -> None:
        self.moments = list(moments)
        self.pairs: list[Pair] = []
        self.steps = 0
        self._share = -(-STEPS // max(len(self.moments), 1))

    @classmethod
    def spread(cls, blocks: int, end: int) -> Trace:
        """Return a trace with moments all over what is left of a run: its blocks from `blocks` to `end`."""
        return cls(sorted({blocks + (end - blocks) * moment // MOMENTS for moment in range(MOMENTS)}))

    def look(self, kernel: Kernel, words: Sequence[str], state: State) -> None:
        """If the moment is there, take the first steps of the next block, note their pairs, and take them back."""
        if not self.moments or state.blocks < self.moments[0]:
            return
        del self.moments[0]
        epoch, start = divmod(state.blocks, block_count(len(kernel.stream)))
        start *= skipgram.BLOCK
        settings, rate = kernel.settings, kernel.settings.rate * state.rate_share
        now = skipgram.rate_at(epoch, start, len(kernel.stream), settings.epochs, rate, rate * LAST_RATE)
        found = [step for step, _ in zip(_steps(kernel, epoch, start), range(self._share))]
        center, context = state.model.center, state.model.context
        moved = sorted({id for step in found for id in step.contexts})
        moved_too = sorted({id for step in found for id in (step.center, *step.drawn)})
        before, before_too = center[moved].copy(), context[moved_too].copy()
        try:
            for step in found:
                outputs = [step.center, *step.drawn]
                dots = _dots(state, step.contexts, outputs)
                _take(kernel, state, step.skipped)
                after = _dots(state, step.contexts, outputs)
                self.pairs += [
                    Pair(
                        epoch + 1, step.position, _rounded(now), words[step.center], words[word], words[other],
                        int(k == 0), step.drawn[other] if k else 1, *_judged(dots[j, k], k == 0),
                        *_judged(after[j, k], k == 0),
                    )
                    for j, word in enumerate(step.contexts) for k, other in enumerate(outputs)
                ]  # fmt: skip
        finally:
            center[moved], context[moved_too] = before, before_too
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


def _steps(kernel: Kernel, epoch: int, start: int) -> Iterator[_Step]:
    """Yield the steps of the block that begins at `start`, found by the training kernel's own functions."""
    settings, stream = kernel.settings, kernel.stream
    stop = min(start + skipgram.BLOCK, len(stream))
    room = skipgram.BLOCK + 2 * settings.window + 2
    ids, left, right = (np.empty(room, np.int32) for _ in range(3))
    bits = np.empty(room, np.uint64)
    key = np.uint64(chance.epoch_key(settings.seed, epoch))
    first, last, _, _ = skipgram.gather(stream, start, stop, kernel.keep, key, settings.window, ids, bits, left, right)
    position = start
    for c in range(first, last):
        while chance.bits_at(key, position) != bits[c]:
            position += 1
        contexts = [*ids[left[c] : c].tolist(), *ids[c + 1 : right[c]].tolist()]
        if contexts:
            drawn, clash = np.empty((settings.negatives, 1), np.int32), np.empty(1, np.int32)
            negatives.draw_negatives(ids[c : c + 1], bits[c : c + 1], kernel.noise, drawn, clash)
            center = int(ids[c])
            yield _Step(c - first, position, center, contexts, Counter(id for [id] in drawn.tolist() if id != center))


def _take(kernel: Kernel, state: State, skipped: int) -> None:
    """Have the training kernel take one step."""
    control = skipgram.new_control()
    control[[skipgram.NEXT_BLOCK, skipgram.LIMIT]] = state.blocks, state.blocks + 1
    control[[skipgram.SKIP, skipgram.ONLY]] = skipped, 1
    kernel.thread(state.model, control, np.zeros(8), state.rate_share).run()


def _dots(state: State, contexts: list[int], outputs: list[int]) -> npt.NDArray[np.float64]:
    """Return the dot products of some rows, float64 [contexts, outputs]."""
    center, context = state.model.center, state.model.context
    dots: npt.NDArray[np.float64] = center[contexts].astype(np.float64) @ context[outputs].astype(np.float64).T
    return dots


def _judged(dot: float, real: bool) -> tuple[float, float, float]:
    sigmoid = 1 / (1 + np.exp(-dot))
    return _rounded(dot), _rounded(sigmoid), _rounded(real - sigmoid)


def _rounded(number: float) -> float:
    return round(float(number), DIGITS) + 0.0  # no -0.0
