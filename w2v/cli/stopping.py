"""Ctrl-C, SIGTERM, SIGHUP: the first ends the block and saves where a run is kept, the second ends at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

HANGUP = getattr(signal, "SIGHUP", None)  # the terminal is gone; Windows has none


class Stopped(KeyboardInterrupt):
    """The user, or the system, wants the command to end."""

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

    def __exit__(self, *error: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
