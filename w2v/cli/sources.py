"""What a corpus is where it is no text: options of a table of events or a graph, and what they make of files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2v.cli.options import together

if TYPE_CHECKING:
    from w2v.corpus import Events, Graph

COLUMN = "COLUMN"
COLUMNS = (
    click.option("--item", metavar=COLUMN, help="The files are tables of events; this column has the items."),
    click.option("--by", metavar=COLUMN, help="Column of those whose events they are: users, sessions, baskets."),
    click.option("--order", metavar=COLUMN, help="Column of times, or numbers to sort by.  [default: as in the file]"),
    click.option("--weight", metavar=COLUMN, help="Column that says how often each event counts, 100 times at most."),
    click.option("--session-gap", metavar="TIME", help="A longer pause ends a sequence: 30m, 2h, 1d."),
    click.option("--min-events", type=int, default=1, show_default=True, help="Leave out shorter sequences."),
    click.option(
        "--split", metavar="HOW",
        help="Hold events out, to evaluate --next-item with the same --split: the last of each sequence (last), the"
        " last tenth of the time (time), or a share of the sequences (0.1).",
    ),
)  # fmt: skip
NAMING = (
    click.option("--names", type=click.Path(path_type=Path), metavar="FILE", help="Table of the names of the items."),
    click.option("--id", metavar=COLUMN, default="id", show_default=True, help="Column of the ids in --names."),
    click.option("--name", metavar=COLUMN, default="name", show_default=True, help="Column of the names in --names."),
)
OF_EVENTS = ("item", "by", "order", "weight", "session_gap", "min_events", "split", "names", "id", "name")
WALKS = (
    click.option("--edges", is_flag=True, help="CORPUS is a graph: two nodes on a line, perhaps with a weight."),
    click.option("--walks", type=int, default=10, show_default=True, help="Walks from each node."),
    click.option("--walk-length", "length", type=int, default=80, show_default=True, help="Nodes of a walk."),
    click.option("--p", type=float, default=1.0, show_default=True, help="Going back is weighed 1/p, as in node2vec."),
    click.option("--q", type=float, default=1.0, show_default=True, help="Going far is weighed 1/q, as in node2vec."),
    click.option("--directed", is_flag=True, help="Edges lead from the first node to the second only."),
)
OF_GRAPHS = ("walks", "length", "p", "q", "directed")

columns, histories, naming, walking = (together(*each) for each in (COLUMNS, COLUMNS[:3], NAMING, WALKS))


def events(files: Sequence[str], given: set[str], options: dict[str, Any], part: str = "train") -> Events | None:
    """Take the options of events out of `options`; return the Events that they make of files, if they make any.

    given  the names of the options that the user gave
    """
    taken = {name: options.pop(name) for name in OF_EVENTS if name in options}
    if taken["item"] is None:
        if others := [name for name in OF_EVENTS if name in given]:
            raise click.UsageError(
                f"--{others[0].replace('_', '-')} goes with --item, which names the column of things."
            )
        return None
    from w2v.corpus import Events

    return Events(list(files), part=part, **taken)


def graph(files: Sequence[str], given: set[str], options: dict[str, Any]) -> Graph | None:
    """Take the options of a graph out of `options`; return the Graph that they make of files, if they make one."""
    taken = {name: options.pop(name) for name in OF_GRAPHS}
    if not options.pop("edges"):
        if others := [name for name in OF_GRAPHS if name in given]:
            option = "walk-length" if others[0] == "length" else others[0]
            raise click.UsageError(f"--{option} goes with --edges, which says that CORPUS is a graph.")
        return None
    if "item" in given:
        raise click.UsageError("--edges is for graphs, --item for events: give one of them.")
    from w2v.corpus import Graph

    return Graph(tuple(files), **taken)
