"""The search for settings: its measures against slow twins, and what it promises."""

from __future__ import annotations

import json
import shlex

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import w2v as library
from w2v import tuning
from w2v.corpus import read
from w2v.settings import TrainSettings
from w2v.training.run import State
from w2v.training.tables import Tables
from w2v.vectors import Vectors

SESSIONS = [[f"i{start}", f"i{start + 1}", f"i{start + 2}"] for start in range(0, 30, 3)] * 60


@given(st.lists(st.integers(-1, 9), max_size=40))
def test_pairs_are_the_neighbours_within_reach_of_one_sentence(ids):
    held = np.array(ids, np.int32)
    wanted = [
        (held[i], held[j])
        for i in range(len(held))
        for j in range(max(0, i - tuning.REACH), min(len(held), i + tuning.REACH + 1))
        if i != j and (held[min(i, j) : max(i, j) + 1] >= 0).all()
    ]
    assert sorted(map(tuple, tuning.pairs_of(held, 1).tolist())) == sorted(wanted)


def test_the_hit_rate_of_a_ring_is_that_of_its_neighbours():
    angles = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    ring = Vectors(tuple(map(str, range(100))), np.stack((np.cos(angles), np.sin(angles)), axis=1).astype(np.float32))
    near = np.array([[0, 5], [7, 99]])
    assert tuning.hit_rate(ring, near) == 1.0
    assert tuning.hit_rate(ring, np.array([[0, 50], [0, 1]])) == 0.5


def test_a_table_that_knows_the_truth_has_the_same_loss_whatever_it_was_trained_with():
    """Scores that are log p(context | center) - log(k q(context)), q the noise, k how often it was drawn."""
    rng = np.random.default_rng(0)
    words, pairs = 6, rng.integers(6, size=(50, 2))
    corpus = read([[str(word) for word in range(words) for _ in range(3 + word)]], min_count=1)
    counts = corpus.vocabulary.counts
    truth = rng.dirichlet(np.ones(words), size=words)
    losses = []
    for negatives, exponent in ((5, 0.75), (1, 0.75), (20, 0.0), (7, 1.0)):
        settings = TrainSettings(dim=words, negatives=negatives, ns_exponent=exponent, sample=0.0)
        noise = counts**exponent / (counts**exponent).sum()
        tables = Tables.empty(words, words)
        tables.input[:, :words] = np.eye(words)
        tables.output[:, :words] = (np.log(truth) - np.log(negatives * noise)).T
        losses.append(tuning.held_out_loss(State(tables), corpus, settings, pairs))
    assert losses == pytest.approx([losses[0]] * 4, rel=1e-5)  # float32 rows


def test_the_search_finds_out_that_items_of_a_session_belong_together_and_keeps_what_is_given():
    trials, done = [], []
    found = library.tune(
        SESSIONS, next_items=True, dim=8, negatives=2, threads=1, min_count=1, preset="items",
        notify=trials.append, progress=lambda *now: done.append(now),
    )  # fmt: skip
    assert len(trials) == len(found.trials) >= 6
    assert done[0][0] == 0
    assert done[-1][0] == done[-1][1]
    assert all(trial.settings.negatives == 2 and trial.settings.dim == 8 for trial in found.trials)
    assert (found.settings.negatives, found.settings.dim, found.settings.seed) == (2, 8, 1)
    assert found.best.score == max(found.trials[0].score, found.best.score)
    assert found.best.score > 0.6  # 20 of 29 are among the nearest by chance
    first, second = found.trials[:2]
    assert found.noise == abs(first.score - second.score)


def test_the_rate_of_each_trial_is_that_of_its_window_unless_it_was_given():
    def rates(**more):
        given = {"preset": "text", "epochs": 10, "dim": 4, "negatives": 2, "ns_exponent": 0.5, "threads": 1}
        found = library.tune(SESSIONS, min_count=1, **given, **more)
        return {trial.settings.window: trial.settings.rate for trial in found.trials}

    assert rates() == {5: 0.025, 2: 0.025, 10: 0.015}
    assert rates(rate=0.02) == {5: 0.02, 2: 0.02, 10: 0.02}


