"""The table of objectives: what is trained, by which kernel.

An objective is one file in `w2v.kernels.objectives` (a Plan, a Scratch, `train_span`), its slow twin in
`tests/naive.py`, and one row here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.kernels import random
from w2v.kernels.objectives import Work, cbow, skipgram, spans
from w2v.settings import LAST_RATE, TrainSettings

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Objective:
    """What varies between objectives.

    plan         makes the numbers of a run out of settings and the learning rate at the start
    new_scratch  makes what a thread writes to, out of a plan and the length of a row
    touches      how often each row is moved for each trained center, float64 [V] for input rows and output rows
    """

    plan: Callable[[TrainSettings, float], Any]
    new_scratch: Callable[[Any, int], Any]
    touches: Callable[[npt.NDArray[np.int64], TrainSettings], tuple[Floats, Floats]]


def work_of(stream: npt.NDArray[np.int32], counts: npt.NDArray[np.int64], settings: TrainSettings) -> Work:
    """Return what is trained on: the ids, which of them are kept, and the noise."""
    return Work(stream, random.keep_limits(counts, settings.sample), random.noise_table(counts, settings.ns_exponent))


def _window_plan(kind: type[spans.Plan]) -> Callable[[TrainSettings, float], spans.Plan]:
    def plan(settings: TrainSettings, rate: float) -> spans.Plan:
        outputs = 1 + settings.negatives
        return kind(
            settings.window, outputs, settings.epochs, rate, rate * LAST_RATE, settings.seed,
            (0,) * spans.panel_width(outputs),
        )  # fmt: skip

    return plan


def _window_touches(counts: npt.NDArray[np.int64], settings: TrainSettings) -> tuple[Floats, Floats]:
    """A word of the window is moved once, and a window holds window + 1 on average; so is the center and each draw."""
    kept = counts * random.keep_shares(counts, settings.sample)
    shares = kept / kept.sum()
    noise = counts.astype(np.float64) ** settings.ns_exponent
    return (settings.window + 1) * shares, shares + settings.negatives * (noise / noise.sum())


OBJECTIVES = {
    "skipgram": Objective(_window_plan(skipgram.SkipGram), spans.new_scratch, _window_touches),
    "cbow": Objective(_window_plan(cbow.Cbow), spans.new_scratch, _window_touches),
}
