"""What a command says beside its answer: notes, and a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import shutil
import sys
import textwrap
import time
from typing import IO, Any

import click

from w2v import kernels

INDENT = " " * 12  # the first 12 columns say what a line is about
PLAIN_SECONDS = 10.0  # between two lines when stderr is not a terminal


def note(line: str) -> None:
    """Print one line that begins with "Note:" on stderr."""
    click.echo(f"Note: {line}.", err=True)


def wrapped(line: str, stream: IO[str]) -> str:
    """Return a line as several where `stream` is a narrower terminal; a command stays whole, to be copied."""
    if not stream.isatty() or "w2v " in line:
        return line
    width = shutil.get_terminal_size().columns
    return textwrap.fill(line, width, subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False)


def note_between(line: str) -> None:
    """Print one line as a note, above the bar if there is one."""
    from tqdm import tqdm

    tqdm.write(f"Note: {line}.", file=sys.stderr)


class Meter:
    """Shows how far a piece of work has come, on stderr; used as a context it ends its bar."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._last = 0.0
        self._started = 0.0
        if quiet:
            kernels.notify = kernels.ignore

    def notify(self, line: str) -> None:
        """Print one line, wrapped to the terminal."""
        if not self._quiet:
            click.echo(wrapped(line, sys.stderr), err=True)

    def show(self, what: str, done: int, total: int, unit: str, **details: float | str | None) -> None:
        """Show that `done` of `total` (0 if unknown) is done."""
        if self._quiet:
            return
        now = time.monotonic()
        self._started = self._started or now
        if sys.stderr.isatty():
            self._draw(what, done, total, unit, details)
        elif now - (self._last or self._started) >= PLAIN_SECONDS:
            self._last = now
            share = f"{done / total:4.0%}" if total else f"{done:,} {unit}"
            left = f", {_duration((now - self._started) * (total - done) / done)} left" if total and done else ""
            speed = f", {_short(done / (now - self._started))}{'' if unit == 'B' else ' '}{unit}/s" if done else ""
            click.echo(f"{what:<12}{share}{speed}{''.join(f', {text}' for text in _texts(details))}{left}", err=True)

    def _draw(self, what: str, done: int, total: int, unit: str, details: dict[str, float | str | None]) -> None:
        from tqdm import tqdm

        if self._bar is None:
            self._bar = tqdm(
                total=total or None,
                unit=unit if unit == "B" else f" {unit}",
                unit_scale=True,
                leave=False,
                dynamic_ncols=True,
            )
        self._bar.set_description_str(f"{what:<11}", refresh=False)
        texts = _texts(details)
        if texts:
            self._bar.set_postfix_str(", ".join(texts), refresh=False)
        self._bar.update(done - self._bar.n)

    def __enter__(self) -> None:
        self._last = self._started = 0.0

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _texts(details: dict[str, float | str | None]) -> list[str]:
    """Return numbers with their names, and texts as they are."""
    return [
        value if isinstance(value, str) else f"{name} {_short(value)}"
        for name, value in details.items()
        if value is not None and value != ""
    ]


def _short(value: float) -> str:
    if value >= 1e6:
        return f"{value / 1e6:.1f}M"
    if value >= 1e4:
        return f"{value / 1e3:.0f}k"
    return f"{value:.4g}"


def _duration(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 90
        else f"{seconds / 60:.0f} min"
        if seconds < 5400
        else f"{seconds / 3600:.1f} h"
    )
