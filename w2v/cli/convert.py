"""w2v convert: a file of vectors in another format."""

from __future__ import annotations

from pathlib import Path

import click

from w2v.cli import options
from w2v.cli.progress import note

# Those of w2v.formats that are written; said again, and tested, for --help must not load numpy.
FORMATS = (
    "word2vec-text", "word2vec-binary", "glove", "fasttext", "finalfusion", "gensim", "npy", "npz", "safetensors",
    "projector", "w2v", "csv", "parquet",
)  # fmt: skip


@click.command()
@click.argument("source", type=click.Path(path_type=Path), metavar="IN")
@click.argument("target", type=click.Path(path_type=Path), metavar="OUT")
@click.option(
    "--to",
    type=click.Choice(FORMATS),
    help="The format of OUT; by default the ending of its name decides, and without an ending it is word2vec text.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Take the first N words only: the most frequent ones.")
@click.option("--words", type=click.Path(path_type=Path), help="Take the words of this file only, one a line.")
@click.option("--normalize", is_flag=True, help="Scale each vector to length 1.")
@click.option("--output-rows", is_flag=True, help="Take the output rows of IN: what occurs near each word.")
@click.option(
    "--dtype", type=click.Choice(("float32", "float16", "int8")), default="float32", show_default=True,
    help="Numbers of OUT, where its format has others (npz, safetensors, w2v; npy to float16).",
)  # fmt: skip
@options.blank_as
@options.setting("end_of_sentence")
def convert(
    source: Path, target: Path, to: str | None, limit: int | None, words: Path | None, normalize: bool,
    output_rows: bool, dtype: str, blank_as: str | None, end_of_sentence: bool,
) -> None:  # fmt: skip
    """Write the vectors of IN, of any format, compressed or not, as OUT.

    IN is recognised by its content. OUT by its ending: .txt or .vec word2vec text, .bin word2vec binary,
    .glove, .fifu finalfusion, .kv gensim, .npy, .npz, .safetensors, .tsv Embedding Projector, .w2v our own; .csv and
    .parquet (needs the extra w2v[parquet]) for other programs.

    \b
        $ w2v convert GoogleNews-vectors-negative300.bin.gz news.w2v
        $ w2v convert cc.en.300.bin english.txt --limit 50000
        $ w2v convert vectors.txt small.npz --dtype float16 --normalize
    """
    from w2v.formats.convert import Changes
    from w2v.formats.convert import convert as write

    changes = Changes(limit, words, normalize, blank_as, end_of_sentence, output_rows)
    written = write(source, target, to, dtype, changes, note)
    click.echo(f"{target}: {len(written):,} words x {written.dim}", err=True)
