"""w2v tune: which settings suit a corpus and a purpose."""

from __future__ import annotations

import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2v.cli import answers, options
from w2v.cli.progress import Meter, wrapped

if TYPE_CHECKING:
    from w2v.tuning import Tuned

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("corpus", nargs=-1, required=True)
@click.option("--questions", type=FILE, metavar="FILE", help="Score on analogies, or any file that evaluate reads.")
@click.option(
    "--pairs", type=FILE, metavar="FILE", help="Score on pairs of words with a number; the same as --questions."
)
@click.option("--next-items", is_flag=True, help="Score on the next item of sessions that are held out.")
@click.option("--sample-tokens", type=click.IntRange(min=1000), default=1_000_000, show_default=True,
              help="Train on this many tokens of a larger corpus.")  # fmt: skip
@options.settings(
    "preset", "objective", "dim", "window", "negatives", "epochs", "min_count", "max_vocab", "sample", "rate",
    "ns_exponent", "threads", "seed", "tokenizer", "keep_case", "encoding",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors and the result only.")
@click.pass_context
def tune(
    ctx: click.Context, /, corpus: tuple[str, ...], questions: Path | None, pairs: Path | None, next_items: bool,
    sample_tokens: int, as_json: bool, quiet: bool, **settings: Any,
) -> None:  # fmt: skip
    """Look for the settings that suit CORPUS, and print the command to train with them.

    Some ten trainings on a sample: dim, window, epochs, negatives and the exponent of the noise are changed one after
    the other, those that are given stay as they are. The score is that of a file of questions, that of next items, or
    without these the loss on text that is held out, which says little about neighbours and nothing about epochs.

    \b
        $ w2v tune corpus.txt --pairs wordsim353.tsv
        $ w2v tune sessions.txt --next-items --tokenizer whitespace
    """
    from w2v import tuning
    from w2v.settings import TrainSettings, describe

    if (questions is not None) + (pairs is not None) + next_items > 1:
        raise click.UsageError("--questions, --pairs and --next-items: one of them says what is best.")
    chosen = TrainSettings(**settings)
    given = options.given(ctx) & settings.keys()
    meter = Meter(quiet)
    with meter:
        found = tuning.tune(
            corpus, chosen, questions=questions or pairs, next_items=next_items, fixed=given, sample=sample_tokens,
            notify=lambda line: meter.notify(f"trial       {line}"),
            progress=lambda done, total: meter.show("tuning", done, total, "trials"),
        )  # fmt: skip
    best = found.settings
    named = dict.fromkeys((*tuning.TRIED, *(["preset"] if best.preset != "text" else []), *given - {"threads"}))
    words = ["w2v", "train", *corpus]
    for name in named:
        value = getattr(best, name)
        words += [
            describe(name)["option"],
            *([] if value is True else [f"{value:g}" if isinstance(value, float) else str(value)]),
        ]
    command = shlex.join(words)
    if as_json:
        document = {"measure": found.measure, "noise": found.noise, "settings": asdict(best), "command": command}
        trials = [{"score": each.score, "seconds": each.seconds, **asdict(each.settings)} for each in found.trials]
        click.echo(answers.to_json(document | {"trials": trials}, indent=2))
        return
    for line in _table(found):
        click.echo(wrapped(line, sys.stdout))
    click.echo(command)


def _table(found: Tuned) -> list[str]:
    """Return the trials, the best first."""
    from w2v.tuning import TRIED

    rows = [(*TRIED, "seed", "score", "seconds", "")]
    for trial in sorted(found.trials, key=lambda trial: -trial.score):
        numbers = [f"{getattr(trial.settings, name):g}" for name in (*TRIED, "seed")]
        rows.append(
            (*numbers, f"{trial.score:.4f}", f"{trial.seconds:.1f}", "<- chosen" if trial is found.best else "")
        )
    return [
        *answers.aligned(rows, 0),
        f"score: {found.measure}; two seeds differ by {found.noise:.4f}, so less than that means nothing",
        "The epochs of the command are those for the whole corpus.",
    ]
