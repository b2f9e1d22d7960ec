"""GloVe as a run: the same bits for any number of threads, and after a stop; it learns; and it says what it lacks."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from where import DATA

import w2v as library
from w2v import training
from w2v.errors import DivergenceError, ResourceError, SettingsError, StoppedError
from w2v.training import Folder, Keeper, strata

TOPICS = [[f"{topic}{n}" for n in range(30)] for topic in "abcdef"]
SETTINGS = {"objective": "glove", "dim": 12, "epochs": 3, "min_count": 1, "window": 5}


@pytest.fixture(scope="module")
def corpus():
    """Lines of a topic each, in which one word of five is of any: GloVe learns from what is seen too rarely, too."""
    rng = np.random.default_rng(0)
    lines = [
        [str(rng.choice(TOPICS[topic if rng.random() < 0.8 else rng.integers(6)])) for _ in range(10)]
        for topic in rng.integers(6, size=3_000)
    ]
    return library.read(lines, min_count=1)


def trained(corpus, **settings):
    return library.train(corpus, **SETTINGS | settings)


def test_any_number_of_threads_gives_the_same_bits(corpus, monkeypatch):
    found = set()
    for threads, cores in ((1, 1), (2, 2), (3, 3), (16, 1), (16, 16)):
        monkeypatch.setattr(strata, "available_threads", lambda cores=cores: cores)
        found.add(trained(corpus, threads=threads).matrix.tobytes())
    assert strata.parts_of(len(corpus.vocabulary)) > 1, "the comparison says nothing"
    assert len(found) == 1
    assert trained(corpus, seed=2).matrix.tobytes() not in found


def test_topics_are_told_apart(corpus):
    vectors = trained(corpus, epochs=15)
    unit = vectors.matrix / np.linalg.norm(vectors.matrix, axis=1, keepdims=True)
    topics = np.array([word[0] for word in vectors.words])
    same = topics[:, None] == topics
    cosines = unit @ unit.T
    assert cosines[same].mean() - cosines[~same].mean() > 0.5


@pytest.mark.parametrize("calls", [0, 1, 2, 3, 4])
def test_a_run_that_is_stopped_goes_on_to_the_same_bits(corpus, tmp_path, calls, monkeypatch):
    monkeypatch.setattr("w2v.training.run.TICK_SECONDS", 0)
    chosen = library.TrainSettings(
        **SETTINGS | {"x_max": 10.0, "rate": 0.05, "sample": 0.0, "threads": 2, "epochs": 30}
    )
    state = training.begin(corpus.vocabulary, chosen)
    notes = []
    count = strata.cooccurrences.count_pairs
    monkeypatch.setattr(strata.cooccurrences, "count_pairs", lambda *args: (time.sleep(0.05), count(*args)))

    def stop():
        """Stop while pairs are counted, or when something was reported so often after that."""
        return len(notes) > 0 if calls == 0 else notes.count("") >= calls

    folder = Folder(tmp_path / "run")
    with Keeper(folder, corpus, chosen, minutes=10) as keeper:
        keeper.begin(state)
        with pytest.raises(StoppedError) as stopped:
            training.finish(corpus, chosen, state, keeper=keeper, stop=stop, report=lambda now: notes.append(now.note))
    assert stopped.value.kept
    parts = strata.parts_of(len(corpus.vocabulary))
    assert state.rounds < 30 * parts
    assert (state.rounds == 0) == (calls == 0)
    assert any(note.startswith("counting pairs") for note in notes)
    found = library.resume(tmp_path / "run")
    assert found.matrix.tobytes() == trained(corpus, epochs=30, x_max=10.0).matrix.tobytes()


@pytest.mark.parametrize("threads", [1, 3])
def test_a_row_that_is_not_finite_ends_the_work(corpus, threads):
    settings = library.TrainSettings(**SETTINGS, threads=threads, x_max=10.0)
    state = training.begin(corpus.vocabulary, settings)
    work = strata.Strata(corpus.stream, corpus.vocabulary, settings)
    state.tables.input[5, 2] = np.nan
    assert not work.advance(state, work.rounds.all, lambda sums: False)
    assert state.rounds <= work.rounds.each, "the word meets others in the first epoch"


def test_rows_that_are_not_finite_go_back_and_then_fail(corpus, monkeypatch):
    said = []
    monkeypatch.setattr(training.tables.Tables, "finite", lambda self: False)
    with pytest.raises(DivergenceError, match="grew out of all bounds 3 times"):
        trained(corpus, notify=said.append)
    assert any("half the rate: 0.025" in line for line in said)


def test_pairs_that_do_not_fit_the_memory_are_refused_in_one_line(corpus, monkeypatch):
    free = iter([10**9, 10])  # enough for the places of the words, not for their pairs
    monkeypatch.setattr("w2v.resources.available_memory", lambda: next(free))
    with pytest.raises(ResourceError, match=r"pairs of words needs .*; a larger --min-count"):
        _ = strata.Strata(corpus.stream, corpus.vocabulary, library.TrainSettings(objective="glove")).pairs


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"loss": "hs"}, "--loss has no meaning with --objective glove"),
        ({"negatives": 6}, "--negative has no meaning with --objective glove"),
        ({"negatives_per": "pair"}, "--negatives-per has no meaning with --objective glove"),
        ({"sample": 1e-4}, "--sample has no meaning with --objective glove"),
        ({"window_mode": "line"}, "--window-mode has no meaning with --objective glove"),
        ({"min_rate": 1e-3}, "--min-alpha has no meaning with --objective glove"),
        ({"ns_exponent": 0.5}, "--ns-exponent has no meaning with --objective glove"),
        ({"objective": "skipgram", "x_max": 10.0}, "--x-max has no meaning with --objective skipgram"),
    ],
)
def test_what_glove_lacks_is_refused(setting, message):
    with pytest.raises(SettingsError, match=message):
        library.train([["a", "b"]], **{"objective": "glove", "min_count": 1} | setting)


def test_the_command_line_trains_reports_resumes_and_shows(w2v, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ("--objective", "glove", "--dim", "20", "--epochs", "4", "--threads", "2")
    outcome = w2v("train", DATA / "demo.txt", *options, "--checkpoint", "run", "--report", "r.json", "--output-vectors",
                  "c.txt", "-o", "v.txt")  # fmt: skip
    assert outcome.exit_code == 0
    assert "training    4 epochs; co-occurrences up to 15 words apart; " in outcome.stderr
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["training"]["tokens"] == report["training"]["trained"] == 4 * report["corpus"]["kept"]
    assert report["verdict"]["last"] < 0.5 * report["verdict"]["first"]
    losses = [point["loss"] for point in report["training"]["curve"]]
    assert losses[-1] < 0.7 * losses[0]
    assert {point["rate"] for point in report["training"]["curve"]} == {0.05}
    words, contexts = library.load("v.txt"), library.load("c.txt")
    assert words.output is None
    assert not np.allclose(words.matrix, contexts.matrix)
    assert w2v("train", "--resume", "run", "-o", "again.txt").exit_code == 0
    assert (tmp_path / "again.txt").read_bytes() == (tmp_path / "v.txt").read_bytes()
    assert "glove" in w2v("info", "run").stdout
    assert w2v("convert", "v.txt", "v.bin").exit_code == 0
    outcome = w2v("train", DATA / "demo.txt", "--continue", "run", "-o", "more.txt")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith("Error: --continue: run was trained with --objective glove")
    outcome = w2v("train", DATA / "demo.txt", "--objective", "glove", "--trace", "t.tsv")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    outcome = w2v("tune", DATA / "demo.txt", "--objective", "glove")
    assert (outcome.exit_code, outcome.stdout) == (2, "")


def test_sums_of_squares_may_be_larger_than_vectors():
    settings = library.TrainSettings(dim=50, window=10, epochs=5, rate=0.2, objective="glove", tokenizer="whitespace")
    said = []
    training.train(DATA / "demo.txt", settings, notify=said.append)
    assert not any("out of all bounds" in line for line in said)
