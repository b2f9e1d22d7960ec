"""A log of events, who met which thing and when, as a corpus: each user's things in the order of time are a sentence.

DuckDB reads, sorts and joins, on disk where the memory does not suffice; what comes out of it are numbers. Rows that
cannot be used are left out and counted, by reason. Then sequences are cut at long pauses, short sequences are left
out, and rare things dropped as rare words are, in this order.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.corpus import columns
from w2v.corpus.encoded import Account, Check, EncodedCorpus, Expected, FileAccount
from w2v.corpus.sources import find_sources
from w2v.corpus.spool import Ids, Spool
from w2v.errors import CorpusError, SettingsError
from w2v.kernels import scanning
from w2v.settings import TrainSettings, is_auto
from w2v.vocabulary import Vocabulary, most_frequent

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Name = str | os.PathLike[str]
Times = npt.NDArray[np.float64]
AT_ONCE = 1 << 20  # events fetched
USERS_AT_ONCE = 1 << 10
SHOWN = 10  # dropped items, the most frequent ones
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
GAP = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)")
LATE = 0.1  # the share of the events that --split time holds out, about
MOST_WEIGHT = 100  # times that an event is repeated
HOLDS_LINES = "trim({}, chr(10) || chr(13) || ' ') LIKE '%' || chr(10) || '%'"
NO_REJECTS = "DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans"
MILLISECONDS = 1e11  # a time in seconds as large as this would be in the year 5138


@dataclass(frozen=True)
class Events:
    """A table of events, and which of its columns say what.

    table        a file or a folder, several of them, or a data frame (pandas, Arrow, Polars): CSV, TSV, JSON lines,
                 Parquet, packed or not
    item         the column of things; its ids are taken unchanged
    by           the column of users (or sessions, baskets); without one, all events are one sequence
    order        the column of times, or of numbers that grow with time; without one, the order of the rows
    weight       the column that says how often an event counts, rounded, MOST_WEIGHT times at most: a user's things
                 of weight 1 and more are a sequence, those of 2 and more another, and so on; so that what is heard a
                 hundred times is met a hundred times, and not a hundred times beside itself
    session_gap  seconds, or "30m", "2h", "1d": a longer pause ends a sequence
    min_events   a shorter sequence is left out
    split        what is held out of the training, to test it: "last", the last event of each sequence; "time", what
                 begins in the last tenth of the time; or a share of the sequences, such as 0.1
    part         "train", what is left then; or "test", the sequences whose last item is asked for
    names        a table of what the items are called: a file or a data frame
    id, name     its columns

    A column is named as the first line of the file names it; "2" is the second one of a file without such a line.
    Raises SettingsError for what contradicts itself.

    >>> w2v.train(Events("plays.csv", item="artist", by="user", order="time"), min_count=1)  # doctest: +SKIP
    """

    table: Any
    item: str
    by: str | None = None
    order: str | None = None
    weight: str | None = None
    session_gap: float | str | None = None
    min_events: int = 1
    split: float | str | None = None
    part: str = "train"
    names: Any = None
    id: str = "id"
    name: str = "name"

    def __post_init__(self) -> None:
        if self.gap is not None and self.order is None:
            raise SettingsError("--session-gap needs the times of the events: --order COLUMN")
        if self.min_events < 1:
            raise SettingsError(f"--min-events must be 1 or more, not {self.min_events}")
        if self.split is not None and self.weight is not None:
            raise SettingsError(
                "--split does not go with --weight: what is repeated would be trained and asked for, too"
            )
        if self.split == "time" and self.order is None:
            raise SettingsError("--split time needs the times of the events: --order COLUMN")
        if self.split is not None and self.share is None and self.split not in ("last", "time"):
            raise SettingsError(f"--split is last, time, or a share between 0 and 1, not {self.split!r}")

    @property
    def share(self) -> float | None:
        """The share of the sequences that is held out, if that is how they are split."""
        try:
            share = float(self.split if self.split is not None else "")
        except ValueError:
            return None
        return share if 0 < share < 1 else None

    @property
    def gap(self) -> float | None:
        """The longest pause within a sequence, in seconds. Raises SettingsError."""
        if self.session_gap is None:
            return None
        found = GAP.fullmatch(str(self.session_gap).strip())
        if found is None or float(found[1]) == 0:
            raise SettingsError(f"--session-gap is a time such as 30m, 2h or 1d, not {self.session_gap!r}")
        return float(found[1]) * UNITS[found[2] or "s"]

    @property
    def files(self) -> list[Name]:
        """The files that are read, none where a data frame is given."""
        if isinstance(self.table, (str, os.PathLike)):
            return [self.table]
        return list(self.table) if isinstance(self.table, (list, tuple)) else []


def encode(
    events: Events,
    settings: TrainSettings,
    *,
    report: Callable[[int, int, int], None] = lambda done, total, tokens: None,
    check: Check = lambda expected: None,
    tmp_dir: Path | None = None,
    in_memory: int,
) -> EncodedCorpus:
    """Return events as ids, one sequence behind the other. Raises CorpusError, SettingsError, MissingExtraError.

    report     called with bytes read, of how many, and events read
    check      called when it is known what the corpus will be; may raise an error to refuse it
    tmp_dir    where DuckDB puts what does not fit the memory, and ids beyond `in_memory`
    """
    notes: list[str] = []
    with (
        _sorted(events, settings, notes, tmp_dir, report) as (connection, folder, found),
        closing(Spool(tmp_dir, in_memory)) as spool,
    ):
        named = found.name
        items, titles = _items(connection, events, folder, settings.encoding, notes)
        counts, blocks, short = _cut(connection, events, len(items), spool)
        if short:
            lost = _one(connection, "SELECT count(*) FROM sorted") - int(counts.sum())
            notes.append(
                f"left out {short:,} sequences of fewer than {events.min_events} events (--min-events), {lost:,} events"
            )
        if events.split is not None and events.part == "train":
            lost = _one(connection, "SELECT count(*) FROM sorted") - int(counts.sum())
            notes.append(f"held out by --split {events.split}: {lost:,} events, and sequences that are too short")
        least = 1 if is_auto(settings.min_count) else settings.min_count  # a rare item can be asked for, too
        kept, numbers = most_frequent(counts, least, settings.max_vocab)
        if not len(kept):
            advice = f"--min-count {counts.max()} or less" if counts.any() else "a smaller --min-events"
            raise CorpusError(named, "; ".join([f"no item is left: {advice} leaves some", *notes]))
        check(Expected(spool.size, len(kept)))
        ids = spool.stream()
        written, ended = 0, True
        for block in range(blocks):
            wrote, _, ended = scanning.renumber(spool.take(block), numbers, ids[written:], ended)
            written += wrote
        ids = ids[:written]
    vocabulary = Vocabulary(tuple(items[row] for row in kept), counts[kept], tuple(titles[row] for row in kept))
    tokens, dropped = int(counts.sum()), most_frequent(np.where(numbers < 0, counts, 0), 1, SHOWN)[0]
    account = Account.of(
        # Not by file: a sequence may come from several.
        (FileAccount(f"the events of {named}", found.bytes, tokens, vocabulary.tokens, 0, 0, len(ids)),),
        files=found.files,
        types=int(np.count_nonzero(counts)),
        sentences=len(ids) - vocabulary.tokens,
        notes=tuple(notes),
        dropped_words=tuple((items[row], int(counts[row])) for row in dropped),
    )
    return EncodedCorpus(vocabulary, ids, account, settings, kind="items")


def histories(events: Events, settings: TrainSettings, notes: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each user, in the order of their first events, and the ids of what they met in the order of time.

    notes  receives a line on rows that are left out

    Raises CorpusError, SettingsError, MissingExtraError.
    """
    if events.by is None:
        raise SettingsError("whose events they are is not said: --by COLUMN")
    with _sorted(events, settings, notes) as (connection, *_):
        rows = connection.execute(
            "SELECT first(users.id), list(items.id ORDER BY sorted.rowid) FROM sorted"
            " JOIN users ON sorted.who // 128 = users.number JOIN items ON sorted.item = items.number"
            " GROUP BY sorted.who ORDER BY sorted.who"
        )
        while some := rows.fetchmany(USERS_AT_ONCE):
            yield from some


