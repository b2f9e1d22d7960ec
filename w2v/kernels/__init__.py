"""Compiled code, and numba: nothing else imports it. This file is light; each module in here loads numba."""

from __future__ import annotations

from collections.abc import Callable


def ignore(line: str) -> None:
    """Say nothing."""


# Receives a line when a process begins to compile, which takes seconds; the command line prints it.
notify: Callable[[str], None] = ignore