def test_nothing_is_held_out_and_trained_on_and_all_of_it_is_drawn():
    corpus = read(SESSIONS * 2, min_count=1)
    part, held = tuning._divided(corpus, 10**9, TrainSettings(min_count=1))
    assert part.vocabulary.tokens + np.count_nonzero(held >= 0) == corpus.account.kept
    assert 0 < np.count_nonzero(held >= 0) < 0.1 * corpus.account.kept
    small, _ = tuning._divided(corpus, 600, TrainSettings(min_count=1))
    assert 300 < small.vocabulary.tokens < 600


def test_the_command_ends_with_a_line_that_trains(w2v, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    corpus = tmp_path / "sessions.txt"
    corpus.write_text("\n".join(" ".join(session) for session in SESSIONS))
    outcome = w2v("tune", corpus, "--next-items", "--dim", "6", "--window", "3", "--threads", "1", "--negative", "3")
    assert outcome.exit_code == 0
    *table, command = outcome.stdout.splitlines()
    assert command.startswith(f"w2v train {corpus} --epochs ")
    assert "--window 3 --negative 3 " in command
    assert sum("<- chosen" in line for line in table) == 1
    assert w2v(*shlex.split(command)[1:], "-q").exit_code == 0
    assert library.load(tmp_path / "vectors.txt").dim == 6


def test_json_holds_all_trials(w2v, tmp_path):
    corpus, pairs = tmp_path / "c.txt", tmp_path / "pairs.tsv"
    corpus.write_text("the cat sat on the mat\nthe dog sat on the rug\n" * 600)
    pairs.write_text("cat\tdog\t9\nmat\trug\t8\ncat\trug\t1\n")
    fixed = ("--dim", "4", "--window", "2", "--epochs", "1", "--ns-exponent", "0.75", "--threads", "1")
    outcome = w2v("tune", corpus, "--pairs", pairs, *fixed, "--json", "-q")
    assert outcome.exit_code == 0
    found = json.loads(outcome.stdout)
    assert found["measure"] == f"similarities of {pairs}"
    assert [trial["negatives"] for trial in found["trials"]] == [7, 7, 3, 15]
    assert found["settings"]["epochs"] == 1


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (("--next-items", "--pairs", "x"), "--questions, --pairs and --next-items: one of them says what is best.", 2),
        (("--pairs", "no.tsv"), "no.tsv: there is no such file", 1),
        (("--pairs", "other.tsv"), "the corpus: holds too few of the words that are asked for", 1),
    ],
)
def test_what_cannot_be_asked_is_one_line(w2v, tmp_path, monkeypatch, arguments, message, code):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.tsv").write_text("zebra\tokapi\t7.5\n")
    (tmp_path / "c.txt").write_text("the cat sat on the mat\nthe dog sat on the rug\n" * 20)
    outcome = w2v("tune", "c.txt", "--threads", "1", "-q", *arguments)
    assert (outcome.exit_code, outcome.stdout) == (code, "")
    assert outcome.stderr.splitlines()[-1] == f"Error: {message}"


def test_the_table_of_trials_fits_80_columns(w2v, tmp_path):
    (tmp_path / "c.txt").write_text("the cat sat on the mat\nthe dog sat on the rug\n" * 600)
    fixed = ("--dim", "4", "--window", "2", "--epochs", "1", "--ns-exponent", "0.75", "--threads", "1")
    table = w2v("tune", tmp_path / "c.txt", *fixed, "-q").stdout.splitlines()[:5]  # two of the base, 3 and 15 negatives
    assert table[0].split() == [*tuning.TRIED, "seed", "score", "seconds"]
    assert max(map(len, table)) <= 80
    assert any(line.endswith("<- chosen") for line in table)
