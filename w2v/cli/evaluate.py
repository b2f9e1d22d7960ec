"""`w2v evaluate`: scores of one model, or of two side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2v.cli import answers, next_item, options, sources

if TYPE_CHECKING:
    from w2v.evaluation import Comparison, Evaluation
    from w2v.evaluation.scores import Contrast, Estimate, SectionContrast, SectionScore

    Results = Sequence[Evaluation | Comparison]


def _list_sources(ctx: click.Context, option: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from w2v.evaluation.catalogue import SOURCES

    rows = [("set", "questions", "language", "where to find it"), *(source[:4] for source in SOURCES)]
    click.echo("\n".join([*answers.aligned(rows, 4), "", "Before they can be read:"]))
    for source in SOURCES:
        if source.note:
            click.echo(f"  {source.name}: {source.note}")
    ctx.exit()


@click.command()
@click.argument("vectors", type=click.Path(path_type=Path))
@click.argument("files", metavar="[VECTORS] FILE...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--method", type=click.Choice(["3cosadd", "3cosmul"], case_sensitive=False), default="3cosadd",
              show_default=True, help="How to answer analogies.")  # fmt: skip
@click.option("--restrict", type=click.IntRange(min=0), metavar="N", help="Use only the N most frequent words; 0: all."
              "  [default: 30000 for analogies, all for the rest]")  # fmt: skip
@click.option("--ignore-case/--match-case", default=True, show_default=True,
              help="Treat King and king as one word, the more frequent of them.")  # fmt: skip
@click.option("--encoding", metavar="NAME", help="Encoding of the files.  [default: as found]")
@click.option("--seed", default=1, show_default=True, help="Of the bootstrap, and of the clustering of categories.")
@next_item.questions
@sources.columns
@options.layout
@click.option("--list", is_flag=True, expose_value=False, is_eager=True, callback=_list_sources,
              help="List the standard sets of questions and where to get them.")  # fmt: skip
def evaluate(
    vectors: Path, files: tuple[Path, ...], method: str, restrict: int | None, ignore_case: bool, encoding: str | None,
    seed: int, layout: str, **more: Any,
) -> None:  # fmt: skip
    """Score VECTORS on files of questions; two models are compared.

    \b
        $ w2v evaluate vectors.txt questions-words.txt wordsim353.tsv
        $ w2v evaluate old.txt new.txt questions-words.txt

    The first argument is a model. The second is a model, too, if it holds vectors: then both
    are scored on the questions that both know, and the difference is tested by a paired bootstrap.
    All other arguments are files of questions; their content decides the kind:

    \b
        analogies      four words on a line, with `: section` lines or without;
                       or a folder of files with `word<TAB>answer/answer` (BATS)
        similarities   two words and a score
        categories     a word and its category; words are clustered by k-means
        odd one out    three words or more, the last does not belong

    A question counts if the vocabulary has all its words: `covered` is how many do.
    Intervals hold 95 % of 1,000 bootstrap resamples.

    With --next-item, FILE holds sequences of items, one a line, and the last of each is asked for, of the vectors
    and of baselines that count: popularity, company, what followed, the nearest sequences. Or FILE is the table of
    events that was trained on, with the same --item, --by, --order and --split.

    \b
        $ w2v evaluate clicks.w2v test.txt --next-item --trained-on train.txt
        $ w2v evaluate plays.w2v plays.csv --next-item --item artist --by user --order time --split last
    """
    if more.pop("asks_next_item"):
        next_item.answer(vectors, files, seed, layout, encoding, more)
        return
    from w2v import evaluation, formats
    from w2v.cli.progress import note

    second = files[0] if files and files[0].exists() and evaluation.holds_vectors(files[0]) else None
    files = files[1:] if second else files
    if not files:
        raise click.UsageError("Give a file of questions; `w2v evaluate --list` says where to find some.")
    # All questions first: a broken line should show before a large model is read.
    sets = [evaluation.read(file, encoding) for file in files]
    how: dict[str, Any] = {"method": method, "restrict": restrict, "ignore_case": ignore_case, "seed": seed}
    model = formats.load(vectors, note=note)
    results: Results
    if second is None:
        results = [evaluation.evaluate(model, questions, **how) for questions in sets]
    else:
        other = formats.load(second, note=note)
        results = [evaluation.compare(model, other, questions, **how) for questions in sets]
    PRINTERS[layout]([str(path) for path in (vectors, second) if path], results)


def _print_json(models: list[str], results: Results) -> None:
    document = {"vectors": models, "files": [asdict(result) for result in results]}
    click.echo(answers.to_json(document, indent=2))


def _print_tsv(models: list[str], results: Results) -> None:
    rows = [
        {
            "file": result.path,
            "kind": result.kind,
            "section": section.name,
            **vars(measured),
            **_coverage(section),
        }
        for result in results
        for section in (*result.sections, result.total)
        for measured in section.results
    ]
    for cells in (list(rows[0]), *(row.values() for row in rows)):
        click.echo("\t".join("" if cell is None else str(cell).replace("\t", " ") for cell in cells))


def _coverage(section: SectionScore | SectionContrast) -> dict[str, int]:
    return {field: count for field, count in vars(section).items() if isinstance(count, int)}


def _print_tables(models: list[str], results: Results) -> None:
    for i, result in enumerate(results):
        if i:
            click.echo()
        click.echo(_heading(result))
        if len(models) == 2:
            click.echo(f"A is {models[0]}, B is {models[1]}; both answer the questions that both know.")
        names = [name for measured in result.total.results for name in _names(measured)]
        rows = [
            [
                section.name,
                *(cell for measured in section.results for cell in _cells(measured)),
                _share(section),
            ]
            for section in (*result.sections, result.total)
        ]
        click.echo("\n".join(answers.aligned([["section", *names, "covered"], *rows], 1)))


PRINTERS = {"json": _print_json, "tsv": _print_tsv, "columns": _print_tables}


def _heading(result: Evaluation | Comparison) -> str:
    words = result.words if isinstance(result.words, tuple) else (result.words,)
    sizes = " and ".join(f"{number:,}" for number in dict.fromkeys(words))
    case = "case ignored" if result.ignore_case else "case matters"
    parts = (result.kind, result.method, result.encoding, f"first {sizes} words", case)
    return f"{result.path}: {', '.join(part for part in parts if part)}"


def _names(measured: Estimate | Contrast) -> list[str]:
    name = measured.measure
    return [name, "95 %"] if "value" in vars(measured) else [f"{name} A", f"{name} B", "B - A", "95 %"]


def _cells(measured: Estimate | Contrast) -> list[str]:
    _, *numbers, low, high = vars(measured).values()
    return [*map(_number, numbers), "-" if low is None else f"{_number(low)} .. {_number(high)}"]


def _share(section: SectionScore | SectionContrast) -> str:
    return f"{section.covered}/{section.total}"


def _number(number: float | None) -> str:
    return "-" if number is None else f"{number:.4f}"
