"""Sums of word vectors, written as one would on paper: "king - man + woman", "0.5 * (paris + rome) - france".

    sum      = product { ("+" | "-") product }
    product  = factor { "*" factor }
    factor   = { "-" } ( number | word | "'" any "'" | '"' any '"' | "(" sum ")" )

A word goes on to the next blank, parenthesis, "+" or "*"; a "-" or an apostrophe inside it belongs to it
(well-known, don't), so a minus has blanks around it. Any other word is put in quotes: 'c++', "new york".
A number is a factor beside a "*" and a word elsewhere: "2 * king", "1984 - 1983". Words are unit
vectors, so that "a - b + c" asks what the analogy a b c asks.

Words are placed along a direction by their cosine to it: the one that does not belong, an axis between two poles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from w2v.errors import SettingsError, W2VError
from w2v.vectors import Floats, Neighbor, Vectors, check_directed

_TOKEN = re.compile(
    r"""\s* (?: (?P<mark> [()+*-] )
            | " (?P<double> [^"]* ) "
            | ' (?P<single> [^']* ) '
            | (?P<bare> [^\s()+*"'-] [^\s()+*"]* ) )""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"\d+(\.\d*)?|\.\d+")
_OPERATOR = re.compile(r"(?:^|\s)[-+*](?:\s|$)")  # alone between blanks: this was meant as a sum
_DEEPEST = 100  # parentheses inside parentheses; Python's own stack ends at about 300 of them

# A sum as it is read: the words with what each is multiplied by.
Terms = list[tuple[str, float]]


class _Token(NamedTuple):
    """A mark of the grammar, or a word and whether it stood in quotes."""

    mark: str
    word: str = ""
    quoted: bool = False


def words_of(expression: str) -> list[str]:
    """Return the words of an expression, each once. Raises SettingsError where it cannot be read."""
    return list(dict.fromkeys(word for word, _ in parse(expression)))


def terms(vectors: Vectors, text: str) -> list[str]:
    """Return the words of a sum; none if the text is a word of the vocabulary, or a word at all."""
    if vectors.form(text) is not None:
        return []
    try:
        words = words_of(text)
    except SettingsError:
        if _OPERATOR.search(text):
            raise  # it says what is wrong with the sum
        return []
    return [] if words == [text.strip()] else words


def evaluate(vectors: Vectors, expression: str) -> Floats:
    """Return the vector of an expression, float32 [D]. Raises SettingsError, UnknownWordError."""
    total = np.zeros(vectors.dim, np.float32)
    for word, factor in parse(expression):
        parts = word.split("-")
        if len(parts) > 1 and vectors.form(word) is None and all(vectors.form(part) is not None for part in parts):
            raise W2VError(f"{word!r} is not in the vocabulary; to subtract, put blanks around -: {' - '.join(parts)}")
        total += np.float32(factor) * vectors.unit(word)
    return total


def parse(expression: str) -> Terms:
    """Return the words of an expression with their factors, in order. Raises SettingsError.

    >>> parse("2 * (king - man)")
    [('king', 2.0), ('man', -2.0)]
    """
    return _Parser(expression).parse()


