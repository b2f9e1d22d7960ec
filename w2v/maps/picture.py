"""A map as a picture for paper and screens: PNG, SVG or PDF, by matplotlib.

Colours are those of Okabe & Ito (2008), distinct with any kind of colour vision; from the eighth cluster on the
shape of the marks changes, too. Nothing in a file depends on the clock: the same map gives the same bytes.
"""

from __future__ import annotations

import warnings
from typing import IO, Any

import numpy as np

from w2v.errors import MissingExtraError
from w2v.languages import columns as wide
from w2v.maps import fonts, labels
from w2v.maps.map import Map

# Without their yellow, which is too light for small marks on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKS = ("o", "s", "^", "D", "v", "P", "X")
INK, PALE, PLAIN, MARKED = "#1F2328", "#9AA4AE", "#6C8FB0", "#D55E00"
SIZE = 10.0, 7.5  # inches
DPI = 160
LEGEND_LINE = 0.27  # inches
# No clock in the files.
METADATA: dict[str, dict[str, Any]] = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}


def draw(map: Map, file: IO[bytes], format: str, size: tuple[float, float] = SIZE) -> list[str]:
    """Write a picture of `map` in a format of METADATA; returns what the reader should know, a line for each thing.

    size  width and height in inches
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("a picture", "plot") from error

    found = fonts.find_fonts((*map.words, *map.names, *map.axes))
    style: dict[Any, Any] = {
        "font.family": found.families,
        "svg.hashsalt": "w2v",
        "pdf.fonttype": 3,
        "axes.unicode_minus": False,
        "text.parse_math": False,  # a word may be $
    }
    with matplotlib.rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # `fonts.note` says it once, with advice
        figure = Figure(figsize=size, dpi=DPI)
        canvas: Any = FigureCanvasAgg(figure)
        axes = _frame(map, figure, *size)
        _points(map, axes)
        figure.draw(canvas.get_renderer())  # settles the limits, on which all places in pixels depend
        left_out = _labels(map, axes, canvas.get_renderer())
        figure.savefig(file, format=format, dpi=DPI, metadata=METADATA[format])
    notes = [fonts.note(found)] if found.missing else []
    if left_out:
        notes.append(f"no room for the labels of {left_out:,} of {len(map.words):,} words; .html shows them by zooming")
    return notes


def _frame(map: Map, figure: Any, width: float, height: float) -> Any:
    """Return the axes: bare for a map, with scales and a zero line where directions have a meaning."""
    columns = 2 if max(wide(name) for name in map.names or ("",)) > 30 else 3
    legend = LEGEND_LINE * -(-len(map.names) // columns)
    left, bottom = (0.75, 0.65) if any(map.axes) else (0.2, 0.2)
    axes = figure.add_axes(
        (
            left / width,
            (bottom + legend) / height,
            (width - left - 0.2) / width,
            (height - bottom - legend - 0.5) / height,
        )
    )
    # A column is 0.6 of the size of the letters wide, or less.
    size = min(12, (width - 0.4) * 72 / (0.6 * max(wide(map.title), 1)))
    figure.text(0.2 / width, 1 - 0.18 / height, map.title, ha="left", va="top", fontsize=size, color=INK)
    for side in axes.spines.values():
        side.set_color("#D5DAE0")
    if any(map.axes):
        axes.set_xlabel(map.axes[0], color=INK)
        axes.set_ylabel(map.axes[1], color=INK)
        axes.tick_params(colors="#57606A", labelsize=8, color="#D5DAE0")
        axes.axvline(0, color="#D5DAE0", lw=0.8, zorder=0)
        axes.axhline(0, color="#D5DAE0", lw=0.8, zorder=0)
    else:
        axes.set_xticks([])
        axes.set_yticks([])
        if map.equal:
            axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.06)
    if map.names:
        from matplotlib.lines import Line2D

        # The blank, because a name that begins with _ would be passed over.
        keys = [
            Line2D([], [], ls="", marker=_mark(i), color=_colour(i), markersize=7, label=f" {name}")
            for i, name in enumerate(map.names)
        ]
        figure.legend(
            handles=keys, loc="lower left", bbox_to_anchor=(0.1 / width, 0.0), ncols=columns, frameon=False,
            fontsize=9, labelcolor=INK, handletextpad=0.0, columnspacing=1.6,
        )  # fmt: skip
    return axes


def _points(map: Map, axes: Any) -> None:
    size = _dot(map)
    marked = map.marked
    for strong in (False, True):
        positions = np.array([i for i in range(len(map.words)) if (i in marked) == strong], np.int64)
        style = {"s": size * (1.8 if strong and not map.arrows else 1), "linewidths": 0.5, "edgecolors": "white"}
        if map.clusters is None:
            axes.scatter(*map.points[positions].T, color=MARKED if strong else PLAIN, zorder=3, **style)
            continue
        for cluster in range(len(map.names)):
            part = positions[map.clusters[positions] == cluster]
            axes.scatter(*map.points[part].T, color=_colour(cluster), marker=_mark(cluster), zorder=3, **style)
    for start, end in map.arrows:
        axes.annotate(
            "", map.points[end], map.points[start], zorder=2,
            arrowprops={"arrowstyle": "-|>", "color": "#7A8794", "lw": 1.1, "shrinkA": 4, "shrinkB": 5,
                        "mutation_scale": 11},
        )  # fmt: skip


def _labels(map: Map, axes: Any, renderer: Any) -> int:
    """Write the labels; returns how many found no place."""
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=2.2, foreground="white")]
    font = 11 if len(map.words) <= 40 else 9 if len(map.words) <= 120 else 7.5
    bold = map.marked if not map.arrows else frozenset()
    texts = [
        axes.text(0, 0, word, fontsize=font, color=INK, fontweight="bold" if i in bold else "normal")
        for i, word in enumerate(map.words)
    ]  # fmt: skip
    sizes = np.array([text.get_window_extent(renderer).size for text in texts])
    for text in texts:
        text.remove()
    pixels = axes.transData.transform(map.points)
    frame = axes.get_window_extent(renderer)
    lines = np.array([[*pixels[a], *pixels[b]] for a, b in map.arrows]) if map.arrows else None
    radius = np.sqrt(_dot(map) / np.pi) * DPI / 72
    places = labels.place(
        pixels, sizes, np.array([frame.x0, frame.y0, frame.x1, frame.y1]), radius, lines, reach=_reach(map)
    )  # fmt: skip
    for i, place in enumerate(places):
        if place is None:
            continue
        offset = (np.array([place.x, place.y]) - pixels[i]) * 72 / DPI  # points, as every output understands them
        tie = {"arrowstyle": "-", "color": PALE, "lw": 0.6, "shrinkA": 0, "shrinkB": 1} if place.tied else None
        axes.annotate(
            map.words[i], map.points[i], offset, textcoords="offset points", ha="left", va="bottom", fontsize=font,
            color=INK, fontweight=texts[i].get_fontweight(), path_effects=halo, zorder=4, arrowprops=tie
        )  # fmt: skip
    return sum(place is None for place in places)


def _dot(map: Map) -> float:
    """Return the area of a dot in square points: smaller in a crowd."""
    return 34.0 if len(map.words) <= 40 else 20.0 if len(map.words) <= 300 else 8.0


def _reach(map: Map) -> float:
    """Return how many pixels a label may be off its point: in a crowd, long lines would cross one another."""
    return 80.0 if len(map.words) <= 120 else 40.0 if len(map.words) <= 300 else 16.0


def _colour(cluster: int) -> str:
    return COLOURS[cluster % len(COLOURS)]


def _mark(cluster: int) -> str:
    return MARKS[cluster // len(COLOURS) % len(MARKS)]
