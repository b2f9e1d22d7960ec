"""Questions with known answers -> scores of vectors, with their coverage and their uncertainty.

>>> from w2v import evaluation, formats
>>> vectors = formats.load("vectors.txt")  # doctest: +SKIP
>>> evaluation.evaluate(vectors, "questions-words.txt").total  # doctest: +SKIP
SectionScore(name='total', results=(Estimate(measure='accuracy', ...),), covered=..., total=19544)

A question counts if the vocabulary has all its words; `covered` of `total` do. With the
same `restrict` and `ignore_case`, scores are those of gensim's `evaluate_word_analogies` and `evaluate_word_pairs`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from w2v.errors import SettingsError
from w2v.evaluation.kinds import KINDS, Kind
from w2v.evaluation.lexicon import Lexicon
from w2v.evaluation.questions import Pair, QuestionSet
from w2v.evaluation.reading import holds_vectors, read
from w2v.evaluation.scores import Comparison, Contrast, Estimate, Evaluation, SectionContrast, SectionScore
from w2v.evaluation.statistics import MEASURES, Numbers, interval
from w2v.vectors import Vectors

__all__ = ["KINDS", "Comparison", "Evaluation", "compare", "evaluate", "holds_vectors", "read", "score"]


def evaluate(
    vectors: Vectors,
    questions: QuestionSet | str | os.PathLike[str],
    *,
    method: str = "3cosadd",
    restrict: int | None = None,
    ignore_case: bool = True,
    seed: int = 1,
) -> Evaluation:
    """Score vectors on questions.

    questions    a file or a BATS folder, or what `read` made of it
    method       "3cosadd" or "3cosmul", for analogies
    restrict     use only the first `restrict` words; 0: all; None: 30,000 for analogies, all for the rest
    ignore_case  compare words in upper case; of words that differ in case alone, the first counts
    seed         of the bootstrap, and of k-means

    Returns an Evaluation: scores from 0 to 1 in all and by section, with 95 % intervals. Raises FormatError for a file
    that cannot be read, with its line.

    >>> w2v.evaluate(vectors, "questions-words.txt").total  # doctest: +SKIP
    """
    heading, kind, (words,), parts = _asked((vectors,), questions, method, restrict, ignore_case, seed)
    *sections, total = [
        SectionScore(part.name, _estimates(kind, part, seed), len(part.scores), part.total) for part in parts
    ]
    return Evaluation(*heading, words, ignore_case, tuple(section for section in sections if section.name), total)


def score(vectors: Vectors, questions: QuestionSet | str | os.PathLike[str]) -> float | None:
    """Return the main measure of all questions alone, without intervals; None where too few words are known."""
    _, kind, _, (*_, whole) = _asked((vectors,), questions, "3cosadd", None, True, seed=1)
    return MEASURES[kind.measures[0]].of(whole.answers[0], whole.scores)


def compare(
    first: Vectors,
    second: Vectors,
    questions: QuestionSet | str | os.PathLike[str],
    *,
    method: str = "3cosadd",
    restrict: int | None = None,
    ignore_case: bool = True,
    seed: int = 1,
) -> Comparison:
    """Score two models on the questions whose words both know, and their difference by a paired bootstrap.

    Both answer the same resamples, so that the interval is that of the difference; where it does
    not hold 0, the models differ. The arguments are those of `evaluate`.
    """
    heading, kind, (one, two), parts = _asked((first, second), questions, method, restrict, ignore_case, seed)
    *sections, total = [
        SectionContrast(part.name, _contrasts(kind, part, seed), len(part.scores), part.total, *part.covered)
        for part in parts
    ]
    return Comparison(*heading, (one, two), ignore_case, tuple(section for section in sections if section.name), total)


class _Part(NamedTuple):
    """Questions of a section, or all of them, and what became of them.

    total    how many they are
    covered  of how many each lexicon knows the words
    answers  of each lexicon, float64 [Q], to those that all of them know
    scores   float64 [Q], what people said of these where they are pairs of words; nothing that counts elsewhere
    """

    name: str
    total: int
    covered: list[int]
    answers: list[Numbers]
    scores: Numbers


def _asked(
    models: Sequence[Vectors], questions: QuestionSet | str | os.PathLike[str], method: str, restrict: int | None,
    ignore_case: bool, seed: int,
) -> tuple[tuple[str, str, str, str | None], Kind, list[int], list[_Part]]:  # fmt: skip
    """Ask each model the questions whose words all of them know.

    Returns what an Evaluation begins with, the kind, how many words of each model are used, and the parts: the
    sections, and all together.
    """
    if restrict is not None and restrict < 0:
        raise SettingsError(f"the number of words to use must be 0 (all) or more, not {restrict}")
    if not isinstance(questions, QuestionSet):
        questions = read(questions)
    kind, parts = KINDS[questions.kind], list[_Part]()
    lexicons = [Lexicon(vectors, kind.restrict if restrict is None else restrict, ignore_case) for vectors in models]
    for name, listed in questions.sections:
        covered = [kind.covered(lexicon, listed) for lexicon in lexicons]
        known = [question for question, *of_each in zip(listed, *covered) if all(of_each)]
        answers = [kind.judge(lexicon, known, method, np.random.default_rng(seed)) for lexicon in lexicons]
        scores = np.array([question.score if isinstance(question, Pair) else 0.0 for question in known])
        parts.append(_Part(name, len(listed), [int(mask.sum()) for mask in covered], answers, scores))
    whole = _Part(
        "total",
        sum(part.total for part in parts),
        [sum(counts) for counts in zip(*(part.covered for part in parts))],
        [np.concatenate(answers) for answers in zip(*(part.answers for part in parts))],
        np.concatenate([part.scores for part in parts]),
    )
    heading = questions.path, questions.kind, questions.encoding, kind.methods.get(method)
    return heading, kind, [len(lexicon) for lexicon in lexicons], [*parts, whole]


def _estimates(kind: Kind, part: _Part, seed: int) -> tuple[Estimate, ...]:
    estimates, answers = [], part.answers[0]
    for name in kind.measures:
        measure = MEASURES[name]
        value = measure.of(answers, part.scores)
        bounds = (None, None) if value is None else interval(measure.resamples(answers, part.scores, seed))
        estimates.append(Estimate(name, value, *bounds))
    return tuple(estimates)


def _contrasts(kind: Kind, part: _Part, seed: int) -> tuple[Contrast, ...]:
    contrasts = []
    for name in kind.measures:
        measure = MEASURES[name]
        one, two = (measure.of(answers, part.scores) for answers in part.answers)
        if one is None or two is None:
            contrasts.append(Contrast(name, one, two, None, None, None))
        else:
            bounds = interval(measure.difference(part.answers[0], part.answers[1], part.scores, seed))
            contrasts.append(Contrast(name, one, two, two - one, *bounds))
    return tuple(contrasts)
