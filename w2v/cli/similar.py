"""w2v similar: the nearest words."""

from __future__ import annotations

from typing import Any

import click

from w2v.cli import answers, options, searching
from w2v.errors import W2VError


@click.command()
@options.vectors
@click.argument("words", nargs=-1, metavar="WORD...")
@click.option("--document", metavar="NAME", help="List what is nearest to a document, trained with --documents:"
              " documents, then words.")  # fmt: skip
@options.top
@click.option("--not", "unlike", multiple=True, metavar="WORD", help="Subtract this word; may be given several times.")
@click.option(
    "--method", type=click.Choice(["cosine", "euclidean", "dot"]), default="cosine", show_default=True,
    help="What is near: a small angle between sums of unit vectors, or a small distance from, or a large product"
    " with, the mean of the vectors as they are.",
)  # fmt: skip
@click.option("--min-cosine", type=float, help="Only words with a cosine of at least this.")
@options.filters
@options.search
@answers.question
def similar(
    asked: answers.Asked, words: tuple[str, ...], document: str | None, top: int, unlike: tuple[str, ...], method: str,
    min_cosine: float | None, search: str, **filters: Any,
) -> None:  # fmt: skip
    """List the words nearest to WORD by cosine; several words mean the sum of their unit vectors.

    A word of several parts is found with blanks too ("new york"); one that begins with - is written after --.

    \b
        $ w2v similar king
        $ w2v similar -v news.txt paris london -n 5
        $ w2v similar apple --not fruit --match '^[a-z]+$'
        $ w2v similar --batch words.txt --json
        $ w2v similar --document news/may.txt
    """
    if document is not None:
        if words or unlike or asked.batch is not None:
            raise click.UsageError("--document is asked for alone, without words and --batch.")
        asked.reply(lambda _: _of_document(asked, document, top), [document], whole_lines=True, words_in=lambda _: [])
        return
    model = asked.about(words)

    from w2v import queries

    among = searching.chosen(model, filters)
    narrowed = [f"--{name.replace('_', '-')}" for name, value in filters.items() if value is not None]
    index = searching.find_index(model, search, [*narrowed, *(["--method"] if method != "cosine" else [])])
    field = {"cosine": "cosine", "euclidean": "distance", "dot": "product"}[method]
    answers.settle(model, unlike)

    def ask(words: list[str]) -> answers.Answer:
        if index is not None:
            found = index.nearest(model.sum_of(words, unlike), top, (*words, *unlike))
            rows = [row for row in found if min_cosine is None or row.cosine >= min_cosine]
            return answers.Answer(("word", field), rows, "neighbors", {"search": "approximate"})
        ranked = queries.similar(model, words, top, unlike=unlike, measure=method, among=among, min_cosine=min_cosine)
        return answers.Answer(("word", field), ranked, "neighbors", {"search": "exact"})

    asked.reply(ask, words)


def _of_document(asked: answers.Asked, name: str, top: int) -> answers.Answer:
    """Return the documents nearest to one of them, and the words."""
    from w2v.formats.companions import documents_of

    file = documents_of(asked.path)
    if not file.is_file():
        raise W2VError(f"{asked.path} has no documents beside it: `w2v train --documents file` makes {file.name}")
    documents = answers.load(file)
    if name not in documents.words:
        raise W2VError(f"{name}: no document of this name; there are {len(documents):,}, such as {documents.words[0]}")
    rows = [("document", *found) for found in documents.similar(name, top)]
    rows += [("word", *found) for found in asked.vectors.similar(documents[name], top)]
    return answers.Answer(("what", "name", "cosine"), rows, "neighbors")
