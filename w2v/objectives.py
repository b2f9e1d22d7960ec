"""The table of objectives: what is trained, by which kernel.

An objective is one file in `w2v.kernels.objectives` (a class of plan, `train_span`), its slow twin in
`tests/naive.py`, and one row here. GloVe, whose units are not windows, is trained by `w2v.training.strata`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from w2v import subwords
from w2v.kernels import huffman, random
from w2v.kernels.objectives import Bags, Paths, Work, cbow, pairs, skipgram, spans, tree
from w2v.settings import TrainSettings
from w2v.vocabulary import Vocabulary

Floats = npt.NDArray[np.float64]
MOST_REPLICAS = 64  # the rule of merging was measured up to here
# The rate times the contexts of skip-gram that are scored before rows move: more are taken in parts. With windows of
# 10, where 20 contexts would be scored at once, several replicas, whose rate is higher, lose what this keeps. 20 MB
# of English Wikipedia, analogies / WordSim-353 / SimLex-999, 3 seeds, one replica .127 / .643 / .238:
#     all at once       8 replicas .115 / .651 / .227    32 .109 / .638 / .210
#     in parts of 8     8 replicas .133 / .652 / .237    32 .126 / .660 / .231
#     in parts of 4                                      32 .136 / .637 / .247
# Smaller parts cost WordSim: 100 MB, window 5, 32 replicas .378 / .665 in parts of 8 and .389 / .648 in parts of 4, one
# .378 / .677 (2 seeds). Subwords on two threads, at rate 0.08, score the same either way (WordSim .514 and .517).
STEP_TOGETHER, LEAST_TOGETHER = 0.85, 8


@dataclass(frozen=True)
class Objective:
    """What varies between objectives.

    kind     the class of its plan, which chooses the kernel
    outputs  how many outputs a center has at the most
    touches  how often each row is moved for each trained center, float64 [V] for input rows and output rows
    replicas  at the most
    damped   replicas learn more slowly, and are damped however few they are: see `w2v.training.schedule`
    """

    kind: type[spans.Plan]
    outputs: Callable[[TrainSettings, Work], int]
    touches: Callable[[npt.NDArray[np.int64], TrainSettings, Work], tuple[Floats, Floats]]
    replicas: int = MOST_REPLICAS
    damped: bool = False

    def plan(self, settings: TrainSettings, rate: float, work: Work) -> spans.Plan:
        """Return the numbers of a run that begins with this learning rate."""
        outputs = self.outputs(settings, work)
        width = 1 if settings.loss == "hs" else spans.panel_width(outputs)  # paths are not taken in panels
        return self.kind(
            settings.reach, settings.window_mode != "shrink", outputs, settings.epochs, rate,
            rate * settings.last_rate, settings.seed, (0,) * width, contexts_together(rate),
            (int(np.diff(work.bags.starts).max()),) if len(work.bags.rows) else (),
        )  # fmt: skip


def contexts_together(rate: float) -> int:
    """Return how many contexts skip-gram scores before rows move, at this rate: an even number."""
    return max(int(min(STEP_TOGETHER / rate, 1e9)) // 2 * 2, LEAST_TOGETHER)


def objective_of(settings: TrainSettings) -> Objective:
    """Return the row of the table that the settings name."""
    if settings.loss == "hs":
        return OBJECTIVES[f"{settings.objective}-hs"]
    # Of CBOW's one input for a window there is one set of negatives, whichever way one says it.
    pairs = settings.objective == "skipgram" and settings.negatives_per == "pair"
    return OBJECTIVES["skipgram-pairs" if pairs else settings.objective]


def work_of(stream: npt.NDArray[np.int32], vocabulary: Vocabulary, settings: TrainSettings) -> Work:
    """Return what is trained on: the ids, which of them are kept, the noise or the paths, and rows of n-grams."""
    counts = vocabulary.counts
    keep = random.keep_limits(counts, settings.sample)
    bags = Bags(*subwords.rows_of(vocabulary.words, settings)[:2]) if settings.subwords else Bags()
    if settings.loss == "hs":
        return Work(stream, keep, np.zeros(0, np.uint64), Paths(*huffman.huffman_paths(counts)), bags)
    return Work(stream, keep, random.noise_table(counts, settings.ns_exponent), Paths(), bags)


def touches_of(
    objective: Objective, counts: npt.NDArray[np.int64], settings: TrainSettings, work: Work
) -> tuple[Floats, Floats]:
    """Return how often each row is moved for each trained center; of several rows of a word, each as a share of one.

    A word's rows move together, by the whole of what is owed to their mean, but each of them is but a share of it.
    """
    inputs, outputs = objective.touches(counts, settings, work)
    if settings.subwords:
        sizes = np.diff(work.bags.starts)
        inputs = np.bincount(work.bags.rows, np.repeat(inputs / sizes, sizes)).astype(np.float64)
    return inputs, outputs


def _drawn(settings: TrainSettings, work: Work) -> int:
    """A word and its negatives."""
    return 1 + settings.negatives


def _longest_path(settings: TrainSettings, work: Work) -> int:
    return max(1, int(np.diff(work.paths.starts).max(initial=0)))


def _shares(counts: npt.NDArray[np.int64], settings: TrainSettings) -> tuple[Floats, Floats]:
    """Return how often each word is a center, and how often it is drawn."""
    kept = counts * random.keep_shares(counts, settings.sample)
    noise = counts.astype(np.float64) ** settings.ns_exponent
    return kept / kept.sum(), noise / noise.sum()


def mean_contexts(counts: npt.NDArray[np.int64], settings: TrainSettings, work: Work) -> float:
    """Return how many words a window holds on average, its center not counted, where no sentence cuts it off."""
    if settings.window_mode == "shrink":
        return settings.window + 1
    if settings.window_mode == "fixed":
        return 2 * settings.window
    ends = np.flatnonzero(work.stream < 0)
    lengths = np.diff(ends, prepend=-1) - 1.0
    kept = random.kept_share(counts, settings.sample)
    around = np.minimum(kept * (lengths - 1), 2 * settings.reach)
    return max(float((lengths * around).sum() / max(lengths.sum(), 1)), 1.0)


def mean_outputs(counts: npt.NDArray[np.int64], settings: TrainSettings, work: Work) -> float:
    """Return how many outputs an input is scored against on average: a word and its negatives, or a path."""
    if settings.loss == "hs":
        return float((_shares(counts, settings)[0] * np.diff(work.paths.starts)).sum())
    return 1 + settings.negatives


def _window_touches(counts: npt.NDArray[np.int64], settings: TrainSettings, work: Work) -> tuple[Floats, Floats]:
    """Each word of the window is moved once, and so is the center and each draw."""
    shares, noise = _shares(counts, settings)
    return mean_contexts(counts, settings, work) * shares, shares + settings.negatives * noise


def _pair_touches(counts: npt.NDArray[np.int64], settings: TrainSettings, work: Work) -> tuple[Floats, Floats]:
    """The center is moved with each word of the window, and so are draws of its own."""
    inputs, outputs = _window_touches(counts, settings, work)
    return inputs, mean_contexts(counts, settings, work) * outputs


def _tree_touches(counts: npt.NDArray[np.int64], settings: TrainSettings, work: Work) -> tuple[Floats, Floats]:
    """A node is moved when a word below it is the center."""
    shares, _ = _shares(counts, settings)
    lengths = np.diff(work.paths.starts)
    nodes = np.bincount(work.paths.nodes[: lengths.sum()], np.repeat(shares, lengths), len(counts))
    return mean_contexts(counts, settings, work) * shares, nodes.astype(np.float64)


OBJECTIVES = {
    "skipgram": Objective(skipgram.SkipGram, _drawn, _window_touches),
    "skipgram-pairs": Objective(pairs.Pairs, _drawn, _pair_touches),
    "skipgram-hs": Objective(tree.SkipGramTree, _longest_path, _tree_touches),
    "cbow": Objective(cbow.Cbow, _drawn, _window_touches),
    # The root is moved at every center, and an input by all nodes of a path: at twice the rate two replicas have .072 /
    # .581 on 20 MB of English Wikipedia (3 seeds). Damped, two have .097 / .561 at the rate itself, .091 / .578 at 1.41
    # times the rate and .085 / .579 at 1.73 times; four .089 / .556 at 1.73 times, .085 / .566 at twice the rate (6
    # seeds). One has .088 / .583 (3 seeds). At sqrt(R - 1) times the rate, where one had .577, 8 had .552 and 16 .500.
    "cbow-hs": Objective(tree.CbowTree, _longest_path, _tree_touches, replicas=4, damped=True),
}
