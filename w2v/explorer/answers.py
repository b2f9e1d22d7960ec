"""Questions to vectors -> what the page shows, as plain dicts.

A word in an answer is {"word", "row", "cosine", "count"}: `row` is its place in the vocabulary, by which the page
finds it on the map, V for a word that is made of its subwords; `count` how often it occurred, or null.
Words are shown in the form that the vocabulary has.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from w2v import queries
from w2v.errors import SettingsError
from w2v.maps.projection import nearest_rows
from w2v.spelling import fold, suggestions
from w2v.vectors import Floats, Mask, Rows, Vectors, check_directed, largest

Answer = dict[str, Any]

COMPLETED_AMONG = 500_000  # words; beyond, completion looks at the first, the most frequent ones, only
AXIS_AMONG = 5_000  # the most frequent words, of which an axis shows the outermost unless words are named
COMPARED, CHANGED_AMONG = 10_000, 2_000  # words of both models: neighbours, and words whose neighbours are compared
NEAR = 25  # neighbours


def complete(vectors: Vectors, start: str, top: int) -> Answer:
    """Return words that begin so, without regard to case and accents, more frequent ones first; else like ones."""
    wanted = fold(start)
    among = islice(vectors.words, COMPLETED_AMONG)
    found = list(islice((word for word in among if fold(word).startswith(wanted)), top))
    # The word itself comes first, however rare it is among those that begin with it.
    exact = vectors.form(start)
    if exact is not None:
        found = [exact, *(word for word in found if word != exact)][:top]
    return {"words": found or suggestions(start, vectors.words)}


def neighbors(vectors: Vectors, word: str, top: int, least: int = 0) -> Answer:
    """Return the nearest words of a word, and how often it occurred; or those of a sum: "king - man + woman"."""
    terms = queries.terms(vectors, word)
    vector = queries.evaluate(vectors, word) if terms else vectors.unit(word)
    found = vectors.nearest(vector, top, exclude=terms or [word], among=frequent(vectors, least))
    asked = [_word(vectors, vectors.named(term), None if terms else 1.0) for term in terms or [word]]
    return {"asked": asked, "sum": bool(terms), "words": [_word(vectors, *near) for near in found]}


def frequent(vectors: Vectors, least: int) -> Mask | None:
    """Return which words occur at least so often, bool [V]; None, which means all, where no counts are known."""
    return None if vectors.counts is None or not least else vectors.counts >= least


def analogy(vectors: Vectors, a: str, b: str, c: str, top: int, least: int = 0) -> Answer:
    """Return what is to C as A is to B, and where all of them lie in the plane of the offset.

    The plane is spanned by a - b and what c - b has beside it; words are projected onto it at right angles, so no
    distance in it is larger than the true one. "target" is the point a - b + c itself.
    """
    a, b, c = (vectors.named(word) for word in (a, b, c))
    unit_a, unit_b, unit_c = (vectors.unit(word) for word in (a, b, c))
    found = vectors.nearest(unit_a - unit_b + unit_c, top, exclude=(a, b, c), among=frequent(vectors, least))
    across = _direction(unit_a - unit_b)
    to_c: Floats = unit_c - unit_b
    beside = _direction(np.subtract(to_c, (to_c @ across) * across, dtype=np.float32))

    def place(vector: Floats) -> list[float]:
        return [round(float((vector - unit_b) @ axis), 5) for axis in (across, beside)]

    words = [_word(vectors, *near) | {"place": place(vectors.unit(near.word))} for near in found]
    asked = [_word(vectors, word) | {"place": place(vectors.unit(word))} for word in (a, b, c)]
    return {"asked": asked, "words": words, "target": place(unit_a - unit_b + unit_c)}


def odd(vectors: Vectors, words: Sequence[str]) -> Answer:
    """Return the words, the one that belongs least first."""
    words = _distinct(vectors, words)
    return {"words": [_word(vectors, *placed) for placed in queries.odd(vectors, words)]}


def compare(vectors: Vectors, a: str, b: str, top: int, least: int = 0) -> Answer:
    """Return the cosine of two words, their rank among each other's neighbours, and the words near both."""
    a, b = vectors.named(a), vectors.named(b)
    for word in (a, b):
        check_directed(vectors.unit(word))
    to_a, to_b = vectors.cosines(vectors.unit(a)), vectors.cosines(vectors.unit(b))
    rows = vectors.rows([a, b])
    cosine = float(vectors.unit(a) @ vectors.unit(b))
    ranks = [_rank(vectors, to, rows, cosine) for to in (to_a, to_b)]
    among = frequent(vectors, least)
    both = np.where(vectors.directed if among is None else vectors.directed & among, np.minimum(to_a, to_b), -np.inf)
    both[rows] = -np.inf
    near = [
        _word(vectors, vectors.words[row], float(to_a[row])) | {"second": round(float(to_b[row]), 6)}
        for row in largest(both, top).tolist()
    ]
    return {"asked": [_word(vectors, a), _word(vectors, b)], "cosine": round(cosine, 6), "ranks": ranks, "words": near}


def middle(vectors: Vectors, words: Sequence[str], top: int) -> Answer:
    """Return the words nearest to the mean of some; these may be among them."""
    rows = np.stack([vectors.unit(word) for word in _distinct(vectors, words)])
    return {"words": [_word(vectors, *near) for near in vectors.nearest(rows.mean(axis=0), top)]}


