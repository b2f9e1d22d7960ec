"""What a run of training consists of: the state that moves, and how threads are run to their end.

What is drawn at random follows from seed, epoch and position (`w2v.kernels.random`), so a state has no random
generators in it: the tables and the number of rounds done (`w2v.kernels.rounds`) are enough to go on from.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import length_hint
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.resources import start
from w2v.training.tables import Tables

TICK_SECONDS = 0.1

Sums = npt.NDArray[np.float64]  # [4]: tokens, centers, pairs and loss, see `w2v.kernels.rounds`
Tick = Callable[[Sums], bool]  # takes the sums so far, returns whether to stop


class Point(NamedTuple):
    """A point of the loss curve: mean loss of a pair since the point before."""

    tokens: int
    loss: float
    rate: float


@dataclass
class State:
    """How far a run is: with its settings and corpus, all that is needed to go on.

    rounds      rounds done, of all epochs; all rows are merged
    sums        of the kernels' accounts over these rounds
    rate_share  what the rate is multiplied with: halved each time the run diverges
    rollbacks   how often that was
    seconds     spent in training
    curve       the loss, about a hundred points
    start       writes what it began with into tables that know nothing
    """

    tables: Tables
    rounds: int = 0
    sums: Sums = field(default_factory=lambda: np.zeros(4))
    rate_share: float = 1.0
    rollbacks: int = 0
    seconds: float = 0.0
    curve: list[Point] = field(default_factory=list)
    start: Callable[[Tables], None] = lambda tables: None


def together(
    work: Callable[[int], object],
    count: int,
    watch: Callable[[], None] = lambda: None,
    stop: Callable[[], None] = lambda: None,
) -> None:
    """Have `count` threads do `work(thread)` to its end, and `watch` about ten times a second.

    Whatever happens, `stop` ends them early. Raises what the first thread that fails raises, what `watch` raises, and
    ResourceError where the system starts no further thread.
    """
    failures: list[BaseException] = []

    def guarded(thread: int) -> None:
        try:
            work(thread)
        except BaseException as error:
            failures.append(error)
            stop()

    threads = [threading.Thread(target=guarded, args=(thread,)) for thread in range(count)]
    try:
        for thread in threads:
            start(thread)
        for thread in threads:
            while thread.is_alive():
                thread.join(TICK_SECONDS)
                watch()
    finally:
        stop()
        for thread in threads:
            if thread.ident:
                thread.join()
    if failures:
        raise failures[0]


def deal(work: Callable[[int, int], object], parts: int, threads: int, watch: Callable[[int], bool]) -> bool:
    """Have threads do `work(thread, part)` for each part; returns whether all are done, raises what a part raises.

    watch  called about ten times a second with the number of parts that were begun; True: no further one is
    """
    waiting, stopping = iter(range(parts)), threading.Event()

    def share(thread: int) -> None:
        while not stopping.is_set() and (part := next(waiting, None)) is not None:
            work(thread, part)

    def look() -> None:
        if watch(parts - length_hint(waiting)):
            stopping.set()

    together(share, threads, look, stopping.set)
    return not length_hint(waiting)
