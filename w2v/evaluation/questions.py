"""What a file of questions becomes: four kinds of question, in named sections.

`w2v.evaluation.kinds` answers them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Analogy(NamedTuple):
    """`a` is to `b` as `c` is to one of `answers`.

    b        where a file gives several, the first that the vocabulary has is taken
    answers  any of them is right
    """

    a: str
    b: tuple[str, ...]
    c: str
    answers: tuple[str, ...]


class Pair(NamedTuple):
    """Two words, and how alike people find them, on any scale."""

    first: str
    second: str
    score: float

    @property
    def words(self) -> tuple[str, ...]:
        """Those that must be known."""
        return self.first, self.second


class Member(NamedTuple):
    """A word and the category that people put it in."""

    word: str
    category: str

    @property
    def words(self) -> tuple[str, ...]:
        """Those that must be known."""
        return (self.word,)


class OddOne(NamedTuple):
    """At least three words, of which the last does not belong."""

    words: tuple[str, ...]


Question = Analogy | Pair | Member | OddOne


class Section(NamedTuple):
    """Questions under one name; "" where the file has no sections."""

    name: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class QuestionSet:
    """A file (or folder) of questions, all of one kind.

    path      where it was read
    kind      a key of `evaluation.KINDS`
    encoding  "UTF-8", "ISO-8859-1", ..., as found
    """

    path: str
    kind: str
    encoding: str
    sections: tuple[Section, ...]
