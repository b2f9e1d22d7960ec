"""w2v analogy: what is to C as A is to B?"""

from __future__ import annotations

import click

from w2v.cli import answers, options, searching


@click.command()
@options.vectors
@click.argument("words", nargs=-1, metavar="A B C")
@options.top
@click.option(
    "--method", type=click.Choice(["3cosadd", "3cosmul"]), default="3cosadd", show_default=True,
    help="Nearest to A - B + C, or largest cos(A) cos(C) / cos(B), in which no word outweighs the others.",
)  # fmt: skip
@click.option("--all", "keep_query", is_flag=True, help="Let A, B and C be answers too.")
@options.search
@answers.question
def analogy(
    asked: answers.Asked, words: tuple[str, ...], top: int, method: str, keep_query: bool, search: str,
) -> None:  # fmt: skip
    """Answer A - B + C: as A is to B, so is what to C?

    King is to man as what is to woman? The C program's word-analogy takes the same question
    in another order: man king woman.

    \b
        $ w2v analogy king man woman
        $ w2v analogy paris france italy -n 3
        $ w2v analogy king man woman --method 3cosmul
    """
    if words and len(words) != 3:
        raise click.UsageError(f"An analogy takes three words, A B C, not {len(words)}.")
    model = asked.about(words)

    from w2v import queries

    index = searching.find_index(model, search, ["--method 3cosmul"] if method != "3cosadd" else [])
    field = "cosine" if method == "3cosadd" else "cosmul"

    def ask(words: list[str]) -> answers.Answer:
        a, b, c = words
        if index is not None:
            found = index.nearest(model.sum_of((a, c), (b,)), top, () if keep_query else words)
            return answers.Answer(("word", field), found, "neighbors", {"search": "approximate"})
        ranked = queries.analogy(model, a, b, c, top, method=method, keep_query=keep_query)
        return answers.Answer(("word", field), ranked, "neighbors", {"search": "exact"})

    asked.reply(ask, words, takes=3)
