"""w2v odd: which word does not belong?"""

from __future__ import annotations

from pathlib import Path

import click

from w2v.cli import answers, options


@click.command()
@options.vectors
@click.argument("words", nargs=-1, metavar="WORD...")
@options.batch
@options.layout
def odd(vectors: Path, words: tuple[str, ...], batch: Path | None, skip_unknown: bool, layout: str) -> None:
    """Find the WORD that does not belong: the first one listed.

    The words are listed by their cosine to the mean of their unit vectors, the lowest first.

    \b
        $ w2v odd breakfast cereal dinner lunch
        $ w2v odd king queen prince table --json
    """
    given = answers.given(words, batch, skip_unknown)
    model = answers.load(vectors)

    from w2v import queries

    def ask(words: list[str]) -> answers.Answer:
        placed = queries.odd(model, words)
        return answers.Answer(("word", "cosine"), placed, "words", {"odd": placed[0].word})

    answers.reply(model, ask, words, given, layout)
