"""Replicas that train apart and merge: the same bits for any run with the same number of threads.

The blocks of a run are dealt out in rounds. In a round each replica, a copy of the whole model, trains its own fixed
run of blocks; then the changes are merged in a fixed order (`w2v.kernels.merging`) and all replicas begin the
next round from the result. Nothing in it depends on which thread is faster, and nothing on
replicas sharing memory: between machines, the merge would be an exchange of changes.

    round      0                       1
    replica 0  blocks 0..k-1           2k..3k-1
    replica 1  blocks k..2k-1          3k..4k-1
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from w2v.kernels import merging, skipgram
from w2v.training.model import Floats, Model
from w2v.training.run import Kernel, State, Tick, together

# Numbers of a matrix for each block of a share: large enough that merging costs little, small enough that the replicas
# do not drift far apart.
NUMBERS_A_BLOCK = 200_000


class Replicas:
    """Threads with a model each, merged at the end of each round."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._count = kernel.settings.threads
        self._models: list[Model] = []

    def advance(self, state: State, limit: int, tick: Tick) -> bool:
        """Train rounds until one reaches `limit`, or until `tick` says stop: as `Threads.advance`, round by round.

        Rounds lie at the same blocks whatever the limit is, so a stop does not change what follows it; the
        last round ends with the run.
        """
        share = max(1, state.model.center.size // NUMBERS_A_BLOCK)
        if not self._models:
            self._models = [Model.empty(len(state.model.center), state.model.dim) for _ in range(self._count)]
        stopping = False
        while state.blocks < limit and not stopping:
            sound, stopping = self._round(state, share, tick)
            if not sound:
                return False
        return True

    def _round(self, state: State, share: int, tick: Tick) -> tuple[bool, bool]:
        accounts = np.zeros((self._count, 8))
        controls = np.zeros((self._count, 16), np.int64)
        for number, control in enumerate(controls):
            control[skipgram.NEXT_BLOCK] = state.blocks + number * share
            control[skipgram.LIMIT] = state.blocks + (number + 1) * share

        def train(number: int) -> None:
            self._models[number].copy_from(state.model)
            thread = self._kernel.thread(self._models[number], controls[number], accounts[number], state.rate_share)
            thread.run()

        before, stopping = state.sums, False

        def watch() -> None:
            nonlocal stopping
            stopping |= tick(before + accounts[:, :4].sum(axis=0))

        def stop() -> None:
            controls[:, skipgram.STOP] = 1

        together(self._threads(train), watch, stop)
        if controls[:, skipgram.DIVERGED].any():
            return False, stopping
        self._merge(state.model)
        state.blocks = int(controls[-1, skipgram.LIMIT])
        state.sums = before + accounts[:, :4].sum(axis=0)
        return True, stopping

    def _merge(self, model: Model) -> None:
        """Merge pairs, pairs of pairs and so on, in the order of the replicas; rows are dealt out to the threads."""
        rows = np.linspace(0, len(model.center), self._count + 1).astype(int).tolist()

        def merge(part: int) -> None:
            start, stop = rows[part], rows[part + 1]
            for base, replicas in (
                (model.center, [replica.center for replica in self._models]),
                (model.context, [replica.context for replica in self._models]),
            ):
                _merge_tree(base, replicas, start, stop)
                base[start:stop] = replicas[0][start:stop]

        together(self._threads(merge), lambda: None, lambda: None)

    def _threads(self, work: Callable[[int], None]) -> list[threading.Thread]:
        return [threading.Thread(target=work, args=(number,)) for number in range(self._count)]


def _merge_tree(base: Floats, replicas: list[Floats], start: int, stop: int) -> None:
    distance = 1
    while distance < len(replicas):
        for number in range(0, len(replicas) - distance, 2 * distance):
            merging.merge_rows(base, replicas[number], replicas[number + distance], start, stop)
        distance *= 2
