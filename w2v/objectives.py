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
from w2v.settings import TrainSettings

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Objective:
    """What varies between objectives.

    plan         makes the numbers of a run out of settings and the learning rate at the start
    new_scratch  makes what a thread writes to, out of a plan and the length of a row
    touches      how often each row is moved for each trained center, float64 [V] for input rows and output rows,
                 out of the stream of ids, the counts and the settings
    """

    plan: Callable[[TrainSettings, float], Any]
    new_scratch: Callable[[Any, int], Any]
    touches: Callable[[npt.NDArray[np.int32], npt.NDArray[np.int64], TrainSettings], tuple[Floats, Floats]]


def work_of(stream: npt.NDArray[np.int32], counts: npt.NDArray[np.int64], settings: TrainSettings) -> Work:
    """Return what is trained on: the ids, which of them are kept, and the noise."""
    return Work(stream, random.keep_limits(counts, settings.sample), random.noise_table(counts, settings.ns_exponent))


def _window_plan(kind: type[spans.Plan]) -> Callable[[TrainSettings, float], spans.Plan]:
    def plan(settings: TrainSettings, rate: float) -> spans.Plan:
        outputs = 1 + settings.negatives
        return kind(
            settings.reach, settings.window_mode != "shrink", outputs, settings.epochs, rate,
            rate * settings.last_rate, settings.seed,
            (0,) * spans.panel_width(outputs),
        )  # fmt: skip

    return plan


def mean_contexts(stream: npt.NDArray[np.int32], kept_share: float, settings: TrainSettings) -> float:
    """Return how many words a window holds on average, its center not counted; where lines are long enough for it."""
    if settings.window_mode == "shrink":
        return settings.window + 1
    if settings.window_mode == "fixed":
        return 2 * settings.window
    ends = np.flatnonzero(stream < 0)
    lengths = np.diff(ends, prepend=-1) - 1.0
    around = np.minimum(kept_share * (lengths - 1), 2 * settings.reach)
    return max(float(lengths @ around / max(lengths.sum(), 1)), 1.0)


def _window_touches(
    stream: npt.NDArray[np.int32], counts: npt.NDArray[np.int64], settings: TrainSettings
) -> tuple[Floats, Floats]:
    """Each word of the window is moved once, and so is the center and each draw."""
    kept = counts * random.keep_shares(counts, settings.sample)
    shares = kept / kept.sum()
    noise = counts.astype(np.float64) ** settings.ns_exponent
    contexts = mean_contexts(stream, float(kept.sum() / counts.sum()), settings)
    return contexts * shares, shares + settings.negatives * (noise / noise.sum())


OBJECTIVES = {
    "skipgram": Objective(_window_plan(skipgram.SkipGram), spans.new_scratch, _window_touches),
    "cbow": Objective(_window_plan(cbow.Cbow), spans.new_scratch, _window_touches),
}
