"""The numbers of a training run: each default and each limit stands here and nowhere else."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field, fields
from typing import Any

from w2v.errors import SettingsError

# The C program lets the rate fall to this share of its start, not to zero.
LAST_RATE = 1e-4


def available_threads() -> int:
    """CPUs that this process may use; containers and `taskset` can allow fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _setting(default: Any, low: float, high: float, option: str, help: str) -> Any:
    return field(
        default_factory=default if callable(default) else lambda: default,
        metadata={"low": low, "high": high, "option": option, "help": help},
    )


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """Everything that decides what a training run computes; checked once, at birth.

    The metadata of each field holds its limits (inclusive), the name of its option on the
    command line and its help text, so that the option, the check and the message agree.
    Raises SettingsError for a value outside the limits.
    """

    dim: int = _setting(100, 1, 10_000, "--dim", "Numbers in each vector.")
    window: int = _setting(5, 1, 1_000, "--window", "Furthest context on either side; each center draws 1..window.")
    negatives: int = _setting(5, 1, 100, "--negative", "Noise words drawn for each center word.")
    epochs: int = _setting(5, 1, 100_000, "--epochs", "Passes over the corpus.")
    min_count: int = _setting(5, 1, 2**31 - 1, "--min-count", "Drop words that occur fewer times.")
    max_vocab: int = _setting(
        2**31 - 1, 1, 2**31 - 1, "--max-vocab", "Keep at most this many words, the most frequent."
    )
    sample: float = _setting(1e-3, 0.0, 1.0, "--sample", "Thin out words more frequent than this share; 0 keeps all.")
    rate: float = _setting(0.025, 1e-9, 10.0, "--alpha", "Learning rate at the start; falls linearly to 1/10000 of it.")
    ns_exponent: float = _setting(0.75, -10.0, 10.0, "--ns-exponent", "Noise words are drawn by count to this power.")
    threads: int = _setting(available_threads, 1, 1_024, "--threads", "Threads; the same number gives the same bits.")
    seed: int = _setting(1, 0, 2**63 - 1, "--seed", "Where all chance comes from.")
    tokenizer: str = "words"
    keep_case: bool = False

    def __post_init__(self) -> None:
        for setting in fields(self):
            if "low" not in setting.metadata:
                continue
            value, low, high = getattr(self, setting.name), setting.metadata["low"], setting.metadata["high"]
            if not (isinstance(value, (int, float)) and math.isfinite(value) and low <= value <= high):
                option = setting.metadata["option"]
                raise SettingsError(f"{option} must be from {low:g} to {high:g}, not {value}")


def describe(name: str) -> dict[str, Any]:
    """Return default, limits, option name and help text of the setting `name`."""
    setting = next(setting for setting in fields(TrainSettings) if setting.name == name)
    return {"default": getattr(TrainSettings(), name), **setting.metadata}
