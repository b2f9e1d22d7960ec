"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from w2v.settings import AUTO, AutoFloat, AutoInt, describe, is_auto

Command = TypeVar("Command", bound=Callable[..., Any])


def together(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Return one decorator for several options, in the order of the help."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def given(ctx: click.Context) -> set[str]:
    """Return the names of the options that the user gave, and did not leave at their defaults."""
    left = (None, click.core.ParameterSource.DEFAULT, click.core.ParameterSource.DEFAULT_MAP)
    return {name for name in ctx.params if ctx.get_parameter_source(name) not in left}


def _vectors(default: str) -> Callable[[Command], Command]:
    return click.option(
        "-v",
        "--vectors",
        type=click.Path(path_type=Path),
        default=Path(default),
        envvar="W2V_VECTORS",
        show_default=True,
        show_envvar=True,
        help="File of vectors to query.",
    )


vectors = _vectors("vectors.txt")
items = _vectors("vectors.w2v")  # the format that keeps output rows and names
top = click.option(
    "-n", "--top", type=click.IntRange(min=1), default=10, show_default=True, help="How many words to list."
)

blank_as = click.option(
    "--blank-as", metavar="TEXT", help="Write TEXT for a blank in a word, which text formats cannot hold."
)


# The command receives `layout`, one of "columns", "json", "tsv".
layout = together(
    click.option("--columns", "layout", flag_value="columns", default=True, hidden=True),
    click.option("--json", "layout", flag_value="json", help="Print one JSON document."),
    click.option("--tsv", "layout", flag_value="tsv", help="Print tab-separated lines."),
)
batch = together(
    click.option(
        "--batch", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE",
        help="Read queries from FILE, one a line (- is standard input): words between blanks, or between tabs if"
        " there are any; so a name with blanks alone on its line ends with a tab. Prints TSV with the query in the"
        " first column, or a JSON document a line with --json. An unknown word is reported in its place.",
    ),
    click.option(
        "--skip-unknown", is_flag=True,
        help="Skip the queries of a batch that hold an unknown word: exit code 0, a note at the end.",
    ),
)  # fmt: skip

filters = together(  # which words may be listed
    click.option("--min-count", type=click.IntRange(min=1), help="Only words that occurred at least this often."),
    click.option("--match", metavar="REGEX", help="Only words in which this regular expression is found."),
    click.option(
        "--among", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE",
        help="Only words of this list, one a line.",
    ),
    click.option("--restrict", type=click.IntRange(min=1), metavar="N", help="Only the first N words of the file."),
)  # fmt: skip

search = click.option(
    "--search", type=click.Choice(["auto", "exact", "approximate"]), default="auto", show_default=True,
    help="Look at every word, or ask an index, which is made the first time (minutes) and may miss a word."
    " auto: the index if there is one and more than a million words.",
)  # fmt: skip


FILES = ("vocab", "start_from")  # settings that name one


class _OrAuto(click.ParamType):  # type: ignore[type-arg]  # older clicks have no arguments here
    """A number, or "auto"."""

    def __init__(self, number: Any) -> None:
        self.name, self._number = number.name, number

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number; TrainSettings knows what "auto" means."""
        return AUTO if value == AUTO else self._number.convert(value, param, ctx)


def setting(name: str, *aliases: str, default: Any = None, unless: str = "") -> Callable[[Command], Command]:
    """Add the option of one field of TrainSettings, with its default, help and type.

    unless  what goes before the default where it is not given
    """
    about = describe(name)
    default = about["default"] if default is None else default
    flag = default is False
    shown: bool | str = not flag and default != "" and {"max_vocab": "no limit", "threads": "all cores"}.get(name, True)
    if unless:
        shown = f"{unless}, else {default}"
    kind: Any = click.Choice(about["choices"]) if about["choices"] else type(default)
    if is_auto(default):
        default, kind = AUTO, _OrAuto({AutoInt: click.INT, AutoFloat: click.FLOAT}[type(default)])
    return click.option(
        about["option"], *aliases, name, type=kind, metavar="FILE" if name in FILES else None, is_flag=flag,
        default=default, show_default=shown, help=about["help"],
    )  # fmt: skip


def settings(*names: str) -> Callable[[Command], Command]:
    """Add the options of several fields of TrainSettings."""
    return together(*map(setting, names))


TOKENIZERS = "words, whitespace, characters, jieba (Chinese), mecab (Japanese)."
AS_TRAINED = "[default: as the vectors were trained, where the .json beside them says so; else "
splitting = click.option("--tokenizer", help=f"How text is split: {TOKENIZERS}  {AS_TRAINED}words]")