class _Found(NamedTuple):
    """What was read: what to call it, how many files or tables, and their bytes."""

    name: str
    files: int
    bytes: int


@contextmanager
def _sorted(
    events: Events, settings: TrainSettings, notes: list[str], tmp_dir: Path | None = None,
    report: Callable[[int, int, int], None] = lambda done, total, tokens: None,
) -> Iterator[tuple[DuckDBPyConnection, str, _Found]]:  # fmt: skip
    """Give a data base with the tables users, items and sorted, and the folder that holds it."""
    with (
        tempfile.TemporaryDirectory(prefix="w2v-events-", dir=tmp_dir) as folder,
        closing(columns.connect(folder, settings.threads)) as connection,
    ):
        sources = find_sources(events.files, notes.append)
        sizes = [source.size or 0 for source in sources]
        connection.execute(
            "CREATE TABLE events (place BIGINT, who VARCHAR, moment DOUBLE, item VARCHAR, weight DOUBLE)"
        )
        for number, table in enumerate([source.name for source in sources] or [events.table]):
            notes += _read(connection, events, table, folder, settings.encoding)
            report(sum(sizes[: number + 1]), sum(sizes), _one(connection, "SELECT count(*) FROM events"))
        if heavy := _one(connection, f"SELECT count(*) FROM events WHERE weight > {MOST_WEIGHT}"):
            every = _one(connection, "SELECT count(*) FROM events")
            notes.append(
                f"{events.weight} above {MOST_WEIGHT} counts as {MOST_WEIGHT}: in {heavy:,} of {every:,} events"
            )
        name = sources[0].name if sources else f"the {type(events.table).__name__}"
        name += f" and {len(sources) - 1} more" if len(sources) > 1 else ""
        if not _sort(connection):
            raise CorpusError(name, "; ".join(["holds no event that can be used", *notes]))
        yield connection, folder, _Found(name, max(len(sources), 1), sum(sizes))


