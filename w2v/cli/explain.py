"""w2v explain: what an Embedding layer does, on the reader's own sentence."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click

from w2v.cli import answers, options, splitting
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
@options.together(
    *(options.setting(name, unless="as the vectors were trained") for name in ("objective", "loss", "negatives_per"))
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document: steps of texts, tables and code.")
@click.pass_context
def explain(
    ctx: click.Context, /, vectors: Path | None, sentences: tuple[str, ...], pad: int | None, lang: str | None,
    as_json: bool, **settings: Any,
) -> None:  # fmt: skip
    """Explain, with the numbers, how a SENTENCE becomes vectors and where these come from.

    One step of training is worked through on a toy: of the objective that your vectors were trained with, or the one
    that you name.

    \b
        $ w2v explain "the king lived in the castle"
        $ w2v explain "nice to meet you" "good to see you again" --pad 6 --lang es
        $ w2v explain "the king lived in the castle" --objective cbow --loss hs
    """
    from w2v import explanation
    from w2v.formats.companions import settings_of

    here = Path("vectors.txt")
    path = vectors if vectors is not None else here if here.is_file() else None
    kept = settings_of(path) if path is not None else {}
    given = {name: value for name, value in settings.items() if name in options.given(ctx)}
    trained = {} if "objective" in given else explanation.kept_settings(kept)  # another has no use for the rest
    explained = explanation.explain(
        sentences,
        answers.load(path) if path is not None else None,
        name=str(path),
        language=lang or of_reader(),
        pad=pad,
        split=splitting.Splitting(path, None) if path is not None and "tokenizer" in kept else None,  # as `w2v encode`
        **trained | given,
    )
    if as_json:
        click.echo(answers.to_json(explained.document()))
        return
    click.echo(explanation.render(explained.steps, width=min(shutil.get_terminal_size().columns, 100)), nl=False)
