"""The table of kinds of question: which words must be known, how answers are judged, and what is measured.

analogies      a : b = c : ?                    `w2v.evaluation.analogies`
similarities   how alike are two words?         the cosine of their vectors
categories     which words belong together?     the clusters of k-means
odd one out    which word does not belong?      that of least cosine to the mean of all, as gensim's doesnt_match
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.clusters import clusters
from w2v.evaluation import analogies
from w2v.evaluation.lexicon import Lexicon
from w2v.evaluation.questions import Member, OddOne, Pair
from w2v.evaluation.statistics import Numbers

STARTS = 20  # of k-means


def all_known(lexicon: Lexicon, questions: Sequence[Pair | Member | OddOne]) -> npt.NDArray[np.bool_]:
    """Tell of which questions all words have a vector, bool [Q]."""
    known = [all(lexicon.vector(word) is not None for word in question.words) for question in questions]
    return np.array(known, bool)


def judge_similarities(lexicon: Lexicon, questions: Sequence[Pair], method: str, rng: np.random.Generator) -> Numbers:
    """Return the cosine of each pair of known words, float64 [Q]."""
    first = lexicon.stacked(pair.first for pair in questions).astype(np.float64)
    second = lexicon.stacked(pair.second for pair in questions).astype(np.float64)
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    dots = np.einsum("qd,qd->q", first, second)
    # Rounded to less than the precision of float64: every word has the same cosine to itself, and that is a tie.
    cosines = np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 0)
    return np.asarray(np.round(cosines, 12), np.float64)


def judge_categories(lexicon: Lexicon, questions: Sequence[Member], method: str, rng: np.random.Generator) -> Numbers:
    """Cluster known words; return 1 for each that has the category of its cluster, else 0, float64 [Q].

    The words of a section are clustered by k-means, on unit vectors, into as many clusters as they have categories. A
    word is right if it has the category that most words of its cluster have: the share of those is the purity (Zhao &
    Karypis 2001). The clusters are found once: the interval of a purity is that of the words in them, not of other
    clusterings.
    """
    if not questions:
        return np.zeros(0)
    names, category = np.unique([member.category for member in questions], return_inverse=True)
    units = lexicon.units_of(member.word for member in questions)
    cluster, _ = clusters(units, len(names), rng, starts=STARTS)
    counts = np.zeros((len(names), len(names)), np.intp)
    np.add.at(counts, (cluster, category), 1)
    return np.asarray(counts.argmax(axis=1)[cluster] == category, np.float64)


def judge_odd_ones(lexicon: Lexicon, questions: Sequence[OddOne], method: str, rng: np.random.Generator) -> Numbers:
    """Answer questions whose words are all known; return 1 for right and 0 for wrong, float64 [Q]."""
    right = np.zeros(len(questions))
    for i, (words,) in enumerate(questions):
        units = lexicon.units_of(words)
        # Of equal ones the first: a tie is not a right answer.
        right[i] = np.argmin(units @ units.sum(axis=0)) == len(words) - 1
    return right


class Kind(NamedTuple):
    """A row of the table.

    measures  keys of `w2v.evaluation.statistics.MEASURES`
    judge     (lexicon, known questions, method, rng) -> float64 [Q], right (1) or wrong (0), or a cosine
    covered   (lexicon, questions) -> bool [Q], of which questions the words are known
    restrict  how many words are used by default; 0: all
    methods   the ways to answer, with the names to show
    """

    measures: tuple[str, ...]
    judge: Callable[[Lexicon, Sequence[Any], str, np.random.Generator], Numbers]
    covered: Callable[[Lexicon, Sequence[Any]], npt.NDArray[np.bool_]] = all_known
    restrict: int = 0
    methods: dict[str, str] = {}  # noqa: RUF012  # never written to


KINDS = {
    "analogies": Kind(
        ("accuracy",),
        lambda lexicon, questions, method, rng: analogies.judge(lexicon, questions, method),
        analogies.covered,
        analogies.RESTRICT,
        {key: method.name for key, method in analogies.METHODS.items()},
    ),
    "similarities": Kind(("spearman", "pearson"), judge_similarities),
    "categories": Kind(("purity",), judge_categories),
    "odd one out": Kind(("accuracy",), judge_odd_ones),
}
