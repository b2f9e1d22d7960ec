"""Replicas of the tables that train apart and merge: how several threads train, with the same bits every time.

How often a row is merged, how much faster replicas learn and what is damped follows from the counts, the settings and
the number of replicas (`w2v.kernels.merging` has the rule, `w2v.kernels.rounds` the schedule). There is one replica for
each thread that was asked for; when fewer cores are there, a thread of the system trains several. So the
vectors depend on --threads, and not on the machine. One replica is the table itself, and nothing is merged.

With --groups the replicas of a group merge as if they were all; what a group has learnt is merged with the other groups
by the same rule, but far more seldom. So a machine of a cluster can have a group, and the network little to carry.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.kernels import merging
from w2v.kernels import rounds as kernels
from w2v.kernels.objectives import KERNELS, Rows, Work, spans
from w2v.kernels.rounds import Due, Rounds
from w2v.kernels.rows import aligned_zeros, row_length
from w2v.kernels.windows import BLOCK
from w2v.objectives import MOST_REPLICAS, OBJECTIVES, mean_contexts, mean_outputs, objective_of, touches_of, work_of
from w2v.settings import TrainSettings, available_threads
from w2v.subwords import expected_rows
from w2v.training.groups import Groups
from w2v.training.run import State, Tick, together
from w2v.training.tables import Floats
from w2v.vocabulary import Vocabulary

LEAST_SPAN = 500  # units: below it, waiting for each other costs more than a tenth
TOUCHES = 512  # of a row between two merges, over all replicas; 2 merge as rarely as that, 32 each 16 touches
LEAST_TOUCHES = 16
STABLE_RATE = 0.3  # a replica's rate at the start; beyond it rows grow out of all bounds
# That rate times the words of a window, or the outputs of a center, for many are scored before a row moves: 2.3 was
# stable for 21 outputs in Wikipedia, 3.2 for 41 was not. With Last.fm's lists, of 21 words, two replicas at twice the
# rate get stuck (hit@20 .08, one replica .18), though windows are taken in parts of eight; in parts of four they do
# not (.19).
STABLE_STEP = 2.5
UNSTABLE = "more would not be stable with this --alpha, --window and --negative"
DAMPED_FROM = 12  # replicas: below, a plain sum keeps the quality
AXES = 16
CURVED_ROWS = 2048  # rows of the other table that the curvature is computed from: more than half of the touches
# Of objectives that are always damped. CBOW with a tree, two replicas at the rate itself, 20 MB of English Wikipedia,
# analogies / WordSim, 4 seeds: 4 axes .077 / .564, 16 .086 / .574, 24 .089 / .582, 32 .088 / .585, 64 .087 / .580, 100
# .084 / .579; 32 axes and half of the touches and span .089 / .564, twice as many .084 / .565. At 1.41 times the rate
# 24 axes have .091 / .578, and with twice the touches and span .086 / .564 (6 seeds).
DAMPED_TOUCHES, DAMPED_SPAN, DAMPED_AXES = 1024, 1000, 24
ERROR_SLOPE = 0.15  # mean of p (1 - p), the slope of the error
# For each row of a table and replica between two merges of all rows. With the least they cost up to a third of the CPU
# time (1 million tokens, 32 replicas); two replicas of 100 MB take 3 % less time with 40 than with 20, at the same
# scores (3 seeds: .385 / .679 and .384 / .679).
CYCLE_CENTERS, LEAST_CYCLE_CENTERS = 40, 1
# Rows that are seldom touched are merged by these merges alone: so many in a run for each replica, and at the most.
# 20 MB of English Wikipedia, 8 replicas, 2 seeds, with CYCLE_CENTERS 20 and 1: analogies .101 and .106, SimLex .209 and
# .233 (one thread .107 and .241). With two replicas 8 merges or 32 make no difference (20 and 100 MB, 3 and 4 seeds).
CYCLES, MOST_CYCLES = 4, 32
SPANS = 20  # of the text, whose loss is measured at the end
STILL = 1e-30  # a rate at which no float32 of a row changes
# With subwords replicas need less of a rate, and rows that are merged more often: of the analogies on 20 MB of English
# Wikipedia two have .47 with neither (one thread .507, fastText .504), .50 with the merging, .53 with both.
SUBWORDS_EASED, SUBWORDS_CYCLE_CENTERS = 0.8, 1
# A group learns at sqrt(G) times the rate, over what its replicas have, and its change is divided by that; all axes
# are damped. Tried, analogies / WordSim, mostly one seed. 20 MB of English Wikipedia, one thread .107 / .536; 8 groups
# of one at sqrt(2 G), 13 merges in a run .103 / .530, 7 .101 / .527, 2 .09 / .47, 13 and 16 axes .04 / .37;
# 8 groups of two at sqrt(2 G) diverge; at sqrt(G), and merged sooner within by as much, .104 / .555; so 8 groups of
# eight .106 / .569, of 16 .058 / .528, and 32 of four diverge. 100 MB, one thread .371 / .671 and .386 / .682; 8 groups
# of one at sqrt(2 G) 17 times .348 / .688, at sqrt(G) .363 / .669, and 33 times .377 / .671. With 17 times, frequent
# rows every 512 touches and merges after 1, 2, 3, 4, 6, 8 ... rounds do not help: .361 / .670, .362 / .666.
GROUP_TOUCHES = 4096  # of a group's row between two merges with the other groups
# All rows of all groups are merged at least this often in a run, and once for this many centers per row and group.
GROUP_MERGES, GROUP_CYCLE_CENTERS = 26, 100
GROUP_AXES = 100
# Copies of all replicas together take so many times the memory of the tables at the most, but each may have the least.
MOST_COPIES, LEAST_COPY = 2, 256 << 20
LEVELS = 64  # of touches between two merges; four for each factor of two


class Level(NamedTuple):
    """How copies of the tables are merged: the replicas of a group, or the groups.

    copies  how many there are
    rounds  see `w2v.kernels.rounds`
    due     of the input table and of the output table
    axes    how many directions are damped
    """

    copies: int
    rounds: Rounds
    due: tuple[Due, Due]
    axes: int

    @property
    def every(self) -> int:
        """After how many rounds some row is due: a power of two."""
        return int(min(self.rounds.cycle, *(1 << int(np.argmax(due.stops > 0)) for due in self.due)))

    def next_merge(self, round: int) -> int:
        """Return the next round before which rows are merged."""
        return min((round // self.every + 1) * self.every, self.rounds.all)


class Rare(NamedTuple):
    """What replicas have where copies of all rows would be too much, see `w2v.kernels.copies`; of both tables.

    frequent  int32 [F], the rows that each has a copy of from the beginning
    slots     for the others
    due       of the frequent rows
    """

    frequent: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]
    slots: tuple[int, int]
    due: tuple[Due, Due]


@dataclass(frozen=True, eq=False)
class Schedule:
    """Who trains what, and which rows are merged when.

    within   the replicas of each group
    across   the groups; one: they are all replicas
    touches  float64 of both tables, as long as each: how often a row is moved for each center
    rare     None where replicas have copies of all rows
    why      fewer replicas train than threads were asked for; empty where as many do
    """

    within: Level
    across: Level
    touches: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
    rare: Rare | None = None
    why: str = ""

    @property
    def replicas(self) -> int:
        """How many there are in all."""
        return self.within.copies * self.across.copies

    @property
    def rounds(self) -> Rounds:
        """How units are dealt out, and when all rows of all replicas are merged."""
        return (self.across if self.across.copies > 1 else self.within).rounds

    def next_axes(self, round: int) -> int:
        """Return the next round before which the curvature is looked at: 1, 2, 4 ..., besides after each cycle.

        With groups it is merges that are counted so: tables are what they were in between.
        """
        every = self.across.every if self.across.copies > 1 else 1
        return every << (round // every).bit_length()

    def apart(self) -> Schedule:
        """Return the same schedule for machines: without groups, each replica is one, and all merging is across.

        They have copies of all rows, for what travels most are rows that are rare.
        """
        if self.across.copies > 1:
            return self
        alone = self.within._replace(copies=1, axes=0, rounds=self.within.rounds._replace(faster=1.0))
        return replace(self, within=alone, across=self.within, rare=None)


class Replicas:
    """Trains a state round by round, on as many threads of the system as there are cores for it."""

    def __init__(self, stream: npt.NDArray[np.int32], vocabulary: Vocabulary, settings: TrainSettings) -> None:
        self.settings, self._counts = settings, vocabulary.counts
        self.work = work_of(stream, vocabulary, settings)
        self.schedule = schedule(self.work, vocabulary.counts, settings)
        self._threads = min(self.schedule.replicas, available_threads())
        self.merged = 0  # rows of replicas that had changed when they were merged
        self._groups: Groups | None = None
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
        kernel, at a rate at which no number of a row changes: that takes no memory, and nothing is written yet.
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


def memory_needed(words: int, settings: TrainSettings) -> int:
    """Return the bytes that training takes beside the corpus: tables, their copies, noise and schedule."""
    groups, each = _groups_and_replicas(settings)
    rows, copied = copies_foreseen(words, settings)
    held = rows * (1 + (groups > 1) * groups) + copied * (each > 1) * groups * each
    places = 4 * (each + 1) * rows if copied < rows else 0
    return 4 * row_length(settings.dim) * held + places + 64 * (words + 2 * expected_rows(words, settings))


def copies_foreseen(words: int, settings: TrainSettings) -> tuple[int, int]:
    """Return how many rows both tables have, and of how many a replica will have copies."""
    groups, each = _groups_and_replicas(settings)
    ngrams = expected_rows(words, settings)
    rows = 2 * words + ngrams
    if groups > 1 or each == 1:
        return rows, rows
    # How long paths are, and how many n-grams a word has, is not known yet.
    outputs, bag = 1 + settings.negatives if settings.loss == "ns" else 64, 64 if ngrams else 1
    return rows, most_copied(rows, each, settings, outputs, bag)


def _groups_and_replicas(settings: TrainSettings) -> tuple[int, int]:
    """Return the groups and the replicas of each that there are at the most."""
    groups = min(settings.groups, settings.threads)
    return groups, min(settings.threads // groups, objective_of(settings).replicas)


def most_copied(rows: int, replicas: int, settings: TrainSettings, outputs: int, bag: int) -> int:
    """Return how many rows each of several replicas may have copies of, out of those of both tables.

    outputs, bag  see `most_touched`
    """
    touched = sum(most_touched(LEAST_SPAN, settings, outputs, bag))
    least = max(LEAST_COPY // (4 * row_length(settings.dim)), 2 * touched)
    return min(max(MOST_COPIES * rows // replicas, least), rows)


def most_touched(units: int, settings: TrainSettings, outputs: int, bag: int) -> tuple[int, int]:
    """Return how many input rows and output rows a span can touch at the most.

    outputs  of an input
    bag      input rows of a word
    """
    inputs = 2 * settings.reach if objective_of(settings) is OBJECTIVES["skipgram-pairs"] else 1
    return (units + 2 * settings.reach) * bag, units * inputs * outputs


def touches_between_merges(replicas: int, groups: int = 1, damped: bool = False) -> float:
    """Return after how many touches a replica's row is merged with those of its group: sooner where it moves faster."""
    return max((DAMPED_TOUCHES if damped else TOUCHES) / replicas, LEAST_TOUCHES) / float(np.sqrt(groups))


