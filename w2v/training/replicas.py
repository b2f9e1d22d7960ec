"""Replicas of the tables that train apart and merge: how several threads train, with the same bits every time.

How often a row is merged, how much faster replicas learn and what is damped follows from the counts, the settings and
the number of replicas (`w2v.kernels.merging` has the rule, `w2v.kernels.rounds` the schedule). There is one replica for
each thread that was asked for; when fewer cores are there, a thread of the system trains several. So the
vectors depend on --threads, and not on the machine. One replica is the table itself, and nothing is merged.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.kernels import merging
from w2v.kernels import rounds as kernels
from w2v.kernels.objectives import KERNELS, Rows, Work, spans
from w2v.kernels.rounds import Due, Rounds
from w2v.kernels.rows import aligned_zeros, row_length
from w2v.kernels.windows import BLOCK
from w2v.objectives import mean_contexts, mean_outputs, objective_of, touches_of, work_of
from w2v.settings import TrainSettings, available_threads
from w2v.subwords import expected_rows
from w2v.training.run import State, Tick, together
from w2v.training.tables import Floats, Tables
from w2v.vocabulary import Vocabulary

LEAST_SPAN = 500  # units: below it, waiting for each other costs more than a tenth
TOUCHES = 512  # of a row between two merges, over all replicas; 2 merge as rarely as that, 32 each 16 touches
LEAST_TOUCHES = 16
STABLE_RATE = 0.3  # a replica's rate at the start; beyond it rows grow out of all bounds
# That rate times the words of a window, or the outputs of a center, for all are scored before a row moves: 2.1 was
# stable for the 21 words of Last.fm's lists and 2.9 was not; 2.3 for 21 outputs in Wikipedia, 3.2 for 41 was not.
STABLE_STEP = 2.5
DAMPED_FROM = 12  # replicas: below, a plain sum keeps the quality
AXES = 16
CURVED_ROWS = 2048  # rows of the other table that tell the curvature: more than half of the touches
ERROR_SLOPE = 0.15  # mean of p (1 - p), the slope of the error
# For each row of a table and replica between two merges of all rows: they cost some 2 % then, and 20 % with the least.
CYCLE_CENTERS, LEAST_CYCLE_CENTERS = 20, 1
# Rows that are seldom touched are merged by these merges alone. 20 MB of English Wikipedia, 8 replicas, 2 seeds, with
# one of them in a run and with 14: analogies .101 and .106, SimLex .209 and .228 (one thread .107 and .241).
LEAST_CYCLES = 32
AXES_ROUNDS = 128  # at most between two looks at the curvature
SPANS = 20  # of the text, whose loss is measured at the end
STILL = 1e-30  # a rate at which no float32 of a row changes
# With subwords replicas need less of a rate, and rows that are merged more often: of the analogies on 20 MB of English
# Wikipedia two have .47 with neither (one thread .507, fastText .504), .50 with the merging, .53 with both.
SUBWORDS_EASED, SUBWORDS_CYCLE_CENTERS = 0.8, 1
LEVELS = 64  # of touches between two merges; four for each factor of two


@dataclass(frozen=True, eq=False)
class Schedule:
    """Who trains what, and which rows are merged when.

    replicas  how many
    rounds    see `w2v.kernels.rounds`
    due       of the input table and of the output table
    touches   float64 of both, as long as the table: how often a row is moved for each center
    """

    replicas: int
    rounds: Rounds
    due: tuple[Due, Due]
    touches: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def touches_between_merges(replicas: int) -> float:
    """Return after how many touches a replica's row is merged."""
    return max(TOUCHES / replicas, LEAST_TOUCHES)


def speed_up(replicas: int) -> float:
    """Return what the rate of a replica is multiplied with, and its changes divided by."""
    return float(np.sqrt(2 * replicas)) if replicas > 1 else 1.0


def replica_rate(settings: TrainSettings, schedule: Schedule, rate_share: float) -> float:
    """Return the learning rate that each replica begins with."""
    eased = SUBWORDS_EASED if settings.subwords and schedule.replicas > 1 else 1.0
    return settings.rate * rate_share * schedule.rounds.faster * eased


