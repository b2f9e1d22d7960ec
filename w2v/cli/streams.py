"""The standard streams of a command, whatever it was started with: closed, full, or read by nobody any more.

standard error    what cannot be written there is lost, and the work goes on
standard output   the command ends: quietly if nobody reads any more (`| head`), else with an error
standard input    if it is closed, reading it raises OSError
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any

from w2v.errors import OutputError

READER_GONE = 141  # 128 + SIGPIPE, as shells have it


class _Bytes(io.FileIO):
    """The bytes of standard output or standard error."""

    _lost = False

    def write(self, data: Any, /) -> int:
        try:
            if not self._lost:
                # None: a terminal or pipe that is set not to wait takes nothing at the moment.
                return super().write(data) or len(data)
        except OSError as error:
            self._lost = True  # or Python would write it once more at its end, and fail once more
            if self.fileno() == 1:
                if isinstance(error, BrokenPipeError):
                    raise SystemExit(READER_GONE) from None
                raise OutputError("standard output", f"cannot be written ({error.strerror})") from None
        return len(data)


def prepare() -> None:
    """Replace the standard streams of this process; done once, when it starts."""
    for number, direction in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        try:
            os.fstat(number)
        except OSError:  # closed: the next file opened would take its number, and what is printed would go there
            os.open(os.devnull, direction)  # which cannot be read, or written, as it is not meant to be
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), "utf-8")
    if os.name != "nt":  # where a console is not a file
        sys.stdout = _text(1, sys.stdout)
        sys.stderr = _text(2, sys.stderr)


def _text(number: int, old: Any) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(_Bytes(number, "w", closefd=False)),
        encoding=old.encoding if old is not None else "utf-8",
        errors="backslashreplace",  # a word may hold what is not text, or what the terminal's encoding does not have
        line_buffering=number == 2 or os.isatty(number),
    )