class _Parser:
    """Reads an expression from left to right, with one token in hand."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.depth = 0
        self._tokens = self._split()
        self.token: _Token | None = next(self._tokens, None)

    def parse(self) -> Terms:
        """Read all of it."""
        terms = self._sum()
        if self.token is not None:
            raise self._error(f"{self._shown()} stands where + or - is expected")
        return terms

    def _split(self) -> Iterator[_Token]:
        text = self.expression.rstrip()
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise self._error(f"{text[at:].strip()[:1]} opens a quote that does not end")
            at = found.end()
            quoted = found["double"] if found["double"] is not None else found["single"]
            if quoted is not None:
                yield _Token("", quoted, quoted=True)
            else:
                yield _Token(found["mark"] or "", found["bare"] or "")

    def _sum(self) -> Terms:
        terms = self._product()
        while self.token is not None and self.token.mark in ("+", "-"):
            sign = -1.0 if self._take().mark == "-" else 1.0
            terms = terms + [(word, sign * factor) for word, factor in self._product()]
        return terms

    def _product(self) -> Terms:
        factors = [self._factor()]
        while self._at("*"):
            self._take()
            factors.append(self._factor())
        scale = prod(sign for sign, _ in factors)
        numbers = [factor for _, factor in factors if isinstance(factor, str)]
        sums = [factor for _, factor in factors if not isinstance(factor, str)]
        if len(factors) == 1 and numbers:
            sums, numbers = [[(numbers[0], 1.0)]], []
        if not sums:
            raise self._error("a product of numbers holds no word; a number in quotes is a word")
        if len(sums) > 1:
            raise self._error("a word can be multiplied by numbers only")
        scale *= prod(map(float, numbers))
        return [(word, scale * factor) for word, factor in sums[0]]

    def _factor(self) -> tuple[float, str | Terms]:
        """Read signs, and a number (as it is written) or terms."""
        sign = 1.0
        while self._at("-"):
            self._take()
            sign = -sign
        if self.token is None:
            raise self._error("it ends where a word is expected")
        token = self._take()
        if token.mark == "(":
            self.depth += 1
            if self.depth > _DEEPEST:
                raise self._error("too many parentheses inside each other")
            terms = self._sum()
            if not self._at(")"):
                raise self._error("a parenthesis is not closed")
            self._take()
            self.depth -= 1
            return sign, terms
        if token.mark:
            raise self._error(f"{token.mark} stands where a word is expected")
        if not token.quoted and _NUMBER.fullmatch(token.word):
            return sign, token.word
        if not token.word.strip():
            raise self._error("there is nothing between the quotes")
        return sign, [(token.word, 1.0)]

    def _at(self, mark: str) -> bool:
        return self.token is not None and self.token.mark == mark

    def _take(self) -> _Token:
        token = self.token
        assert token is not None
        self.token = next(self._tokens, None)
        return token

    def _shown(self) -> str:
        assert self.token is not None
        return self.token.mark or repr(self.token.word)

    def _error(self, problem: str) -> SettingsError:
        return SettingsError(f"{self.expression!r}: {problem}; try: king - man + woman")


def odd(vectors: Vectors, words: Sequence[str]) -> list[Neighbor]:
    """Return `words` by their cosine to the mean of their unit vectors, the one that belongs least first.

    Raises UnknownWordError; SettingsError for fewer than three words, of which none is odd.
    """
    if len(words) < 3:
        raise SettingsError(f"which of them does not belong? That takes three words or more, not {len(words)}")
    placed = _placed(vectors, words, np.mean([vectors.unit(word) for word in words], axis=0))
    return sorted(placed, key=lambda place: place.cosine)


def axis(vectors: Vectors, positive: str, negative: str, words: Sequence[str]) -> list[Neighbor]:
    """Return `words` by their cosine to the direction from `negative` to `positive`, the most positive first.

    The direction is the difference of two unit vectors. Each pole is a word, or a sum of words ("good + nice") that
    stands for all of them. Raises UnknownWordError; W2VError where there is no direction.
    """
    placed = _placed(vectors, words, pole(vectors, positive) - pole(vectors, negative))
    return sorted(placed, key=lambda place: -place.cosine)


def pole(vectors: Vectors, text: str) -> Floats:
    """Return the unit vector of a word or of a sum of words, float32 [D]. Raises what `evaluate` raises."""
    if not terms(vectors, text):
        return vectors.unit(text)
    total = evaluate(vectors, text)
    check_directed(total)
    return np.asarray(total / np.linalg.norm(total), np.float32)


def _placed(vectors: Vectors, words: Sequence[str], direction: Floats) -> list[Neighbor]:
    check_directed(direction)
    direction = direction / np.linalg.norm(direction)
    units = [vectors.unit(word) for word in words]
    for unit in units:
        check_directed(unit)
    return [Neighbor(word, float(unit @ direction)) for word, unit in zip(words, units)]
