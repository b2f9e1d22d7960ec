"""The options that name the columns of a table of events, and the Events that they make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from w2v.corpus import Events

Command = TypeVar("Command", bound=Callable[..., Any])
COLUMN = "COLUMN"
OPTIONS = (
    click.option("--item", metavar=COLUMN, help="CORPUS is a table of events, and this its column of things."),
    click.option("--by", metavar=COLUMN, help="Whose events they are: users, sessions, baskets."),
    click.option("--order", metavar=COLUMN, help="Times, or numbers to order by.  [default: as they stand]"),
    click.option("--session-gap", metavar="TIME", help="A longer pause ends a sequence: 30m, 2h, 1d."),
    click.option("--min-events", type=int, default=1, show_default=True, help="Leave out shorter sequences."),
    click.option(
        "--names", type=click.Path(path_type=Path), metavar="FILE", help="Table of what the items are called."
    ),
    click.option("--id", metavar=COLUMN, default="id", show_default=True, help="Column of the ids in --names."),
    click.option("--name", metavar=COLUMN, default="name", show_default=True, help="Column of the names in --names."),
)
NAMES = ("item", "by", "order", "session_gap", "min_events", "names", "id", "name")


def columns(command: Command) -> Command:
    """Add the options that make a corpus a table of events."""
    for add in reversed(OPTIONS):
        command = add(command)
    return command


def chosen(corpus: tuple[str, ...], given: set[str], options: dict[str, Any]) -> tuple[str, ...] | Events:
    """Take the options of events out of `options`; return the corpus that they make, or the texts as they are.

    given  the names of the options that the user gave
    """
    taken = {name: options.pop(name) for name in NAMES}
    if taken["item"] is None:
        if others := [name for name in NAMES if name in given]:
            raise click.UsageError(
                f"--{others[0].replace('_', '-')} goes with --item, which names the column of things."
            )
        return corpus
    from w2v.corpus import Events

    return Events(list(corpus), **taken)
