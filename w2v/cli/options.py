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


def setting(name: str, *aliases: str) -> Callable[[Command], Command]:
    """Add the option of one field of TrainSettings, with the default, the help and the type that stand there."""
    from w2v.settings import describe

    about = describe(name)
    shown = {"max_vocab": "no limit", "threads": "all cores"}.get(name, True)
    return click.option(
        about["option"], *aliases, name, type=type(about["default"]), default=about["default"], show_default=shown,
        help=about["help"],
    )  # fmt: skip


def tokenizer(command: Command) -> Command:
    """Add --tokenizer."""
    return click.option(
        "--tokenizer", default="words", show_default=True,
        help="How text is split: words, whitespace, characters, jieba (Chinese), mecab (Japanese).",
    )(command)  # fmt: skip
