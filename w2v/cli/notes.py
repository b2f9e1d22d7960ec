"""What a command says, on stderr, of a file that was accepted though it is not as it should be."""

from __future__ import annotations

import click


def note(line: str) -> None:
    """Print one line that begins with "Note:"."""
    click.echo(f"Note: {line}.", err=True)
