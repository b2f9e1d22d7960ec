"""A table of events becomes sequences of ids: exact, in the order of time; every row that is left out is counted."""

from __future__ import annotations

import bz2
import gzip
import json
from collections import Counter, defaultdict
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import w2v
from w2v.corpus import columns, events
from w2v.errors import CorpusError, SettingsError

pytest.importorskip("duckdb")

LOG = """user,artist,time
u1,Sigur Rós,2020-01-01 10:00:00
u2,007,2020-01-01 10:01:00
u1,"New York, Dolls",2020-01-01 10:20:00
u1,7,2020-01-01 10:10:00
u2,Sigur Rós,2020-01-02 10:00:00
"""
SEQUENCES = [["Sigur Rós", "7", "New York, Dolls"], ["007", "Sigur Rós"]]


def sequences(corpus):
    found = [[]]
    for id in corpus.stream.tolist():
        if id < 0:
            found.append([])
        else:
            found[-1].append(corpus.vocabulary.words[id])
    assert found[-1] == []
    return found[:-1]


def read(table, **more):
    settings = {"min_count": more.pop("min_count", 1), "threads": 1, "encoding": more.pop("encoding", "auto")}
    named = {"item": "artist", "by": "user", "order": "time"}
    return w2v.read(w2v.Events(table, **(named | more)), **settings)


@pytest.fixture
def log(tmp_path):
    def write(text=LOG, name="plays.csv"):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path / name

    return write


def rows_of_log():
    return [dict(zip(("user", "artist", "time"), row)) for row in
            [("u1", "Sigur Rós", "2020-01-01 10:00:00"), ("u2", "007", "2020-01-01 10:01:00"),
             ("u1", "New York, Dolls", "2020-01-01 10:20:00"), ("u1", "7", "2020-01-01 10:10:00"),
             ("u2", "Sigur Rós", "2020-01-02 10:00:00")]]  # fmt: skip


def test_the_same_events_in_any_format_are_the_same_sequences(log, tmp_path):
    import duckdb

    rows = rows_of_log()
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    tabs = "user\tartist\ttime\n" + "".join("\t".join(row.values()) + "\n" for row in rows)
    parquet = tmp_path / "plays.parquet"
    duckdb.read_json(str(log(lines, "a.json"))).write_parquet(str(parquet))
    tables = [
        log(), log(LOG.replace("\n", "\r\n"), "crlf.csv"), log(b"\xef\xbb\xbf" + LOG.encode(), "bom.csv"),
        log(gzip.compress(LOG.encode()), "plays.csv.gz"), log(bz2.compress(LOG.encode()), "plays.csv.bz2"),
        log(tabs, "plays.tsv"), log(lines, "plays.jsonl"), parquet,
    ]  # fmt: skip
    for table in tables:
        assert sequences(read(table)) == SEQUENCES, table


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le"])
def test_a_table_in_another_encoding_is_read(log, encoding):
    content = LOG.encode(encoding)
    said = {} if encoding == "utf-16" else {"encoding": encoding}  # a byte order mark says it by itself
    for table in (log(content), log(gzip.compress(content), "plays.csv.gz")):
        assert sequences(read(table, **said)) == SEQUENCES
    with pytest.raises(CorpusError, match="is not in the encoding ascii; say with --encoding what it is in"):
        read(log(LOG), encoding="ascii")


def test_histories_are_those_of_users_in_the_order_of_time(log):
    notes = []
    found = w2v.corpus.histories(
        w2v.Events(log(LOG + ",x,2020\n"), item="artist", by="user", order="time"), w2v.TrainSettings(), notes
    )
    assert list(found) == [("u1", SEQUENCES[0]), ("u2", SEQUENCES[1])]
    assert "left out 1 of 6 rows: 1 without user" in notes[0]
    with pytest.raises(SettingsError, match="--by COLUMN"):
        next(w2v.corpus.histories(w2v.Events(log(), item="artist"), w2v.TrainSettings(), notes))


@pytest.mark.parametrize("library", ["pyarrow", "pandas", "polars"])
def test_a_data_frame_is_a_table(library):
    module = pytest.importorskip(library)
    rows = rows_of_log()
    make = module.Table.from_pylist if library == "pyarrow" else module.DataFrame
    assert sequences(read(make(rows))) == SEQUENCES
    for row in rows:
        row["time"] = datetime.fromisoformat(row["time"])
    assert sequences(read(make(rows), session_gap="15m")) == [SEQUENCES[0], ["007"], ["Sigur Rós"]]


