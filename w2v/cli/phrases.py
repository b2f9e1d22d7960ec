"""w2v phrases: which words of a text belong together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2v.cli import answers, options
from w2v.cli.progress import Meter

if TYPE_CHECKING:
    from w2v.corpus import ReadProgress


@click.command()
@click.argument("corpus", nargs=-1, required=True)
@options.setting("phrases", default=1)
@options.settings(
    "phrase_score", "phrase_threshold", "phrase_min_count", "min_count", "max_vocab", "tokenizer", "keep_case",
    "encoding", "threads",
)  # fmt: skip
@options.top
@click.option("--all", "all_of_them", is_flag=True, help="List all of them.")
@click.option("--by-score", is_flag=True, help="Those that score highest first, instead of the most frequent.")
@click.option("--tmp-dir", type=click.Path(path_type=Path), help="Folder for ids that do not fit the memory.")
@options.layout
def phrases(
    corpus: tuple[str, ...], top: int, all_of_them: bool, by_score: bool, tmp_dir: Path | None, layout: str,
    **settings: Any,
) -> None:  # fmt: skip
    """List the phrases that `w2v train --phrases` would join in CORPUS, with how often they occur and their scores.

    \b
        $ w2v phrases corpus.txt
        $ w2v phrases corpus.txt --phrases 2 --by-score -n 50
        $ w2v phrases corpus.txt --phrase-score npmi --phrase-threshold 0.3 --all --tsv
    """
    from w2v.settings import TrainSettings

    chosen = TrainSettings(**settings)

    from w2v.corpus import read

    meter = Meter(quiet=False)

    def report(now: ReadProgress) -> None:
        what, unit = (f"phrases {now.number}", "words") if now.number else ("reading", "B")
        meter.show(what, now.done, now.total, unit)

    with meter:
        found = list(read(corpus, chosen, report=report, tmp_dir=tmp_dir).phrases)
    if by_score:
        found.sort(key=lambda phrase: -phrase.score)
    shown = found if all_of_them else found[:top]
    fields = ("phrase", "count", "score")
    answers.print_answer(answers.Query("", []), answers.Answer(fields, shown, "phrases"), layout)
    if not found:
        meter.notify("Note: none scores above the threshold; a lower --phrase-threshold finds more.")
    elif len(shown) < len(found):
        meter.notify(f"Note: {len(shown):,} of {len(found):,}; -n or --all lists more.")
