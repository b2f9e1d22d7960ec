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
from w2v.maps.fonts import find_fonts
from w2v.maps.picture import COLOURS, DPI, INK, METADATA, PALE
from w2v.maps.wording import TEXTS


class Loss(NamedTuple):
    """A point of the curve: mean loss of a pair since the point before, after `tokens` tokens, with this rate."""

    tokens: int
    loss: float
    rate: float


class Curve(NamedTuple):
    """Points in the order of their tokens, and how many epochs they are of; 0 where that is not known.

    scores  of a validation, each with the tokens before it
    """

    points: list[Loss]
    epochs: int = 0
    scores: Sequence[tuple[int, float]] = ()


SMOOTHED_OVER = 25  # parts of the run
MOST_MARKS = 30  # epochs that have a line of their own


def read_losses(path: str | os.PathLike[str]) -> Curve:
    """Return the curve of a report. Raises FormatError.

    Its points are under `training.curve` or `losses`: a list of {"tokens", "loss", "rate"}.
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


def save_losses(curve: Curve, path: str | os.PathLike[str], name: str = "", language: str = "en") -> None:
    """Draw a curve as PNG, SVG or PDF, by the ending of the path.

    name      what the run is called
    language  of the axes and the legend, one of `w2v.languages`

    Raises SettingsError, OutputError, MissingExtraError.
    """
    format = _format(path)
    try:
        import matplotlib
        from matplotlib.figure import Figure
        from matplotlib.patheffects import withStroke
    except ImportError as error:
        raise MissingExtraError("a picture", "plot") from error
    losses, epochs, scores = curve
    tokens, values, rates = np.array(losses, np.float64).T
    texts = TEXTS[language]
    units = ((1e9, "billion"), (1e6, "million"), (1e3, "thousand"), (1, "tokens"))
    unit, scale = next((unit, scale) for unit, scale in units if tokens[-1] >= unit or unit == 1)
    style: dict[Any, Any] = {"svg.hashsalt": "w2v", "font.family": find_fonts((*texts.values(), name)).families}
    with matplotlib.rc_context(style), replacing(path) as file:
        figure = Figure(figsize=(8, 4.5), dpi=DPI, layout="constrained")
        rows = 2 if scores else 1
        axes: Any = figure.subplots(rows, sharex=True, height_ratios=(3, 2)[:rows], squeeze=False)[0, 0]
        points = {"marker": "o", "ms": 4, "clip_on": False} if len(losses) < SMOOTHED_OVER else {}
        axes.plot(tokens / unit, values, color=COLOURS[5], lw=0.8, alpha=0.7, label=texts["since"], **points)
        axes.plot(tokens / unit, smooth(values), color=COLOURS[0], lw=2, label=texts["mean"])
        axes.set_title(texts["title"].format(name) if name else texts["untitled"], loc="left", fontsize=12, color=INK)
        for epoch in range(1, epochs if epochs <= MOST_MARKS else 0):
            axes.axvline(tokens[-1] * epoch / epochs / unit, color=PALE, lw=0.7, ls=":", zorder=0,
                         label=texts["epoch"] if epoch == 1 else None)  # fmt: skip
        axes.annotate(f"{smooth(values)[-1]:.4f}", (tokens[-1] / unit, smooth(values)[-1]), (-4, 8),
                      textcoords="offset points", ha="right", color=INK,
                      path_effects=[withStroke(linewidth=3, foreground="white")])  # fmt: skip
        figure.axes[-1].set_xlabel(texts[scale], color=INK)
        if scores:
            _draw_scores(figure.axes[1], np.array(scores, np.float64), unit, texts)
        axes.set_ylabel(texts["loss"], color=INK)
        axes.grid(color="#E6EAEE", lw=0.6)
        if rates.any():
            right = axes.twinx()
            right.plot(tokens / unit, rates, color=PALE, lw=1, ls="--")
            axes.plot([], [], color=PALE, lw=1, ls="--", label=texts["rate"])
            right.set_ylabel(texts["rate"], color="#57606A")
            right.set_ylim(bottom=0)
            right.spines["top"].set_visible(False)
        axes.legend(frameon=False, fontsize=9, labelcolor=INK)
        axes.spines["top"].set_visible(False)
        axes.set_xlim(0, tokens[-1] / unit)
        figure.savefig(file, format=format, dpi=DPI, metadata=METADATA[format])


def _draw_scores(axes: Any, scores: npt.NDArray[np.float64], unit: float, texts: dict[str, str]) -> None:
    """Draw the scores of the validation, and mark the best."""
    axes.plot(scores[:, 0] / unit, scores[:, 1], color=COLOURS[1], lw=2, marker="o", ms=4, clip_on=False)
    tokens, best = scores[scores[:, 1].argmax()]
    axes.axvline(tokens / unit, color=PALE, lw=1)
    side = -1 if tokens > scores[-1, 0] / 2 else 1
    axes.annotate(texts["best"].format(best), (tokens / unit, 0.06), (5 * side, 0), xycoords=("data", "axes fraction"),
                  textcoords="offset points", ha="right" if side < 0 else "left", color=INK)  # fmt: skip
    axes.set_ylabel(texts["score"], color=INK)
    axes.grid(color="#E6EAEE", lw=0.6)
    axes.spines[["top", "right"]].set_visible(False)
