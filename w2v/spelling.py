"""Which words of a vocabulary may have been meant by a word that it does not have."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.int32]
Rows = npt.NDArray[np.intp]

SHORT = 4  # letters; a word so short may be one edit off, and is not what is left of a longer one


def fold(word: str) -> str:
    """Return `word` without case and accents, to compare by.

    >>> fold("Ñandú") == fold("nandu")
    True
    """
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


# Characters around a word that are no part of it; brackets and quotation marks are known by their category.
AROUND = "\"'.,;:!?¡¿…。、，；：！？"


def variants(word: str) -> list[str]:
    """Return other ways to write `word` that mean the same, the likeliest first.

    Composed (NFC) or not, lower-cased, with ' for ’, blanks as `_`, without the punctuation around it, and full-width
    letters and ligatures as the plain ones (NFKC).

    >>> variants("New York")
    ['New_York', 'new york', 'new_york']
    >>> variants("«Amor»")[-2:], variants("ﬁn")
    (['Amor', 'amor'], ['fin'])
    """
    forms: dict[str, None] = {}
    plain = unicodedata.normalize("NFKC", word)
    for form in (word, plain, _bare(word), _bare(plain)):
        composed = unicodedata.normalize("NFC", form).replace("’", "'")
        for cased in (composed, composed.lower()):
            for written in (cased, unicodedata.normalize("NFD", cased)):
                forms |= {written: None, "_".join(written.split()) if " " in written else written: None}
    return [form for form in forms if form not in ("", word)]


def _bare(word: str) -> str:
    """Return `word` without the punctuation around it."""
    first, last = 0, len(word)
    while first < last and _is_around(word[first]):
        first += 1
    while first < last and _is_around(word[last - 1]):
        last -= 1
    return word[first:last]


def _is_around(char: str) -> bool:
    return char in AROUND or unicodedata.category(char) in ("Ps", "Pe", "Pi", "Pf")


def suggestions(word: str, words: Sequence[str], most: int = 3) -> list[str]:
    """Return the words nearest in spelling to `word`, best first, more frequent ones first among equals.

    Words that differ in case or accents alone come before words one or two edits away; a
    word of up to four letters may be one edit off, a longer one two, a single letter none: all
    others are. Where there are none, words that begin with `word`, and then the longest that `word` begins with.
    """
    wanted = fold(word)
    if not wanted:
        return []
    reach = 0 if len(wanted) == 1 else 1 if len(wanted) <= SHORT else 2
    rows = _like(wanted, words, reach)
    edits = _edits(wanted, [fold(words[row]) for row in rows.tolist()], reach)
    best = rows[np.lexsort((rows, edits))][: min(most, np.count_nonzero(edits <= reach))]
    return [words[row] for row in best.tolist()] or _of_one_stem(wanted, words, most)


def _like(wanted: str, words: Sequence[str], reach: int) -> Rows:
    """Return the rows of words that may be `reach` edits from `wanted` once they are folded, int64.

    One edit changes the length by one at the most, and the set of letters by two. That leaves some
    thousand of a million words, and costs 0.15 s: letters become bits, and all words are looked at at once.
    """
    sizes = np.fromiter(map(len, words), np.int32, len(words))
    # Folding may make a letter longer (ss for ß) and drops marks: one more either way is let through.
    rows = np.flatnonzero(np.abs(sizes - len(wanted)) <= reach + 1)
    rows = rows[sizes[rows] > 0]
    if not len(rows):
        return rows
    text = "".join(words) if len(rows) == len(words) else "".join([words[row] for row in rows.tolist()])
    letters = _code_points(text)
    starts = np.concatenate([[0], np.cumsum(sizes[rows][:-1])])
    bits = np.bitwise_or.reduceat(_letter_bits(letters)[letters], starts)
    others: npt.NDArray[np.int64] = np.unpackbits((bits ^ _bits(wanted)).view(np.uint8).reshape(-1, 8), axis=1).sum(
        axis=1
    )
    return rows[others <= 2 * reach]


def _letter_bits(letters: Points) -> npt.NDArray[np.uint64]:
    """Return a table with the bits of each code point that occurs, after folding."""
    table = np.zeros(int(letters.max()) + 1, np.uint64)
    for point in np.flatnonzero(np.bincount(letters)).tolist():
        table[point] = _bits(fold(chr(point)))
    return table


def _bits(text: str) -> np.uint64:
    """Return the set of letters of `text` as bits: letters with the same bit are taken for the same."""
    bits = 0
    for letter in text:
        bits |= 1 << (ord(letter) & 63)
    return np.uint64(bits)


def _edits(wanted: str, words: Sequence[str], reach: int) -> npt.NDArray[np.int64]:
    """Count insertions, deletions, changes and swaps of neighbours from `wanted` to each word, or `reach` + 1, int64.

    The restricted Damerau-Levenshtein distance, one cell of the table at a time for all words.
    """
    edits = np.full(len(words), reach + 1)
    near = [row for row, word in enumerate(words) if abs(len(word) - len(wanted)) <= reach]
    if not near:
        return edits
    longest = len(wanted) + reach
    padded = _code_points("".join([words[row].ljust(longest, "\0") for row in near])).reshape(-1, longest).T
    before: list[Counts] = []
    above: list[Counts] = [np.full(len(near), j, np.int32) for j in range(longest + 1)]
    for i, letter in enumerate(map(ord, wanted), 1):
        row: list[Counts] = [np.full(len(near), i, np.int32)]
        for j in range(1, longest + 1):
            best = np.minimum(np.minimum(above[j], row[j - 1]) + 1, above[j - 1] + (padded[j - 1] != letter))
            if i > 1 and j > 1:
                swapped = (padded[j - 1] == ord(wanted[i - 2])) & (padded[j - 2] == letter)
                best = np.where(swapped, np.minimum(best, before[j - 2] + 1), best)
            row.append(best)
        before, above = above, row
    sizes = [len(words[row]) for row in near]
    edits[near] = np.minimum(np.array(above)[sizes, np.arange(len(near))], reach + 1)
    return edits


def _of_one_stem(wanted: str, words: Sequence[str], most: int) -> list[str]:
    longer = list(islice((word for word in words if word.lower().startswith(wanted)), most))
    if longer:
        return longer
    stems = {wanted[:size] for size in range(SHORT, len(wanted))}
    return sorted((word for word in words if word in stems), key=len, reverse=True)[:1]


def _code_points(text: str) -> Points:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
