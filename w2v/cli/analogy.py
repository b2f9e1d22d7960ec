"""w2v analogy: what is to C as A is to B?"""

from __future__ import annotations

from pathlib import Path

import click

from w2v.cli import answers, options


@click.command()
@options.vectors
@click.argument("a")
@click.argument("b")
@click.argument("c")
@options.top
@options.layout
def analogy(vectors: Path, a: str, b: str, c: str, top: int, layout: str) -> None:
    """Answer A - B + C: as A is to B, so is what to C?

    King is to man as what is to woman? The C program's word-analogy takes the same question
    in another order: man king woman.

    \b
        $ w2v analogy king man woman
        $ w2v analogy paris france italy -n 3
    """
    from w2v import formats

    asked = formats.load(vectors)
    answers.note_forms(asked, (a, b, c))
    answers.print_neighbors(asked.analogy(a, b, c, top), layout)
