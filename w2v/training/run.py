"""What a run of training consists of: the state that moves, and the threads that move it.

Skip-gram with negative sampling (Mikolov et al. 2013b), Hogwild: threads move the same two matrices
without locks (Recht et al. 2011). Each thread is one call of the kernel, which takes blocks of the
corpus from a common counter until it meets a limit: no Python runs per token, per block or per epoch.

All chance follows from seed, epoch and position (`w2v.kernels.chance`), so a state has no random
generators in it: the matrices and the number of blocks done are enough to go on from.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.kernels import chance, skipgram
from w2v.resources import start
from w2v.settings import LAST_RATE, TrainSettings
from w2v.training.model import Model

TICK_SECONDS = 0.1

Sums = npt.NDArray[np.float64]  # [4]: tokens, centers, pairs and loss, see `w2v.kernels.skipgram`
Tick = Callable[[Sums], bool]  # is told the sums so far, says whether to stop


class Point(NamedTuple):
    """A point of the loss curve: mean loss of a pair since the point before."""

    tokens: int
    loss: float
    rate: float


@dataclass
class State:
    """How far a run is: with its settings and corpus, all that is needed to go on.

    blocks      blocks done, of all epochs
    sums        of the kernel's accounts over these blocks
    rate_share  what the rate is multiplied with: halved each time the run diverges
    setbacks    how often that was
    seconds     spent in training
    curve       the loss, about a hundred points
    """

    model: Model
    blocks: int = 0
    sums: Sums = field(default_factory=lambda: np.zeros(4))
    rate_share: float = 1.0
    setbacks: int = 0
    seconds: float = 0.0
    curve: list[Point] = field(default_factory=list)


def block_count(stream_size: int) -> int:
    """Return the number of blocks of an epoch."""
    return -(-stream_size // skipgram.BLOCK)


def together(threads: Sequence[threading.Thread], watch: Callable[[], None], stop: Callable[[], None]) -> None:
    """Run threads to their end, and `watch` about ten times a second; whatever happens, `stop` ends them early.

    Raises ResourceError where the system starts no further thread, and what `watch` raises.
    """
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


class Kernel:
    """The training kernel with everything that stays the same in a run."""

    def __init__(self, stream: npt.NDArray[np.int32], counts: npt.NDArray[np.int64], settings: TrainSettings) -> None:
        self.stream = stream
        self.settings = settings
        self.keep = chance.keep_limits(counts, settings.sample)
        self.noise = chance.noise_table(counts, settings.ns_exponent)
        self.shape = (0,) * skipgram.panel_width(settings.negatives)

    def thread(
        self, model: Model, control: npt.NDArray[np.int64], account: Sums, rate_share: float
    ) -> threading.Thread:
        """Return a thread that takes blocks as `control` says."""
        settings = self.settings
        rate = settings.rate * rate_share
        arguments: tuple[Any, ...] = (
            self.stream,
            model.center,
            model.context,
            self.keep,
            self.noise,
            control,
            account,
            settings.window,
            settings.negatives,
            settings.epochs,
            rate,
            rate * LAST_RATE,
            settings.seed,
            self.shape,
        )
        return threading.Thread(target=skipgram.train, args=arguments)


class Threads:
    """Threads that share one model: the fast way. With one thread, the same bits every time."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def advance(self, state: State, limit: int, tick: Tick) -> bool:
        """Train blocks until `limit`, or until `tick`, called about ten times a second, says stop.

        `state` is exact afterwards, whatever ended the work: every block before `state.blocks` is done and none
        behind it. Returns whether all went well: False if a row is not finite any more.
        """
        control = np.zeros(16, np.int64)
        control[[skipgram.NEXT_BLOCK, skipgram.LIMIT]] = state.blocks, limit
        # One thread alone has nobody to share with: it moves the rows themselves, in the same bits every time.
        control[skipgram.HOT] = skipgram.HOT_ROWS if self._kernel.settings.threads > 1 else 0
        accounts = np.zeros((self._kernel.settings.threads, 8))  # a cache line for each thread
        threads = [self._kernel.thread(state.model, control, account, state.rate_share) for account in accounts]
        before = state.sums

        def stop() -> None:
            control[skipgram.STOP] = 1

        def watch() -> None:
            if tick(before + accounts[:, :4].sum(axis=0)):
                stop()

        try:
            together(threads, watch, stop)
        finally:
            state.blocks = min(int(control[skipgram.NEXT_BLOCK]), limit)
            state.sums = before + accounts[:, :4].sum(axis=0)
        return not control[skipgram.DIVERGED]