def _one(connection: DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    assert row is not None
    return int(row[0] or 0)


def _read(connection: DuckDBPyConnection, events: Events, table: Any, folder: str, encoding: str) -> Iterator[str]:
    """Add the events of one table; yields a note on the rows that are left out."""
    import duckdb

    asked = [name for name in (events.by, events.order, events.item, events.weight) if name is not None]
    reader = columns.open_table(connection, table, folder, asked, encoding)
    by = "''" if events.by is None else reader.text_of(events.by)
    at = "0.0" if events.order is None else reader.number_of(events.order)
    weight = "1.0" if events.weight is None else reader.number_of(events.weight)
    before = _one(connection, "SELECT count(*) FROM events")
    connection.execute(NO_REJECTS)
    try:
        connection.execute(
            f"INSERT INTO events SELECT row_number() OVER () + {before}, {by}, {at}, {reader.text_of(events.item)},"
            f" {weight} FROM {reader.sql}"
        )
    except duckdb.Error as error:
        raise CorpusError(
            reader.name, f"cannot be read as a table: {columns.why_unreadable(reader.name, error)}"
        ) from error
    rows = _one(connection, "SELECT count(*) FROM events") - before
    bad = _unparsed(connection, reader.name)
    total = rows + sum(bad.values())
    # A row that lacks several things is counted for the first of them.
    reasons = [("who IS NULL", f"without {events.by}"), ("item IS NULL", f"without {events.item}")]
    reasons += [(HOLDS_LINES.format("who"), f"with a line end in {events.by}")]
    reasons += [(HOLDS_LINES.format("item"), f"with a line end in {events.item}")]
    reasons += [("moment IS NULL OR NOT isfinite(moment)", f"whose {events.order} is no time and no number")]
    reasons += [("weight IS NULL OR NOT isfinite(weight)", f"whose {events.weight} is no number")]
    reasons += [("weight < 0.5", f"whose {events.weight} is less than one half")]
    for condition, what in reasons:
        if count := _one(connection, f"SELECT count(*) FROM events WHERE place > {before} AND ({condition})"):
            bad[what] = count
            connection.execute(f"DELETE FROM events WHERE place > {before} AND ({condition})")
    if bad:
        listed = ", ".join(f"{count:,} {what}" for what, count in bad.items())
        yield f"{reader.name}: left out {sum(bad.values()):,} of {total:,} rows: {listed}"


def _unparsed(connection: DuckDBPyConnection, name: str) -> dict[str, int]:
    """Return how many lines of the text that was just read are no rows, by reason. Raises CorpusError."""
    import duckdb

    about = {"MISSING COLUMNS": "with too few fields", "TOO MANY COLUMNS": "with too many fields",
             "INVALID ENCODING": "that are not in UTF-8 (--encoding latin-1, or another, reads them)"}  # fmt: skip
    try:
        found = connection.execute(
            "SELECT error, count(*) FROM (SELECT first(error_type)::VARCHAR AS error FROM reject_errors"
            " GROUP BY scan_id, file_id, line) GROUP BY error ORDER BY error"
        ).fetchall()
    except duckdb.CatalogException:  # only the reader of CSV makes this table
        return {}
    # How many lines it swallowed is not known: DuckDB keeps the first 10,000 letters.
    if line := _one(connection, f"SELECT min(line) FROM reject_errors WHERE {HOLDS_LINES.format('csv_line')}"):
        raise CorpusError(
            name, f"a quotation mark in line {line:,} is not closed, or not where the field ends: lines behind it"
            " would be lost; mend that line"
        )  # fmt: skip
    return {about.get(str(error), f"that cannot be read ({str(error).lower()})"): int(count) for error, count in found}


def _sort(connection: DuckDBPyConnection) -> int:
    """Number users and items as they come, and sort the events by user, time and place; returns how many there are."""
    for what, column in (("users", "who"), ("items", "item")):
        connection.execute(
            f"CREATE TABLE {what} AS SELECT {column} AS id, row_number() OVER (ORDER BY first) - 1 AS number FROM"
            f" (SELECT {column}, min(place) AS first FROM events GROUP BY {column})"
        )
    connection.execute(
        "CREATE TABLE sorted AS SELECT users.number * 128 + copy AS who, moment, items.number::INTEGER AS item"
        f" FROM (SELECT *, unnest(range(least(round(weight), {MOST_WEIGHT})::BIGINT)) AS copy FROM events) AS events"
        " JOIN users ON events.who = users.id JOIN items ON events.item = items.id"
        " ORDER BY users.number, copy, moment, place"
    )
    connection.execute("DROP TABLE events")
    return _one(connection, "SELECT count(*) FROM sorted")


def _items(
    connection: DuckDBPyConnection, events: Events, folder: str, encoding: str, notes: list[str]
) -> tuple[list[str], list[str]]:
    """Return the ids of the items and their names, "" for those that have none."""
    if events.names is None:
        rows = connection.execute("SELECT id, '' FROM items ORDER BY number").fetchall()
    else:
        table = columns.open_table(connection, events.names, folder, (events.id, events.name), encoding)
        id, name = table.text_of(events.id), table.text_of(events.name)
        connection.execute(NO_REJECTS)
        rows = connection.execute(
            "SELECT items.id, coalesce(first(regexp_replace(trim(name), '\\s+', ' ', 'g')), '') FROM items"
            f" LEFT JOIN (SELECT {id} AS id, {name} AS name FROM {table.sql})"
            " AS named ON items.id = named.id GROUP BY items.id, items.number ORDER BY items.number"
        ).fetchall()
        notes += [
            f"{table.name}: rows left out: {count:,} {what}"
            for what, count in _unparsed(connection, table.name).items()
        ]
        if nameless := sum(not name for _, name in rows):
            notes.append(f"{table.name}: no {events.name} for {nameless:,} of {len(rows):,} items")
    return [row[0] for row in rows], [row[1] for row in rows]


def _chunks(connection: DuckDBPyConnection, gap: float | None) -> Iterator[tuple[Ids, Times, npt.NDArray[np.int64]]]:
    """Yield items, int32 [n], of whole sequences, their times, float64 [n], and where each begins, int64 [S]."""
    size = _one(connection, "SELECT count(*) FROM sorted")
    users, times, items = np.empty(0, np.int64), np.empty(0), np.empty(0, np.int32)
    for first in range(0, size, AT_ONCE):
        rows = connection.execute(
            f"SELECT who, moment, item FROM sorted WHERE rowid >= {first} AND rowid < {first + AT_ONCE} ORDER BY rowid"
        ).fetchnumpy()
        users = np.concatenate((users, rows["who"]))
        times = np.concatenate((times, rows["moment"]))
        items = np.concatenate((items, rows["item"]))
        new = np.diff(users, prepend=-1) != 0
        if gap is not None:
            new |= np.diff(times, prepend=times[0]) > gap
        starts = np.flatnonzero(new)
        end = len(items) if first + AT_ONCE >= size else starts[-1]  # the last sequence may go on
        yield items[:end], times[:end], starts[starts < end]
        users, times, items = users[end:], times[end:], items[end:]


def _cut(
    connection: DuckDBPyConnection, events: Events, items: int, spool: Spool
) -> tuple[npt.NDArray[np.int64], int, int]:
    """Put sequences into the spool; returns the counts of items, int64, the blocks, and how many were too short."""
    counts = np.zeros(items, np.int64)
    short = blocks = 0
    held = _Held(connection, events)
    gap = events.gap
    if gap is not None and _one(connection, f"SELECT count(*) FROM sorted WHERE abs(moment) > {MILLISECONDS}"):
        gap *= 1000
    for chunk, times, starts in _chunks(connection, gap):
        lengths = np.diff(starts, append=len(chunk))
        long = lengths >= events.min_events
        short += int(np.count_nonzero(~long))
        kept = np.repeat(long, lengths) & held.part(times, starts, lengths)
        ends = np.cumsum(np.add.reduceat(kept, starts, dtype=np.int64))
        counts += np.bincount(chunk[kept], minlength=items)
        # Where nothing is kept of a sequence, its end follows another end, and is dropped with the rare items.
        spool.put(blocks, np.insert(chunk[kept], ends, np.int32(scanning.SENTENCE_END)))
        blocks += 1
    return counts, blocks, short


class _Held:
    """Which events belong to the part that is asked for, chunk after chunk."""

    def __init__(self, connection: DuckDBPyConnection, events: Events) -> None:
        self._events = events
        self._rng = np.random.default_rng(0)  # not the seed of the training: the same split for all of them
        self._cut = 0.0
        if events.split == "time":
            row = connection.execute(f"SELECT quantile_cont(moment, {1 - LATE}) FROM sorted").fetchone()
            assert row is not None
            self._cut = float(row[0])

    def part(
        self, times: Times, starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.bool_]:
        """Return which events of some whole sequences belong to the part, bool [n]."""
        train = self._events.part == "train"
        if self._events.split is None:
            return np.full(len(times), train)
        if self._events.split == "time":
            return times < self._cut if train else np.repeat(times[starts] >= self._cut, lengths)
        if self._events.split == "last":
            kept = np.ones(len(times), np.bool_) if train else np.repeat(lengths > 1, lengths)
            if train:
                kept[(starts + lengths - 1)[lengths > 1]] = False
            return kept
        chance: Times = self._rng.random(len(starts))
        return np.repeat((chance < (self._events.share or 0.0)) != train, lengths)