def speed_up(replicas: int, damped: bool = False) -> float:
    """Return what the rate of a replica is multiplied with, and its changes divided by."""
    return float(np.sqrt(replicas if damped else 2 * replicas)) if replicas > 1 else 1.0


def replica_rate(settings: TrainSettings, schedule: Schedule, rate_share: float) -> float:
    """Return the learning rate that each replica begins with."""
    eased = SUBWORDS_EASED if settings.subwords and schedule.replicas > 1 else 1.0
    faster = schedule.within.rounds.faster * schedule.across.rounds.faster
    return settings.rate * rate_share * faster * eased


def replica_counts(length: int, most_touches: float, together: float, settings: TrainSettings) -> tuple[int, int, str]:
    """Return how many groups train, how many replicas each has, and why these are fewer than the threads, or "".

    length        ids of the corpus
    most_touches  of a row for each center: if it is moved all the time, merging it keeps the replicas from training
    together      inputs or outputs that a row is scored against before it is moved

    A replica has 10,000 ids of an epoch at least, and its rate, see `speed_up`, must stay stable.
    """
    most, known, damped = max(1, length // BLOCK), objective_of(settings).replicas, objective_of(settings).damped
    groups = min(settings.groups, settings.threads, known, most)
    count = min(settings.threads // groups, known, max(1, most // groups))
    why = ""
    if groups * count < settings.threads:
        why = "all groups have as many"
        if known <= groups * count:
            why = "this objective loses quality with more"
            if known == MOST_REPLICAS:
                why = f"more than {known} were never measured"
        elif most < settings.threads:
            why = f"each needs {BLOCK:,} words of the text"
    stable = min(STABLE_RATE, STABLE_STEP / together) / settings.rate
    while groups > 1 and groups**0.5 > stable:
        groups, why = groups - 1, UNSTABLE
    while count > 1:
        if speed_up(count, damped) * groups**0.5 > stable:
            why = UNSTABLE
        elif touches_between_merges(count, groups, damped) < LEAST_SPAN / 4 * most_touches:
            why = "the vocabulary is so small that more would wait for each other"
        else:
            break
        count -= 1
    return groups, count, why


def schedule(work: Work, counts: npt.NDArray[np.int64], settings: TrainSettings) -> Schedule:
    """Return the schedule of a run: a function of the corpus and the settings alone."""
    length, row, objective = len(work.stream), row_length(settings.dim), objective_of(settings)
    touches = touches_of(objective, counts, settings, work)
    most_touches = max(float(table.max()) for table in touches)
    tokens = int(counts.sum())
    contexts = min(mean_contexts(counts, settings, work), tokens / max(length - tokens, 1) - 1)
    together = max(contexts, 1 if settings.loss == "hs" else 1 + settings.negatives)
    groups, each, why = replica_counts(length, most_touches, together, settings)
    count = groups * each

    # A span is as long as the row that is touched most may wait for a merge.
    between = touches_between_merges(each, groups, objective.damped) if each > 1 else GROUP_TOUCHES
    least_span = DAMPED_SPAN if objective.damped else LEAST_SPAN
    axes = DAMPED_AXES * (each > 1) if objective.damped else AXES * (each >= DAMPED_FROM)
    centers_per_unit = float((counts * (work.keep + 1.0) / 2.0**32).sum()) / max(length, 1)  # what subsampling leaves
    span = BLOCK if count == 1 else int(np.clip(between / most_touches / centers_per_unit, least_span, BLOCK))
    if groups > 1:  # rounds enough to merge the groups as often as they have to be
        span = max(min(span, length * settings.epochs // (2 * GROUP_MERGES * count)), min(span, least_span))
    rows = len(touches[0]) + len(touches[1])
    outputs, bag = objective.outputs(settings, work), int(np.diff(work.bags.starts).max(initial=1))
    copied = most_copied(rows, each, settings, outputs, bag) if each > 1 == groups else rows
    while copied < rows and span > LEAST_SPAN and 2 * sum(most_touched(span, settings, outputs, bag)) > copied:
        span = max(span // 2, LEAST_SPAN)
    rounds_of_epoch = max(1, -(-length // (count * span)))
    if count > 1:
        span = -(-length // (count * rounds_of_epoch))  # the same for all, and no replica idle at the end of an epoch
    all_rounds = rounds_of_epoch * settings.epochs

    # A cycle ends with a merge of all rows, those that are seldom touched among them.
    centers = span * centers_per_unit  # that a replica trains in a round
    cycle = group_cycle = 1
    if each > 1:
        merges = all_rounds * centers / min(CYCLES * each, MOST_CYCLES) / len(counts)
        wanted = SUBWORDS_CYCLE_CENTERS if settings.subwords else np.clip(merges, LEAST_CYCLE_CENTERS, CYCLE_CENTERS)
        cycle = _power_above(wanted * len(counts) / centers)
        # Once an epoch where that is not too often: only after such a merge is there something to validate and to save.
        least = _power_above(LEAST_CYCLE_CENTERS * len(counts) / centers)
        cycle = min(cycle, max(least, 1 << (rounds_of_epoch.bit_length() - 1)))
    if groups > 1:
        most_rounds = all_rounds / GROUP_MERGES / 2
        group_cycle = _power_above(min(GROUP_CYCLE_CENTERS * len(counts) / (each * centers), most_rounds))
        cycle = min(cycle, group_cycle)

    def level(copies: int, centers: float, between: float, cycle: int, faster: float, axes: int) -> Level:
        """Return how copies are merged that each train `centers` centers in a round."""
        no_axes = np.zeros((0, row), np.float32), np.zeros((LEVELS, 0), np.float32)
        first, second = (_due(table * centers, between, cycle, no_axes) for table in touches)
        return Level(copies, Rounds(span, rounds_of_epoch, all_rounds, cycle, faster), (first, second), axes)

    within = level(each, centers, between, cycle, speed_up(each, objective.damped), axes)
    across = level(groups, each * centers, GROUP_TOUCHES, group_cycle, groups**0.5, GROUP_AXES if groups > 1 else 0)
    rare = None
    if copied < rows:
        rare = rare_rows(within, touches, most_touched(span, settings, outputs, bag), copied)
    return Schedule(within, across, touches, rare, why)


def rare_rows(
    level: Level, touches: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]], most: tuple[int, int], copied: int
) -> Rare:
    """Return which rows replicas have copies of from the beginning: as many of those touched most as there is room for.

    most    rows of each table that a replica can touch in a round, after which those in slots are merged
    copied  rows of both tables that it may have copies of
    """
    slots = min(most[0], len(touches[0])), min(most[1], len(touches[1]))
    both = np.concatenate(touches)
    often = np.zeros(len(both), np.bool_)
    often[np.argsort(-both, kind="stable")[: copied - sum(slots)]] = True
    first, second = np.split(often, [len(touches[0])])
    due = _frequent(level.due[0], first), _frequent(level.due[1], second)
    return Rare((due[0].order, due[1].order), slots, due)


def _frequent(due: Due, frequent: npt.NDArray[np.bool_]) -> Due:
    """Return when those rows are due that are frequent, bool [V]."""
    kept = frequent[due.order]
    return due._replace(order=due.order[kept], stops=np.concatenate(([0], np.cumsum(kept)))[due.stops])


def _power_above(wanted: float) -> int:
    """Return the smallest power of two that is not below."""
    return 1 << int(np.ceil(np.log2(max(wanted, 1))))


def _due(touches: npt.NDArray[np.float64], between: float, cycle: int, no_axes: tuple[Floats, Floats]) -> Due:
    """Return when rows are due; touches, float64 [V], are of each row in a round."""
    powers = np.floor(np.log2(np.clip(between / np.maximum(touches, 1e-300), 1, cycle))).astype(np.int64)
    order = np.argsort(powers, kind="stable").astype(np.int32)
    stops = np.searchsorted(powers[order], np.arange(64), side="right").astype(np.int64)
    levels = np.clip(np.round(4 * np.log2(np.maximum(touches * 2.0**powers, 1))), 0, LEVELS - 1).astype(np.uint8)
    return Due(order, stops, levels, *no_axes)


def curvature(other: Floats, touches: npt.NDArray[np.float64], axes: int) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Return the main axes of the curvature that rows meet, float32 [axes, row], and the curvature along each.

    other    float32 [V, row], the table that they are scored against
    touches  float64 [V], of its rows

    A touch of a row x moves it by about rate * ERROR_SLOPE * sum(y y^T) x, over the rows y that it meets.
    """
    part = touches[:CURVED_ROWS].astype(np.float32)
    lines, squares = aligned_zeros(row := other.shape[1], row), np.empty(row, np.float32)
    merging.second_moment(other, part, lines)
    merging.find_axes(lines, squares)
    main = np.argsort(-squares, kind="stable")[:axes]
    values = np.sqrt(np.maximum(squares[main], 1e-30))
    curved = values.astype(np.float64) * (ERROR_SLOPE * touches.sum() / part.sum())
    return np.ascontiguousarray(lines[main] / values[:, None]), np.maximum(curved, 1e-12)


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


# Of both tables, within groups and across; () where nothing is damped.
Damping = tuple[tuple[Damped, ...], tuple[Damped, ...]]


def damped(
    tables: Rows, work: Work, schedule: Schedule, settings: TrainSettings, round: int, rate_share: float
) -> Damping:
    """Return what is damped in each table from a round on; nothing where replicas are few."""
    levels = schedule.within, schedule.across
    found: tuple[list[Damped], list[Damped]] = [], []
    if not (most := max(level.axes for level in levels)):
        return (), ()
    share = settings.rate_left(round / schedule.rounds.all)
    looked: dict[int, tuple[Floats, npt.NDArray[np.float64]]] = {}

    def look(table: int) -> None:
        looked[table] = curvature(*vectors_met(tables, 1 - table, schedule, work), min(most, settings.dim))

    together(look, 2)
    for table in range(2):
        axes, curved = looked[table]
        steps = curved * settings.rate * rate_share * share
        # Within a group all go as fast as one thread does for the other groups.
        for level, pace, into in zip(levels, (schedule.across.rounds.faster, 1.0), found):
            if level.axes:
                main = np.ascontiguousarray(axes[: level.axes])
                shares = damping(pace * steps[: level.axes], level.copies, level.rounds.faster)
                into.append(Damped(main, shares))
    return tuple(found[0]), tuple(found[1])


def due_damped(level: Level, tables: tuple[Damped, ...]) -> tuple[Due, Due]:
    """Return which rows are due when, with what is damped in both tables, or in none."""
    if not tables:
        return level.due
    first, second = (due._replace(**of_table._asdict()) for due, of_table in zip(level.due, tables))
    return first, second
