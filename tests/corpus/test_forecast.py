"""A corpus that there is no room for is refused when its first block is read, not after hours."""

from __future__ import annotations

import mmap
import shutil
import time
from collections import namedtuple

import numpy as np
import pytest

from w2v import resources
from w2v.corpus import Expected, read, reading, table
from w2v.corpus.reading import Forecast, Reading, Seen
from w2v.corpus.sources import find_sources
from w2v.corpus.spool import Spool
from w2v.errors import ResourceError
from w2v.settings import TrainSettings

WORDS = 40_000
ONE = TrainSettings(threads=1, min_count=1)


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """Return a text of 40,000 different words, one a line, that is read in blocks of 4 KB."""
    monkeypatch.setattr(reading, "BLOCK_BYTES", 1 << 12)
    path = tmp_path / "corpus.txt"
    path.write_text("".join(f"w{number:06d}\n" for number in range(WORDS)))
    return path


def full_disk(monkeypatch, free):
    usage = namedtuple("usage", "total used free")(0, 0, free)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)


def test_what_a_corpus_will_be_is_foretold_from_its_beginning(corpus):
    foretold = []
    assert len(read([corpus], ONE, check=foretold.append).stream) == 2 * WORDS
    assert all(abs(expected.ids - 2 * WORDS) < 0.1 * 2 * WORDS for expected in foretold)
    words = [expected.words for expected in foretold]
    assert words == sorted(words)
    assert words[-1] <= WORDS


def test_the_forecast_is_made_at_the_first_block_and_at_each_doubling():
    words = table.WordTable()
    words.counts[:3] = 9, 4, 5
    told = []
    forecast = Forecast(1000, TrainSettings(min_count=5), told.append)
    for done, ids in ((0, 0), (100, 30), (150, 45), (200, 60), (390, 117), (400, 120)):
        forecast.look(Seen(done, ids, ids), [words])
    assert told == [Expected(300, 2), Expected(300, 2), Expected(300, 2)]
    unknown = Forecast(0, TrainSettings(max_vocab=1), told.append)
    unknown.look(Seen(100, 30, 30), [words])
    assert told[-1] == Expected(30, 1)


def test_the_ids_of_a_block_and_its_bytes_are_seen_at_once(tmp_path):
    class Slow(Spool):
        """Takes long over the first block: the second, which is small, is counted meanwhile."""

        def put(self, number, ids):
            super().put(number, ids)
            time.sleep(0.5 * (number == 0))

    (tmp_path / "large").write_text("a " * 10_000)
    (tmp_path / "small").write_text("b")
    seen = []
    reading = Reading(TrainSettings(threads=2), Slow(None, 1 << 20), [])
    reading.run(find_sources([tmp_path]), lambda: seen.append(reading.seen))
    assert any(now.done == 1 for now in seen)
    assert all(now.ids <= now.done + 2 for now in seen)  # the ends of sentences


def test_a_disk_without_room_for_the_ids_is_refused_early(corpus, tmp_path, monkeypatch):
    full_disk(monkeypatch, 100_000)
    with pytest.raises(ResourceError) as error:
        read([corpus], ONE, in_memory=1000, tmp_dir=tmp_path)
    told = str(error.value)
    assert told.startswith(f"{tmp_path}: a corpus of about ")
    assert told.endswith(" needs 1 MB of disk, 1 MB is free; free some space or name another folder with --tmp-dir")


def test_ids_that_memory_holds_need_no_disk(corpus, monkeypatch):
    full_disk(monkeypatch, 0)
    assert len(read([corpus], ONE).stream) == 2 * WORDS


def test_little_memory_sends_ids_to_the_disk_sooner_and_they_stay_the_same(corpus, monkeypatch):
    plain = read([corpus], ONE).stream
    monkeypatch.setattr("w2v.corpus.spool.available_memory", lambda: 16 * 1000)
    spooled = read([corpus], ONE).stream
    assert np.array_equal(spooled, plain)
    base = spooled
    while isinstance(base, np.ndarray):
        base = base.base
    assert isinstance(base, mmap.mmap)


def test_a_table_of_words_that_outgrows_the_memory_is_refused(corpus, monkeypatch):
    monkeypatch.setattr(table, "WORTH_ASKING", 1 << 20)
    monkeypatch.setattr(resources, "available_memory", lambda: 2_000_000)
    with pytest.raises(ResourceError, match=r"^the table of words needs 4 MB of memory, 2 MB is free; fewer --threads"):
        read([corpus], ONE)


def test_memory_that_ends_while_a_corpus_is_read_is_one_clear_error(corpus, monkeypatch):
    def nothing_left(*arguments):
        raise MemoryError

    monkeypatch.setattr(table.WordTable, "scan", nothing_left)
    with pytest.raises(ResourceError, match=r"no memory left to read .*corpus\.txt; fewer --threads take less"):
        read([corpus], ONE)
