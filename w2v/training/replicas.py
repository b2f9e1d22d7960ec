"""Replicas of the tables that train apart and merge: how several threads train, with the same bits every time.

How often a row is merged, how much faster replicas learn and what is damped follows from the counts, the settings and
the number of replicas (`w2v.kernels.merging` has the rule, `w2v.kernels.rounds` the rounds, `w2v.training.schedule`
the schedule). There is one replica for each thread that was asked for; when fewer cores are there, a thread of the
system trains several. So the vectors depend on --threads, and not on the machine. One replica is the table itself, and
nothing is merged.

With --groups the replicas of a group merge as if they were all; what a group has learnt is merged with the other groups
by the same rule, but far more seldom. So a machine of a cluster can have a group, and the network little to carry.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from w2v.corpus.shares import expected_centers
from w2v.kernels import rounds as kernels
from w2v.kernels.objectives import Rows, spans
from w2v.kernels.rounds import Due, Rounds
from w2v.kernels.windows import BLOCK
from w2v.objectives import mean_outputs, objective_of, work_of
from w2v.settings import TrainSettings, available_threads
from w2v.training.damping import damped, due_damped
from w2v.training.groups import Groups
from w2v.training.run import State, Tick, together
from w2v.training.schedule import replica_rate, schedule
from w2v.vocabulary import Vocabulary

SPANS = 20  # of the text, whose loss is measured at the end
STILL = 1e-30  # a rate at which no float32 of a row changes


class Replicas:
    """Trains a state round by round, on as many threads of the system as there are cores for it."""

    def __init__(self, stream: npt.NDArray[np.int32], vocabulary: Vocabulary, settings: TrainSettings) -> None:
        self.settings, self._counts = settings, vocabulary.counts
        self.work = work_of(stream, vocabulary, settings)
        self.schedule = schedule(self.work, vocabulary.counts, settings, self._expected_centers)
        self._threads = min(self.schedule.replicas, available_threads())
        self.merged = 0  # rows of replicas that had changed when they were merged
        self._groups: Groups | None = None
        self._objective = objective_of(settings)

    def _expected_centers(self) -> npt.NDArray[np.int64]:
        return expected_centers(self.work.stream, 0, self.work.keep)

    @property
    def rounds(self) -> Rounds:
        """How units are dealt out."""
        return self.schedule.rounds

    def advance(self, state: State, limit: int, tick: Tick) -> bool:
        """Train rounds until `limit`, or until `tick`, called about ten times a second, says stop.

        With several replicas it goes on to the next round after which all rows are merged, for the state is whole
        there alone: to stop and go on later leads to the same bits. Returns False if a row is not finite any more.
        After an exception a state of several replicas is not whole, and cannot be gone on from.
        """
        groups, across = self._begin(state), self.schedule.across
        before = state.sums
        reached = np.zeros(groups.threads, np.int64)
        merged = np.zeros(groups.threads, np.int64)
        stopping = threading.Event()

        def watch() -> None:
            if tick(before + groups.accounts[:, :4].sum(axis=0)):
                stopping.set()
                groups.signal(kernels.STOP)

        def stop() -> None:
            """End what still runs: one thread did not start, or the caller was interrupted."""
            groups.signal(kernels.STOP, kernels.ENDED)

        def each(call: Callable[[int], None]) -> None:
            groups.clear()
            together(call, groups.threads, watch, stop)

        def train(thread: int) -> None:
            reached[thread] = groups.train(thread, state.rounds, last, self.work, within)

        def merge(thread: int) -> None:
            merged[thread] += groups.merge(thread, state.rounds - 1, state.tables.rows, across, due)

        end = look = state.rounds  # where all rows are merged next, and where the curvature is looked at next
        try:
            while not groups.diverged:
                if state.rounds >= end:
                    if state.rounds >= limit or stopping.is_set():
                        break
                    end, look = self._next_whole(state.rounds, limit), state.rounds
                if state.rounds >= look:
                    within, due, look = self._due(state)
                last = min(end, look)
                if across.copies > 1:
                    last = min(last, across.next_merge(state.rounds))
                reached[:] = state.rounds
                try:
                    each(train)
                finally:
                    state.rounds = int(reached.min())
                if across.copies > 1 and not groups.diverged:
                    each(merge)
                if self.replicas == 1:  # whole after each of its rounds
                    end = state.rounds
        finally:
            state.sums = before + groups.accounts[:, :4].sum(axis=0)
            self.merged += int(groups.accounts[:, kernels.MERGED].sum() + merged.sum())
        if groups.diverged:
            return False
        if state.rounds >= self.rounds.all:
            self._groups = None  # their memory is for whoever writes the vectors
        return True

    def describe(self) -> str:
        """Say what a person should see of the work, besides how far it is."""
        return ""

    def losses(self, state: State) -> tuple[float, float]:
        """Return the mean loss of a pair for output rows of zeros, and for the rows of `state` on a part of the corpus.

        Rows of zeros give every label the probability 1/2. The loss of those of `state` is computed by the training
        kernel, which is there already, at a rate at which no number of a row changes: that takes no memory, and nothing
        is written yet.
        """
        plan, rows = self._objective.plan(self.settings, STILL, self.work), state.tables.rows
        one = Rows(*(table[None] for table in rows))
        parts = spans_of_losses(len(self.work.stream))
        accounts = np.zeros((len(parts), 1, 8))

        def measure(thread: int) -> None:
            scratch, flags = spans.new_scratch(plan, rows.input.shape[1]), np.zeros(32, np.int64)
            for part in range(thread, len(parts), self._threads):
                kernels.train_rounds(
                    0, 1, 0, 1, 0, 1, self.work, rows, one, plan, scratch, Rounds(1, 1, 1, 1.0, parts[part]),
                    *self.schedule.within.due, flags, accounts[part],
                )  # fmt: skip

        together(measure, self._threads)
        pairs, loss = accounts[:, 0, [kernels.PAIRS, kernels.LOSS]].sum(axis=0)
        outputs = mean_outputs(self._counts, self.settings, self.work)
        return float(np.log(2) * outputs), float(loss / max(pairs, 1))

    @property
    def replicas(self) -> int:
        """How many there are."""
        return self.schedule.replicas

    def _next_whole(self, round: int, limit: int) -> int:
        """Return the next round before which all rows are merged; a single replica goes on to the limit."""
        end = self.merged_round(limit)
        return end if self.replicas == 1 else min(end, (round // self.rounds.cycle + 1) * self.rounds.cycle)

    def merged_round(self, limit: int) -> int:
        """Return the first round from `limit` on before which all rows are merged."""
        cycle = self.rounds.cycle
        return min(-(-limit // cycle) * cycle, self.rounds.all)

    def _begin(self, state: State) -> Groups:
        """Return the groups, all equal to the tables."""
        tables, schedule = state.tables.rows, self.schedule
        if self._groups is None:
            base = None if schedule.across.copies > 1 else Rows(*(table[None] for table in tables))
            self._groups = Groups(schedule, 0, schedule.across.copies, self._threads, tables, base, schedule.rare)
        groups = self._groups
        groups.accounts[:] = 0
        rate = replica_rate(self.settings, schedule, state.rate_share)
        groups.begin(tables, self._objective.plan(self.settings, rate, self.work))
        together(lambda thread: groups.copy(thread, tables), groups.threads)
        return groups

    def _due(self, state: State) -> tuple[tuple[Due, Due], tuple[Due, Due], int]:
        """Return which rows are due when, within groups and across, with what is damped, and up to which round."""
        levels, rare = (self.schedule.within, self.schedule.across), self.schedule.rare
        if rare is not None:
            levels = levels[0]._replace(due=rare.due), levels[1]
        both = damped(state.tables.rows, self.work, self.schedule, self.settings, state.rounds, state.rate_share)
        within, across = (due_damped(level, of_level) for level, of_level in zip(levels, both))
        return within, across, self.schedule.next_axes(state.rounds) if any(both) else self.rounds.all


def spans_of_losses(length: int) -> npt.NDArray[np.int64]:
    """Return the parts of a corpus of this length whose loss is measured at the end, int64 [n, 2]."""
    starts = np.unique(np.linspace(0, max(length - BLOCK, 0), SPANS).astype(np.int64))
    return np.stack([starts, np.minimum(starts + BLOCK, length)], axis=1)
