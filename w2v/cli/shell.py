"""w2v shell: a prompt for all questions."""

from __future__ import annotations

import shlex
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2v.cli import options
from w2v.errors import MissingExtraError, W2VError

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completion

    from w2v.vectors import Vectors

MOST_COMPLETIONS = 20


@click.command()
@options.vectors
def shell(vectors: Path) -> None:
    """Ask many questions of one file of vectors: a prompt with history and completion.

    A line is a command without `w2v` and without -v, such as `similar king` or `expr king - man + woman`.
    `help` lists the commands; `exit` or Ctrl-D ends. Needs the extra w2v[shell].

    \b
        $ w2v shell
        $ w2v shell -v news.txt
    """
    try:
        import prompt_toolkit  # noqa: F401  # to fail before the vectors are read
    except ImportError as error:
        raise MissingExtraError("w2v shell", "shell") from error
    from w2v import formats
    from w2v.cli.progress import note

    asked = formats.load(vectors, note=note)
    held = {vectors: asked}
    click.echo(f"{vectors}: {len(asked):,} words x {asked.dim}. help lists the commands, Ctrl-D ends.", err=True)
    lines: Iterable[str] = prompted(asked) if sys.stdin.isatty() else sys.stdin
    for line in lines:
        if line.strip() in ("exit", "quit"):
            return
        answer(line, vectors, held)


def prompted(asked: Vectors) -> Iterator[str]:
    """Yield the lines that the user types, until Ctrl-D."""
    session = _session(asked)
    while True:
        try:
            yield session.prompt("w2v> ")
        except KeyboardInterrupt:  # forgets the line, as in other shells
            continue
        except EOFError:
            return


def answer(line: str, vectors: Path, held: dict[Path, Vectors]) -> None:
    """Run one line of the shell and show what it answers, or its error.

    held  the vectors that are loaded, which the commands take instead of reading the file
    """
    from w2v.cli import QUERIES, cli

    try:
        name, *arguments = shlex.split(line) or [""]
    except ValueError as error:
        click.echo(f"Error: {error}".replace("No closing quotation", "a quote does not end"), err=True)
        return
    if not name:
        return
    if name == "help":
        click.echo("\n".join(f"{query:<10}{_command(query).get_short_help_str(90)}" for query in QUERIES))
        return
    if name not in QUERIES:
        click.echo(f"Error: there is no command {name!r} here; help lists them", err=True)
        return
    try:
        with cli.make_context("w2v", [name], obj=held) as context:
            # Given first: a file named in the line comes later, and counts.
            _command(name).main(
                ["-v", str(vectors), *arguments], prog_name=name, standalone_mode=False, parent=context
            )  # fmt: skip
    except click.ClickException as error:
        error.show()
    except W2VError as error:
        click.echo(f"Error: {error}", err=True)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)


def _command(name: str) -> click.Command:
    from w2v.cli import cli

    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    return command


def _session(asked: Vectors) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory

    from w2v.places import user_cache

    completions = Completions(asked)

    class _Completer(Completer):
        def get_completions(self, document: Any, complete_event: Any) -> Iterable[Completion]:
            from prompt_toolkit.completion import Completion

            start, found = completions.find(document.text_before_cursor)
            return (Completion(text, start_position=-start) for text in found)

    history: History
    try:
        user_cache().mkdir(parents=True, exist_ok=True)
        history = FileHistory(str(user_cache() / "shell-history"))
    except OSError:
        history = InMemoryHistory()
    # In a thread: a million words take a second to sort, when the first is completed.
    return PromptSession(history=history, completer=_Completer(), complete_in_thread=True)


class Completions:
    """What may be typed where the cursor is: a command, an option of it, or a word of the vocabulary."""

    def __init__(self, asked: Vectors) -> None:
        self._words = asked.words

    def find(self, line: str) -> tuple[int, list[str]]:
        """Return how many letters before the cursor are replaced, and by what."""
        from w2v.cli import QUERIES

        first, blank, rest = line.lstrip().partition(" ")
        if not blank:
            return len(first), [name for name in QUERIES if name.startswith(first)]
        begun = rest.rsplit(" ", 1)[-1].lstrip("\"'(")
        if begun.startswith("--") and first in QUERIES:
            named = [name for option in _command(first).params for name in option.opts if name.startswith(begun)]
            return len(begun), named
        return len(begun), self._words_with(begun) if begun else []

    def _words_with(self, prefix: str) -> list[str]:
        """Return the most frequent words that begin so."""

        def word(row: int) -> str:
            return self._words[row]

        begin = bisect_left(self._sorted, prefix, key=word)
        end = bisect_left(self._sorted, prefix + "\U0010ffff", key=word)
        return [self._words[row] for row in sorted(self._sorted[begin:end])[:MOST_COMPLETIONS]]

    @cached_property
    def _sorted(self) -> list[int]:
        """The rows in the order of their words."""
        return sorted(range(len(self._words)), key=self._words.__getitem__)
