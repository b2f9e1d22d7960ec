"""w2v compare: how near two words or two texts are."""

from __future__ import annotations

import click

from w2v.cli import answers, options, splitting


@click.command()
@options.vectors
@click.argument("texts", nargs=-1, metavar="A B")
@click.option(
    "--method", type=click.Choice(["cosine", "soft", "wmd"]), default="cosine", show_default=True,
    help="For texts: cosine of mean vectors; soft cosine of bags of words; Word Mover's Distance, smaller is"
    " nearer (needs the extra w2v[wmd]).",
)  # fmt: skip
@options.splitting
@answers.question
def compare(asked: answers.Asked, texts: tuple[str, ...], method: str, tokenizer: str | None) -> None:
    """Measure how close A and B are: two words, or two texts in quotes.

    Words of a text that are not in the vocabulary are left out, with a note.

    \b
        $ w2v compare king queen
        $ w2v compare "the king speaks" "a queen talks" --method soft
    """
    if texts and len(texts) != 2:
        raise click.UsageError(f"Two words or two texts are compared, not {len(texts)}; put quotes around a text.")
    model = asked.about(texts)

    from w2v import queries

    split = splitting.Splitting(asked.path, tokenizer)
    field = {"cosine": "cosine", "soft": "soft_cosine", "wmd": "distance"}[method]

    left_out: list[str] = []

    def ask(texts: list[str]) -> answers.Answer:
        known = []
        for text in texts:
            words, unknown = queries.known_words(model, text, split, split.most)
            if not words:
                split.hint(unknown)
                model.find(text)  # raises UnknownWordError
            left_out.extend(unknown)
            known.append(words)
        return answers.Answer((field,), [(queries.compare(model, known[0], known[1], method),)])

    def parts(text: str) -> list[str]:
        if model.form(text) is not None:
            return [text]
        return queries.known_words(model, text, split, split.most)[0] or [text]

    asked.reply(ask, texts, takes=2, words_in=parts)
    answers.note_left_out(left_out)
    split.hint(left_out)
