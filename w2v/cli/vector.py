"""w2v vector: the numbers of a word."""

from __future__ import annotations

import click

from w2v.cli import answers, options


@click.command()
@options.vectors
@click.argument("words", nargs=-1, metavar="WORD...")
@answers.question
def vector(asked: answers.Asked, words: tuple[str, ...]) -> None:
    """Print the vector of each WORD, as in the text format: the word, then its numbers.

    \b
        $ w2v vector king
        $ w2v vector king queen --json
    """
    model = asked.about(words)

    def ask(words: list[str]) -> answers.Answer:
        rows = [(model.form(word) or word, model[word]) for word in words]
        return answers.Answer(("word", "vector"), rows, "vectors")

    asked.reply(ask, words)
