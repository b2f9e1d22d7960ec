"""Vectors of documents: the steps of the twin, for any number of threads; topics come apart; names are found again."""

from __future__ import annotations

import json
import time

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

import w2v as library
from w2v.errors import FormatError, SettingsError, StoppedError
from w2v.kernels import random
from w2v.training import documents

TOPICS = [[f"{topic}{n}" for n in range(40)] for topic in "abc"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twelve files, four of each of three topics, which share the words s0 to s39; and one without a word."""
    folder = tmp_path_factory.mktemp("texts")
    rng = np.random.default_rng(0)
    shared = [f"s{n}" for n in range(40)]
    for number in range(12):
        lines = [" ".join(rng.choice([*TOPICS[number % 3], *shared], 12)) for _ in range(60)]
        (folder / f"{'abc'[number % 3]} {number}.txt").write_text("\n".join(lines))
    (folder / "empty.txt").write_text("rare\n")
    return folder


SETTINGS = {"dim": 16, "epochs": 4, "documents": "file", "min_count": 2, "sample": 1e-2, "tokenizer": "whitespace"}


def test_the_steps_are_those_of_the_twin(folder):
    settings = library.TrainSettings(**SETTINGS, negatives=4, rate=0.05, threads=2)
    corpus = library.read([folder], settings)
    state = library.training.begin(corpus.vocabulary, settings)
    library.training.finish(corpus, settings, state)
    found = documents.train_documents(corpus, settings, state)
    counts, output = corpus.vocabulary.counts, state.tables.output[:, :16].astype(float)
    keep, noise = random.keep_limits(counts, 1e-2), random.noise_table(counts, 0.75)
    begun = (np.random.default_rng(1).random((12, 16), np.float32) - np.float32(0.5)) / np.float32(16)
    files = [file for file in corpus.account.by_file if file.kept]
    assert [file.name for file in files] == list(found.words)
    for file, row, first in zip(files[:3], found.matrix, begun):
        wanted = naive.train_document(
            corpus.stream, file.start, file.stop, first.astype(float), output, keep, noise, 4, 4, 0.05, 0.05e-4, 1
        )
        np.testing.assert_allclose(row, wanted, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("more", [{}, {"objective": "cbow"}, {"negatives_per": "pair"}])
def test_topics_come_apart_and_words_stay_as_they_are(folder, more):
    vectors = library.train(folder, **SETTINGS | {"epochs": 20, "threads": 2} | more)
    assert vectors.documents is not None
    topics = [name.rsplit("/", 1)[1][0] for name in vectors.documents]
    for name, topic in zip(vectors.documents, topics):
        nearest = vectors.documents.similar(name, 3)
        assert [found.word.rsplit("/", 1)[1][0] for found in nearest] == [topic] * 3
        words = vectors.similar(vectors.documents[name], 5)
        assert {found.word[0] for found in words} <= {topic, "s"}, "words of its topic, or of all"
    without = library.train(folder, **SETTINGS | {"epochs": 20, "threads": 2, "documents": "none"} | more)
    assert without.documents is None
    assert without.matrix.tobytes() == vectors.matrix.tobytes()


def test_threads_and_a_stop_change_nothing(folder, tmp_path, monkeypatch):
    def rows(vectors):
        return vectors.documents.matrix.tobytes()

    state = [documents.train_documents, set()]
    for cores in (1, 2, 5):
        monkeypatch.setattr(documents, "available_threads", lambda cores=cores: cores)
        state[1].add(rows(library.train(folder, **SETTINGS, threads=2)))
    assert len(state[1]) == 1
    wanted = library.train(folder, **SETTINGS, threads=2, checkpoint=tmp_path / "run")
    resumed = library.resume(tmp_path / "run")
    assert rows(resumed) == rows(wanted)
    assert resumed.documents.words == wanted.documents.words


def test_a_stop_among_the_documents_keeps_the_words(folder, tmp_path, monkeypatch):
    wanted = library.train(folder, **SETTINGS, threads=2, report=(told := []).append)
    assert told[-1] == documents.DocumentProgress(12, 12)
    train = documents.documents.train_documents
    monkeypatch.setattr(documents.documents, "train_documents", lambda *args: (time.sleep(0.01), train(*args)))
    monkeypatch.setattr(documents, "PART_STEPS", 100)
    monkeypatch.setattr("w2v.training.run.TICK_SECONDS", 0.01)
    seen = []
    session = library.training.Session(checkpoint=tmp_path / "run", report=seen.append)
    session.stop = lambda: isinstance(seen[-1], documents.DocumentProgress)
    with pytest.raises(StoppedError) as stopped:
        session.start([folder], library.TrainSettings(**SETTINGS, threads=2))
    assert stopped.value.kept
    assert seen[-1].total == 12
    resumed = library.resume(tmp_path / "run")
    assert resumed.matrix.tobytes() == wanted.matrix.tobytes()
    assert resumed.documents.matrix.tobytes() == wanted.documents.matrix.tobytes()


LINES = st.lists(st.lists(st.sampled_from(["a", "b", "once"]), max_size=3), min_size=1, max_size=12)


@examples(max_examples=40)
@given(st.lists(LINES, min_size=1, max_size=3), st.booleans())
def test_each_line_keeps_its_number(tmp_path_factory, files, ended):
    """Lines without a word of the vocabulary are no documents, and the others are counted as an editor counts them."""
    folder = tmp_path_factory.mktemp("lines")
    wanted = []
    often = sum((line.count("once") for file in files for line in file), 0) >= 100
    for number, lines in enumerate(files):
        lines = [*lines, ["a"] * 100, ["b"] * 100]
        (folder / f"{number}.txt").write_text("\n".join(map(" ".join, lines)) + "\n" * ended)
        wanted += [(number, n) for n, line in enumerate(lines, 1) if set(line) & {"a", "b"} or (line and often)]
    settings = library.TrainSettings(min_count=100, documents="line", threads=2)
    names, starts, stops = documents.find_documents(corpus := library.read([folder], settings), settings)
    if len(files) == 1:
        assert names == [str(n) for _, n in wanted]
    else:
        assert names == [f"{folder / f'{number}.txt'}:{n}" for number, n in wanted]
    assert [corpus.stream[start:stop].min() >= 0 for start, stop in zip(starts, stops)] == [True] * len(names)
    assert sum(stops - starts) == corpus.account.kept
    if len(files) == 1:
        given_as_lists = library.read([*files[0], ["a"] * 100, ["b"] * 100], settings)
        assert documents.find_documents(given_as_lists, settings)[0] == names


def test_lines_of_a_topic_are_near_each_other_and_a_run_goes_on_with_them(folder, tmp_path):
    text = tmp_path / "all.txt"
    lines = [line for file in sorted(folder.iterdir()) for line in file.read_text().splitlines()]
    text.write_text("\n\n".join(lines))  # a blank line after each
    settings = SETTINGS | {"epochs": 20, "documents": "line", "threads": 2}
    vectors = library.train(text, **settings, checkpoint=tmp_path / "run")
    topic_of = {str(2 * n + 1): line for n, line in enumerate(lines)}

    def topic(name):
        words = [word[0] for word in topic_of[name].split() if word[0] != "s"]
        return words[0] if words else ""

    right = total = 0
    for name in vectors.documents.words[:720:12]:
        for found in vectors.documents.similar(name, 5):
            right += topic(found.word) == topic(name)
            total += 1
    assert right / total > 0.8
    resumed = library.resume(tmp_path / "run")
    assert resumed.documents.words == vectors.documents.words
    assert resumed.documents.matrix.tobytes() == vectors.documents.matrix.tobytes()
    (tmp_path / "run" / "lines.npy").unlink()
    with pytest.raises(FormatError, match=r"lines.npy: cannot be read"):
        library.resume(tmp_path / "run")


def test_what_has_no_lines_is_refused():
    with pytest.raises(SettingsError, match="--documents line goes with --phrases 0"):
        library.TrainSettings(documents="line", phrases=1)
    corpus = library.read([["a", "b"]] * 9, min_count=1)
    with pytest.raises(SettingsError, match="of this corpus no lines are known"):
        library.train(corpus, documents="line")


@pytest.mark.parametrize("more", [{"loss": "hs"}, {"objective": "glove"}])
def test_what_has_no_negatives_has_no_documents(folder, more):
    with pytest.raises(SettingsError, match="--documents needs output rows of words and negative samples"):
        library.train(folder, **{"documents": "file"} | more)


def test_the_command_line_answers_with_documents_and_words(w2v, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ("--documents", "file", "--dim", "16", "--epochs", "20", "--tokenizer", "whitespace")
    outcome = w2v("train", folder, *options)
    assert outcome.exit_code == 0
    name = str(folder / "a 0.txt")
    assert "vectors.txt.documents.w2v: 12 documents\n" in outcome.stderr
    outcome = w2v("similar", "--document", name, "-n", "3", "--json")
    assert outcome.exit_code == 0
    answer = json.loads(outcome.stdout)
    assert answer["query"] == name
    found = [(row["what"], row["name"]) for row in answer["neighbors"]]
    assert [what for what, _ in found] == ["document"] * 3 + ["word"] * 3
    assert {row.rsplit("/", 1)[1][0] for what, row in found if what == "document"} == {"a"}
    assert w2v("similar", "--document", name, "-n", "1").stdout.startswith("document  ")
    outcome = w2v("similar", "--document", "b.txt")
    assert (outcome.exit_code, outcome.stdout) == (1, "")
    assert outcome.stderr.startswith("Error: b.txt: no document of this name; there are 12, such as ")
    assert w2v("similar", "--document", name, "king").exit_code == 2
    (tmp_path / "plain.txt").write_text("1 2\nking 1 0\n")
    outcome = w2v("similar", "-v", "plain.txt", "--document", name)
    assert (outcome.exit_code, outcome.stderr) == (
        1, "Error: plain.txt has no documents beside it: `w2v train --documents file` makes plain.txt.documents.w2v\n"
    )  # fmt: skip


def test_a_file_that_is_not_ours_is_not_replaced_by_documents(w2v, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    theirs = tmp_path / "vectors.txt.documents.w2v"
    theirs.write_text("theirs")
    outcome = w2v("train", folder, "--documents", "file", "--tokenizer", "whitespace")
    assert outcome.exit_code == 1
    assert "vectors.txt.documents.w2v: is there and was not written by w2v" in outcome.stderr
    assert theirs.read_text() == "theirs"
    assert not (tmp_path / "vectors.txt").exists()
