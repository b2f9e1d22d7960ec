"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

vectors = click.option(
    "-v",
    "--vectors",
    type=click.Path(path_type=Path),
    default=Path("vectors.txt"),
    envvar="W2V_VECTORS",
    show_default=True,
    show_envvar=True,
    help="File of vectors to ask.",
)
top = click.option(
    "-n", "--top", type=click.IntRange(min=1), default=10, show_default=True, help="How many words to list."
)


def layout(command: Command) -> Command:
    """Add --json and --tsv; the command receives `layout`, one of "columns", "json", "tsv"."""
    add = click.option("--json", "layout", flag_value="json", help="Print one JSON document.")
    command = click.option("--tsv", "layout", flag_value="tsv", help="Print tab-separated lines.")(command)
    return click.option("--columns", "layout", flag_value="columns", default=True, hidden=True)(add(command))
