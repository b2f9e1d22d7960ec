"""How answers are printed: aligned columns for a person, JSON or TSV for a pipe."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from w2v.vectors import Neighbor, Vectors


def print_neighbors(neighbors: Sequence[Neighbor], layout: str) -> None:
    """Print words and cosines, one a line, or one JSON list of {"word", "cosine"}."""
    if layout == "json":
        rows = [{"word": word, "cosine": round(cosine, 6)} for word, cosine in neighbors]
        click.echo(json.dumps(rows, ensure_ascii=False))
    elif layout == "tsv":
        for word, cosine in neighbors:
            click.echo(f"{word}\t{cosine:.6f}")
    else:
        widest = max((_columns(word) for word, _ in neighbors), default=0)
        for word, cosine in neighbors:
            click.echo(f"{word}{' ' * (widest - _columns(word))}  {cosine:.4f}")


def note_forms(vectors: Vectors, words: Sequence[str]) -> None:
    """Say on stderr where a word is answered for by another form of it."""
    for word in words:
        form = vectors.find(word)
        if form != word:
            click.echo(f"Note: {word!r} is not in the vocabulary, {form!r} is: asked for that.", err=True)


def _columns(text: str) -> int:
    """Count the columns that a terminal gives to `text`: East Asian letters take two, marks none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