def test_a_folder_is_one_table(log, tmp_path):
    first, second = LOG.split("u2,007", 1)
    log(first, "a.csv")
    log("user,artist,time\nu2,007" + second, "b.csv")
    corpus = read(tmp_path)
    assert (sequences(corpus), corpus.account.files) == (SEQUENCES, 2)


def test_columns_without_names_have_numbers(log):
    assert sequences(read(log(LOG.split("\n", 1)[1]), by="1", item="2", order="3")) == SEQUENCES


def test_a_pause_ends_a_sequence_and_short_ones_are_counted(log):
    assert sequences(read(log(), session_gap="15m")) == [["Sigur Rós", "7", "New York, Dolls"], ["007"], ["Sigur Rós"]]
    assert sequences(read(log(), session_gap=600))[0] == ["Sigur Rós", "7", "New York, Dolls"]
    assert sequences(read(log(), session_gap="9m"))[:2] == [["Sigur Rós"], ["7"]]
    corpus = read(log(), session_gap="15m", min_events=2)
    assert sequences(corpus) == SEQUENCES[:1]
    assert "left out 2 sequences of fewer than 2 events (--min-events), 2 events" in corpus.account.notes


def test_times_may_be_milliseconds(log):
    text = "user,artist,time\n" + "".join(f"u,{n},{1_600_000_000_000 + n * 60_000}\n" for n in (0, 1, 2, 9))
    assert sequences(read(log(text), session_gap="2m")) == [["0", "1", "2"], ["9"]]


def test_events_of_one_moment_stay_in_their_order(log):
    text = "user,artist,time\n" + "".join(f"u,{n},5\n" for n in range(50))
    assert sequences(read(log(text))) == [[str(n) for n in range(50)]]


def test_rows_that_cannot_be_used_are_counted_by_reason(log):
    bad = b",7,2020-01-01\nu3,,2020-01-01\nu3,x,soon\nu3,x\nu3,x,2020,1,2\nu4,\xff,2020-01-01\n"
    corpus = read(log(LOG.encode() + bad))
    assert sequences(corpus) == SEQUENCES
    (note,) = corpus.account.notes
    assert note.endswith(
        "plays.csv: left out 6 of 11 rows: 1 that are not in UTF-8 (--encoding latin-1, or another, reads them),"
        " 1 with too few fields, 1 with too many fields, 1 without user,"
        " 1 without artist, 1 whose time is no time and no number"
    )


def test_binary_junk_between_rows_is_counted_and_no_quotation_mark_swallows_the_rest(log):
    rows = "".join(f"u{n % 9},i{n % 7},{n}\n" for n in range(3000))
    junk = bytes(range(128, 256)) * 9 + b"\n"
    corpus = read(log(b"user,artist,time\n" + rows.encode() + junk + rows.encode()))
    assert corpus.account.tokens == 6000
    assert "left out 1 of 6,001 rows: 1 that are not in UTF-8" in corpus.account.notes[0]
    broken = b"user,artist,time\n" + rows.encode() + b'\r"\0"x\xff\r"\n' + rows.encode()
    with pytest.raises(CorpusError, match=r"binary data in line 3,002, no table; take it out"):
        read(log(gzip.compress(broken), "junk.csv.gz"))
    with pytest.raises(CorpusError, match=r"a quotation mark in line 3,002 is not closed"):
        read(log("user,artist,time\n" + rows + '"u1,i1,3\n' + rows))
    corpus = read(
        log('{"user": "u1", "artist": "a", "time": 1}\n{"user": "u1", "art\n{"user": "u1", "artist": "b"}\n', "x.jsonl")
    )
    assert "2 of 3 rows" in corpus.account.notes[0]


def test_rare_items_are_dropped_as_rare_words_are(log):
    corpus = read(log(), min_count=2)
    assert (sequences(corpus), corpus.account.kept, corpus.account.dropped) == ([["Sigur Rós"]] * 2, 2, 3)
    assert {word for word, _ in corpus.account.dropped_words} == {"007", "7", "New York, Dolls"}


def test_names_go_along(log):
    names = log('id,name\n007,"James  Bond"\n7,Seven\n8,Eight\n', "names.csv")
    corpus = read(log(), names=names)
    titles = dict(zip(corpus.vocabulary.words, corpus.vocabulary.titles))
    assert titles == {"007": "James Bond", "7": "Seven", "Sigur Rós": "", "New York, Dolls": ""}
    assert any(note.endswith("no name for 2 of 4 items") for note in corpus.account.notes)
    names.write_bytes("id,name\n007,Señor Bond\n7,Seven\n".encode("latin-1"))
    notes = read(log(), names=names).account.notes
    assert any("names.csv: rows left out: 1 that are not in UTF-8 (--encoding" in note for note in notes)
    assert "Señor Bond" in read(log(), names=names, encoding="latin-1").vocabulary.titles


