"""w2v words: what the vocabulary holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from w2v.cli import answers, options, searching


@click.command()
@options.vectors
@click.option("-n", "--top", type=click.IntRange(min=1), help="Only the first so many.")
@click.option("--prefix", help="Only words that begin so.")
@options.filters
@options.layout
def words(vectors: Path, top: int | None, layout: str, **filters: Any) -> None:
    """List the words of the vocabulary in its order, as a rule by falling count, with counts where they are known.

    \b
        $ w2v words -n 20
        $ w2v words --prefix un --min-count 100
        $ w2v words --match 'ing$' --tsv
    """
    asked = answers.load(vectors)

    import numpy as np

    among = searching.chosen(asked, filters)
    rows = (np.arange(len(asked)) if among is None else np.flatnonzero(among))[:top]
    listed = [asked.words[row] for row in rows.tolist()]
    if asked.counts is None:
        answer = answers.Answer(("word",), [(word,) for word in listed], "words")
    else:
        answer = answers.Answer(("word", "count"), list(zip(listed, asked.counts[rows].tolist())), "words")
    answers.print_answer(answers.Query("", []), answer, layout)
