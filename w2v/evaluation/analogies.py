"""Analogies: of all words, which is to `c` as `b` is to `a`?

The words of the question are never answers. 3CosAdd (Mikolov, Yih & Zweig 2013) takes the word of
largest cos(x, b) - cos(x, a) + cos(x, c), 3CosMul (Levy & Goldberg 2014) that of largest
cos(x, b) cos(x, c) / (cos(x, a) + 0.001), with cosines moved to [0, 1].

Both need only the cosines of the question's words to the vocabulary, and the questions of a section
share their words: Google's 19,544 questions have 905. So the matrix product is taken once for each
word, not once for each question; what is left to do for a question is to combine three rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.evaluation.lexicon import Lexicon, Rows
from w2v.evaluation.questions import Analogy
from w2v.vectors import Floats

RESTRICT = 30_000  # of the C program's compute-accuracy, and of most papers

_QUESTIONS = 4096  # at a time: at the worst, three words each, whose cosines take 100 MB
_WORDS = 2048  # of the vocabulary at a time
_CELLS = 1 << 18  # cosines combined at a time: 1 MB and another, to stay in the cache

_ONE, _TWO, _EPSILON = np.float32(1), np.float32(2), np.float32(0.001)


class Method(NamedTuple):
    """How to score an answer x.

    prepare  cosines -> what is combined
    pair     (of b, of a) -> what (a, b) gives to the score
    join     a ufunc: (what (a, b) gives, of c) -> score
    """

    name: str
    prepare: Callable[[Floats], Floats]
    pair: Callable[[Floats, Floats], Floats]
    join: np.ufunc


METHODS = {
    "3cosadd": Method("3CosAdd", lambda cosines: cosines, lambda b, a: b - a, np.add),
    "3cosmul": Method("3CosMul", lambda cosines: (cosines + _ONE) / _TWO, lambda b, a: b / (a + _EPSILON), np.multiply),
}


def covered(lexicon: Lexicon, questions: Sequence[Analogy]) -> npt.NDArray[np.bool_]:
    """Tell of which questions the lexicon has all words, bool [Q]; of several answers, one is enough."""
    known = [
        lexicon.row(a) is not None
        and lexicon.row(c) is not None
        and lexicon.first_row(b) is not None
        and lexicon.first_row(answers) is not None
        for a, b, c, answers in questions
    ]
    return np.array(known, bool)


def judge(lexicon: Lexicon, questions: Sequence[Analogy], method: str = "3cosadd") -> npt.NDArray[np.float64]:
    """Answer questions whose words are all known; return 1 for right and 0 for wrong, float64 [Q]."""
    right = np.zeros(len(questions))
    for start in range(0, len(questions), _QUESTIONS):
        some = questions[start : start + _QUESTIONS]
        a = lexicon.rows(question.a for question in some)
        c = lexicon.rows(question.c for question in some)
        b = np.array([lexicon.first_row(question.b) for question in some], np.intp)
        for i, best in enumerate(best_rows(lexicon, a, b, c, METHODS[method])):
            right[start + i] = best >= 0 and lexicon.alike[best] in map(lexicon.row, some[i].answers)
    return right


def best_rows(lexicon: Lexicon, a: Rows, b: Rows, c: Rows, method: Method) -> Rows:
    """Return the best answer to each question, intp [Q]; of equals the most frequent.

    -1 where no word is left.

    a, b, c  intp [Q]  the rows of the questions' words
    """
    Q = len(a)
    used, at = np.unique(np.concatenate([a, b, c]), return_inverse=True)
    at_a, at_b, at_c = at.reshape(3, Q)
    pairs, pair = np.unique(at_a * len(used) + at_b, return_inverse=True)
    pair_a, pair_b = np.divmod(pairs, len(used))
    units = lexicon.units(used)
    barred_question, barred_row = _barred(lexicon, a, b, c)

    best = np.full(Q, -1, np.intp)
    highest = np.full(Q, -np.inf, np.float32)
    width = min(_WORDS, len(lexicon))
    height = max(1, _CELLS // width)
    scores, of_c = np.empty((2, min(height, Q), width), np.float32)
    for left in range(0, len(lexicon), width):
        block = slice(left, min(left + width, len(lexicon)))
        cosines = method.prepare(units @ lexicon.matrix[block].T / lexicon.lengths[block])
        of_pairs = method.pair(cosines[pair_b], cosines[pair_a])
        here = slice(*np.searchsorted(barred_row, (block.start, block.stop)))
        question_here, column_here = barred_question[here], barred_row[here] - left
        for top in range(0, Q, height):
            chunk = slice(top, min(top + height, Q))
            shape = np.s_[: chunk.stop - top, : block.stop - left]
            # np.take into a buffer, with a mode: half the time of fancy indexing, which allocates and checks.
            np.take(of_pairs, pair[chunk], axis=0, out=scores[shape], mode="clip")
            np.take(cosines, at_c[chunk], axis=0, out=of_c[shape], mode="clip")
            found = method.join(scores[shape], of_c[shape], out=scores[shape])
            inside = (question_here >= top) & (question_here < chunk.stop)
            found[question_here[inside] - top, column_here[inside]] = -np.inf
            column = found.argmax(axis=1)
            score = found[np.arange(len(column)), column]
            better = score > highest[chunk]
            highest[chunk][better] = score[better]
            best[chunk][better] = column[better] + left
    return best


def _barred(lexicon: Lexicon, a: Rows, b: Rows, c: Rows) -> tuple[Rows, Rows]:
    """Return (question, row) for each row that is one of the question's words, in order of rows."""
    by_word = np.argsort(lexicon.alike, kind="stable")
    words = lexicon.alike[by_word]
    barred = lexicon.alike[np.concatenate([a, b, c])]
    first = np.searchsorted(words, barred)
    many = np.searchsorted(words, barred, side="right") - first
    within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    question = np.repeat(np.tile(np.arange(len(a)), 3), many)
    row = by_word[np.repeat(first, many) + within]
    order = np.argsort(row, kind="stable")
    return question[order], row[order]
