"""Where a question for words looks: which words may be answers, all rows or an approximate index of very many."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2v.cli.answers import read_lines
from w2v.cli.progress import Meter, note
from w2v.errors import SettingsError

if TYPE_CHECKING:
    from w2v.queries.approximate import Index
    from w2v.vectors import Mask, Vectors


def chosen(asked: Vectors, filters: dict[str, Any]) -> Mask | None:
    """Return which words pass the options of `options.filters`; notes how many of --among there are not."""
    from w2v import queries

    among: Path | None = filters["among"]
    if among is not None:
        listed = [word.strip() for _, word in read_lines(among) if word.strip()]
        known = [word for word in listed if asked.form(word) is not None]
        if len(known) < len(listed):
            note(f"{len(listed) - len(known):,} of {len(listed):,} words of {among} are not in the vocabulary")
        filters = filters | {"among": known}
    with _bounded(f"--match {filters['match']!r}" if filters.get("match") else ""):
        return queries.candidates(asked, **filters)


MATCH_SECONDS = 20.0  # three million words and a usual pattern take three


@contextlib.contextmanager
def _bounded(what: str) -> Iterator[None]:
    """Raise SettingsError where a pattern takes too long; `(a+)+$` tries each way to cut a word, 2^n of them."""

    def stop(number: int, frame: object) -> None:
        raise SettingsError(
            f"{what} takes more than {MATCH_SECONDS:.0f} s: it tries too many ways; avoid repeats within repeats"
        )

    if not what or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, MATCH_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def find_index(asked: Vectors, search: str, needs_every_word: Sequence[str] = ()) -> Index | None:
    """Return the index to ask, made now if `search` is "approximate", or None to look at every word.

    needs_every_word  options given that an index cannot answer

    Says on stderr which it is, if there are many words. Raises SettingsError, MissingExtraError.
    """
    from w2v.queries import approximate

    if search == "approximate" and needs_every_word:
        raise SettingsError(f"--search approximate does not go with {', '.join(needs_every_word)}")
    many = len(asked) > approximate.MANY
    if search == "exact" or needs_every_word or (search == "auto" and not many):
        return None
    if search == "auto" and not (approximate.installed() and approximate.exists(asked)):
        how = "" if approximate.installed() else "pip install 'w2v[index]', then "
        note(f"looked at all {len(asked):,} words; {how}--search approximate makes an index for quicker answers")
        return None
    if not (approximate.installed() and approximate.exists(asked)):
        meter = Meter(quiet=False)
        with meter:
            approximate.make(asked, lambda done: meter.show("indexing", done, len(asked), "words"))
    index = approximate.Index(asked)
    note("answered by the approximate index; --search exact looks at every word")
    return index
