"""w2v explain: what an Embedding layer does, on the reader's own sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from w2v.cli import answers, splitting
from w2v.languages import LANGUAGES, of_reader


@click.command()
@click.option(
    "-v", "--vectors", type=click.Path(path_type=Path), envvar="W2V_VECTORS", show_envvar=True,
    help="File of vectors to explain with.  [default: vectors.txt if it is there, else a toy trained at once]",
)  # fmt: skip
@click.argument("sentences", nargs=-1, required=True, metavar="SENTENCE...")
@click.option("--pad", type=click.IntRange(min=1), metavar="N",
              help="Pad sentences to N words.  [default: the longest]")  # fmt: skip
@click.option("--lang", type=click.Choice(LANGUAGES),
              help="Language of the explanation.  [default: that of your system]")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document: steps of texts, tables and code.")
def explain(
    vectors: Path | None, sentences: tuple[str, ...], pad: int | None, lang: str | None, as_json: bool
) -> None:  # fmt: skip
    """Explain, with the numbers, how a SENTENCE becomes vectors and where these come from.

    \b
        $ w2v explain "the king lived in the castle"
        $ w2v explain "nice to meet you" "good to see you again" --pad 6 --lang es
    """
    from w2v import explanation
    from w2v.formats.companions import settings_of

    here = Path("vectors.txt")
    path = vectors if vectors is not None else here if here.is_file() else None
    trained = path is not None and "tokenizer" in settings_of(path)
    explained = explanation.explain(
        sentences,
        answers.load(path) if path is not None else None,
        name=str(path),
        language=lang or of_reader(),
        pad=pad,
        split=splitting.Splitting(path, None) if path is not None and trained else None,  # as `w2v encode` does
    )
    if as_json:
        click.echo(answers.to_json(explained.document()))
        return
    click.echo(explanation.render(explained.steps, width=min(shutil.get_terminal_size().columns, 100)), nl=False)
