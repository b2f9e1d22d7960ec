"""The schedule of a run: how many replicas train which spans, and which rows are merged when.

It is a function of the corpus and the settings alone: the same run has the same schedule on any machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.corpus.shares import STEP
from w2v.kernels.objectives import Work
from w2v.kernels.rounds import Due, Rounds
from w2v.kernels.rows import row_length
from w2v.kernels.windows import BLOCK
from w2v.objectives import MOST_REPLICAS, OBJECTIVES, mean_contexts, objective_of, touches_of
from w2v.settings import TrainSettings
from w2v.subwords import expected_rows
from w2v.training.tables import Floats

LEAST_SPAN = 500  # units: below it, waiting for each other costs more than a tenth
# Of a row between two merges, by the other replicas: 2 merge after 512 touches each, 32 after 16. Two that merge after
# 256 train 100 MB 3 % slower, at the same scores, analogies / WordSim / SimLex, 3 seeds: .391 / .682 / .305 and .389 /
# .681 / .305; 20 MB .119 / .570 / .240 and .117 / .574 / .239.
TOUCHES = 512
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
# Of objectives that are always damped. CBOW with a tree, two replicas at the rate itself, 20 MB of English Wikipedia,
# analogies / WordSim, 4 seeds: 4 axes .077 / .564, 16 .086 / .574, 24 .089 / .582, 32 .088 / .585, 64 .087 / .580, 100
# .084 / .579; 32 axes and half of the touches and span .089 / .564, twice as many .084 / .565. At 1.41 times the rate
# 24 axes have .091 / .578, and with twice the touches and span .086 / .564 (6 seeds).
DAMPED_TOUCHES, DAMPED_SPAN, DAMPED_AXES = 1024, 1000, 24
# For each row of a table and replica between two merges of all rows. With the least they cost up to a third of the CPU
# time (1 million tokens, 32 replicas); two replicas of 100 MB take 3 % less time with 40 than with 20, at the same
# scores (3 seeds: .385 / .679 and .384 / .679).
CYCLE_CENTERS, LEAST_CYCLE_CENTERS = 40, 1
# Rows that are seldom touched are merged by these merges alone: so many in a run for each replica, and at the most.
# 20 MB of English Wikipedia, 8 replicas, 2 seeds, with CYCLE_CENTERS 20 and 1: analogies .101 and .106, SimLex .209 and
# .233 (one thread .107 and .241). With two replicas 8 merges or 32 make no difference (20 and 100 MB, 3 and 4 seeds).
CYCLES, MOST_CYCLES = 4, 32
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
# Copies of all replicas together take so many times the memory of the tables at the most, but each may have the least
# (bytes). With every word of 20 MB of English Wikipedia, 3 seeds, analogies / WordSim / SimLex: 8 replicas with copies
# of all rows .112 / .538 / .227, of an eighth .112 / .535 / .229; 32 with all .107 / .488 / .192, of an eighth .102 /
# .498 / .216; one thread .108 / .509 / .242. At dim 300, 2 epochs, 16 replicas take 8.5 s with all and 8.0 s with an
# eighth, on two cores; two replicas, which have all rows, would take 1.4 to 2.5 times as long (3 runs each).
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

    due    of the frequent rows: those that each has a copy of from the beginning
    slots  for the others
    """

    due: tuple[Due, Due]
    slots: tuple[int, int]


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
    touches = DAMPED_TOUCHES / replicas if damped else TOUCHES / (replicas - 1)
    return max(touches, LEAST_TOUCHES) / float(np.sqrt(groups))


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


def schedule(
    work: Work, counts: npt.NDArray[np.int64], settings: TrainSettings,
    expected_centers: Callable[[], npt.NDArray[np.int64]],
) -> Schedule:  # fmt: skip
    """Return the schedule of a run: a function of the corpus and the settings alone.

    expected_centers  looks the text over, see `w2v.corpus.shares`; called where there are several replicas
    """
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
    most_span = BLOCK if count == 1 else BLOCK * 4 // 5  # on average: some are longer, see `deal_out`
    span = BLOCK if count == 1 else int(np.clip(between / most_touches / centers_per_unit, least_span, most_span))
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
    most_units = BLOCK if copied == rows else span + span // 4
    bounds = np.minimum(np.arange(rounds_of_epoch + 1) * span, length)
    if count > 1:
        bounds = deal_out(expected_centers(), length, rounds_of_epoch * count, most_units)

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
        return Level(copies, Rounds(rounds_of_epoch, all_rounds, cycle, faster, bounds), (first, second), axes)

    within = level(each, centers, between, cycle, speed_up(each, objective.damped), axes)
    across = level(groups, each * centers, GROUP_TOUCHES, group_cycle, groups**0.5, GROUP_AXES if groups > 1 else 0)
    rare = None
    if copied < rows:
        rare = rare_rows(within, touches, most_touched(most_units, settings, outputs, bag), copied)
    return Schedule(within, across, touches, rare, why)


def deal_out(centers: npt.NDArray[np.int64], length: int, spans: int, most: int) -> npt.NDArray[np.int64]:
    """Return where the spans of an epoch begin and end, int64 [spans + 1]: each has as many centers as can be expected.

    In a round all wait for the one that has the most. With spans of as many units, training 100 MB of English
    Wikipedia, that is 2 % of the time with 2 replicas and 15 % with 32; with these 1 % and 7 % (counted in centers).

    centers  see `w2v.corpus.shares.expected_centers`
    length   units of the epoch
    most     units that a span may have; all together have room for the epoch
    """
    before, span = np.concatenate(([0], np.cumsum(centers))), np.arange(1, spans)
    wanted = (before[-1] / spans * span).astype(np.int64)
    step = np.searchsorted(before[1:-1], wanted, "right")
    places = step * STEP + (wanted - before[step]) * STEP // np.maximum(centers[step], 1)
    places = np.clip(places, length - (spans - span) * most, length)
    longest = span * most
    return np.concatenate(([0], np.minimum.accumulate(np.minimum(places - longest, 0)) + longest, [length]))


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
    return Rare(due, slots)


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
