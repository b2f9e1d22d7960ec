"""One worker of a cluster: it trains some of the groups of a run, and merges some of the rows of all groups.

    some rounds   each worker trains its groups; without --groups each replica is one, and rows are due every round
                  sends worker o the rows that are due, that it has changed, and that o merges: each W-th of those due
                  merges its own rows, with the arithmetic and in the order of one machine
                  sends all workers what it has merged

So after each merge all workers have the same merged rows, and the result has the bits of as many replicas in one
process. A worker has no idea of Ray: it is a class that also runs in threads of one process.

Nothing is trained while rows are exchanged: the next rounds read what is merged, so a merge that came later would be
another algorithm, on one machine too. What it could save is the wait for the network: by the forecast of
scripts/README.md (8 machines, 333 M ids) a network ten times as fast saves about 15 % of the time. The rest is packing,
copying into sockets and unpacking, for which the cores that train would be needed.

Rows travel as float32. Float16 would do: with changes, and changes of merged rows, rounded to its 11 bits, 8 replicas
score on 20 MB of English Wikipedia (analogies / WordSim, two seeds) .1040 / .5585 and .1069 / .5543, as they are
.1042 / .5584 and .1071 / .5543. Half the bytes are 1.4 to 1.6 times the words/s by that forecast, in which sockets
cost more than packing. Not taken so far: one machine would have to round alike, so all runs of more than one thread
would have other bits, and the scores of 2 to 64 replicas would have to be measured anew.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.corpus.shares import Pieces, Sight, Spans
from w2v.errors import ResourceError
from w2v.kernels import exchange, rounds
from w2v.kernels.objectives import Rows, Work
from w2v.kernels.rounds import Due
from w2v.kernels.rows import aligned_zeros
from w2v.objectives import objective_of, work_of
from w2v.resources import require_memory
from w2v.settings import TrainSettings
from w2v.training.cluster.mesh import Mesh, Message
from w2v.training.damping import Damping, damped, due_damped
from w2v.training.groups import Groups
from w2v.training.schedule import Level, Schedule, replica_rate, schedule
from w2v.training.tables import Floats, Tables
from w2v.vocabulary import Vocabulary

MESSAGE_NUMBERS = 1 << 24  # rows are swapped by parts of about so many numbers: 64 MB


@dataclass(frozen=True, eq=False)
class Task:
    """What all workers of a run know.

    settings  of the run
    words     in the vocabulary
    work      without the stream
    length    of the stream
    schedule  of the run, as `Schedule.apart` has it
    shares    how many groups each worker trains
    """

    settings: TrainSettings
    words: int
    work: Work
    length: int
    schedule: Schedule
    shares: tuple[int, ...]

    names = "replicas", "rows_merged"  # what a worker has, and what it exchanges, in the account of a run

    @property
    def accounts(self) -> tuple[int, ...]:
        """How many accounts each worker has."""
        return tuple(share * self.schedule.within.copies for share in self.shares)

    @property
    def sight(self) -> Sight:
        """What decides how far windows reach."""
        return sight_of(self.settings, self.work)

    def spans(self, worker: int) -> Spans:
        """Return the spans of the corpus that a worker trains."""
        rounds, first = self.schedule.rounds, sum(self.accounts[:worker])
        starts = np.arange(rounds.each) * self.schedule.replicas + first
        return rounds.bounds[np.stack([starts, starts + self.accounts[worker]], axis=1)]


class Part(NamedTuple):
    """What became of some rounds.

    reached    the round that is next
    finite     whether all rows were, as far as is known
    accounts   float64 [r, 8] of this worker's replicas, since the last `begin`; see `w2v.kernels.rounds`
    """

    reached: int
    finite: bool
    accounts: npt.NDArray[np.float64]


class Status(NamedTuple):
    """How a worker is doing: the round it is in and its sums; since it began to work: seconds, rows merged, bytes.

    counted  how much of the counting is done that comes before the first round, of GloVe
    """

    round: int
    sums: npt.NDArray[np.float64]
    training: float
    exchanging: float
    merged: int
    bytes: int
    counted: float = 1.0


class Member:
    """One of the processes that train a run together: its connections, its share of the ids, its copy of the tables.

    Its number is its place among all. Whatever is trained in between, after `begin` and after `run` all have the same
    rows.
    """

    _tables: Tables

    def __init__(self, host: str, number: int, threads: int) -> None:
        self._number, self._threads = number, threads
        self._mesh = Mesh(host)
        self._pool = ThreadPoolExecutor(self._threads) if self._threads > 1 else None
        self._kept = _Kept()
        self._round = self._merged = 0
        self._training = self._exchanging = 0.0
        self._stream: Stream | None = None
        self._accounts = np.zeros((0, 8))

    def pid(self) -> int:
        """Return the number of this process."""
        return os.getpid()

    def address(self) -> tuple[str, int]:
        """Return where other workers connect to."""
        return self._mesh.address

    def close(self) -> None:
        """End connections and threads, and give the disk back."""
        self._mesh.close()
        self._kept.clear()
        if self._stream is not None:
            self._stream.close()
        if self._pool is not None:
            self._pool.shutdown()

    def connect(self, addresses: list[tuple[str, int]], token: bytes) -> None:
        """Connect with all workers. Raises LostWorkerError."""
        self._mesh.connect(self._number, addresses, token)

    def end(self) -> None:
        """Make `run`, called by another thread, end at once."""
        self._mesh.ended.set()

    def take_ids(self, pieces: Pieces) -> None:
        """Take pieces of the corpus. Raises ResourceError."""
        assert self._stream is not None
        self._stream.put(pieces)

    def take_rows(self, table: int, first: int, rows: Floats) -> None:
        """Take merged rows."""
        self._tables.rows[table][first : first + len(rows)] = rows

    def rows(self, table: int, first: int, stop: int) -> Floats:
        """Return merged rows."""
        return self._tables.rows[table][first:stop]

    def status(self) -> Status:
        """Return how far this worker is."""
        sums = self._accounts[:, :4].sum(axis=0)
        times = self._training, self._exchanging
        return Status(self._round, sums, *times, self._merged, self._mesh.bytes, self.counted)

    @property
    def counted(self) -> float:
        """How much is counted of what has to be before the first round."""
        return 1.0

    def keep(self) -> int:
        """Keep the merged rows as they are, on this machine's disk: to go back to when a worker is lost."""
        self._kept.write(self._round, self._tables)
        return self._round

    def forget(self) -> None:
        """Forget all rows that are kept."""
        self._kept.clear()

    def kept(self) -> list[int]:
        """Return the rounds whose rows are kept."""
        return self._kept.rounds()

    def go_back(self, round: int) -> None:
        """Make the rows what they were before a round that is kept."""
        self._kept.read(round, self._tables)

    def _each(self, call: Callable[[int], Any], count: int) -> list[Any]:
        """Call with 0 .. count - 1, side by side where there are cores for it."""
        if self._pool is None or count == 1:
            return [call(number) for number in range(count)]
        return list(self._pool.map(call, range(count)))


