"""`w2v evaluate --next-item`: how well vectors predict what comes next, beside baselines that count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2v.cli import answers, options, sources

if TYPE_CHECKING:
    from w2v.items import NextItem

questions = options.together(
    click.option("--next-item", "asks_next_item", is_flag=True, help="Ask for the last item of each sequence."),
    click.option("--trained-on", type=click.Path(path_type=Path), metavar="FILE",
                 help="The sequences that VECTORS were trained on, for the baselines of --next-item."),
    click.option("--history", type=click.IntRange(min=1), metavar="N",
                 help="Tell only N items before it.  [default: all]"),
    click.option("--score", "measure", type=click.Choice(["next", "alike"]), help="As of `w2v recommend`."),
    click.option("--exclude-seen/--keep-seen", default=True, show_default=True,
                 help="Whether items of the history may be answers."),
    click.option("--cases", type=click.IntRange(min=1), default=10_000, show_default=True,
                 help="Ask at most this many sequences, drawn at random."),
)  # fmt: skip


def answer(
    vectors: Path, files: Sequence[Path], seed: int, layout: str, encoding: str | None, more: dict[str, Any]
) -> None:
    """Ask, and print what came of it."""
    given = options.given(click.get_current_context())
    trained_on = more.pop("trained_on")
    columns = {name: more.pop(name) for name in sources.OF_EVENTS if name in more}
    if not files:
        raise click.UsageError("Give a file of sequences whose last items are asked for.")
    names = [str(file) for file in files]
    log = sources.events(names, given, dict(columns), "test")
    if log is not None and log.split is None and trained_on is None:
        raise click.UsageError(
            "Say what was held out of the training: --split as it was trained with, or --trained-on."
        )

    from w2v.corpus import read
    from w2v.items import Sequences, evaluate_next
    from w2v.settings import TrainSettings

    model = answers.load(vectors)

    def sequences(of: Any) -> Sequences | None:
        every = TrainSettings(min_count=1, tokenizer="whitespace", keep_case=True, encoding=encoding or "auto")
        return None if of is None else Sequences.of(read(of, every), model)

    test = sequences(log or names)
    assert test is not None
    split = log is not None and log.split is not None
    train = sequences(sources.events(names, given, columns) if split else trained_on)
    held_out = log is not None and log.split == "last"
    found = evaluate_next(model, test, train, seed=seed, held_out=held_out, **more)
    if layout == "json":
        click.echo(answers.to_json(asdict(found) | {"scores": _by_name(found)}))
    elif layout == "tsv":
        click.echo("who\tmeasure\tvalue\tlow\thigh")
        for who, scores in found.scores.items():
            for score in scores:
                click.echo("\t".join([who, *("" if cell is None else str(cell) for cell in score)]))
    else:
        _print_columns(found, trained_on is not None or log is not None)


def _by_name(found: NextItem) -> dict[str, dict[str, Any]]:
    return {
        who: {score.measure: {"value": score.value, "low": score.low, "high": score.high} for score in scores}
        for who, scores in found.scores.items()
    }


def _print_columns(found: NextItem, counted: bool) -> None:
    click.echo(
        f"{found.cases:,} sequences, the last item of each asked for; by what is {found.scored};"
        f" {found.unknown:,} items are not in the vocabulary, {found.seen:,} were seen before and are excluded"
    )
    shown = ("hit@5", "hit@10", "hit@20", "95 %", "ndcg@20", "mrr@20", "coverage", "popular")
    rows = [["", *shown]]
    for who, scores in found.scores.items():
        cells = {score.measure: f"{score.value:.4f}" for score in scores}
        (hit,) = (score for score in scores if score.measure == "hit@20")
        cells["95 %"] = f"{hit.low:.4f} .. {hit.high:.4f}"
        rows.append([who, *map(cells.__getitem__, shown)])
    rows.append(["right answers", *[""] * (len(shown) - 1), f"{found.popular:.4f}"])
    click.echo("\n".join(answers.aligned(rows, 1)))
    click.echo(found.verdict)
    if not counted:
        click.echo("Note: --trained-on FILE adds the baselines that count what was trained on.", err=True)
