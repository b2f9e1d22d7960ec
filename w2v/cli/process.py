"""How a command meets its process: standard streams that are lost, signals that stop it, mapped files that are cut.

standard error    what cannot be written there is lost, and the work goes on
standard output   the command ends: quietly if nobody reads any more (`| head`), else with an error
standard input    if it is closed, reading it raises OSError
SIGBUS            one line and exit code 1
Ctrl-C, SIGTERM, SIGHUP: the first ends the block and saves where a run is kept, the second ends at once
its end           threads may still be compiling or reading: nobody waits for them
"""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from w2v.errors import OutputError
from w2v.files import abandon

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


def replace_streams() -> None:
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


_callbacks: list[Any] = []  # what C calls must live as long as the process


def answer_cut_files() -> None:
    """Let SIGBUS end this process with one line and exit code 1; done once, when it starts.

    A file that is mapped into memory became shorter: the system ends whoever reads it. Python cannot answer this
    signal, for it would go on with the same instruction. A callback of C can. What stays: a cut within the last page
    of a file (4 kB) reads as zeros, without a signal.
    """
    number = getattr(signal, "SIGBUS", None)
    if number is None:  # Windows, where a mapped file cannot be cut
        return
    import ctypes

    _callbacks.append(ctypes.CFUNCTYPE(None, ctypes.c_int)(_end))
    ctypes.CDLL(None).signal(number, _callbacks[0])


def _end(number: int) -> None:
    with contextlib.suppress(BaseException):
        name = _cut_file() or "a file that is mapped into memory"
        message = f"Error: {name}: became shorter while it was read; make it again, or wait until it is whole\n"
        os.write(2, message.encode(sys.stderr.encoding, "backslashreplace"))
        abandon()
    os._exit(1)


def _cut_file() -> str:
    """Return the name of the mapped file that ends before its map does; "" where the system does not say."""
    for line in Path("/proc/self/maps").read_text(errors="surrogateescape").splitlines():
        addresses, _, offset, _, _, *name = line.split(maxsplit=5)
        if name and name[0].startswith("/") and ".so" not in name[0]:  # a library's variables lie beyond its file
            begin, end = (int(address, 16) for address in addresses.split("-"))
            with contextlib.suppress(OSError):
                if os.stat(name[0]).st_size <= int(offset, 16) + end - begin - os.sysconf("SC_PAGE_SIZE"):  # noqa: PTH116
                    return name[0]
    return ""


HANGUP = getattr(signal, "SIGHUP", None)  # the terminal is gone; Windows has none


class Stopped(KeyboardInterrupt):
    """The user or the system asked the command to end."""

    def __init__(self, number: int, advice: str = "") -> None:
        self.exit_code = 128 + number  # as shells have it
        name = "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name
        super().__init__(f"stopped by {name}{advice}")


class Stops:
    """As a context: answers Ctrl-C, SIGTERM and, unless `nohup` has it ignored, SIGHUP.

    gently  asked at the first signal: may the work end by itself? Else, and at the second signal, Stopped is raised
            where the program is; the third ends the process without any cleaning up
    advice  what to do next, for the message of a work that was cut short
    """

    def __init__(self, gently: Callable[[], bool] = lambda: False, advice: Callable[[], str] = lambda: "") -> None:
        self.gently, self.advice = gently, advice
        self._numbers: list[int] = []
        self._before: dict[int, Any] = {}

    def wanted(self) -> bool:
        """Return whether there was a signal."""
        return bool(self._numbers)

    def stopped(self, advice: str = "") -> Stopped:
        """Return the exception of the signal that there was."""
        return Stopped(self._numbers[0], advice)

    def _answer(self, number: int, frame: FrameType | None) -> None:
        self._numbers.append(number)
        if len(self._numbers) > 2:
            os._exit(128 + number)
        if len(self._numbers) == 2 or not self.gently():
            raise Stopped(number, self.advice())

    def __enter__(self) -> Stops:
        for number in (signal.SIGINT, signal.SIGTERM, HANGUP):
            if number is None or (number == HANGUP and signal.getsignal(number) is signal.SIG_IGN):  # by nohup
                continue
            try:
                self._before[number] = signal.signal(number, self._answer)
            except ValueError:  # not the main thread: whoever called us answers signals
                break
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        if self.wanted() and type(error) is RuntimeError:  # what DuckDB makes of Stopped: "Query interrupted"
            raise self.stopped(self.advice()) from None


def leave(code: int) -> NoReturn:
    """End this process without taking the interpreter down.

    A thread that loads or compiles kernels may be within LLVM. At an ordinary end the destructors of LLVM run under it:
    of 400 training runs stopped 0.35 to 0.6 s after their start 18 ended by SIGABRT or SIGSEGV. And with numba in it an
    interpreter takes 0.02 s to come down (24 trainings by turns).
    """
    atexit._run_exitfuncs()  # those of multiprocessing and Ray end other processes
    with contextlib.suppress(OutputError):
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
