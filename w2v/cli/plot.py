"""w2v plot: words as a picture."""

from __future__ import annotations

import re
from pathlib import Path

import click

from w2v.cli import answers, options
from w2v.cli.progress import note
from w2v.languages import of_reader

SMALLEST, LARGEST = 3.0, 60.0  # inches; at 160 dots for each, 9,600 across


def _size(ctx: click.Context, param: click.Parameter, value: str) -> tuple[float, float]:
    """Return width and height of "16x12"."""
    parts = re.fullmatch(r"(\d+(?:\.\d+)?)[x\u00d7](\d+(?:\.\d+)?)", value)
    width, height = map(float, parts.groups()) if parts else (0.0, 0.0)
    if min(width, height) < SMALLEST or max(width, height) > LARGEST:
        raise click.BadParameter(f"{value!r}: expected inches as in 10x7.5, each from {SMALLEST:g} to {LARGEST:g}")
    return width, height


@click.command()
@options.vectors
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("plot.png"), show_default=True,
    help="The picture: .png, .svg, .pdf; .html is a page to zoom and search in, which needs no network.",
)  # fmt: skip
@click.option(
    "--method", type=click.Choice(["pca", "tsne", "umap"]),
    help="How many dimensions become two.  [default: pca with --pairs, else tsne]",
)  # fmt: skip
@click.option("-k", "--neighbors", type=click.IntRange(min=0), default=0, show_default=True, metavar="K",
              help="Show the K nearest of each WORD, too.")  # fmt: skip
@click.option("--top", type=click.IntRange(min=1), metavar="N",
              help="Show the N most frequent words.  [default: 200, not function words]")  # fmt: skip
@click.option("--pairs", type=click.Path(path_type=Path), metavar="FILE",
              help="Draw an arrow for each line of two words (or of four: an analogy).")  # fmt: skip
@click.option("--axis", "axes", nargs=2, multiple=True, metavar="GOOD BAD",
              help="Place words by their cosine to GOOD - BAD; given twice, on a plane.")  # fmt: skip
@click.option("--clusters", type=click.IntRange(min=2), metavar="K",
              help="Colour K groups of words (k-means), each named by its central words.")  # fmt: skip
@click.option("--loss", type=click.Path(path_type=Path), metavar="FILE",
              help="Draw the loss curve of a run instead, from what `w2v train --report FILE` wrote.")  # fmt: skip
@click.option("--size", callback=_size, default="10x7.5", show_default=True, metavar="WxH",
              help="Inches of a picture, across and down; larger ones have room for more labels.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True, help="Seed of all randomness.")
def plot(
    vectors: Path, words: tuple[str, ...], output: Path, method: str | None, neighbors: int, top: int | None,
    pairs: Path | None, axes: tuple[tuple[str, str], ...], clusters: int | None, loss: Path | None,
    size: tuple[float, float], seed: int,
) -> None:  # fmt: skip
    """Draw words as a map: the WORDs with their neighbors, or the most frequent.

    Titles and axes are in the language of your locale: English, Spanish, Chinese or Japanese.

    \b
        $ w2v plot king paris dog --neighbors 12
        $ w2v plot --top 400 --clusters 8 --size 16x12 -o map.png
        $ w2v plot --pairs capitals.txt -o capitals.svg
        $ w2v plot --axis good bad --axis rich poor --top 100
        $ w2v plot --loss run.json -o loss.png
    """
    from w2v import files, maps

    if loss is not None:
        maps.save_losses(maps.read_losses(loss), output, str(loss), of_reader())
        click.echo(f"{output}: loss of {loss}", err=True)
        return
    maps.check_ending(output)
    files.check_writable(output)
    model = answers.load(vectors).by_title()
    answers.note_forms(model, (*words, *(word for axis in axes for word in axis)))
    arrows, unknown = maps.read_pairs(pairs, model) if pairs else ([], [])
    if unknown:
        note(f"{len(unknown):,} words of {pairs} are not in the vocabulary: {' '.join(unknown[:10])}")
    drawn = maps.build(
        model, words, neighbors=neighbors, top=top, pairs=arrows, axes=axes, method=method, clusters=clusters or 0,
        seed=seed, name=vectors.name, language=of_reader(),
    )  # fmt: skip
    for line in maps.save(drawn, output, size):
        note(line)
    click.echo(f"{output}: {drawn.title}", err=True)
