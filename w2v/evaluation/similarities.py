"""Similarities: do cosines order pairs of words as people do?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from w2v.evaluation.lexicon import Lexicon
from w2v.evaluation.questions import Pair
from w2v.vectors import Floats


def covered(lexicon: Lexicon, questions: Sequence[Pair]) -> npt.NDArray[np.bool_]:
    """Tell of which pairs the lexicon has both words, bool [Q]."""
    known = [
        lexicon.row(pair.first) is not None and lexicon.row(pair.second) is not None for pair in questions
    ]
    return np.array(known, bool)


def judge(lexicon: Lexicon, questions: Sequence[Pair]) -> npt.NDArray[np.float64]:
    """Return the cosine of each pair of known words, float64 [Q]."""
    first = lexicon.units(lexicon.rows(pair.first for pair in questions))
    second = lexicon.units(lexicon.rows(pair.second for pair in questions))
    cosines: Floats = np.einsum("qd,qd->q", first, second)
    return cosines.astype(np.float64)
