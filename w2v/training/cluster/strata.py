"""GloVe on a cluster: each worker trains a share of the parts of the words, with the bits of one process.

    at first      a worker counts the pairs of its own parts, and sends others those blocks that they train too
    each stratum  a worker trains the blocks (p, q) of some parts p, see `w2v.kernels.strata`
                  and sends the rows of each part to the worker that trains them in the next stratum
    at the end    of the run, or when rows are to be kept: all send their rows to all

Blocks of a stratum share no row, so it is the same steps in the same order as in one process, whoever trains them, and
the number of workers changes no bit.

Who trains what decides how many rows travel. From one stratum to the next, (p, q) becomes (p, q + stride). So a worker
that has the parts 0, stride, 2 * stride ... keeps all output rows but those of one part. The stride is another one in
each epoch: parts are dealt anew, and all workers need all pairs, if each has room for so many. Where one has not, each
trains its own parts in all epochs, needs the pairs of these alone, and sends most output rows after each stratum: of
two workers, each sends ten times as much.

As `w2v.training.cluster.worker`, this has no idea of Ray.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from w2v.corpus.shares import Pieces, Sight, Spans
from w2v.kernels import rounds, strata
from w2v.resources import available_memory, require_memory
from w2v.settings import TrainSettings
from w2v.training.cluster.mesh import Message
from w2v.training.cluster.worker import Member, Part, Stream
from w2v.training.strata import ADVICE, PAIR_BYTES, Counting, Sizes, look, plan_of, some_logs
from w2v.training.tables import Floats, Tables

SPAN = 1 << 22  # ids that are sent at once
ROOM = 0.5  # of the free memory, at most, for pairs that could be elsewhere
DIVERGED, PAUSING, LACKING = 1, 2, 4  # what workers tell each other

Slices = Sequence[tuple[int, int]]  # a table, and a part of its rows


@dataclass(frozen=True, eq=False)
class StrataTask:
    """What all workers of a run know.

    settings  of the run
    words     in the vocabulary
    length    of the stream
    shares    how many parts each worker trains
    beside    how many workers share the memory of a machine
    """

    settings: TrainSettings
    words: int
    length: int
    shares: tuple[int, ...]
    beside: int = 1

    names = "parts", "rows_passed_on"

    @property
    def accounts(self) -> tuple[int, ...]:
        """How many accounts each worker has."""
        return self.shares

    @property
    def sight(self) -> Sight:
        """Each worker is sent all of the corpus, so that no window reaches beyond it."""
        return Sight(np.zeros(0, np.uint32), 0, 0, 0)

    def spans(self, worker: int) -> Spans:
        """Return the spans of the corpus that a worker needs."""
        starts = np.arange(0, self.length, SPAN)
        return np.minimum(np.stack([starts, starts + SPAN], axis=1), self.length)


class StrataWorker(Member):
    """One worker; `threads` is how many cores it has."""

    def __init__(self, host: str, task: StrataTask, number: int, threads: int) -> None:
        super().__init__(host, number, max(1, min(threads, task.shares[number])))
        self._task, self._parts = task, sum(task.shares)
        self._bounds = np.cumsum([0, *task.shares]).tolist()
        self._own = range(*self._bounds[number : number + 2])
        self._rooms = [np.empty(0, np.int32) for _ in task.shares]
        self._counting: Counting | None = None
        self._sizes: Sizes | None = None  # those of all parts when there are pairs, before that of the own ones
        self._pairs: strata.Cooccurrences | None = None
        self._is_counted = False  # all pairs are here that are trained here
        self._has_room = self._deals_anew = False  # this worker has room for all pairs, and so have all
        self._pausing = threading.Event()

    def prepare(self) -> None:
        """Compile, and see to it that there is memory for the work. Raises ResourceError where there is not."""
        compile_ahead(self._task.settings)
        self.take_memory()

    def take_memory(self) -> None:
        """Take the memory that the work needs, but for pairs. Raises ResourceError where it is not there."""
        task = self._task
        needed = Tables.bytes_needed(task.words, task.settings.dim, squares=True)
        needed += 2 * needed * len(self._own) // self._parts  # messages in both directions
        require_memory(needed, f"training {task.words:,} words x {task.settings.dim} numbers", ADVICE)
        self._tables = Tables.empty(task.words, task.settings.dim, squares=True)
        self._accounts = np.zeros((len(self._own), 8))
        self._stream = Stream(task.length)

    def begin(self, round: int, rate_share: float, accounts: npt.NDArray[np.float64]) -> None:
        """Begin to train at a stratum, from the rows as they are."""
        self._round = round
        self._accounts[:] = accounts
        self._plan = plan_of(self._task.settings, self._task.settings.rate * rate_share)

    def pause(self) -> None:
        """Make `run`, called by another thread, end after this stratum, or while pairs are counted: on all workers."""
        self._pausing.set()

    def run(self, last: int) -> Part:
        """Train from the stratum where this worker is up to `last`. Raises LostWorkerError, ResourceError."""
        self._pausing.clear()
        told = 0 if self._count() else PAUSING
        if not told:
            while self._round < last and not told:
                began = time.perf_counter()
                told = self._train()
                trained = time.perf_counter()
                told = self._pass_on(told)
                self._round += 1
                self._training += trained - began
                self._exchanging += time.perf_counter() - trained
            self._share_rows()
        return Part(self._round, not told & DIVERGED, self._accounts.copy())

    def look(self) -> tuple[Floats, npt.NDArray[np.float64]]:
        """Return what `w2v.training.strata` asks for to tell the loss: of its share. Raises LostWorkerError."""
        self._pausing.clear()
        self._count()
        assert self._pairs is not None
        assert self._sizes is not None
        parts, own = self._parts, self._own
        before, total = int(self._sizes[: own.start].sum()), int(self._sizes.sum())
        logs = self._pairs.logs[self._pairs.blocks[own.start * parts] : self._pairs.blocks[own.stop * parts], 1]
        return some_logs(logs, before, total), look(self._pairs, own, self._tables.rows, self._task.settings)

    @property
    def counted(self) -> float:
        """How much of the counting is done."""
        return 1.0 if self._counting is None else self._counting.share

    def _count(self) -> bool:
        """See to it that the pairs are here that are trained here; returns False where it was paused.

        Raises LostWorkerError, ResourceError.
        """
        own, parts = self._own, self._parts

        def stop() -> bool:
            return self._pausing.is_set() or self._mesh.ended.is_set()

        if self._sizes is None:
            assert self._stream is not None
            task = self._task
            self._counting = Counting(self._stream.ids, task.words, task.settings.window, own, self._threads)
            self._sizes = self._counting.sizes(stop)
        told = LACKING * (not self._is_counted) | PAUSING * (self._sizes is None or stop())
        sizes = np.zeros((parts, parts), np.int64) if self._sizes is None else self._sizes
        message = np.concatenate(([told], sizes[own.start : own.stop].ravel())).view(np.int32)
        told, sizes = 0, np.empty((parts, parts), np.int64)
        for worker, found in (self._mesh.swap([message] * len(self._rooms)) | {self._number: message}).items():
            numbers = found.view(np.int64)
            told |= int(numbers[0])
            sizes[self._bounds[worker] : self._bounds[worker + 1]] = numbers[1:].reshape(-1, parts)
        if told & PAUSING or not told & LACKING:
            return not told & PAUSING
        if self._pairs is None:
            free, needed = available_memory(), self._task.beside * PAIR_BYTES * int(sizes.sum())
            self._has_room = free is None or needed <= ROOM * free
        self._deals_anew = not self._is_said(not self._has_room)
        if self._pairs is None:
            assert self._counting is not None
            self._has_room = self._deals_anew
            is_here = np.isin(np.arange(parts), own) | self._has_room
            self._pairs = self._counting.pairs(sizes, is_here[:, None] | is_here, stop)
        if self._is_said(self._pairs is None):
            return False
        self._sizes, self._counting = sizes, None
        self._share_pairs()
        self._is_counted = True
        return True

    def _is_said(self, flag: bool) -> bool:
        """Return whether any worker says so. Raises LostWorkerError."""
        message = np.array([flag], np.int32)
        found = self._mesh.swap([message] * len(self._rooms)).values()
        return flag or any(bool(message[0]) for message in found)

    def _share_pairs(self) -> None:
        """Send others the blocks of the own parts that they train too, and take those that are trained here too."""
        assert self._pairs is not None
        blocks, bounds, parts = self._pairs.blocks, self._bounds, self._parts
        numbers = self._pairs.ids.view(np.int32).reshape(-1)

        def of(part: int, worker: int) -> Message:
            """Pairs of a part that a worker trains."""
            first, stop = (0, parts) if self._deals_anew else bounds[worker : worker + 2]
            return numbers[2 * blocks[part * parts + first] : 2 * blocks[part * parts + stop]]

        for number in range(max(self._task.shares)):  # the own part that is sent
            others = range(len(self._rooms))
            none = number >= len(self._own)
            sent = [numbers[:0] if none else of(self._own[number], worker) for worker in others]
            for worker, found in self._mesh.swap(sent).items():
                if number < self._task.shares[worker]:
                    of(bounds[worker] + number, self._number)[:] = found

    def _train(self) -> int:
        """Train the blocks of a stratum; returns whether rows are not finite."""
        shared, round = strata.shared_flags(), self._round
        own = np.array(self._parts_of(self._number, round)[0])
        assert self._pairs is not None

        def train(thread: int) -> None:
            strata.train_strata(
                self._threads, round, round + 1, own, self._pairs, self._tables.rows, self._plan, shared, self._accounts
            )

        self._each(train, self._threads)
        return DIVERGED if shared[rounds.DIVERGED] else 0

    def _parts_of(self, worker: int, round: int) -> tuple[list[int], list[int]]:
        """Return the parts of the words that a worker trains in a stratum, and their parts of the contexts."""
        shift, stride = strata.shift_of(round, self._parts, self._task.settings.seed)
        if not self._deals_anew:
            stride = 1
        own = [place * stride % self._parts for place in range(*self._bounds[worker : worker + 2])]
        return own, [(part + shift) % self._parts for part in own]

    def _pass_on(self, told: int) -> int:
        """Send rows to those that train them in the next stratum, and what is to be told; returns what is told.

        Raises LostWorkerError.
        """
        workers = range(len(self._rooms))
        told |= PAUSING * self._pausing.is_set()
        had = [self._parts_of(worker, self._round) for worker in workers]
        takes = [[set(parts) for parts in self._parts_of(worker, self._round + 1)] for worker in workers]

        def moved(giver: int, taker: int) -> Slices:
            if giver == taker:
                return []
            return [(table, part) for table in (0, 1) for part in had[giver][table] if part in takes[taker][table]]

        messages = [self._packed(worker, told, moved(self._number, worker)) for worker in workers]
        for worker, message in self._mesh.swap(messages).items():
            told |= int(message[0])
            self._unpack(message, moved(worker, self._number))
        return told

    def _share_rows(self) -> None:
        """Send all others the rows that are newest here, and take theirs. Raises LostWorkerError."""
        shares = self._task.shares
        has = [self._parts_of(worker, self._round) for worker in range(len(shares))]

        def shared(worker: int, number: int) -> Slices:
            return [(table, has[worker][table][number]) for table in (0, 1) if number < shares[worker]]

        for number in range(max(shares)):
            message = self._packed(self._number, 0, shared(self._number, number))
            for worker, found in self._mesh.swap([message] * len(shares)).items():
                self._unpack(found, shared(worker, number))

    def _rows(self, table: int, part: int) -> npt.NDArray[np.int32]:
        """Return the rows of a part, their bits as whole numbers."""
        rows: npt.NDArray[np.int32] = self._tables.rows[table][part :: self._parts].view(np.int32)
        return rows

    def _packed(self, worker: int, told: int, slices: Slices) -> Message:
        """Return a message to a worker: what it is told, and rows."""
        size = 1 + sum(self._rows(*which).size for which in slices)
        if len(self._rooms[worker]) < size:
            self._rooms[worker] = np.empty(size, np.int32)
        message = self._rooms[worker][:size]
        message[0] = told
        at = 1
        for which in slices:
            rows = self._rows(*which)
            message[at : at + rows.size].reshape(rows.shape)[:] = rows
            at += rows.size
            self._merged += len(rows)
        return message

    def _unpack(self, message: Message, slices: Slices) -> None:
        """Take rows out of a message."""
        at = 1
        for which in slices:
            rows = self._rows(*which)
            rows[:] = message[at : at + rows.size].reshape(rows.shape)
            at += rows.size


def compile_ahead(settings: TrainSettings) -> None:
    """Compile what a worker runs, by a run of one worker on a stream of one id; does nothing the second time."""
    with closing(StrataWorker("127.0.0.1", StrataTask(settings, 1, 1, (1,)), 0, 1)) as worker:
        worker.take_memory()
        worker.take_ids(Pieces([0], [1], np.zeros(1, np.int32)))
        worker.begin(0, 1.0, np.zeros((1, 8)))
        worker.run(1)