@pytest.mark.parametrize(
    ("text", "more", "problem"),
    [
        (LOG, {"item": "artst"}, "has no column 'artst'; there are user, artist, time"),
        (LOG, {"item": "Artist"}, "has no column 'Artist'; did you mean artist?"),
        ("\n \n", {}, "is empty"),
        (b"\0\1\2\3" * 99, {}, "is binary data, no table"),
        ("user,artist,time\n", {}, "holds no event that can be used"),
        (LOG, {"min_count": 3}, "no item is left: --min-count 2 or less"),
        (gzip.compress(LOG.encode())[:40], {}, "the archive is damaged or cut short"),
        (b"PAR1 and no more", {}, "is no table that can be read"),
    ],
)
def test_what_is_wrong_is_one_line(log, text, more, problem):
    with pytest.raises(CorpusError) as caught:
        read(log(text), **more)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_settings_that_contradict_are_refused():
    with pytest.raises(SettingsError, match="needs the times"):
        w2v.Events("x", item="i", session_gap="30m")
    for gap in ("soon", "0m", "-5"):
        with pytest.raises(SettingsError, match="such as 30m"):
            w2v.Events("x", item="i", order="t", session_gap=gap)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 5)), min_size=1, max_size=40),
    st.integers(1, 3), st.sampled_from([None, 1, 4]), st.integers(1, 7),
)  # fmt: skip
def test_sequences_are_those_that_sorting_and_grouping_in_python_give(rows, min_events, gap, at_once):
    pyarrow = pytest.importorskip("pyarrow")
    by_user = defaultdict(list)
    for user, time, item in rows:
        by_user[user].append((time, str(item)))
    wanted = []
    for user in by_user:  # in the order in which they first appear
        history = sorted(by_user[user], key=lambda event: event[0])
        for place, (time, item) in enumerate(history):
            if place == 0 or (gap is not None and time - history[place - 1][0] > gap):
                wanted.append([])
            wanted[-1].append(item)
    wanted = [sequence for sequence in wanted if len(sequence) >= min_events]
    table = pyarrow.table({"user": [r[0] for r in rows], "time": [r[1] for r in rows], "artist": [r[2] for r in rows]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "AT_ONCE", at_once)
        if not wanted:
            with pytest.raises(CorpusError, match="no item is left"):
                read(table, session_gap=gap, min_events=min_events)
            return
        corpus = read(table, session_gap=gap, min_events=min_events)
    assert sequences(corpus) == wanted
    counts = Counter(item for sequence in wanted for item in sequence)
    assert dict(zip(corpus.vocabulary.words, corpus.vocabulary.counts.tolist())) == counts
    assert (np.diff(corpus.vocabulary.counts) <= 0).all()


def test_the_separator_is_the_one_that_leaves_the_columns_asked_for():
    assert columns.separator_of(b"a;b;c,d\n", ["d"]) == ","
    assert columns.separator_of(b"a;b;c,d\n") == ";"


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        (LOG, "looks like a table of events, not like text: w2v train {} --by user --item artist"),
        ("1\t2\t3\n" * 9, "--by 1 --item 2"),
        ("12 x7 12\nx7 99\n" * 9, ""),
        ("In 1984, he wrote, it rained.\nA cold day, in April, it was.\n" * 9, ""),
        ("the cat\n" * 3, ""),
    ],
)
def test_a_text_that_looks_like_events_gets_a_note(log, text, noted):
    path = log(text, "some.txt")
    notes = w2v.read(path, min_count=1, threads=1).account.notes
    assert len(notes) == bool(noted)
    assert noted.format(path) in "".join(notes)
    assert not w2v.read(path, min_count=1, threads=1, tokenizer="whitespace").account.notes


def test_a_weight_repeats_an_event_in_further_sequences_and_not_beside_itself(log):
    table = log("user,artist,plays\nu1,a,3\nu1,b,1\nu1,c,2.4\nu2,a,1e6\nu2,b,0\nu2,c,-1\nu2,d,many\nu2,d,\n")
    corpus = read(table, order=None, weight="plays")
    found = sequences(corpus)
    assert found[:3] == [["a", "b", "c"], ["a", "c"], ["a"]]
    assert found[3:] == [["a"]] * events.MOST_WEIGHT
    notes = "\n".join(corpus.account.notes)
    assert "left out 4 of 8 rows: 2 whose plays is no number, 2 whose plays is less than one half" in notes
    assert "plays above 100 counts as 100: in 1 of 4 events" in notes
    with pytest.raises(SettingsError, match="--split does not go with --weight"):
        w2v.Events(table, item="artist", weight="plays", split="last")
