"""w2v export: vectors as another library's layer takes them."""

from __future__ import annotations

from pathlib import Path

import click

from w2v.cli import options
from w2v.cli.progress import note

KINDS = ("keras", "torch", "sentence-transformers", "spacy", "projector")
PROJECTOR_WORDS = 10_000  # what the page draws smoothly, and all that its t-SNE takes


@click.command()
@click.argument("kind", type=click.Choice(KINDS), metavar="|".join(KINDS))
@options.vectors
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.  [default: export-KIND]")
@click.option(
    "--limit", type=click.IntRange(min=1),
    help=f"Take the first N words only.  [default: all; for the projector {PROJECTOR_WORDS:,}]",
)  # fmt: skip
@click.option("--words", type=click.Path(path_type=Path), help="Take the words of this file only, one a line.")
@options.blank_as
def export(
    kind: str, vectors: Path, output: Path | None, limit: int | None, words: Path | None, blank_as: str | None
) -> None:
    """Write what an embedding layer needs, and print the lines that load it.

    Row 0 of a matrix is padding (zeros), row 1 unknown words, words follow from row 2: the ids of `w2v encode`.

    \b
        $ w2v export torch
        $ w2v export keras -v news.txt -o layers/keras --limit 50000
        $ w2v export projector && tensorboard --logdir export-projector
    """
    from w2v.export import export as write
    from w2v.formats.convert import Changes, changed

    limit = PROJECTOR_WORDS if limit is None and kind == "projector" else limit
    chosen = changed(vectors, Changes(limit, words, blank_as=blank_as), note)
    folder = output or Path(f"export-{kind}")
    snippet = write(kind, chosen, folder, note)
    click.echo(f"{folder}: {len(chosen):,} words x {chosen.dim}. To load them:", err=True)
    click.echo(snippet, nl=False)