class Worker(Member):
    """One worker; `threads` is how many cores it has."""

    def __init__(self, host: str, task: Task, number: int, threads: int) -> None:
        super().__init__(host, number, max(1, min(threads, task.accounts[number])))
        self._task = writable(task)
        self._share = task.shares[number]
        self._offset = sum(task.shares[:number])

    def prepare(self) -> None:
        """Compile, and see to it that there is memory for the work. Raises ResourceError where there is not."""
        compile_ahead(self._task.settings)
        self.take_memory()

    def take_memory(self) -> None:
        """Take the memory that the work needs. Raises ResourceError where it is not there."""
        task, share = self._task, self._share
        dim = task.settings.dim
        # The merged rows, the groups with their replicas, and messages of both directions.
        ngrams, each = len(task.schedule.touches[0]) - task.words, task.schedule.within.copies
        needed = (1 + share + (each > 1) * share * each) * Tables.bytes_needed(
            task.words, dim, ngrams
        ) + 16 * MESSAGE_NUMBERS
        require_memory(needed, f"training {task.words:,} words x {dim} numbers", "more machines for --threads lower it")
        self._tables = Tables.empty(task.words, dim, ngrams=ngrams)
        self._groups = Groups(task.schedule, self._offset, share, self._threads, self._tables.rows)
        self._buffers = _Buffers(task, share, self._tables.rows)
        self._accounts = self._groups.accounts
        self._stream = Stream(task.length)

    def begin(self, round: int, rate_share: float, accounts: npt.NDArray[np.float64]) -> None:
        """Begin to train at a round, from the merged rows as they are."""
        task = self._task
        self._round = round
        self._groups.accounts[:] = accounts
        rate = replica_rate(task.settings, task.schedule, rate_share)
        self._groups.begin(self._tables.rows, objective_of(task.settings).plan(task.settings, rate, task.work))
        self._each(lambda thread: self._groups.copy(thread, self._tables.rows), self._groups.threads)

    def damping(self, round: int, rate_share: float) -> Damping:
        """Return what is damped from a round on: one worker says it for all, for processors differ in the last bit."""
        task = self._task
        return damped(self._tables.rows, task.work, task.schedule, task.settings, round, rate_share)

    def run(self, last: int, damping: Damping) -> Part:
        """Train from the round where this worker is up to `last`, where rows are merged. Raises LostWorkerError."""
        levels = self._task.schedule.within, self._task.schedule.across
        within, across = (due_damped(level, by) for level, by in zip(levels, writable(damping)))
        finite = True
        while self._round < last and finite:
            began = time.perf_counter()
            end = min(levels[1].next_merge(self._round), last)
            finite = self._train(end, within)
            trained = time.perf_counter()
            finite = self._merge(levels[1], across, end - 1, finite)
            self._round = end
            self._training += trained - began
            self._exchanging += time.perf_counter() - trained
        return Part(self._round, finite, self._groups.accounts.copy())

    def _train(self, end: int, due: tuple[Due, Due]) -> bool:
        """Train up to a round; returns whether the rows are finite, as far as is known."""
        groups = self._groups
        assert self._stream is not None
        work = self._task.work._replace(stream=self._stream.ids)
        groups.clear()
        self._each(lambda thread: groups.train(thread, self._round, end, work, due), groups.threads)
        return not groups.diverged

    def _merge(self, across: Level, due: tuple[Due, Due], round: int, finite: bool) -> bool:
        """Merge the rows of groups that are due after a round; returns whether the rows of all workers are finite."""
        task, buffers = self._task, self._buffers
        tables, workers = self._tables.rows, len(task.shares)

        def pack(worker: int) -> Message:
            room, end = buffers.rooms[worker], 1
            room[0] = finite
            for base, own, part in zip(tables, self._groups.base, ids):
                end = exchange.pack_changes(base, own, part, worker, workers, buffers.width, room, end)
            return room[:end]

        def unpack(owner: int) -> None:
            at = 0
            for base, own, part in zip(tables, self._groups.copies, ids):
                at = exchange.unpack_merged(merged[owner], at, part, owner, workers, buffers.width, base, own)

        stops = [int(rounds.due_stop(rows, round, across.rounds)) for rows in due]
        for first in range(0, max(1, *stops), buffers.part):
            ids = [rows.order[first : min(first + buffers.part, stop)] for rows, stop in zip(due, stops)]
            packed = self._each(pack, workers)
            changes = self._mesh.swap(packed) | {self._number: packed[self._number]}
            finite = finite and all(bool(message[0]) for message in changes.values())
            own = self._merge_own(changes, across, due, ids)
            merged = self._mesh.swap([own] * workers) | {self._number: own}
            self._each(unpack, workers)
        return finite

    def _merge_own(
        self, changes: dict[int, Message], across: Level, due: tuple[Due, Due], ids: list[npt.NDArray[np.int32]]
    ) -> Message:
        """Merge the rows that this worker merges; returns them as a message."""
        task, buffers, number = self._task, self._buffers, self._number
        workers, width, end = len(task.shares), buffers.width, 0
        at = [1] * workers
        for base, rows, part in zip(self._tables.rows, due, ids):
            count = len(range(number, len(part), workers))
            totals, touched = buffers.totals[:count], buffers.touched[:count]
            touched[:] = False
            for worker, share in enumerate(task.shares):
                start, at[worker] = (
                    at[worker],
                    exchange.add_changes(
                        changes[worker], at[worker], share, base, part, number, workers, width, totals, touched
                    ),
                )
                self._groups.accounts[0, rounds.MERGED] += (at[worker] - start - share) // (1 + width)
            start, end = end, exchange.pack_merged(
                base, part, number, workers, width, totals, touched, across.rounds.faster, rows.axes,
                rows.damping, rows.levels, buffers.merged, end,
            )  # fmt: skip
            self._merged += (end - start - 1) // (1 + width)
        return buffers.merged[:end]