def replica_count(length: int, most_touches: float, together: float, settings: TrainSettings) -> int:
    """Return how many replicas train: one a thread, but fewer where they could not keep the quality of one.

    length        ids of the corpus
    most_touches  of a row for each center: if it is moved all the time, merging it keeps the replicas from training
    together      inputs or outputs that a row is scored against before it is moved

    Each has 10,000 ids of an epoch at least, and sqrt(2 R) times the rate must stay stable.
    """
    count = min(settings.threads, objective_of(settings).replicas, max(1, length // BLOCK))
    stable = min(STABLE_RATE, STABLE_STEP / together)
    while count > 1 and (
        speed_up(count) * settings.rate > stable or touches_between_merges(count) < LEAST_SPAN / 4 * most_touches
    ):
        count -= 1
    return count


def schedule(work: Work, counts: npt.NDArray[np.int64], settings: TrainSettings) -> Schedule:
    """Return the schedule of a run: a function of the corpus and the settings alone."""
    length, row = len(work.stream), row_length(settings.dim)
    touches = touches_of(objective_of(settings), counts, settings, work)
    most = max(float(table.max()) for table in touches)
    tokens = int(counts.sum())
    contexts = min(mean_contexts(counts, settings, work), tokens / max(length - tokens, 1) - 1)
    together = max(contexts, 1 if settings.loss == "hs" else 1 + settings.negatives)
    count = replica_count(length, most, together, settings)
    between = touches_between_merges(count)
    # Centers for each unit: what subsampling leaves.
    centers = float((counts * (work.keep + 1.0) / 2.0**32).sum()) / max(length, 1)
    span = BLOCK if count == 1 else int(np.clip(between / most / centers, LEAST_SPAN, BLOCK))
    each = max(1, -(-length // (count * span)))
    if count > 1:
        span = -(-length // (count * each))  # the same for all, and no replica idle at the end of an epoch
    merges = each * settings.epochs * span * centers / LEAST_CYCLES / len(counts)
    wanted = SUBWORDS_CYCLE_CENTERS if settings.subwords else np.clip(merges, LEAST_CYCLE_CENTERS, CYCLE_CENTERS)
    wanted *= len(counts) / (span * centers)
    cycle = 1 << int(np.ceil(np.log2(max(wanted, 1)))) if count > 1 else 1
    rounds = Rounds(span, each, each * settings.epochs, cycle, speed_up(count))
    no_axes = np.zeros((0, row), np.float32), np.zeros((row, 0), np.float32), np.zeros((LEVELS, 0), np.float32)
    due = tuple(_due(table * span * centers, between, cycle, no_axes) for table in touches)
    return Schedule(count, rounds, (due[0], due[1]), touches)


def _due(touches: npt.NDArray[np.float64], between: float, cycle: int, no_axes: tuple[Floats, Floats, Floats]) -> Due:
    """Return when rows are due that are touched so often in a round."""
    powers = np.floor(np.log2(np.clip(between / np.maximum(touches, 1e-300), 1, cycle))).astype(np.int64)
    order = np.argsort(powers, kind="stable").astype(np.int32)
    stops = np.searchsorted(powers[order], np.arange(64), side="right").astype(np.int64)
    levels = np.clip(np.round(4 * np.log2(np.maximum(touches * 2.0**powers, 1))), 0, LEVELS - 1).astype(np.uint8)
    return Due(order, stops, levels, *no_axes)


def curvature(other: Floats, touches: npt.NDArray[np.float64]) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Return the main axes of the curvature that rows meet, float32 [AXES, row], and the curvature along each.

    other    float32 [V, row], the table that they are scored against
    touches  float64 [V], of its rows

    A touch of a row x moves it by about rate * ERROR_SLOPE * sum(y y^T) x, over the rows y that it meets.
    """
    part = touches[:CURVED_ROWS].astype(np.float32)
    second = np.empty((other.shape[1], other.shape[1]), np.float32)
    merging.second_moment(other, part, second)
    values, vectors = np.linalg.eigh(second.astype(np.float64) * (ERROR_SLOPE * touches.sum() / part.sum()))
    main = slice(None, -AXES - 1, -1)
    return np.ascontiguousarray(vectors[:, main].T.astype(np.float32)), np.maximum(values[main], 1e-12)


def damping(steps: npt.NDArray[np.float64], replicas: int, faster: float) -> Floats:
    """Return the share of the summed change that is taken away along each axis, float32 [LEVELS, axes].

    steps  how far one touch goes along each axis at the rate of one thread, as a share of the way

    One thread would go 1 - (1 - a)^(R k) of the way in R k touches; R replicas that each take k steps of faster * a
    go (R / faster) (1 - (1 - faster * a)^k), summed and divided by `faster`.
    """
    k = 2.0 ** (np.arange(LEVELS) / 4)[:, None]
    one, each = np.minimum(steps, 0.999), np.minimum(steps * faster, 0.999)
    wanted = -np.expm1(replicas * k * np.log1p(-one))
    gone = -np.expm1(k * np.log1p(-each)) * replicas / faster
    shares: Floats = np.maximum(0, 1 - wanted / gone).astype(np.float32)
    return shares


class Damped(NamedTuple):
    """What is damped when rows of a table are merged, see `w2v.kernels.merging.merge_rows`."""

    axes: Floats
    across: Floats
    damping: Floats


def vectors_met(tables: Rows, table: int, schedule: Schedule, work: Work) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Return what the rows of the other table are scored against, and how often: rows of this one, or means of them."""
    touches, (starts, rows) = schedule.touches[table], work.bags
    if table == 1 or not len(rows):
        return tables[table], touches
    sizes = np.diff(starts)
    some = starts[: CURVED_ROWS + 1]
    sums = np.add.reduceat(tables.input[rows[: some[-1]]], some[:-1])
    return np.divide(sums, sizes[: len(sums), None], dtype=np.float32), touches[: len(sizes)] * sizes


def damped(
    tables: Rows, work: Work, schedule: Schedule, settings: TrainSettings, round: int, rate_share: float
) -> tuple[Damped, ...]:
    """Return what is damped in each table from a round on; nothing where replicas are few."""
    if schedule.replicas < DAMPED_FROM:
        return ()
    rounds, share = schedule.rounds, 1 - round / schedule.rounds.all
    found = []
    for other in (1, 0):
        axes, curved = curvature(*vectors_met(tables, other, schedule, work))
        steps = curved * settings.rate * rate_share * max(share, settings.last_rate)
        shares = damping(steps, schedule.replicas, rounds.faster)
        found.append(Damped(axes, np.ascontiguousarray(axes.T), shares))
    return tuple(found)


def next_axes(round: int) -> int:
    """Return the next round before which the curvature is looked at: 1, 2, 4 ..., then every AXES_ROUNDS."""
    return 2 ** (round.bit_length()) if round < AXES_ROUNDS else (round // AXES_ROUNDS + 1) * AXES_ROUNDS


class Replicas:
    """Trains a state round by round, on as many threads of the system as there are cores for it."""

    def __init__(self, stream: npt.NDArray[np.int32], vocabulary: Vocabulary, settings: TrainSettings) -> None:
        self.settings, self._counts = settings, vocabulary.counts
        self.work = work_of(stream, vocabulary, settings)
        self.schedule = schedule(self.work, vocabulary.counts, settings)
        self._threads = min(self.schedule.replicas, available_threads())
        self.merged = 0  # rows of replicas that had changed when they were merged
        self._copies: Rows | None = None
        self._objective = objective_of(settings)

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
        rounds = self.rounds
        replicas = self._begin(state.tables)
        accounts = np.zeros((self.schedule.replicas, 8))
        before = state.sums
        rate = replica_rate(self.settings, self.schedule, state.rate_share)
        plan = self._objective.plan(self.settings, rate, self.work)
        row = state.tables.input.shape[1]
        scratches = [spans.new_scratch(plan, row) for _ in range(self._threads)]
        shared = aligned_zeros(64).view(np.int64)
        reached = np.zeros(self._threads, np.int64)
        failures: list[BaseException] = []
        stopping = threading.Event()

        def watch() -> None:
            if tick(before + accounts[:, :4].sum(axis=0)):
                stopping.set()
                shared[kernels.STOP] = 1

        def stop() -> None:
            """End what still runs: one thread did not start, or the caller was interrupted."""
            shared[[kernels.STOP, kernels.ENDED]] = 1

        def train(thread: int, first: int, last: int, due: tuple[Due, Due]) -> None:
            try:
                reached[thread] = kernels.train_rounds(
                    thread, self._threads, first, last, self.work, state.tables.rows, replicas, plan,
                    scratches[thread], rounds, *due, shared, accounts,
                )  # fmt: skip
            except BaseException as error:
                failures.append(error)
                stop()

        try:
            while state.rounds < limit and not stopping.is_set():
                end = self.merged_round(limit)
                if self.schedule.replicas > 1:
                    end = min(end, (state.rounds // rounds.cycle + 1) * rounds.cycle)
                while state.rounds < end and not shared[kernels.DIVERGED]:
                    due = self._due(state)
                    last = min(end, next_axes(state.rounds)) if len(due[0].axes) else end
                    shared[kernels.ARRIVED], reached[:] = 0, state.rounds
                    threads = [
                        threading.Thread(target=train, args=(thread, state.rounds, last, due))
                        for thread in range(self._threads)
                    ]
                    try:
                        together(threads, watch, stop)
                    finally:
                        state.rounds = int(reached.min())
                    if failures:
                        raise failures[0]
                    shared[[kernels.STOP, kernels.ENDED]] = 0
                    if stopping.is_set() and self.schedule.replicas == 1:
                        break
                if shared[kernels.DIVERGED]:
                    return False
        finally:
            state.sums = before + accounts[:, :4].sum(axis=0)
            self.merged += int(accounts[:, kernels.MERGED].sum())
        if state.rounds >= rounds.all:
            self._copies = None  # their memory is for whoever writes the vectors
        return True

    def describe(self) -> str:
        """Say what a person should see of the work, besides how far it is."""
        return ""

    def losses(self, state: State) -> tuple[float, float]:
        """Return the mean loss of a pair for output rows of zeros, and for the rows of `state` on a part of the corpus.

        Rows of zeros give every label the probability 1/2. Those of `state` are asked by the training kernel itself,
        at a rate at which no number of a row changes: it takes no memory, for what was trained is not yet written.
        """
        plan = self._objective.plan(self.settings, STILL, self.work)
        scratch = spans.new_scratch(plan, state.tables.input.shape[1])
        length = len(self.work.stream)
        tallies = [
            KERNELS[type(plan)](first, stop, self.work, state.tables.rows, plan, scratch)
            for first, stop in spans_of_losses(length).tolist()
        ]
        pairs = max(sum(tally.pairs for tally in tallies), 1)
        outputs = mean_outputs(self._counts, self.settings, self.work)
        return float(np.log(2) * outputs), sum(tally.loss for tally in tallies) / pairs

    def merged_round(self, limit: int) -> int:
        """Return the first round from `limit` on before which all rows are merged."""
        cycle = self.rounds.cycle
        return min(-(-limit // cycle) * cycle, self.rounds.all)

    def _begin(self, tables: Tables) -> Rows:
        """Return the replicas, all equal to the tables."""
        if self.schedule.replicas == 1:
            return Rows(*(table.reshape(1, *table.shape) for table in tables.rows))
        if self._copies is None:
            self._copies = Rows(*(aligned_zeros(self.schedule.replicas, *table.shape) for table in tables.rows))
        copies = self._copies

        def copy(thread: int) -> None:
            # By the thread that trains it: the system puts memory near the core that touches it first.
            for replica in range(thread, self.schedule.replicas, self._threads):
                for own, table in zip(copies, tables.rows):
                    own[replica] = table

        together(
            [threading.Thread(target=copy, args=(thread,)) for thread in range(self._threads)],
            lambda: None,
            lambda: None,
        )
        return copies

    def _due(self, state: State) -> tuple[Due, Due]:
        """Return which rows are due when, with what is damped from here on."""
        due = self.schedule.due
        by = damped(state.tables.rows, self.work, self.schedule, self.settings, state.rounds, state.rate_share)
        return (due[0]._replace(**by[0]._asdict()), due[1]._replace(**by[1]._asdict())) if by else due


def spans_of_losses(length: int) -> npt.NDArray[np.int64]:
    """Return the parts of a corpus of this length whose loss is measured at the end, int64 [n, 2]."""
    starts = np.unique(np.linspace(0, max(length - BLOCK, 0), SPANS).astype(np.int64))
    return np.stack([starts, np.minimum(starts + BLOCK, length)], axis=1)


def memory_needed(words: int, settings: TrainSettings) -> int:
    """Return the bytes that training takes beside the corpus: tables, their replicas, noise and schedule."""
    replicas = min(settings.threads, objective_of(settings).replicas)
    tables, ngrams = 1 + replicas if replicas > 1 else 1, expected_rows(words, settings)
    return tables * Tables.bytes_needed(words, settings.dim, ngrams) + 64 * (words + 2 * ngrams)
