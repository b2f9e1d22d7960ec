"""All that can go wrong, as one tree of exceptions.

    W2VError                 every error of ours; its text is one line: what, where, what now
    +-- SettingsError        a setting out of range, or two that contradict each other
    +-- CorpusError          a text that cannot be read or holds nothing to train on
    +-- FormatError          a file of vectors (or of questions) that is not what it should be
    +-- UnknownWordError     a word that the vocabulary does not have
    +-- ResourceError        not enough memory or disk for what was asked
    +-- OutputError          a result that cannot be written where it should go
    +-- ResumeError          a run that cannot go on from what is kept of it
    +-- DivergenceError      a training run whose vectors grew out of all bounds, again and again
    +-- StoppedError         a training run that was asked to stop, and did
    +-- MissingExtraError    an optional library that is not installed
    +-- ClusterError         a cluster that cannot be reached, or a machine of it that cannot do its part

The library raises these; `w2v.cli` is the one place that shows them. Anything else that is
raised is a bug of ours and is let through to be seen.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any


class W2VError(Exception):
    """An error that its reader can do something about."""

    exit_code = 1

    def __reduce__(self) -> tuple[Any, ...]:
        """Reach another process with the text that it has."""
        return _remade, (type(self), self.args), self.__dict__ or None


def _remade(kind: type[W2VError], args: tuple[Any, ...]) -> W2VError:
    error = kind.__new__(kind)
    error.args = args
    return error


class _LocatedError(W2VError):
    """An error in a file or at another place, which is named first, with the line where there is one."""

    def __init__(self, path: str | os.PathLike[str], problem: str, line: int | None = None) -> None:
        name = "standard input" if path == "-" else os.fspath(path)
        located = f"{name}: {problem}" if line is None else f"{name}:{line}: {problem}"
        super().__init__(" ".join(located.splitlines()))  # a name, or what a parser quotes, may hold line ends


class SettingsError(W2VError):
    """A setting is out of range or contradicts another."""

    exit_code = 2


class CorpusError(_LocatedError):
    """A corpus cannot be read, or nothing in it can be trained on."""


class FormatError(_LocatedError):
    """A file is not in the format that it should be in."""


class UnknownWordError(W2VError):
    """The vocabulary does not have this word; `why` is a sentence on the reason, where it is known."""

    def __init__(self, word: str, suggestions: Sequence[str] = (), why: str = "") -> None:
        self.word = word
        self.suggestions = tuple(suggestions)
        hint = f"Did you mean {_one_of(self.suggestions)}?" if self.suggestions else ""
        super().__init__(" ".join(filter(None, (f"{word!r} is not in the vocabulary.", why, hint))))


class ResourceError(W2VError):
    """The machine has not enough memory or disk for what was asked."""


class OutputError(_LocatedError):
    """A result cannot be written where it should go."""


class ResumeError(_LocatedError):
    """A run cannot go on from what is kept of it: the corpus or a setting is another, or another process is at it."""


class DivergenceError(W2VError):
    """The vectors grew out of all bounds, also with lower rates."""


class StoppedError(W2VError):
    """Training was asked to stop; `kept` says whether a checkpoint holds what was done."""

    def __init__(self, kept: bool) -> None:
        self.kept = kept
        super().__init__("training was stopped")


class MissingExtraError(W2VError):
    """An optional library is needed and not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an extra: pip install 'w2v[{extra}]'")


class ClusterError(_LocatedError):
    """A cluster cannot be reached, or a machine of it cannot do its part."""


def _one_of(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
