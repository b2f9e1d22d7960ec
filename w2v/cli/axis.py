"""w2v axis: words between two poles."""

from __future__ import annotations

import click

from w2v.cli import answers, options


@click.command()
@options.vectors
@click.argument("positive")
@click.argument("negative")
@click.argument("words", nargs=-1, metavar="WORD...")
@answers.question
def axis(asked: answers.Asked, positive: str, negative: str, words: tuple[str, ...]) -> None:
    """Place each WORD on the way from NEGATIVE to POSITIVE: its cosine to their difference.

    The nearest to POSITIVE comes first; 0 leans to neither side. A sum of words is a pole, too.

    \b
        $ w2v axis good bad wonderful terrible table
        $ w2v axis she he --batch jobs.txt --tsv
        $ w2v axis "she + woman" "he + man" king queen nurse
    """
    model = asked.about(words)

    from w2v import queries

    answers.settle(model, [word for pole in (positive, negative) for word in queries.terms(model, pole) or [pole]])

    def ask(words: list[str]) -> answers.Answer:
        placed = queries.axis(model, positive, negative, words)
        return answers.Answer(("word", "cosine"), placed, "words", {"positive": positive, "negative": negative})

    asked.reply(ask, words)
