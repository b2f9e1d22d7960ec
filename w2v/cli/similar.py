"""w2v similar: the nearest words."""

from __future__ import annotations

from pathlib import Path

import click

from w2v.cli import answers, options


@click.command()
@options.vectors
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@options.top
@options.layout
def similar(vectors: Path, words: tuple[str, ...], top: int, layout: str) -> None:
    """List the words nearest to WORD by cosine; several words mean the sum of their unit vectors.

    \b
        $ w2v similar king
        $ w2v similar -v news.txt paris london -n 5
    """
    from w2v import formats

    asked = formats.load(vectors)
    answers.note_forms(asked, words)
    answers.print_neighbors(asked.similar(words, top), layout)
