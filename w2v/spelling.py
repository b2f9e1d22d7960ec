"""Which words of a vocabulary a reader may have meant by one that it does not have."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence


def fold(word: str) -> str:
    """Return `word` without case and accents, to compare by.

    >>> fold("Ñandú") == fold("nandu")
    True
    """
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


def variants(word: str) -> Iterable[str]:
    """Yield other ways to write `word` that mean the same: NFC, lower-cased, blanks as `_`.

    >>> list(variants("New York"))
    ['New York', 'New_York', 'new york', 'new_york']
    """
    composed = unicodedata.normalize("NFC", word)
    for form in (composed, composed.lower()):
        yield form
        if " " in form:
            yield "_".join(form.split())


def suggestions(word: str, words: Sequence[str], most: int = 3) -> list[str]:
    """Return the words nearest in spelling to `word`, best first, more frequent ones first among equals.

    Words that differ in case or accents alone come before words one or two edits away; a
    word of up to four letters may be one edit off, a longer one two.
    """
    wanted = fold(word)
    reach = 1 if len(wanted) <= 4 else 2
    letters = set(wanted)
    found = []
    for rank, candidate in enumerate(words):
        if abs(len(candidate) - len(word)) > reach + 1:
            continue
        folded = fold(candidate)
        # One edit changes the set of letters by two at the most: this leaves few words to compare in full.
        if len(letters.symmetric_difference(folded)) > 2 * reach:
            continue
        edits = _edits(wanted, folded, reach)
        if edits <= reach:
            found.append((edits, rank, candidate))
    return [candidate for _, _, candidate in sorted(found)[:most]]


def _edits(a: str, b: str, reach: int) -> int:
    """Count insertions, deletions, changes and swaps of neighbours from `a` to `b`, or `reach` + 1.

    The restricted Damerau-Levenshtein distance, given up as soon as a row exceeds `reach`.
    """
    if abs(len(a) - len(b)) > reach:
        return reach + 1
    before: list[int] = []
    above = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        if min(row) > reach:
            return reach + 1
        before, above = above, row
    return above[-1]
