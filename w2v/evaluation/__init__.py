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
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.errors import SettingsError
from w2v.evaluation import analogies, categories, oddities, similarities
from w2v.evaluation.lexicon import Lexicon
from w2v.evaluation.questions import Pair, Question, QuestionSet
from w2v.evaluation.reading import holds_vectors, read
from w2v.evaluation.scores import Comparison, Contrast, Estimate, Evaluation, SectionContrast, SectionScore
from w2v.evaluation.statistics import MEASURES, Numbers, interval
from w2v.vectors import Vectors

__all__ = ["Comparison", "Evaluation", "compare", "evaluate", "holds_vectors", "read", "score"]


class Kind(NamedTuple):
    """A row of the table of kinds of question.

    measures  keys of MEASURES
    restrict  how many words are used by default; 0: all
    methods   the ways to answer, with the names to show
    covered   (lexicon, questions) -> bool [Q], of which questions the words are known
    judge     (lexicon, known questions, method, rng) -> float64 [Q], right (1) or wrong (0), or a cosine
    """

    measures: tuple[str, ...]
    restrict: int
    methods: dict[str, str]
    covered: Callable[[Lexicon, Sequence[Any]], npt.NDArray[np.bool_]]
    judge: Callable[[Lexicon, Sequence[Any], str, np.random.Generator], Numbers]


KINDS = {
    "analogies": Kind(
        ("accuracy",),
        analogies.RESTRICT,
        {key: method.name for key, method in analogies.METHODS.items()},
        analogies.covered,
        lambda lexicon, questions, method, rng: analogies.judge(lexicon, questions, method),
    ),
    "similarities": Kind(
        ("spearman", "pearson"),
        0,
        {},
        similarities.covered,
        lambda lexicon, questions, method, rng: similarities.judge(lexicon, questions),
    ),
    "categories": Kind(
        ("purity",),
        0,
        {},
        categories.covered,
        lambda lexicon, questions, method, rng: categories.judge(lexicon, questions, rng),
    ),
    "odd one out": Kind(
        ("accuracy",),
        0,
        {},
        oddities.covered,
        lambda lexicon, questions, method, rng: oddities.judge(lexicon, questions),
    ),
}


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
    if not isinstance(questions, QuestionSet):
        questions = read(questions)
    kind = KINDS[questions.kind]
    lexicon = _lexicon(vectors, kind, restrict, ignore_case)
    sections = []
    every_answer: list[Numbers] = []
    every_score: list[Numbers] = []
    for name, listed in questions.sections:
        known = _chosen(listed, kind.covered(lexicon, listed))
        answers = kind.judge(lexicon, known, method, np.random.default_rng(seed))
        scores = _scores(known)
        sections.append(SectionScore(name, _estimates(kind, answers, scores, seed), len(known), len(listed)))
        every_answer.append(answers)
        every_score.append(scores)
    estimates = _estimates(kind, np.concatenate(every_answer), np.concatenate(every_score), seed)
    covered, total = (sum(getattr(section, field) for section in sections) for field in ("covered", "total"))
    return Evaluation(
        *_heading(questions, method),
        len(lexicon),
        ignore_case,
        tuple(section for section in sections if section.name),
        SectionScore("total", estimates, covered, total),
    )


def score(vectors: Vectors, questions: QuestionSet | str | os.PathLike[str]) -> float | None:
    """Return the main measure of all questions alone, without intervals; None where too few words are known."""
    if not isinstance(questions, QuestionSet):
        questions = read(questions)
    kind = KINDS[questions.kind]
    lexicon = _lexicon(vectors, kind, None, True)
    answers, scores = [], []
    for _, listed in questions.sections:
        known = _chosen(listed, kind.covered(lexicon, listed))
        answers.append(kind.judge(lexicon, known, "3cosadd", np.random.default_rng(1)))
        scores.append(_scores(known))
    given = np.concatenate(answers)
    value = MEASURES[kind.measures[0]].value(given, np.concatenate(scores)) if len(given) else float("nan")
    return _finite(value)


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
    if not isinstance(questions, QuestionSet):
        questions = read(questions)
    kind = KINDS[questions.kind]
    lexicons = [_lexicon(vectors, kind, restrict, ignore_case) for vectors in (first, second)]
    sections = []
    every: list[tuple[Numbers, Numbers, Numbers]] = []
    for name, listed in questions.sections:
        covered = [kind.covered(lexicon, listed) for lexicon in lexicons]
        known = _chosen(listed, covered[0] & covered[1])
        one, two = (kind.judge(lexicon, known, method, np.random.default_rng(seed)) for lexicon in lexicons)
        every.append((one, two, _scores(known)))
        coverage = (len(known), len(listed), int(covered[0].sum()), int(covered[1].sum()))
        sections.append(SectionContrast(name, _contrasts(kind, *every[-1], seed), *coverage))
    one, two, scores = (np.concatenate(arrays) for arrays in zip(*every, strict=True))
    fields = ("covered", "total", "covered_first", "covered_second")
    sums = (sum(getattr(section, field) for section in sections) for field in fields)
    return Comparison(
        *_heading(questions, method),
        (len(lexicons[0]), len(lexicons[1])),
        ignore_case,
        tuple(section for section in sections if section.name),
        SectionContrast("total", _contrasts(kind, one, two, scores, seed), *sums),
    )


def _lexicon(vectors: Vectors, kind: Kind, restrict: int | None, ignore_case: bool) -> Lexicon:
    if restrict is not None and restrict < 0:
        raise SettingsError(f"the number of words to use must be 0 (all) or more, not {restrict}")
    return Lexicon(vectors, kind.restrict if restrict is None else restrict, ignore_case)


def _heading(questions: QuestionSet, method: str) -> tuple[str, str, str, str | None]:
    return questions.path, questions.kind, questions.encoding, KINDS[questions.kind].methods.get(method)


def _chosen(questions: Sequence[Question], mask: npt.NDArray[np.bool_]) -> list[Question]:
    return [question for question, chosen in zip(questions, mask, strict=True) if chosen]


def _scores(questions: Sequence[Question]) -> Numbers:
    """Return what people said of each pair of words, float64 [Q]; nothing that counts for other kinds."""
    return np.array([question.score if isinstance(question, Pair) else 0.0 for question in questions])


def _estimates(kind: Kind, answers: Numbers, scores: Numbers, seed: int) -> tuple[Estimate, ...]:
    estimates = []
    for name in kind.measures:
        measure = MEASURES[name]
        value = _finite(measure.value(answers, scores)) if len(answers) else None
        bounds = (None, None) if value is None else interval(measure.resamples(answers, scores, seed))
        estimates.append(Estimate(name, value, *bounds))
    return tuple(estimates)


def _contrasts(kind: Kind, first: Numbers, second: Numbers, scores: Numbers, seed: int) -> tuple[Contrast, ...]:
    contrasts = []
    for name in kind.measures:
        measure = MEASURES[name]
        one, two = (_finite(measure.value(x, scores)) if len(x) else None for x in (first, second))
        if one is None or two is None:
            contrasts.append(Contrast(name, one, two, None, None, None))
        else:
            bounds = interval(measure.difference(first, second, scores, seed))
            contrasts.append(Contrast(name, one, two, two - one, *bounds))
    return tuple(contrasts)


def _finite(number: float) -> float | None:
    return number if np.isfinite(number) else None
