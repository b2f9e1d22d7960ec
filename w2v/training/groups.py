"""Groups of replicas in one process: the replicas of a group train and merge together, and know nothing of others.

    thread   0  1  2  3        8 replicas in 2 groups, 4 threads: two for each group at a time
    group    0  0  1  1        more groups than threads: a thread trains one after the other

What groups have learnt is merged by their owner: `w2v.training.replicas` in one process, `w2v.training.cluster` among
machines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from w2v.kernels import merging
from w2v.kernels import rounds as kernels
from w2v.kernels.copies import fill, new_copies
from w2v.kernels.objectives import Rows, Work
from w2v.kernels.objectives.spans import new_scratch
from w2v.kernels.rounds import Due
from w2v.kernels.rows import aligned_zeros

if TYPE_CHECKING:
    from w2v.training.schedule import Level, Rare, Schedule


class Groups:
    """The groups first..first + count of a schedule.

    threads  that `train` and `merge` are called with at a time, from 0
    base     Rows [g, V, row], merged within each group
    rare     replicas have copies of the other rows alone, see `w2v.kernels.copies`; they are one group, `base` is given
    copies   Rows [n, V, row], all that has to be what other groups have, too: `base`, and the replicas behind it where
             a group has several
    """

    def __init__(
        self, schedule: Schedule, first: int, count: int, threads: int, tables: Rows, base: Rows | None = None,
        rare: Rare | None = None,
    ) -> None:  # fmt: skip
        spans = schedule.rounds.each * schedule.replicas
        assert len(schedule.rounds.bounds) == spans + 1, "kernels would read beyond the bounds"
        self._level: Level = schedule.within
        self._all, self._offset, self._count = schedule.replicas, first * schedule.within.copies, count
        each = schedule.within.copies
        self._together = max(1, min(each, threads // count))
        self._lanes = max(1, min(count, threads // self._together))
        self.threads = self._lanes * self._together
        shared = base is not None  # then the only group is merged in the tables themselves
        behind = each * count if each > 1 and rare is None else 0
        self.copies = Rows(*(aligned_zeros(behind + (0 if shared else count), *table.shape) for table in tables))
        self.base = base if base is not None else Rows(*(copies[:count] for copies in self.copies))
        self.replicas = Rows(*(copies[-behind:] for copies in self.copies)) if behind else self.base
        self._frequent = [] if rare is None else [due.order for due in rare.due]
        # A table of each replica, where it has copies of some rows alone.
        self._some = [
            new_copies(each, table, len(frequent), slots)
            for table, frequent, slots in zip(tables, self._frequent, () if rare is None else rare.slots)
        ]
        self.accounts = np.zeros((each * count, 8))
        self._flags = [aligned_zeros(64).view(np.int64) for _ in range(count)]

    def begin(self, tables: Rows, plan: Any) -> None:
        """Begin to train from merged tables, by a plan of the objective."""
        self._plan, row = plan, tables.input.shape[1]
        self._scratches = [new_scratch(plan, row) for _ in range(self.threads)]
        for flags in self._flags:
            flags[:] = 0

    def copy(self, thread: int, tables: Rows) -> None:
        """Make this thread's share of the copies what the tables are.

        By the thread that trains it: the system puts memory near the core that touches it first.
        """
        for some, frequent in zip(self._some, self._frequent):
            for replica in range(thread, len(self.accounts), self.threads):
                fill(some, replica, frequent)
        for copies, table in zip(self.copies, tables):
            for copy in range(thread, len(copies), self.threads):
                copies[copy] = table

    def train(self, thread: int, first: int, last: int, work: Work, due: tuple[Due, Due]) -> int:
        """Train the rounds first..last as one of the threads; returns the round before which it stopped."""
        lane, place = divmod(thread, self._together)
        each, reached = self._level.copies, last
        for group in range(lane, self._count, self._lanes):
            part = slice(group * each, (group + 1) * each)
            base = Rows(*(table[group] for table in self.base))
            of_group: Any = self._some or [table[part] for table in self.replicas]
            done = kernels.train_rounds(
                place, self._together, first, last, self._offset + part.start, self._all, work, base,
                Rows(*of_group), self._plan, self._scratches[thread], self._level.rounds, *due, self._flags[group],
                self.accounts[part],
            )  # fmt: skip
            reached = min(reached, done)
        return reached

    def merge(self, thread: int, round: int, tables: Rows, across: Level, due: tuple[Due, Due]) -> int:
        """Merge this thread's share of the rows of groups that are due after a round; returns how many had changed."""
        changed, total = 0, np.empty(tables.input.shape[1], np.float32)
        for table, base, replicas, rows in zip(tables, self.base, self.replicas, due):
            changed += kernels.merge_due(table, base, rows, round, thread, self.threads, across.rounds, total)
            if replicas is not base:
                stop = kernels.due_stop(rows, round, across.rounds)
                merging.spread_rows(table, replicas, rows.order[:stop], thread, self.threads)
        return changed

    @property
    def diverged(self) -> bool:
        """Whether a row is not finite any more, as far as is known."""
        return any(flags[kernels.DIVERGED] for flags in self._flags)

    def signal(self, *flags: int) -> None:
        """Set flags for all threads."""
        for shared in self._flags:
            shared[list(flags)] = 1

    def clear(self) -> None:
        """Make ready to go on, while nobody trains."""
        for shared in self._flags:
            shared[[kernels.STOP, kernels.ENDED, kernels.ARRIVED]] = 0
