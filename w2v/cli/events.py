"""The options that name the columns of a table of events, and the Events that they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from w2v.corpus import Events

Command = TypeVar("Command", bound=Callable[..., Any])
COLUMN = "COLUMN"
COLUMNS = (
    click.option("--item", metavar=COLUMN, help="The files are tables of events, and this is their column of things."),
    click.option("--by", metavar=COLUMN, help="Whose events they are: users, sessions, baskets."),
    click.option("--order", metavar=COLUMN, help="Times, or numbers to order by.  [default: as they stand]"),
    click.option("--weight", metavar=COLUMN, help="How often each event counts, 100 times at most."),
    click.option("--session-gap", metavar="TIME", help="A longer pause ends a sequence: 30m, 2h, 1d."),
    click.option("--min-events", type=int, default=1, show_default=True, help="Leave out shorter sequences."),
    click.option(
        "--split", metavar="HOW",
        help="Hold events out, to evaluate --next-item with the same --split: the last of each sequence (last), the"
        " last tenth of the time (time), or a share of the sequences (0.1).",
    ),
)  # fmt: skip
NAMING = (
    click.option(
        "--names", type=click.Path(path_type=Path), metavar="FILE", help="Table of what the items are called."
    ),
    click.option("--id", metavar=COLUMN, default="id", show_default=True, help="Column of the ids in --names."),
    click.option("--name", metavar=COLUMN, default="name", show_default=True, help="Column of the names in --names."),
)
TAKEN = ("item", "by", "order", "weight", "session_gap", "min_events", "split", "names", "id", "name")


def _adding(options: Sequence[Callable[[Any], Any]]) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


columns, histories, naming = _adding(COLUMNS), _adding(COLUMNS[:3]), _adding(NAMING)


def chosen(files: Sequence[str], given: set[str], options: dict[str, Any], part: str = "train") -> Events | None:
    """Take the options of events out of `options`; return the Events that they make of files, if they make any.

    given  the names of the options that the user gave
    """
    taken = {name: options.pop(name) for name in TAKEN if name in options}
    if taken["item"] is None:
        if others := [name for name in TAKEN if name in given]:
            raise click.UsageError(
                f"--{others[0].replace('_', '-')} goes with --item, which names the column of things."
            )
        return None
    from w2v.corpus import Events

    return Events(list(files), part=part, **taken)
