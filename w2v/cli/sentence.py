"""w2v sentence: vectors of texts."""

from __future__ import annotations

from pathlib import Path

import click

from w2v.cli import answers, options, splitting


@click.command()
@options.vectors
@click.argument("texts", nargs=-1, metavar="TEXT...")
@click.option(
    "--method", type=click.Choice(["mean", "sif"]), default="mean", show_default=True,
    help="The mean of the words' vectors; or SIF: frequent words weigh less, and what all texts have in common is"
    " taken away.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write all vectors to this .npy file, float32 [texts, D]."
)
@click.option(
    "--batch", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE",
    help="Read texts from FILE, one a line (- is standard input); each vector then follows its text.",
)  # fmt: skip
@options.splitting
@options.layout
def sentence(
    vectors: Path, texts: tuple[str, ...], method: str, output: Path | None, batch: Path | None,
    tokenizer: str | None, layout: str,
) -> None:  # fmt: skip
    """Print the vector of each TEXT: the mean of the vectors of its words, or SIF (Arora et al. 2017).

    Words that are not in the vocabulary are left out, with a note (fastText's models make their vectors of subwords);
    a text without known words is all zeros.

    \b
        $ w2v sentence "the king speaks" "a queen talks" --method sif
        $ w2v sentence --batch reviews.txt -o reviews.npy
    """
    answers.check_asked(texts, batch)
    if output is not None:
        from w2v.files import check_writable

        check_writable(output)
    model = answers.load(vectors)

    from w2v import queries

    split = splitting.Splitting(vectors, tokenizer)
    lines = list(texts) if batch is None else [line for _, line in answers.read_lines(batch)]
    known, left_out = [], []
    for line in lines:
        words, unknown = queries.known_words(model, line, split, split.most)
        known.append(words)
        left_out += unknown
    found = (queries.mean_vectors if method == "mean" else queries.sif_vectors)(model, known)
    answers.note_left_out(left_out)
    split.hint(left_out)
    if method == "sif" and len(lines) == 1:
        click.echo("Note: one text has nothing in common with others; its words are weighed, no more.", err=True)
    if output is not None:
        answers.save_array(found, output)
        return
    for number, (line, words, row) in enumerate(zip(lines, known, found), 1):
        query = answers.Query(line, [line], number if batch is not None or layout == "tsv" else 0, whole=True)
        answers.print_answer(query, answers.Answer(("vector",), [(row,)], details={"words": len(words)}), layout)
