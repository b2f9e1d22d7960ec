"""The command line: each command is a file, and this is the one place where an error becomes a message."""

from __future__ import annotations

import os
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from w2v import __version__
from w2v.errors import W2VError

QUERIES = ("similar", "analogy", "odd", "compare", "expr", "axis", "vector", "words", "sentence", "encode", "recommend")
# The order is that of the help: first what a newcomer does first.
GROUPS: dict[str, tuple[str, ...]] = {
    "Train": ("train", "tune", "phrases"),
    "Ask": (*QUERIES, "shell", "evaluate"),
    "See": ("plot", "explain", "explore"),
    "Files": ("info", "convert", "export"),
}
COMMANDS = tuple(name for names in GROUPS.values() for name in names)


class _Failure(click.ClickException):
    """One line on stderr, and an exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click reads it from the instance too


class _Cli(click.Group):
    """Imports a command's file when the command is asked for, and shows our errors in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = getattr(import_module(f"w2v.cli.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or suggest the one that may have been meant."""
        if args[0] not in COMMANDS and (close := get_close_matches(args[0], COMMANDS, 1)):
            ctx.fail(f"No such command {args[0]!r}. Did you mean {close[0]}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by what they are for."""
        width = max(map(len, COMMANDS))
        for title, names in GROUPS.items():
            found = [(name, command) for name in names if (command := self.get_command(ctx, name)) is not None]
            with formatter.section(title):
                room = formatter.width - width - 8
                formatter.write_dl([(f"{name:<{width}}", each.get_short_help_str(room)) for name, each in found])

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(*args, **extra)
        except click.UsageError as error:
            raise _in_one_line(error) from error

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise _in_one_line(error) from error
        except W2VError as error:
            raise _Failure(str(error), error.exit_code) from error
        except (OSError, UnicodeError) as error:
            if problem := _refused(error):
                raise _Failure(problem, W2VError.exit_code) from error
            raise
        except MemoryError as error:
            raise _Failure("no memory is left; give it more, or less to do at once", W2VError.exit_code) from error
        except KeyboardInterrupt as stop:
            # 128 + SIGINT, as shells have it; `w2v.cli.process` knows more.
            raise _Failure(str(stop) or "stopped by Ctrl-C", getattr(stop, "exit_code", 130)) from None


def _in_one_line(error: click.UsageError) -> click.ClickException:
    """Return what click says of wrong usage in several lines; the help that it shows where nothing is asked stays."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error
    said = " ".join(error.format_message().split())
    if isinstance(error, click.MissingParameter) and error.ctx is not None:
        said = f"{said.rstrip('.')}. Try '{error.ctx.command_path} --help'."
    return _Failure(said, error.exit_code)


def _refused(error: OSError | UnicodeError) -> str:
    """Return what the system refused, in one line; nothing where it was not the system, for that is a bug of ours."""
    if isinstance(error, UnicodeEncodeError):
        around = error.object[max(error.start - 20, 0) : error.end + 20]
        return f"{around!r} is not text: it holds half a character"
    if isinstance(error, UnicodeError) or error.errno is None:
        return ""
    name = error.filename
    if name is None and not _folder_there():
        return "the working folder is gone; change to another one"
    said = f"the system says: {error.strerror}"
    return said if name is None else f"{os.fsdecode(name) if isinstance(name, bytes) else name}: {said}"


def _folder_there() -> bool:
    try:
        os.getcwd()  # noqa: PTH109  # asks the same
    except OSError:
        return False
    return True


@click.group(cls=_Cli, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="w2v")
def cli() -> None:
    """Train word embeddings on your own text, and question them.

    \b
        $ w2v train corpus.txt
        $ w2v similar king
        $ w2v analogy king man woman
    """
