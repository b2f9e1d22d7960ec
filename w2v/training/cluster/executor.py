"""Trains a state on the machines of a cluster: rounds of `w2v.training.replicas`, or strata, by workers that swap rows.

This process deals out the corpus and looks on. The rows travel from worker to worker; they come here where they are
saved. When a worker is lost, all go back to the newest round whose rows a living one has kept on its disk, another
takes the place of the lost one, and they go on to the same bits.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.corpus.shares import pieces
from w2v.errors import ClusterError
from w2v.kernels import rounds
from w2v.settings import TrainSettings
from w2v.training.cluster.mesh import LostWorkerError
from w2v.training.cluster.nodes import Nodes
from w2v.training.cluster.readers import PART_BYTES, readers_of
from w2v.training.cluster.strata import StrataTask, StrataWorker
from w2v.training.cluster.worker import Member, Part, Status, Stream, Task, Worker, sight_of
from w2v.training.replicas import Replicas, spans_of_losses
from w2v.training.run import TICK_SECONDS, State, Sums, Tick
from w2v.training.strata import Strata
from w2v.training.tables import Floats
from w2v.vocabulary import Vocabulary

KEEP_SECONDS = 10.0  # between two rounds whose rows are kept, at least
KEEP_SHARE = 0.05  # of the time, at most, goes into keeping them
STATUS_SECONDS = 0.5
ANSWER_SECONDS = 60.0  # that a living worker needs to answer at most, and to end a round
MOST_LOSSES = 10  # of workers, one after the other without a round that was kept in between

# Ids from which on groups exchange less: by scripts/README.md 8 machines are slower with them at 3 M, faster at 333 M.
GROUPS_FROM = 100_000_000
SLOW = 1.3  # times the median training time: worth a word

Watch = Callable[[], object]
Accounts = npt.NDArray[np.float64]  # [n, 8], see `w2v.kernels.rounds`


class OnCluster:
    """What executors on a cluster have in common: a team of workers, and how to go on where one of them is lost."""

    def __init__(self, nodes: Nodes, notify: Callable[[str], None], count: int, accounts: int) -> None:
        """`count` is what can be dealt out to workers, `accounts` how many there are of it in all."""
        self._nodes, self._notify = nodes, notify
        workers = min(len(nodes.all), count)
        self._shares = tuple(count // workers + (worker < count % workers) for worker in range(workers))
        self._accounts = np.zeros((accounts, 8))  # of what was trained here
        self._team: Team | None = None
        self._at: tuple[int, int] | None = None  # where the workers are, if they are at a round of their own

    def advance(self, state: State, limit: int, tick: Tick) -> bool:
        """Train rounds on the cluster, as on this machine."""
        self._team = team = self._team or self._new_team()
        before = state.sums - self._accounts[:, :4].sum(axis=0)
        where, self._at = self._at, None
        stopping, lost = False, ""

        def watch() -> bool:
            nonlocal stopping
            stopping = tick(before + team.sums()) or stopping
            return stopping

        while True:
            try:
                if lost:
                    why, lost = lost, ""
                    state.rounds, self._accounts = team.recover(state, why)
                elif where != (state.rounds, state.rollbacks):
                    team.load(state, self._accounts)
                where = state.rounds, state.rollbacks
                while state.rounds < limit and not stopping:
                    if not self._train(team, state, limit, watch):
                        return False
                    where = state.rounds, state.rollbacks
                    team.keep(state.rounds, self._accounts)
                team.fetch(state, self._accounts)
                self._at = where
                return True
            except LostWorkerError as error:
                lost = str(error)
            finally:
                state.sums = before + self._accounts[:, :4].sum(axis=0)

    def _new_team(self) -> Team:
        """Start the workers."""
        raise NotImplementedError

    def _train(self, team: Team, state: State, limit: int, watch: Callable[[], bool]) -> bool:
        """Train some rounds; returns whether rows are finite. Raises LostWorkerError."""
        raise NotImplementedError

    def describe(self) -> str:
        """Say how the workers are doing."""
        return "" if self._team is None else self._team.describe()

    def by_worker(self) -> tuple[dict[str, Any], ...]:
        """Return what each worker has trained; the sum of the tokens is what was trained here."""
        return () if self._team is None else tuple(self._team.by_worker(self._accounts))


class Cluster(OnCluster, Replicas):
    """An executor as `Replicas`, on the workers of a cluster."""

    def __init__(
        self, nodes: Nodes, stream: npt.NDArray[np.int32], vocabulary: Vocabulary, settings: TrainSettings,
        notify: Callable[[str], None] = lambda line: None,
    ) -> None:  # fmt: skip
        Replicas.__init__(self, stream, vocabulary, settings)
        groups = self.schedule.apart().across.copies
        OnCluster.__init__(self, nodes, notify, groups, self.schedule.replicas)
        self._words = len(vocabulary)
        for line in self._advice(groups):
            notify(line)

    def _expected_centers(self) -> npt.NDArray[np.int64]:
        readers = readers_of(self.work.stream)
        return super()._expected_centers() if readers is None else readers.expected_centers(self.work.keep)

    def _advice(self, groups: int) -> Iterator[str]:
        """Yield what to do where machines have nothing to train, or exchange more than they need to."""
        settings, machines, here = self.settings, len(self._nodes.all), self.schedule.replicas == 1
        each, trained = "workers" if self._nodes.local else "machines", 0 if here else len(self._shares)
        by_groups = settings.groups > 1
        option, asked = ("--groups", settings.groups) if by_groups else ("--threads", settings.threads)
        if trained < machines:
            there = "one replica, trained here" if here else f"{groups} {'groups' if by_groups else 'replicas'}"
            more = f"{option} {machines} has all train" if asked < machines else "this text and settings take no more"
            yield f"note        {trained} of {machines} {each} train ({there}): {more}"
        elif not by_groups and settings.threads > machines > 1 and len(self.work.stream) >= GROUPS_FROM:
            yield f"note        --groups {machines}: {each} exchange less; the vectors are others, and score as well"

    def advance(self, state: State, limit: int, tick: Tick) -> bool:
        """Train rounds on the cluster, as `Replicas.advance` does on this machine."""
        if self.schedule.replicas == 1:
            self.work = self.work._replace(stream=self.work.stream[:])  # all of it, for it is trained here
            return Replicas.advance(self, state, limit, tick)
        return super().advance(state, limit, tick)

    def _new_team(self) -> Team:
        empty = self.work._replace(stream=self.work.stream[:0])
        task = Task(self.settings, self._words, empty, len(self.work.stream), self.schedule.apart(), self._shares)
        return Team(self._nodes, NodeWorker, task, self.work.stream, self._notify)

    def _train(self, team: Team, state: State, limit: int, watch: Watch) -> bool:
        """Train to the next round before which all rows are merged; returns whether they are finite."""
        cycle, reached = self.rounds.cycle, state.rounds
        end = min(self.merged_round(limit), (state.rounds // cycle + 1) * cycle)
        while reached < end:
            damping = self._damping(team, reached, state.rate_share)
            last = min(end, self.schedule.next_axes(reached)) if any(damping) else end
            parts = team.run(watch, last, damping)
            reached = parts[0].reached
            if not parts[0].finite:
                break
        state.rounds, self._accounts = reached, np.concatenate([part.accounts for part in parts])
        self.merged = int(self._accounts[:, rounds.MERGED].sum())
        return parts[0].finite

    def _damping(self, team: Team, round: int, rate_share: float) -> Any:
        """Return what is damped from a round on. Raises LostWorkerError."""
        if not self.schedule.within.axes and not self.schedule.across.axes:
            return (), ()
        return team.damping(round, rate_share)

    def losses(self, state: State) -> tuple[float, float]:
        """Return what `Replicas.losses` does, on ids that are fetched for it."""
        if (readers := readers_of(self.work.stream)) is not None:
            sight = self._nodes.ray.put(sight_of(self.settings, self.work))
            with closing(Stream(len(self.work.stream))) as fetched:
                for part in readers.pieces_here(spans_of_losses(len(self.work.stream)), sight):
                    fetched.put(part)
                self.work = self.work._replace(stream=fetched.ids)
        return super().losses(state)


class StrataCluster(OnCluster, Strata):
    """An executor as `Strata`, on the workers of a cluster; each trains on all its cores, whatever --threads says."""

    def __init__(
        self, nodes: Nodes, stream: npt.NDArray[np.int32], vocabulary: Vocabulary, settings: TrainSettings,
        notify: Callable[[str], None] = lambda line: None,
    ) -> None:  # fmt: skip
        Strata.__init__(self, stream, vocabulary, settings)
        OnCluster.__init__(self, nodes, notify, self._parts, self._parts)
        if len(self._shares) < len(nodes.all):
            each, parts = "workers" if nodes.local else "machines", f"{self._parts} part{'s'[: self._parts > 1]}"
            notify(
                f"note        {len(self._shares)} of {len(nodes.all)} {each} train ({parts} of the words):"
                " this vocabulary takes no more"
            )

    def _new_team(self) -> Team:
        beside = len(self._shares) if self._nodes.local else 1
        task = StrataTask(self.settings, self._words, len(self._stream), self._shares, beside)
        return Team(self._nodes, NodeStrataWorker, task, self._stream, self._notify)

    def _train(self, team: Team, state: State, limit: int, watch: Callable[[], bool]) -> bool:
        """Train strata, until rows have to be kept or `watch` says stop; returns whether they are finite."""

        def look() -> None:
            if watch() or team.should_keep(state.rounds):
                team.pause()

        parts = team.run(look, limit)
        state.rounds, self._accounts = parts[0].reached, np.concatenate([part.accounts for part in parts])
        return parts[0].finite

    def _look(self, state: State) -> tuple[Floats, Accounts]:
        """Return what `Strata.losses` asks for, from the workers, who have the pairs."""
        lost = ""
        while True:
            try:
                if lost and self._team is not None:
                    why, lost = lost, ""
                    self._team.recover(state, why)
                if self._team is None:  # a run that was at its end
                    self._team = self._new_team()
                    self._team.load(state, self._accounts)
                logs, accounts = zip(*self._team.look())
                return np.concatenate(logs), np.concatenate(accounts)
            except LostWorkerError as error:
                lost = str(error)


class Team:
    """The workers of a run: actors on the machines of a cluster.

    lost  how many were, and were replaced
    """

    def __init__(
        self, nodes: Nodes, kind: type[Member], task: Task | StrataTask, stream: npt.NDArray[np.int32],
        notify: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._nodes, self._ray, self._task, self._stream, self._notify = nodes, nodes.ray, task, stream, notify
        self._kind, self._given, self._sight = kind, nodes.ray.put(task), nodes.ray.put(task.sight)
        self._readers = readers_of(stream)
        self._actors: list[Any] = []
        self._names = [f"worker {worker + 1} on {nodes.all[worker].name}" for worker in range(len(task.shares))]
        self._running: list[Any] = []  # calls that train, or did when a worker was lost
        self._status: list[Status] = []
        self._asked: list[Any] = []
        self._looked = self._last_keep = time.monotonic()
        self._keep_cost = 0.0
        self._accounts: dict[int, npt.NDArray[np.float64]] = {}  # before rounds whose rows are kept
        self._origin: tuple[int, npt.NDArray[np.float64]] | None = None  # the same of the tables in this process
        self._rate_share = 1.0
        self._losses = self.lost = 0
        self._actors = [self._start(worker) for worker in range(len(task.shares))]
        self._dealt: list[bool] = [False] * len(task.shares)

    def load(self, state: State, accounts: npt.NDArray[np.float64]) -> None:
        """Have the workers begin with the rows of a state. Raises LostWorkerError."""
        self._origin, self._accounts = (state.rounds, accounts), {}
        self._rate_share = state.rate_share
        self._deal()
        for table, rows in enumerate(state.tables.rows):
            for first, stop in _parts(rows):
                part = self._ray.put(rows[first:stop])
                self._all(lambda actor: actor.take_rows.remote(table, first, part))  # noqa: B023  # called at once
        self._all(lambda actor: actor.forget.remote())
        self._begin(state.rounds, accounts)

    def fetch(self, state: State, accounts: npt.NDArray[np.float64]) -> None:
        """Put the merged rows into the tables of a state. Raises LostWorkerError."""
        self.keep(state.rounds, accounts, must=True)
        self._origin = None
        for table, rows in enumerate(state.tables.rows):
            for first, stop in _parts(rows):
                (rows[first:stop],) = self._get([self._actors[0].rows.remote(table, first, stop)], self._names[:1])
        self._origin = state.rounds, accounts

    def damping(self, round: int, rate_share: float) -> Any:
        """Return what is damped from a round on. Raises LostWorkerError."""
        return self._get([self._actors[0].damping.remote(round, rate_share)], self._names[:1])[0]

    def look(self) -> list[tuple[Floats, Accounts]]:
        """Return what each worker says of the loss. Raises LostWorkerError."""
        found: list[tuple[Floats, Accounts]] = self._all(lambda actor: actor.look.remote())
        return found

    def run(self, watch: Watch, last: int, *given: Any) -> list[Part]:
        """Have all workers train up to a round, and look on. Raises LostWorkerError."""
        self._running = [actor.run.remote(last, *given) for actor in self._actors]
        parts: list[Part] = self._get(self._running, self._names, watch)
        self._running = []
        return parts

    def pause(self) -> None:
        """Have the workers end `run` before its last round."""
        for actor in self._actors:
            actor.pause.remote()

    def should_keep(self, round: int) -> bool:
        """Return whether it is time to keep rows, and workers are further than the round where they began."""
        due = time.monotonic() - self._last_keep >= max(KEEP_SECONDS, self._keep_cost / KEEP_SHARE)
        return due and any(status.round > round for status in self._status)

    def keep(self, round: int, accounts: npt.NDArray[np.float64], *, must: bool = False) -> None:
        """Have the workers keep the rows, if it `must` be or is time. Raises LostWorkerError."""
        now = time.monotonic()
        if not must and now - self._last_keep < max(KEEP_SECONDS, self._keep_cost / KEEP_SHARE):
            return
        if round not in self._accounts:
            self._accounts[round] = accounts
            self._all(lambda actor: actor.keep.remote())
        self._losses = 0
        self._last_keep = time.monotonic()
        self._keep_cost = self._last_keep - now

    def recover(self, state: State, why: str) -> tuple[int, npt.NDArray[np.float64]]:
        """Put others in the place of lost workers, and have all go back to the newest round whose rows are there.

        Returns it, with the accounts before it. Raises LostWorkerError, ClusterError.
        """
        self._losses += 1
        if self._losses > MOST_LOSSES:
            raise ClusterError(
                "the cluster", f"{MOST_LOSSES} workers were lost without progress in between (the last: {why}); do they"
                " run out of memory? Fewer --threads or a smaller --dim need less",
            )  # fmt: skip
        there = self._survivors()
        self._asked, self._status = [], []
        for worker, has in enumerate(there):
            if has is None:
                self.lost += 1
                self._ray.kill(self._actors[worker])
                self._actors[worker], self._dealt[worker] = self._start(worker), False
        known = {round for has in there if has is not None for round in has if round in self._accounts}
        best = max(known, default=-1)
        gone = ", ".join(self._names[worker] for worker, has in enumerate(there) if has is None) or "a connection"
        if self._origin is not None and self._origin[0] >= best:
            best, accounts = self._origin
            self._notify(f"warning     lost: {gone}; replaced, and all go on from round {best:,}")
            self.load(replace(state, rounds=best), accounts)
            return best, accounts
        if best < 0:
            raise ClusterError(
                "the cluster", "lost all workers, and what they had; a run that is kept goes on: --resume"
            )
        self._notify(f"warning     lost: {gone}; replaced, and all go on from round {best:,}")
        self._deal()
        holders = [worker for worker, has in enumerate(there) if has is not None and best in has]
        self._get([self._actors[worker].go_back.remote(best) for worker in holders], self._names)
        others = [worker for worker in range(len(there)) if worker not in holders]
        holder = self._actors[holders[0]]
        for table, rows in enumerate(state.tables.rows):
            for first, stop in _parts(rows):
                # From worker to worker: this process has the name of the part, and never sees it.
                part = holder.rows.remote(table, first, stop)
                self._get([self._actors[worker].take_rows.remote(table, first, part) for worker in others], self._names)
        self._begin(best, self._accounts[best])
        self._all(lambda actor: actor.keep.remote())  # the new ones too: the next may be lost soon
        return best, self._accounts[best]

    def _start(self, worker: int) -> Any:
        node = self._nodes.all[worker]
        return self._nodes.start(self._kind, node, self._given, worker, node.threads)

    def _survivors(self) -> list[list[int] | None]:
        """End what the workers are doing; returns the rounds whose rows each has kept, None for those that are lost."""
        for actor in self._actors:
            actor.end.remote()
        if self._running:
            self._ray.wait(self._running, num_returns=len(self._running), timeout=ANSWER_SECONDS)
        self._running = []
        calls = [actor.kept.remote() for actor in self._actors]
        self._ray.wait(calls, num_returns=len(calls), timeout=ANSWER_SECONDS)
        found: list[list[int] | None] = []
        for call, name in zip(calls, self._names):
            try:
                found.append(self._nodes.get(call, name, 0))
            except (LostWorkerError, ClusterError):
                found.append(None)
        return found

    def _deal(self) -> None:
        """Send the corpus to the workers that have none, part by part."""
        new = [worker for worker, dealt in enumerate(self._dealt) if not dealt]
        if not new:
            return
        if self._readers is not None:
            self._readers.mend()
        self._get([self._actors[worker].prepare.remote() for worker in new], [self._names[worker] for worker in new])
        batches = [self._pieces(worker) for worker in new]
        for parts in zip_longest(*batches):  # a part to each, side by side
            given = [(worker, part) for worker, part in zip(new, parts) if part is not None]
            calls = [self._actors[worker].take_ids.remote(part) for worker, part in given]
            self._get(calls, [self._names[worker] for worker, _ in given])
        for worker in new:
            self._dealt[worker] = True

    def _pieces(self, worker: int) -> Iterator[Any]:
        """Yield the pieces of the corpus that a worker trains on, in parts: those of readers go from them to it."""
        spans = self._task.spans(worker)
        if self._readers is not None:
            yield from self._readers.pieces(spans, self._sight, worker)
            return
        step = max(1, PART_BYTES // (4 * int(np.diff(spans).max(initial=1))))
        for first in range(0, len(spans), step):
            yield pieces(self._stream, 0, spans[first : first + step], self._task.sight)

    def _begin(self, round: int, accounts: npt.NDArray[np.float64]) -> None:
        """Connect the workers and have them begin at a round, from the merged rows that each has."""
        addresses = self._all(lambda actor: actor.address.remote())
        token = os.urandom(16)
        self._all(lambda actor: actor.connect.remote(addresses, token))
        shares = self._by_share(accounts)
        self._get(
            [actor.begin.remote(round, self._rate_share, share) for actor, share in zip(self._actors, shares)],
            self._names,
        )

    def _all(self, call: Callable[[Any], Any]) -> list[Any]:
        """Call all workers, and return what each returns. Raises LostWorkerError, ClusterError."""
        return self._get([call(actor) for actor in self._actors], self._names)

    def _get(self, calls: list[Any], names: list[str], watch: Watch = lambda: None) -> list[Any]:
        """Return what calls return, with a look about ten times a second. Raises LostWorkerError, ClusterError."""
        waiting = calls
        while waiting:
            ready, waiting = self._ray.wait(waiting, num_returns=len(waiting), timeout=TICK_SECONDS)
            for call in ready:
                self._nodes.get(call, names[calls.index(call)])  # what has failed is not waited with
            watch()
        return [self._nodes.get(call, name) for call, name in zip(calls, names)]

    def sums(self) -> Sums:
        """Return the sums of what the workers have trained, as far as is known."""
        if self._asked:
            ready, waiting = self._ray.wait(self._asked, num_returns=len(self._asked), timeout=0)
            if not waiting:
                self._asked, self._status = [], [self._nodes.get(call, name) for call, name in zip(ready, self._names)]
        elif time.monotonic() - self._looked >= STATUS_SECONDS:
            self._looked = time.monotonic()
            self._asked = [actor.status.remote() for actor in self._actors]
        return np.sum([status.sums for status in self._status], axis=0) if self._status else np.zeros(4)

    def describe(self) -> str:
        """Say how the workers are doing: what exchange takes, and which is slow."""
        said = f"{len(self._actors)} workers"
        if self._status:
            training = [status.training for status in self._status]
            # A worker that waits for a slow one counts that as exchange: the one that waits least knows best.
            exchange = min(status.exchanging for status in self._status)
            if (counted := min(status.counted for status in self._status)) < 1:
                return f"{said}, counting pairs {counted:.0%}"
            said += f", exchange {exchange / max(exchange + max(training), 1e-9):.0%}"
            slowest, usual = int(np.argmax(training)), max(float(np.median(training)), 1.0)
            if training[slowest] > SLOW * usual:
                said += f", {self._names[slowest]} is slow: {training[slowest] / usual:.1f} x the time"
        return said + (f", {self.lost} replaced" if self.lost else "")

    def _by_share(self, accounts: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
        """Return the accounts of each worker's replicas."""
        return np.split(accounts, np.cumsum(self._task.accounts)[:-1])

    def by_worker(self, accounts: npt.NDArray[np.float64]) -> list[dict[str, Any]]:
        """Return what each worker has done."""
        rows = []
        shares, (has, exchanged) = self._by_share(accounts), self._task.names
        with suppress(LostWorkerError):  # nothing is lost with it: the merged rows are here
            self._status = self._all(lambda actor: actor.status.remote())
        status_of = self._status or [Status(0, np.zeros(4), 0.0, 0.0, 0, 0)] * len(shares)
        for name, share, status in zip(self._names, shares, status_of):
            rows.append(
                {
                    "name": name,
                    has: len(share),
                    "tokens": int(share[:, rounds.TOKENS].sum()),
                    "trained": int(share[:, rounds.CENTERS].sum()),
                    "seconds_training": round(status.training, 3),
                    "seconds_exchanging": round(status.exchanging, 3),
                    exchanged: status.merged,
                    "bytes_sent": status.bytes,
                }
            )
        return rows


def _parts(array: npt.NDArray[Any]) -> Iterator[tuple[int, int]]:
    """Yield from where to where an array is sent at once."""
    step = max(1, PART_BYTES // (array.strides[0]))
    for first in range(0, len(array), step):
        yield first, min(first + step, len(array))


class NodeWorker(Worker):
    """A worker as an actor of Ray."""

    def __init__(self, task: Task, number: int, threads: int) -> None:
        super().__init__(_address(), task, number, threads)


class NodeStrataWorker(StrataWorker):
    """The same for GloVe."""

    def __init__(self, task: StrataTask, number: int, threads: int) -> None:
        super().__init__(_address(), task, number, threads)


def _address() -> str:
    """Return where this machine is reached by the others."""
    import ray

    host: str = ray.util.get_node_ip_address()  # type: ignore[no-untyped-call]  # Ray has no type for it
    return host
