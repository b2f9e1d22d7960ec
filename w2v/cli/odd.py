"""w2v odd: which word does not belong?"""

from __future__ import annotations

import click

from w2v.cli import answers, options


@click.command()
@options.vectors
@click.argument("words", nargs=-1, metavar="WORD...")
@answers.question
def odd(asked: answers.Asked, words: tuple[str, ...]) -> None:
    """Find the WORD that does not belong: the first one listed.

    The words are listed by their cosine to the mean of their unit vectors, the lowest first.

    \b
        $ w2v odd breakfast cereal dinner lunch
        $ w2v odd king queen prince table --json
    """
    model = asked.about(words)

    from w2v import queries

    def ask(words: list[str]) -> answers.Answer:
        placed = queries.odd(model, words)
        return answers.Answer(("word", "cosine"), placed, "words", {"odd": placed[0].word})

    asked.reply(ask, words)