def sight_of(settings: TrainSettings, work: Work) -> Sight:
    """Return what decides how far windows reach."""
    return Sight(work.keep, settings.seed, settings.epochs, settings.reach)


def compile_ahead(settings: TrainSettings) -> None:
    """Compile what a worker runs, by a round of one worker on a stream of one id; does nothing the second time."""
    settings = replace(settings, threads=2, subwords="")
    one, ids = Vocabulary(("",), np.ones(1, np.int64)), np.zeros(1, np.int32)
    work = work_of(ids, one, settings)
    plan = schedule(work, one.counts, settings, lambda: np.ones(1, np.int64))
    rounds = plan.rounds._replace(bounds=np.array([0, 1, 1, 1, 1]))
    within, across = (level._replace(copies=2, rounds=rounds) for level in (plan.within, plan.across))
    plan = replace(plan, within=within, across=across)
    with closing(Worker("127.0.0.1", Task(settings, 1, work, 1, plan, (2,)), 0, 1)) as worker:
        worker.take_memory()
        worker.take_ids(Pieces([0], [1], ids))
        worker.begin(0, 1.0, np.zeros((4, 8)))
        worker.run(1, ((), ()))


class _Buffers:
    """What messages are made in and taken from.

    part     how many rows of a table are merged at once
    width    numbers of a row that are not there to fill a cache line
    rooms    for the message to each worker; its first number says whether the rows of the sender are finite
    merged   for the message to all
    totals   float32 [n, row], the changes of rows that this worker merges, and whether there are any
    """

    def __init__(self, task: Task, share: int, tables: Rows) -> None:
        workers, row = len(task.shares), tables[0].shape[1]
        self.width = task.settings.dim
        most = max(len(table) for table in tables)
        self.part = min(most, max(workers, MESSAGE_NUMBERS // (row * task.schedule.across.copies)))
        count = -(-self.part // workers)
        size = len(tables) * (1 + count * (1 + self.width))
        self.rooms = [np.empty(1 + share * size, np.int32) for _ in task.shares]
        self.merged = np.empty(size, np.int32)
        self.totals, self.touched = aligned_zeros(count, row), np.empty(count, np.bool_)


class Stream:
    """The ids that a worker trains on, in a nameless file with holes: each id at the place that it has in the corpus.

    ids  int32 [L], where nothing was put, zeros
    """

    def __init__(self, length: int) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the stream
        self._file.truncate(4 * length)
        # A plain array over the map: the kernels are compiled for plain arrays.
        self.ids = np.asarray(np.memmap(self._file, np.int32, "r+", shape=(length,)))

    def put(self, pieces: Pieces) -> None:
        """Put pieces where they belong. Raises ResourceError."""
        at = 0
        try:
            for start, size in zip(pieces.starts, pieces.sizes):
                # Not by the map: on a full disk that would end the process.
                os.pwrite(self._file.fileno(), pieces.ids[at : at + size].data, 4 * start)
                at += size
        except OSError as error:
            raise ResourceError(f"{tempfile.gettempdir()}: cannot keep the ids there ({error.strerror})") from error

    def close(self) -> None:
        """Give the space on the disk back."""
        self._file.close()


class _Kept:
    """The merged rows before some rounds, on disk: the newest two, for a worker may be lost while they are written.

    The files have no names, so that a worker that is killed leaves nothing behind.
    """

    def __init__(self) -> None:
        self._files: dict[int, IO[bytes]] = {}

    def rounds(self) -> list[int]:
        return sorted(self._files)

    def clear(self) -> None:
        for round in self.rounds():
            self._files.pop(round).close()

    def write(self, round: int, tables: Tables) -> None:
        file = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the round is kept
        for table in tables.rows:
            table.tofile(file)
        self._files[round] = file
        for old in self.rounds()[:-2]:
            self._files.pop(old).close()

    def read(self, round: int, tables: Tables) -> None:
        file = self._files[round]
        file.seek(0)
        for table in tables.rows:
            table[:] = np.fromfile(file, np.float32, table.size).reshape(table.shape)


def writable(given: Any) -> Any:
    """Return tuples of arrays whose arrays can be written: those that Ray hands over cannot, kernels expect it."""
    if isinstance(given, np.ndarray):
        return given if given.flags.writeable else given.copy()
    if isinstance(given, tuple):
        parts = [writable(part) for part in given]
        return type(given)(*parts) if hasattr(given, "_fields") else tuple(parts)
    if isinstance(given, Task | Schedule):
        return type(given)(**{name: writable(value) for name, value in vars(given).items()})
    return given
