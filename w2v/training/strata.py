"""Trains GloVe: co-occurrences are counted once, then learnt stratum by stratum (`w2v.kernels.strata`).

Threads train blocks that share no row, so there is one set of tables, nothing is merged, and the vectors depend neither
on the machine nor on --threads. The counting is done anew when a run goes on: it takes less time than an epoch.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from w2v.kernels import cooccurrences, strata
from w2v.kernels import rounds as kernels
from w2v.kernels.objectives import Rows
from w2v.resources import require_memory
from w2v.settings import TrainSettings, available_threads
from w2v.training.run import State, Tick, deal, together
from w2v.training.tables import Floats, Tables
from w2v.vocabulary import Vocabulary

MOST_PARTS = 63  # as many threads can train; odd, so that the rows of a part do not meet in one set of the cache
LEAST_WORDS = 64  # of a part
NUMBERED = 1 << 16  # words of a part: as many as there are numbers of 16 bits
PAIR_BYTES = 8
ASKED = 1_000_000  # pairs that the loss at the start is computed from
ADVICE = "a larger --min-count, a --max-vocab or a smaller --window lowers it"

Sizes = npt.NDArray[np.int64]


def parts_of(words: int) -> int:
    """Return into how many parts a vocabulary is dealt."""
    return max(min(words // LEAST_WORDS, MOST_PARTS), -(-words // NUMBERED)) | 1


class Counting:
    """Counts the co-occurrences of the words of parts first..last, in two passes: how many there are, then their sums.

    share  how much is done
    """

    def __init__(self, stream: npt.NDArray[np.int32], words: int, window: int, own: range, threads: int) -> None:
        self._stream, self._words, self._window, self._own = stream, words, window, own
        self._parts, self._threads = parts_of(words), min(threads, len(own))
        self._starts, self._order = np.zeros(words + 1, np.int64), np.empty(0, np.int64)
        self._seen = [np.full(words, -1, np.int32) for _ in range(self._threads)]
        self.share = 0.0

    def sizes(self, stop: Callable[[], bool]) -> Sizes | None:
        """Return how many pairs each block has, int64 [S, S], zeros for other parts; None where `stop` said to end.

        Raises ResourceError.
        """
        stream, parts, own = self._stream, self._parts, (self._own.start, self._own.stop)
        cooccurrences.count_places(stream, *own, parts, self._starts)
        places = int(self._starts[-1])
        require_memory(8 * places + 12 * self._threads * self._words, "finding the places of each word", ADVICE)
        self._order = np.empty(places, np.int64)
        cooccurrences.find_places(stream, *own, parts, self._starts, self._order)
        sizes = np.zeros((parts, parts), np.int64)

        def count(thread: int, part: int) -> None:
            cooccurrences.count_pairs(
                stream, self._starts, self._order, self._window, part, parts, self._seen[thread], sizes[part]
            )

        return sizes if self._deal(count, 0.0, stop) else None

    def pairs(self, sizes: Sizes, here: npt.NDArray[np.bool_], stop: Callable[[], bool]) -> strata.Cooccurrences | None:
        """Return the co-occurrences, those of other parts not filled in; None where `stop` said to leave it.

        sizes  int64 [S, S], of all blocks
        here   bool [S, S], blocks that there is to be room for

        Raises ResourceError.
        """
        parts, threads = self._parts, self._threads
        blocks = np.concatenate(([0], np.cumsum(sizes * here)))
        total = int(blocks[-1])
        require_memory(PAIR_BYTES * total + 16 * threads * self._words, f"{total:,} pairs of words", ADVICE)
        ids = np.empty((total, 2), np.uint32)
        logs = ids.view(np.float32)
        sums = [np.zeros(self._words) for _ in range(threads)]
        cursors = blocks[:-1].reshape(parts, parts).copy()

        def add(thread: int, part: int) -> None:
            cooccurrences.sum_pairs(
                self._stream, self._starts, self._order, self._window, part, parts, sums[thread], self._seen[thread],
                cursors[part], ids, logs,
            )  # fmt: skip

        if not self._deal(add, 0.5, stop):
            return None
        # An epoch counts as a pass over the text: each block has its share of the tokens, all together have all.
        kept = int(np.count_nonzero(self._stream >= 0))
        trained = np.concatenate(([0], np.cumsum(sizes + sizes.T + 1)))  # + 1: an empty table is an epoch too
        tokens = (trained.astype(object) * kept // int(trained[-1])).astype(np.int64)
        return strata.Cooccurrences(parts, blocks, tokens, ids, logs)

    def _deal(self, work: Callable[[int, int], None], done: float, stop: Callable[[], bool]) -> bool:
        def look(begun: int) -> bool:
            self.share = done + begun / len(self._own) / 2
            return stop()

        return deal(lambda thread, number: work(thread, self._own[number]), len(self._own), self._threads, look)


class Strata:
    """Trains a state stratum by stratum, on as many threads as were asked for and the machine has."""

    def __init__(self, stream: npt.NDArray[np.int32], vocabulary: Vocabulary, settings: TrainSettings) -> None:
        self.settings = settings
        self._stream, self._words, self._parts = stream, len(vocabulary), parts_of(len(vocabulary))
        self._threads = min(settings.threads, available_threads(), self._parts)
        self._pairs: strata.Cooccurrences | None = None
        self._counting: Counting | None = None
        self.rounds = kernels.Rounds(self._parts, self._parts * settings.epochs, 1, 1.0)

    replicas = 1  # all threads train the same tables

    @property
    def pairs(self) -> strata.Cooccurrences:
        """The co-occurrences of the text."""
        if self._pairs is None:
            self._count(lambda: False)
        assert self._pairs is not None
        return self._pairs

    def _count(self, stop: Callable[[], bool]) -> None:
        """Count the co-occurrences, unless `stop` says to leave it."""
        own = range(self._parts)
        self._counting = Counting(self._stream, self._words, self.settings.window, own, self._threads)
        if (sizes := self._counting.sizes(stop)) is not None:
            self._pairs = self._counting.pairs(sizes, np.ones(sizes.shape, np.bool_), stop)
        self._counting = None

    def advance(self, state: State, limit: int, tick: Tick) -> bool:
        """Train strata until `limit`, or until `tick`, called about ten times a second, says stop.

        Returns False if a row is not finite any more.
        """
        if self._pairs is None:
            self._count(lambda: tick(state.sums))
        if (pairs := self._pairs) is None:
            return True
        plan = plan_of(self.settings, self.settings.rate * state.rate_share)
        accounts = np.zeros((pairs.parts, 8))
        before = state.sums
        shared, first = strata.shared_flags(), state.rounds
        reached = np.full(self._threads, first)

        def watch() -> None:
            if tick(before + accounts[:, :4].sum(axis=0)):
                shared[kernels.STOP] = 1

        def stop() -> None:
            shared[[kernels.STOP, kernels.ENDED]] = 1

        def train(thread: int) -> None:
            reached[thread] = strata.train_strata(
                self._threads, first, limit, np.arange(pairs.parts), pairs, state.tables.rows, plan, shared, accounts
            )

        try:
            together(train, self._threads, watch, stop)
        finally:
            state.rounds = int(reached.min())
            state.sums = before + accounts[:, :4].sum(axis=0)
        return not shared[kernels.DIVERGED]

    def describe(self) -> str:
        """Say what a person should see of the work, besides how far it is."""
        return "" if self._counting is None else f"counting pairs {self._counting.share:.0%}"

    def losses(self, state: State) -> tuple[float, float]:
        """Return the mean loss of a pair for rows of zeros, and for those of `state` in one stratum."""
        logs, accounts = self._look(state)
        weights = np.minimum(np.exp(strata.POWER * (logs - np.log(self.settings.x_max))), 1)
        pairs, loss = accounts[:, [kernels.PAIRS, kernels.LOSS]].sum(axis=0)
        return float((weights * logs**2).sum() / 2 / max(len(logs), 1)), float(loss / max(pairs, 1))

    def _look(self, state: State) -> tuple[Floats, npt.NDArray[np.float64]]:
        """Return logarithms of some pairs, and what becomes of the parts in the first stratum if nothing moves."""
        own = range(self._parts)
        return some_logs(self.pairs.logs[:, 1], 0, len(self.pairs.logs)), look(
            self.pairs, own, state.tables.rows, self.settings
        )


def plan_of(settings: TrainSettings, rate: float) -> strata.Glove:
    """Return the numbers of a run, with the rate that it has now."""
    return strata.Glove(settings.dim, rate, float(np.log(settings.x_max)), settings.seed)


def some_logs(logs: Floats, before: int, total: int) -> Floats:
    """Return those of some logarithms, float32 [n], that are asked out of a `total`, `before` of which come before."""
    step = -(-total // ASKED) or 1
    return logs[-before % step :: step]


def look(pairs: strata.Cooccurrences, own: range, rows: Rows, settings: TrainSettings) -> npt.NDArray[np.float64]:
    """Return what becomes of some parts of the words, float64 [n, 8], in the first stratum if nothing moves."""
    accounts = np.zeros((len(own), 8))
    plan, shared = plan_of(settings, 0.0), strata.shared_flags()
    strata.train_strata(1, 0, 1, np.array(own), pairs, rows, plan, shared, accounts)
    return accounts


def memory_needed(words: int, settings: TrainSettings) -> int:
    """Return the bytes that training takes beside the corpus and its pairs of words, which are not known yet."""
    return Tables.bytes_needed(words, settings.dim, squares=True)
