"""w2v expr: the words nearest to a sum of words."""

from __future__ import annotations

import click

from w2v.cli import answers, options, searching


@click.command()
@options.vectors
@click.argument("expression", nargs=-1, metavar="EXPRESSION")
@options.top
@click.option("--all", "keep_query", is_flag=True, help="Let the words of the expression be answers too.")
@options.search
@answers.question
def expr(asked: answers.Asked, expression: tuple[str, ...], top: int, keep_query: bool, search: str) -> None:
    """List the words nearest to a sum of unit vectors, by cosine.

    EXPRESSION may hold + and - (between blanks: well-known is a word), numbers with *, parentheses,
    and quotes around words that hold any of these or blanks.

    \b
        $ w2v expr "king - man + woman"
        $ w2v expr "0.5 * (paris + rome) - france"
    """
    # One argument is the expression; several are its parts, from which the shell took quotes away.
    text = expression[0] if len(expression) == 1 else " ".join(f'"{e}"' if " " in e else e for e in expression)
    model = asked.about(expression)

    from w2v import queries

    index = searching.find_index(model, search)

    def ask(lines: list[str]) -> answers.Answer:
        direction = queries.evaluate(model, lines[0])
        nearest, name = (model.nearest, "exact") if index is None else (index.nearest, "approximate")
        found = nearest(direction, top, exclude=() if keep_query else queries.words_of(lines[0]))
        return answers.Answer(("word", "cosine"), found, "neighbors", {"search": name})

    asked.reply(ask, [text] if expression else [], whole_lines=True, words_in=queries.words_of)
