"""Which words of a vocabulary may be answers."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from w2v.errors import SettingsError, W2VError
from w2v.vectors import Mask, Vectors


def candidates(
    vectors: Vectors,
    *,
    min_count: int | None = None,
    match: str | None = None,
    prefix: str | None = None,
    among: Iterable[str] | None = None,
    restrict: int | None = None,
) -> Mask | None:
    """Return which words pass all the filters given, bool [V], or None if none was given.

    min_count  the word occurred so often in the corpus; W2VError where the vectors hold no counts
    match      a regular expression found somewhere in the word; SettingsError if it is not one
    prefix     the word begins so
    among      the words themselves, or forms of them; those that the vocabulary lacks are skipped
    restrict   the first words only, which are the most frequent ones in files that are ordered so
    """
    if all(option is None for option in (min_count, match, prefix, among, restrict)):
        return None
    mask = np.ones(len(vectors), np.bool_)
    if restrict is not None:
        mask[restrict:] = False
    if min_count is not None:
        if vectors.counts is None:
            raise W2VError(
                "--min-count needs the counts of the words, which this file of vectors does not hold;"
                " --restrict N takes the N first words, the most frequent ones as a rule"
            )
        mask &= vectors.counts >= min_count
    if among is not None:
        chosen = np.zeros_like(mask)
        chosen[[vectors.row(form) for word in among if (form := vectors.form(word)) is not None]] = True
        mask &= chosen
    if prefix is not None:
        _keep(mask, [vectors.words[row].startswith(prefix) for row in np.flatnonzero(mask).tolist()])
    if match is not None:
        try:
            found = re.compile(match).search
        except re.error as error:
            raise SettingsError(f"--match {match!r} is not a regular expression: {error}") from error
        _keep(mask, [found(vectors.words[row]) is not None for row in np.flatnonzero(mask).tolist()])
    return mask


def _keep(mask: Mask, passed: list[bool]) -> None:
    """Let stand in `mask` what passed, one bool for each word that stood."""
    mask[np.flatnonzero(mask)] = passed
