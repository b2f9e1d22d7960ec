"""The options of a graph to walk over, and the Graph that they make."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from w2v.corpus import Graph

Command = TypeVar("Command", bound=Callable[..., Any])
OPTIONS = (
    click.option("--edges", is_flag=True, help="CORPUS is a graph, two nodes on a line and maybe a weight: walk it."),
    click.option("--walks", type=int, default=10, show_default=True, help="Walks from each node."),
    click.option("--walk-length", "length", type=int, default=80, show_default=True, help="Nodes of a walk."),
    click.option("--p", type=float, default=1.0, show_default=True, help="Going back is weighed 1/p, as in node2vec."),
    click.option("--q", type=float, default=1.0, show_default=True, help="Going far is weighed 1/q, as in node2vec."),
    click.option("--directed", is_flag=True, help="An edge leads from the first node to the second alone."),
)
TAKEN = ("walks", "length", "p", "q", "directed")


def walking(command: Command) -> Command:
    """Add the options of a graph."""
    for add in reversed(OPTIONS):
        command = add(command)
    return command


def chosen(corpus: tuple[str, ...], given: set[str], options: dict[str, Any]) -> Graph | None:
    """Take the options of a graph out of `options`; return the Graph that they make of files, if they make one."""
    taken = {name: options.pop(name) for name in TAKEN}
    if not options.pop("edges"):
        if others := [name for name in TAKEN if name in given]:
            option = "walk-length" if others[0] == "length" else others[0]
            raise click.UsageError(f"--{option} goes with --edges, which says that CORPUS is a graph.")
        return None
    if "item" in given:
        raise click.UsageError("--edges is for graphs, --item for events: give one of them.")
    from w2v.corpus import Graph

    return Graph(corpus, **taken)