def cosines(vectors: Vectors, word: str, rows: int) -> Floats:
    """Return the cosines of the first `rows` words to a word or a sum of words, float32 [rows]."""
    asked = queries.evaluate(vectors, word) if queries.terms(vectors, word) else vectors.unit(word)
    return vectors.cosines(asked)[:rows]


def changes(first: Vectors, second: Vectors, top: int) -> Answer:
    """Return the words whose neighbours differ most between two models, with the nearest in each.

    Of NEAR neighbours among the words of both, "shared" is the part that both have (Gonen et al. 2020): it needs no
    alignment of the two spaces. The frequent words of the first are looked at, of equal ones the most frequent first.
    """
    common = list(islice((word for word in first.words if word in second), COMPARED))
    looked = common[:CHANGED_AMONG]
    near = [
        [rows for rows, _ in nearest_rows(_units(vectors, common), NEAR, len(looked))] for vectors in (first, second)
    ]
    shared = [len(set(a.tolist()) & set(b.tolist())) / max(1, len(a)) for a, b in zip(*near)]
    found = [
        _word(first, looked[at], shared[at])
        | {key: [common[row] for row in rows[at][:5].tolist()] for key, rows in zip(("before", "after"), near)}
        for at in sorted(range(len(looked)), key=lambda at: shared[at])[:top]
    ]
    return {"words": found, "common": len(common)}


def _units(vectors: Vectors, words: Sequence[str]) -> Floats:
    rows = np.array([vectors.row(word) for word in words], np.intp)
    lengths = np.where(vectors.directed[rows], vectors.norms[rows], 1)[:, None]
    return np.where(vectors.directed[rows, None], vectors.matrix[rows] / lengths, 0).astype(np.float32)


def axis(
    vectors: Vectors, positives: Sequence[str], negatives: Sequence[str], words: Sequence[str], top: int
) -> Answer:
    """Return words by their cosines to one or two directions, each from a negative word to a positive one.

    A word has its "cosine" to the first, "second" to the second, and the most positive of the first comes first.
    "between" is the cosine of the two directions themselves. Without words, the outermost of the frequent ones, half of
    `top` on either side of the first, and as many along the second.
    """
    if not (1 <= len(positives) == len(negatives) <= 2):
        raise SettingsError("an axis has a positive and a negative word, and there are one or two axes")
    texts = [text for pole in zip(positives, negatives) for text in pole]
    terms = [queries.terms(vectors, text) or [text] for text in texts]
    poles = [queries.pole(vectors, text) for text in texts]
    directions = [to - away for to, away in zip(poles[::2], poles[1::2])]
    for direction in directions:
        check_directed(direction)
    along = [vectors.cosines(direction) for direction in directions]
    if words:
        shown = _distinct(vectors, words)
        for word in shown:
            check_directed(vectors.unit(word))
    else:
        frequent = np.flatnonzero(vectors.directed[:AXIS_AMONG])
        frequent = frequent[~np.isin(frequent, vectors.rows([word for words in terms for word in words]))]
        rows = dict.fromkeys(row for cosines in along for row in _outermost(frequent, cosines, top))
        shown = [vectors.words[row] for row in rows]
    cosines_of = {word: [float(vectors.unit(word) @ _direction(each)) for each in directions] for word in shown}
    answers = [
        _word(vectors, word, cosines_of[word][0])
        | ({"second": round(cosines_of[word][1], 6)} if len(directions) > 1 else {})
        for word in sorted(shown, key=lambda word: -cosines_of[word][0])
    ]
    # A sum is shown as it was written, where the first of its words is.
    asked = [
        _word(vectors, vectors.named(first)) | ({"word": text} if others else {})
        for text, (first, *others) in zip(texts, terms)
    ]
    between = float(_direction(directions[0]) @ _direction(directions[-1])) if len(directions) > 1 else None
    return {"asked": asked, "words": answers, "between": between}


def _outermost(rows: Rows, cosines: Floats, top: int) -> list[int]:
    """Return the rows of the largest and of the smallest cosines, half of `top` of each."""
    order = rows[np.argsort(-cosines[rows], kind="stable")]
    half = max(1, top // 2)
    return list(map(int, order if len(order) <= top else np.concatenate([order[:half], order[-half:]])))


def _word(vectors: Vectors, word: str, cosine: float | None = None) -> Answer:
    row = next(iter(vectors.rows([word])), len(vectors))
    return {
        "word": word,
        "row": row,
        "cosine": None if cosine is None else round(float(cosine), 6),
        "count": None if vectors.counts is None or row == len(vectors) else int(vectors.counts[row]),
    }


def _distinct(vectors: Vectors, words: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(vectors.named(word) for word in words))


def _rank(vectors: Vectors, cosines: Floats, rows: Sequence[int], cosine: float) -> int:
    """Return which neighbour of a word one of this cosine is, the rows of the two left out; 1 is the nearest."""
    nearer = (cosines > cosine) & vectors.directed
    nearer[rows] = False
    return int(np.count_nonzero(nearer)) + 1


def _direction(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length > 1e-6 else np.zeros_like(vector), np.float32)
