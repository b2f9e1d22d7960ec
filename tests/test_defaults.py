"""What is chosen where nothing was given, and that what was given is obeyed."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import w2v
from w2v.defaults import PRESETS, Size, are_ids, choose, foreseen, least_count
from w2v.kernels.objectives.spans import panel_width
from w2v.objectives import objective_of
from w2v.settings import AUTO, TrainSettings, is_auto, names


def size_of(tokens, words=1000, kind="text"):
    return Size(tokens, np.full(words, max(tokens // words, 1), np.int64), 20.0, kind)


def test_the_smaller_a_text_the_more_often_it_is_read():
    epochs = [choose(TrainSettings(), size_of(tokens))[0].epochs for tokens in (10**4, 10**5, 10**6, 10**7, 10**9)]
    assert epochs == sorted(epochs, reverse=True)
    assert (epochs[0], epochs[2], epochs[-1]) == (100, 25, 5)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "epochs": st.integers(1, 50), "window": st.integers(1, 20), "negatives": st.integers(1, 20),
            "sample": st.sampled_from([0.0, 1e-5, 1e-3]), "rate": st.floats(0.001, 0.5), "min_count": st.integers(1, 9),
            "ns_exponent": st.floats(-1, 1), "preset": st.sampled_from(list(PRESETS)),
        },
    ),
    st.integers(1, 10**10),
    st.sampled_from(["text", "items", "graph"]),
)  # fmt: skip
def test_what_is_given_is_obeyed_and_nothing_stays_open(settings, tokens, kind):
    chosen, choices = choose(TrainSettings(**settings), size_of(tokens, kind=kind))
    assert {name: getattr(chosen, name) for name in settings} == settings
    assert not [name for name in names() if is_auto(getattr(chosen, name))]
    assert not {choice.name for choice in choices} & settings.keys()
    assert all(getattr(chosen, choice.name) == choice.value and choice.reason for choice in choices)
    assert choose(chosen, size_of(tokens, kind=kind)) == (chosen, [])


@pytest.mark.parametrize(
    "more", [{}, {"preset": "items"}, {"preset": "topics"}, {"objective": "cbow"}, {"negatives": 3}]
)
def test_the_kernel_that_is_compiled_ahead_is_the_one_that_trains(more):
    settings = TrainSettings(**more)
    found = [foreseen(settings), *(choose(settings, size_of(tokens))[0] for tokens in (10**4, 10**7))]
    assert len({(objective_of(one).kind, panel_width(1 + one.negatives)) for one in found}) == 1
    assert not any(is_auto(value) for value in vars(found[0]).values())


@pytest.mark.parametrize(
    ("tokens", "settings", "rate"),
    [
        (3 * 10**6, {}, 0.015),  # 17 epochs
        (10**7, {}, 0.021),  # 12 epochs
        (17 * 10**6, {}, 0.025),
        (17 * 10**6, {"epochs": 20}, 0.015),
        (3 * 10**6, {"epochs": 5}, 0.025),
        (3 * 10**6, {"preset": "syntax"}, 0.025),
        (17 * 10**6, {"preset": "topics"}, 0.015),
        (3 * 10**6, {"objective": "cbow"}, 0.03),
        (3 * 10**6, {"objective": "cbow", "epochs": 5}, 0.05),
        (3 * 10**6, {"subwords": "3-6"}, 0.03),
        (3 * 10**6, {"min_rate": 0.02}, 0.02),
        (3 * 10**6, {"objective": "glove"}, 0.05),
    ],
)
def test_a_text_whose_words_are_moved_often_is_trained_at_a_lower_rate(tokens, settings, rate):
    chosen, choices = choose(TrainSettings(**settings), size_of(tokens))
    assert chosen.rate == pytest.approx(rate, abs=1e-9)
    assert rate == 0.025 or [choice.reason for choice in choices if choice.name == "rate"]


def test_the_usual_numbers_can_be_given_and_are_then_no_longer_open():
    assert TrainSettings().epochs == TrainSettings(epochs=5).epochs == 5
    assert choose(TrainSettings(epochs=5), size_of(10**4))[0].epochs == 5
    assert is_auto(TrainSettings(epochs=AUTO).epochs)
    with pytest.raises(w2v.W2VError, match="dim must be a whole number, not 'auto'"):
        TrainSettings(dim=AUTO)


def test_items_have_wide_windows_and_all_of_them_are_kept():
    chosen = choose(TrainSettings(preset="items"), size_of(10**5))[0]
    assert (chosen.window, chosen.sample, chosen.ns_exponent) == (20, 0, 0.25)
    assert choose(TrainSettings(preset="items", window=3, rate=0.02), size_of(10**5))[0].window == 3


def test_what_is_chosen_follows_what_was_read_and_what_it_is_for():
    chosen = [choose(TrainSettings(), size_of(10**5, kind=kind))[0] for kind in ("text", "items", "graph")]
    assert [one.preset for one in chosen] == ["text", "items", "graph"]
    assert [one.window for one in chosen] == [5, 20, 10]
    assert choose(TrainSettings(preset="text"), size_of(10**5, kind="items"))[0].preset == "text"


@pytest.mark.parametrize(("walked", "epochs"), [(800, 1), (80, 10), (1600, 1)])
def test_a_graph_is_walked_as_often_as_in_node2vec(walked, epochs):
    assert choose(TrainSettings(), size_of(1000 * walked, kind="graph"))[0].epochs == epochs


def test_a_text_of_ids_is_a_text_with_a_note():
    assert are_ids(["1043", "a77", "b-9"])
    assert not are_ids(["the", "of", "1984"])
    said = "note        the words look like ids, not like text: "
    raw = "--tokenizer whitespace --keep-case takes them unchanged"
    for more, noted in (
        ({}, said + "--preset items suits them, " + raw),
        ({"tokenizer": "whitespace"}, said + "--preset items suits them"),
        ({"preset": "items"}, said + raw),
        ({"preset": "items", "tokenizer": "whitespace"}, None),
    ):
        notes = []
        w2v.train([["17", "4", "23"] * 9] * 9, dim=4, threads=1, notify=notes.append, epochs=1, **more)
        assert next((note for note in notes if note.startswith(said)), None) == noted


@pytest.mark.parametrize("items", [2, 5, 20])
def test_few_items_are_trained_at_a_rate_that_holds(items):
    rng = np.random.default_rng(0)
    sessions = [[f"i{item}" for item in rng.integers(items, size=8)] for _ in range(2000)]
    notes = []
    w2v.train(sessions, preset="items", dim=20, epochs=3, threads=1, notify=notes.append)
    assert any("so few of them: a higher rate would not be stable" in note for note in notes)
    assert not any("out of all bounds" in note for note in notes)
    assert choose(TrainSettings(preset="items"), size_of(10**5))[0].rate == 0.1


@pytest.mark.parametrize(
    ("counts", "least"),
    [([100, 90, 80], 5), ([10, 4, 4, 4], 4), ([2, 2, 2, 1], 2), ([1, 1, 1], 1), ([30, 4, 3, 2], 5)],
)
def test_a_min_count_that_nobody_gave_leaves_three_quarters_of_the_tokens(counts, least):
    found, note = least_count(TrainSettings(), np.array(counts))
    assert found == least
    assert bool(note) == (least != 5)
    assert least_count(TrainSettings(min_count=5), np.array(counts)) == (5, "")


def test_a_sample_that_nobody_gave_leaves_most_of_a_text_of_few_words():
    assert choose(TrainSettings(), size_of(1000, words=3))[0].sample == 0
    assert choose(TrainSettings(sample=1e-4), size_of(1000, words=3))[0].sample == 1e-4


def test_a_small_corpus_trains_without_options_and_its_vectors_say_what_was_chosen(tmp_path):
    sentences = [["el", "gato", "come"], ["el", "perro", "come"]]
    notes = []
    vectors = w2v.train(sentences, dim=8, threads=1, notify=notes.append, checkpoint=tmp_path / "run")
    assert len(vectors) == 4
    assert "note        --min-count 2: the usual 5 would drop 100% of so small a text" not in notes
    assert any(note.startswith("chosen      --epochs 100: 6 tokens") for note in notes)
    assert any(note.startswith("verdict     ") for note in notes)
    assert np.array_equal(w2v.resume(tmp_path / "run").matrix, vectors.matrix)


def test_a_checkpoint_holds_the_numbers_that_were_chosen(tmp_path):
    from w2v.training import Folder, describe_folder

    w2v.train([["a", "b", "c"] * 4] * 9, dim=4, threads=1, checkpoint=tmp_path / "run")
    settings = json.loads(json.dumps(describe_folder(Folder(tmp_path / "run"))["settings"]))
    assert (settings["epochs"], settings["negatives"], settings["preset"]) == (100, 7, "text")
    w2v.resume(tmp_path / "run", epochs="auto")
    with pytest.raises(w2v.W2VError, match="--epochs is 100 in this run and cannot become 5"):
        w2v.resume(tmp_path / "run", epochs=5)


def test_a_corpus_that_was_read_keeps_its_min_count():
    corpus = w2v.read([["a", "b"], ["a", "c"]])
    assert corpus.settings.min_count == 1
    assert len(w2v.train(corpus, dim=4, threads=1)) == len(w2v.train(corpus, TrainSettings(dim=4, threads=1))) == 3
    with pytest.raises(w2v.W2VError, match="min_count was 1 when the corpus was read, and cannot be 2 now"):
        w2v.train(corpus, min_count=2)


def test_text_that_is_added_to_a_model_has_the_usual_numbers_and_no_advice_on_epochs(tmp_path):
    w2v.train([["a", "b", "c"] * 4] * 9, dim=4, threads=1, checkpoint=tmp_path / "run")
    notes = []
    w2v.extend(tmp_path / "run", [["a", "b", "d"] * 5], threads=1, notify=notes.append)
    assert any("below min-count 5" in note for note in notes)
    assert not any("auto" in note or "under-trained" in note for note in notes)


def test_the_tree_has_no_negatives_and_the_mean_of_a_window_a_higher_rate():
    chosen, choices = choose(TrainSettings(loss="hs", objective="cbow", epochs=5), size_of(10**6))
    assert chosen.rate == 0.05
    assert "negatives" not in {choice.name for choice in choices}
