"""w2v encode: texts to sequences of integers."""

from __future__ import annotations

from pathlib import Path

import click

from w2v.cli import answers, options, splitting

SIDE = click.Choice(["left", "right"])


@click.command()
@options.vectors
@click.argument("texts", nargs=-1, metavar="TEXT...")
@click.option("--pad", "length", type=click.IntRange(min=1), metavar="N", help="Make each sequence N long.")
@click.option("--pad-side", type=SIDE, default="right", show_default=True, help="Where zeros are added.")
@click.option("--truncate-side", type=SIDE, default="right", show_default=True, help="Where too long ones are cut.")
@click.option(
    "--unk/--no-unk", "keep_unknown", default=True, show_default=True,
    help="Keep unknown words as 1, or leave them out.",
)  # fmt: skip
@options.splitting
@click.option("--keep-case/--lower-case", default=None, help=f"Of the words in TEXT.  {options.AS_TRAINED}lower-case]")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path),
    help="Write one int32 array to this .npy file; without --pad, as wide as the longest text.",
)  # fmt: skip
@click.option(
    "--batch", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE",
    help="Read texts from FILE, one a line (- is standard input).",
)  # fmt: skip
def encode(
    vectors: Path, texts: tuple[str, ...], length: int | None, pad_side: str, truncate_side: str,
    keep_unknown: bool, tokenizer: str | None, keep_case: bool | None, output: Path | None, batch: Path | None,
) -> None:  # fmt: skip
    """Turn each TEXT into a list of integers, a line of JSON each, as an embedding layer takes them.

    0 is padding, 1 an unknown word, and the words have 2 and up in the order of the vocabulary: the rows of the
    matrix that w2v export writes. Texts are split as `w2v train` split its corpus.

    \b
        $ w2v encode "the king is a man"
        $ w2v encode "the king is a man" --pad 8 --pad-side left
        $ w2v encode --batch reviews.txt --pad 100 -o reviews.npy
    """
    answers.check_asked(texts, batch)
    if output is not None:
        from w2v.files import check_writable

        check_writable(output)
    model = answers.load(vectors)

    from w2v.queries.encoding import Encoder, pad, stack

    split = splitting.Splitting(vectors, tokenizer, keep_case)
    encoder = Encoder(model.words, split.splitter, split.most)
    lines = texts if batch is None else (line for _, line in answers.read_lines(batch))
    encoded = (encoder.encode(line, keep_unknown) for line in lines)
    if length:
        encoded = (pad(ids, length, pad_side, truncate_side) for ids in encoded)
    if output is None:
        for ids in encoded:
            click.echo(answers.to_json(ids.tolist()))
    else:
        answers.save_array(stack(list(encoded), pad_side), output)
