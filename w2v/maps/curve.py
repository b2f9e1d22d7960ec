"""The loss of a training run as a curve: read from the report that `w2v train --report` writes, drawn by matplotlib."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.errors import FormatError, MissingExtraError, SettingsError
from w2v.files import check_writable, replacing
from w2v.maps.picture import COLOURS, DPI, INK, METADATA, PALE


class Loss(NamedTuple):
    """A point of the curve: mean loss of a pair since the point before, at so many tokens, with this rate."""

    tokens: int
    loss: float
    rate: float


class Curve(NamedTuple):
    """Points in the order of their tokens, and how many epochs they are of; 0 where that is not known."""

    points: list[Loss]
    epochs: int = 0


SMOOTHED_OVER = 25  # parts of the run
MOST_MARKS = 30  # epochs that have a line of their own


def read_losses(path: str | os.PathLike[str]) -> Curve:
    """Return the curve of a report. Raises FormatError.

    Its points stand under `training.curve` or `losses`: a list of {"tokens", "loss", "rate"}.
    """
    try:
        document = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise FormatError(path, "is no JSON; `w2v train --report FILE` writes what is needed here") from error
    points = []
    for point in _points(document):
        if not isinstance(point, dict) or not {"tokens", "loss"} <= point.keys():
            raise FormatError(path, f'expected a point {{"tokens", "loss", "rate"}}, found {json.dumps(point)[:60]}')
        numbers = [point["tokens"], point["loss"], point.get("rate", 0.0)]
        if all(isinstance(number, (int, float)) and math.isfinite(number) for number in numbers):
            points.append(Loss(*numbers))  # a run that diverges has a loss that is no number: a gap
    if len(points) < 2:
        raise FormatError(path, "holds no curve: fewer than two points of {tokens, loss, rate}")
    return Curve(sorted(points), _epochs(document))


def _points(document: Any) -> Sequence[Any]:
    if not isinstance(document, dict):
        return ()
    training = document.get("training")
    found = training.get("curve") if isinstance(training, dict) else document.get("losses")
    return found if isinstance(found, list) else ()


def _epochs(document: Any) -> int:
    training = document.get("training")
    found = training.get("epochs") if isinstance(training, dict) else None
    return found if isinstance(found, int) and found > 0 else 0


def _format(path: str | os.PathLike[str]) -> str:
    format = Path(path).suffix.lower().removeprefix(".")
    if format not in METADATA:
        raise SettingsError(f"{os.fspath(path)}: the name of a loss curve must end in .png, .svg or .pdf")
    return format


def smooth(losses: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the running mean over a part of the run, float64 [N]; at the ends over as much as there is."""
    reach = len(losses) // SMOOTHED_OVER // 2
    sums = np.concatenate([[0.0], np.cumsum(losses)])
    last = np.minimum(np.arange(len(losses)) + reach + 1, len(losses))
    first = np.maximum(np.arange(len(losses)) - reach, 0)
    smoothed: npt.NDArray[np.float64] = (sums[last] - sums[first]) / (last - first)
    return smoothed


def check_losses(path: str | os.PathLike[str]) -> None:
    """Raise what `save_losses` would: SettingsError, OutputError, MissingExtraError. For those who draw much later."""
    _format(path)
    if find_spec("matplotlib") is None:
        raise MissingExtraError("a picture", "plot")
    check_writable(path)


def save_losses(curve: Curve, path: str | os.PathLike[str], name: str = "") -> None:
    """Draw a curve as PNG, SVG or PDF, by the ending of the path.

    name  what the run is called

    Raises SettingsError, OutputError, MissingExtraError.
    """
    format = _format(path)
    try:
        import matplotlib
        from matplotlib.figure import Figure
        from matplotlib.patheffects import withStroke
    except ImportError as error:
        raise MissingExtraError("a picture", "plot") from error
    losses, epochs = curve
    tokens, values, rates = np.array(losses, np.float64).T
    unit, scale = next((u, n) for u, n in ((1e9, "billion "), (1e6, "million "), (1e3, "thousand "), (1, "")) if
                      tokens[-1] >= u or u == 1)  # fmt: skip
    with matplotlib.rc_context({"svg.hashsalt": "w2v"}), replacing(path) as file:
        figure = Figure(figsize=(8, 4.5), dpi=DPI, layout="constrained")
        axes: Any = figure.add_subplot()
        points = {"marker": "o", "ms": 4, "clip_on": False} if len(losses) < SMOOTHED_OVER else {}
        axes.plot(
            tokens / unit, values, color=COLOURS[5], lw=0.8, alpha=0.7, label="loss since the point before", **points
        )
        axes.plot(tokens / unit, smooth(values), color=COLOURS[0], lw=2, label="running mean")
        axes.set_title(f"Loss of {name}" if name else "Loss", loc="left", fontsize=12, color=INK)
        for epoch in range(1, epochs if epochs <= MOST_MARKS else 0):
            axes.axvline(tokens[-1] * epoch / epochs / unit, color=PALE, lw=0.7, ls=":", zorder=0,
                         label="end of an epoch" if epoch == 1 else None)  # fmt: skip
        axes.annotate(f"{smooth(values)[-1]:.4f}", (tokens[-1] / unit, smooth(values)[-1]), (-4, 8),
                      textcoords="offset points", ha="right", color=INK,
                      path_effects=[withStroke(linewidth=3, foreground="white")])  # fmt: skip
        axes.set_xlabel(f"{scale}tokens", color=INK)
        axes.set_ylabel("loss of a pair", color=INK)
        axes.grid(color="#E6EAEE", lw=0.6)
        if rates.any():
            right = axes.twinx()
            right.plot(tokens / unit, rates, color=PALE, lw=1, ls="--")
            axes.plot([], [], color=PALE, lw=1, ls="--", label="learning rate")
            right.set_ylabel("learning rate", color="#57606A")
            right.set_ylim(bottom=0)
            right.spines["top"].set_visible(False)
        axes.legend(frameon=False, fontsize=9, labelcolor=INK)
        axes.spines["top"].set_visible(False)
        axes.set_xlim(0, tokens[-1] / unit)
        figure.savefig(file, format=format, dpi=DPI, metadata=METADATA[format])
