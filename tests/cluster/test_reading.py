"""A corpus that is read in shares: the vocabulary, ids and account of one process, also when a reader is killed."""

from __future__ import annotations

import gzip
import os
import signal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import w2v as library
from w2v import training
from w2v.corpus import shares, sources
from w2v.corpus.shares import deal
from w2v.corpus.sources import find_sources, read_blocks
from w2v.errors import ClusterError, CorpusError
from w2v.training.cluster import Cluster
from w2v.training.cluster.readers import Readers
from w2v.training.replicas import Replicas

SETTINGS = library.TrainSettings(min_count=2, threads=2)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Texts of all kinds; even small ones are cut."""
    monkeypatch.setattr(sources, "LEAST_CUT", 1)
    rng = np.random.default_rng(3)
    words = [*"abcdefgh", "señor", "猫", "坐", "Straße"]
    lines = [" ".join(rng.choice(words, rng.integers(0, 9))) for _ in range(4000)]
    text = "\n".join(lines)
    (tmp_path / "a.txt").write_text(text)  # does not end with its line
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(text[:3000].encode()))
    (tmp_path / "c.txt").write_bytes(b"")
    (tmp_path / "d.txt").write_bytes(b"\xef\xbb\xbf" + b"tie1 tie2\r\n\r\ntie2 tie1 rare\r\n" * 1 + text.encode())
    (tmp_path / "e.txt").write_text(text[:2000], "utf-16")
    (tmp_path / "f.txt").write_text("tie3 tie4 tie4 tie3 " * 300)
    return tmp_path


def parts_of(path, cuts):
    """Return a file in parts that are cut at these places."""
    (whole,) = find_sources([path])
    bounds = [0, *sorted({cut for cut in cuts if 0 < cut < whole.size}), whole.size]
    return [whole._replace(part=first, size=stop - first) for first, stop in pairwise(bounds)]


@given(st.lists(st.sampled_from([b"a", b"bc", b" ", b"\n", b"\n\n", "猫".encode()]), max_size=60), st.data())
def test_lines_of_all_parts_are_those_of_the_file(tmp_path_factory, text, data):
    path = tmp_path_factory.mktemp("parts") / "text"
    path.write_bytes(b"".join(text) or b"a")
    cuts = data.draw(st.lists(st.integers(1, 90), max_size=5))
    block = data.draw(st.integers(1, 20))
    found = [b"".join(b.text for b in read_blocks([part], (b" ",), block)) for part in parts_of(path, cuts)]
    whole = b"".join(b.text for b in read_blocks(find_sources([path]), (b" ",), block))
    assert b"".join(found) == whole
    assert all(part.endswith(b"\n") for part in found if part), "cut in the middle of a line"


def test_a_file_that_became_shorter_is_refused_in_parts_too(folder):
    path = folder / "a.txt"
    *_, last = parts_of(path, [100, 200])
    os.truncate(path, 150)
    with pytest.raises(CorpusError, match="became shorter while it was read"):
        list(read_blocks([last], (), 100))


def test_shares_hold_all_files_in_order_and_are_about_the_same_size(folder):
    found = find_sources([folder])
    dealt = deal(found, 4, "auto")
    sizes = [sum(source.size for source in share) for share in dealt]
    total = sum(source.size for source in found)
    assert sum(sizes) == total
    assert max(sizes) < total / 4 + max(s.size for s in found if s.name.endswith((".gz", "e.txt")))
    order = [(source.name, source.part or 0) for share in dealt for source in share]
    assert order == sorted(order)
    cut = {Path(source.name).name for share in dealt for source in share if source.part}
    assert cut == {"a.txt", "d.txt"}, "an archive or UTF-16 is cut, or nothing"


def assert_same_corpus(found, wanted):
    assert found.vocabulary.words == wanted.vocabulary.words
    assert found.vocabulary.counts.tolist() == wanted.vocabulary.counts.tolist()
    assert found.stream[:].tolist() == wanted.stream.tolist()
    assert found.account == wanted.account
    assert found.account.by_file == wanted.account.by_file
    assert found.account.notes == wanted.account.notes
    assert found.account.dropped_words == wanted.account.dropped_words
    assert found.settings.min_count == wanted.settings.min_count


@pytest.mark.parametrize("more", [{}, {"encoding": "cp1251", "max_vocab": 5}], ids=str)
def test_readers_find_what_one_machine_finds(nodes, folder, more):
    settings = library.TrainSettings(**{"min_count": 2, "threads": 2, **more})
    seen = []
    found = Readers(nodes, print).read([str(folder)], settings, seen.append)
    assert_same_corpus(found, library.read([folder], settings))
    assert seen[-1].done == seen[-1].total > 0
    assert found.stream[5:9].tolist() == found.stream[:9].tolist()[5:]


def test_a_reader_that_is_killed_is_replaced(nodes, folder):
    lines, readers = [], None

    def kill(progress):
        if not lines and readers._actors:
            os.kill(nodes.ray.get(readers._actors[1].pid.remote()), signal.SIGKILL)
            lines.append("killed")

    readers = Readers(nodes, lines.append)
    found = readers.read([str(folder)], SETTINGS, kill)
    wanted = library.read([folder], SETTINGS)
    assert "reader 2" in lines[1]
    os.kill(nodes.ray.get(readers._actors[2].pid.remote()), signal.SIGKILL)
    assert_same_corpus(found, wanted)  # fetches what the lost one had
    assert "reader 3" in lines[2]


def test_a_reader_that_is_killed_while_ids_are_dealt_changes_no_bit(nodes, folder, monkeypatch):
    lines = []
    readers = Readers(nodes, lines.append)
    found = readers.read([str(folder)], SETTINGS, lambda progress: None)
    mend = readers.mend

    def kill():
        mend()
        if not any("lost" in line for line in lines):
            os.kill(nodes.ray.get(readers._actors[0].pid.remote()), signal.SIGKILL)

    monkeypatch.setattr(readers, "mend", kill)
    cluster = Cluster(nodes, found.stream, found.vocabulary, SETTINGS, lines.append)
    here = Replicas(found.stream[:], found.vocabulary, SETTINGS)
    there, wanted = (training.begin(found.vocabulary, SETTINGS) for _ in range(2))
    assert cluster.schedule.replicas == 2
    assert cluster.advance(there, cluster.rounds.all, lambda sums: False)
    assert here.advance(wanted, here.rounds.all, lambda sums: False)
    assert there.tables.input.tobytes() == wanted.tables.input.tobytes()
    assert any("lost: reader 1" in line for line in lines)


def test_what_readers_lack_is_said_with_the_machine(nodes, folder, monkeypatch):
    gone = str(folder / "a.txt")
    dealt = shares.deal(find_sources([gone]), 3, "auto")
    Path(gone).rename(folder / "moved")
    monkeypatch.setattr(
        "w2v.training.cluster.readers.find_text", lambda *about: (find_sources([folder / "moved"]), 1, [])
    )
    monkeypatch.setattr("w2v.training.cluster.readers.deal", lambda *about: dealt)
    with pytest.raises(
        ClusterError, match=rf"^reader \d on \S+: {gone}: is not there; all machines .* w2v train - < FILE"
    ):
        Readers(nodes, print).read([gone], SETTINGS, print)
