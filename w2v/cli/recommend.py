"""w2v recommend: what comes next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from w2v.cli import answers, options, searching, sources
from w2v.cli.progress import note

BY_LIKENESS = "holds no output rows: items are scored by likeness, and not by what comes next"


@click.command()
@options.items
@click.argument("items", nargs=-1, metavar="ITEM...")
@options.top
@click.option(
    "--score", "measure", type=click.Choice(["next", "alike"]),
    help="What comes next: products of input and output rows; or what is alike: cosines of input rows."
    "  [default: next, where the vectors have output rows]",
)  # fmt: skip
@click.option("--exclude-seen/--keep-seen", default=True, show_default=True, help="Whether ITEMs may be answers.")
@options.filters
@sources.histories
@options.setting("encoding")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
    help="Write the vectors of the users there, instead of listing items; its ending decides the format.",
)  # fmt: skip
@answers.question
def recommend(
    asked: answers.Asked, items: tuple[str, ...], top: int, measure: str | None, exclude_seen: bool, encoding: str,
    output: Path | None, **more: Any,
) -> None:  # fmt: skip
    """List what someone may want who met ITEM..., the last one last; items are ids, or their names.

    The number beside an item: how surely it is what comes next rather than one drawn by chance, from 0 to 1. Of
    --score alike, the cosine. Numbers of one list compare with each other, not with those of another model.

    With --item, --batch is a table of events, and each of its users is answered; or -o writes a vector for each
    user, whose products with the items' output rows (`w2v convert --output-rows`) rank them as here.

    \b
        $ w2v train plays.csv --by user --order time --item artist --names artists.csv
        $ w2v recommend "Sigur Rós" Björk
        $ w2v recommend -v clicks.w2v 4711 --score alike -n 5 --json
        $ w2v recommend --batch histories.txt --tsv
        $ w2v recommend --batch plays.csv --by user --order time --item artist -n 20 > all.tsv
        $ w2v recommend --batch plays.csv --by user --order time --item artist -o users.parquet
    """
    answers.check_asked(items, asked.batch, asked.skip_unknown)
    log = sources.events([str(asked.batch)], options.given(click.get_current_context()), more)
    if log is not None and (asked.batch is None or log.by is None):
        raise click.UsageError("--item needs --batch, the table of events, and --by, the column of users.")
    if output is not None:
        from w2v import formats

        if log is None:
            raise click.UsageError("-o writes the vectors of users: name the columns of --batch with --item and --by.")
        formats.check_writable(output)
    model = asked.vectors

    from w2v.items import known_histories, measure_of, user_vectors
    from w2v.items import recommend as recommended

    scored = measure_of(model, measure)
    if measure is None and scored == "alike":
        note(f"{asked.path} {BY_LIKENESS}")
    among = searching.chosen(model, more)
    queries = None
    if log is not None:
        from w2v.corpus import histories
        from w2v.settings import TrainSettings

        notes: list[str] = []
        users = known_histories(histories(log, TrainSettings(encoding=encoding), notes), model, notes)
        for line in notes:
            note(line)
        if output is not None:
            formats.save(user_vectors(model, users, measure=scored), output)
            click.echo(f"{output}: {len(users):,} users x {model.dim}", err=True)
            return
        queries = (answers.Query(user, known, number, True) for number, (user, known) in enumerate(users.items(), 1))

    def ask(history: list[str]) -> answers.Answer:
        found = recommended(model, history, top, measure=scored, exclude_seen=exclude_seen, among=among)
        return answers.Answer(("item", "score"), found, "recommendations", {"score": scored})

    asked.reply(ask, items, queries=queries)
