"""Scores while training: they change nothing, and the best epoch can be kept."""

from __future__ import annotations

import json

import numpy as np
import pytest
from where import DATA

import w2v as library
from w2v.training import Validation
from w2v.training.run import State

SENTENCES = [["the", "cat", "sat"], ["the", "dog", "sat"], ["a", "bird", "sang"]] * 50
SETTINGS = {"dim": 8, "epochs": 4, "threads": 1, "min_count": 1}


def scores_of(*given):
    """Return an `ask` that gives these scores one after the other, and a list of the vectors that it was shown."""
    shown = []

    def ask(vectors):
        shown.append(vectors.matrix.copy())
        return given[len(shown) - 1]

    return ask, shown


@pytest.mark.parametrize("threads", [1, 2])
def test_each_epoch_is_scored_once_and_the_vectors_are_those_of_a_run_without(threads):
    ask, shown = scores_of(0.1, 0.2, 0.3, 0.4)
    reports = []
    settings = SETTINGS | {"threads": threads}
    vectors = library.train(SENTENCES, validate=ask, report=reports.append, **settings)
    assert len(shown) == 4
    assert not np.array_equal(shown[0], shown[1])
    assert np.array_equal(shown[3], vectors.matrix)
    assert np.array_equal(vectors.matrix, library.train(SENTENCES, **settings).matrix)
    assert reports[-1].score == 0.4


def test_each_epoch_is_scored_where_an_epoch_has_few_rounds():
    words = np.random.default_rng(0).integers(1500, size=(1100, 20))
    shown, notes = [], []
    library.train(
        [[f"w{word}" for word in line] for line in words], dim=4, epochs=40, threads=2, min_count=1,
        validate=lambda vectors: shown.append(vectors.matrix.copy()) or 0.5, notify=notes.append,
    )  # fmt: skip
    assert not any("threads train" in line for line in notes), "there is no second replica"
    assert len(shown) == 40


def test_fewer_replicas_than_threads_are_told_with_the_reason():
    notes = []
    library.train(SENTENCES, notify=notes.append, **SETTINGS | {"threads": 3})
    assert "note        1 of 3 threads trains: each needs 10,000 words of the text" in notes


def test_keep_best_returns_the_vectors_of_the_first_of_the_best_epochs():
    ask, shown = scores_of(0.1, 0.5, None, 0.5)
    vectors = library.train(SENTENCES, validate=ask, keep_best=True, **SETTINGS)
    assert np.array_equal(vectors.matrix, shown[1])
    with pytest.raises(TypeError, match="keep_best needs validate"):
        library.train(SENTENCES, keep_best=True, **SETTINGS)


def test_the_output_rows_of_the_best_epoch_are_kept_with_it():
    outputs = []

    def ask(vectors):
        outputs.append(vectors.output.copy())
        return (0.5, 0.1, 0.1, 0.1)[len(outputs) - 1]

    vectors = library.train(SENTENCES, validate=ask, keep_best=True, **SETTINGS)
    assert np.array_equal(vectors.output, outputs[0])
    assert not np.array_equal(vectors.output, outputs[-1])


def test_a_rollback_takes_the_scores_back_that_came_after(demo_vectors):
    validation = Validation(scores_of(0.1, 0.2, 0.3)[0])
    vectors, state = library.load(demo_vectors), State(tables=None)
    for rounds in (10, 20, 10, 20):
        state.rounds = rounds
        validation.look(vectors, state, 10)
    assert [(score.epoch, score.score) for score in validation.scores] == [(1, 0.1), (2, 0.3)]


def test_the_command_line_shows_the_scores_in_account_report_and_picture(w2v, tmp_path):
    pytest.importorskip("matplotlib")
    output, report, picture = tmp_path / "v.txt", tmp_path / "r.json", tmp_path / "loss.svg"
    outcome = w2v(
        "train", DATA / "demo.txt", "-o", output, "--epochs", "2", "--dim", "16", "--threads", "1",
        "--validate", DATA / "questions.txt", "--keep-best", "--report", report, "--plot", picture,
    )  # fmt: skip
    assert outcome.exit_code == 0
    (line,) = [line for line in outcome.stderr.splitlines() if line.startswith("validation")]
    about = json.loads(report.read_text())["validation"]
    assert [score["epoch"] for score in about["scores"]] == [1, 2]
    assert about["kept_epoch"] in (1, 2)
    assert f"{about['scores'][-1]['score']:.4f}" in line
    best = max(score["score"] for score in about["scores"])
    assert library.evaluate(library.load(output), DATA / "questions.txt").total.results[0].value == pytest.approx(best)
    assert "score" in picture.read_text()


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (("--keep-best",), "--keep-best needs --validate FILE, which says what is best.", 2),
        (("--validate", "no.txt"), "no.txt: there is no such file", 1),
    ],
)
def test_what_cannot_be_validated_is_refused_before_the_work(w2v, tmp_path, monkeypatch, arguments, message, code):
    monkeypatch.chdir(tmp_path)
    outcome = w2v("train", DATA / "demo.txt", *arguments)
    assert (outcome.exit_code, outcome.stderr.splitlines()[-1]) == (code, f"Error: {message}")
    assert list(tmp_path.iterdir()) == []


def test_questions_of_unknown_words_are_a_warning_and_all_vectors_are_written(w2v, tmp_path):
    questions = tmp_path / "pairs.tsv"
    questions.write_text("zebra\tokapi\t7.5\nzebra\tquagga\t9\n")
    (tmp_path / "c.txt").write_text("the cat sat\nthe dog sat\n" * 20)
    outcome = w2v(
        "train", tmp_path / "c.txt", "-o", tmp_path / "v.txt", "--validate", questions, "--keep-best", "--dim", "4"
    )
    assert outcome.exit_code == 0
    assert f"warning     {questions}: none of its questions could be asked" in outcome.stderr
    assert len(library.load(tmp_path / "v.txt")) == 4
