"""w2v vector: the numbers of a word."""

from __future__ import annotations

from pathlib import Path

import click

from w2v.cli import answers, options


@click.command()
@options.vectors
@click.argument("words", nargs=-1, metavar="WORD...")
@options.batch
@options.layout
def vector(vectors: Path, words: tuple[str, ...], batch: Path | None, skip_unknown: bool, layout: str) -> None:
    """Print the vector of each WORD, as in the text format: the word, then its numbers.

    \b
        $ w2v vector king
        $ w2v vector king queen --json
    """
    given = answers.given(words, batch, skip_unknown)
    model = answers.load(vectors)

    def ask(words: list[str]) -> answers.Answer:
        rows = [(model.form(word) or word, model[word]) for word in words]
        return answers.Answer(("word", "vector"), rows, "vectors")

    answers.reply(model, ask, words, given, layout)
