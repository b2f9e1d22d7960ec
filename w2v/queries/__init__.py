"""Questions to vectors beyond the nearest words: filters, measures, expressions, directions, texts.

Everything here is a function of `Vectors` and of words; numpy alone is needed, but for what an extra names.
"""

from __future__ import annotations

from w2v.queries.expressions import axis, evaluate, odd, pole, terms, words_of
from w2v.queries.rankings import MEASURES, analogy, candidates, openers, similar
from w2v.queries.texts import (
    compare,
    known_words,
    mean_vectors,
    sif_vectors,
    soft_cosine,
    split,
    word_movers_distance,
)  # fmt: skip

__all__ = [
    "MEASURES",
    "analogy",
    "axis",
    "candidates",
    "compare",
    "evaluate",
    "known_words",
    "mean_vectors",
    "odd",
    "openers",
    "pole",
    "sif_vectors",
    "similar",
    "soft_cosine",
    "split",
    "terms",
    "word_movers_distance",
    "words_of",
]
