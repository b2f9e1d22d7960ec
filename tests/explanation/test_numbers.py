"""Every number that is shown, computed again by the slow twins."""

from __future__ import annotations

import dataclasses
import re

import naive
import numpy as np
import pytest

from w2v import explanation
from w2v.errors import CorpusError, SettingsError, UnknownWordError
from w2v.explanation import Code, Table, pairs, toy
from w2v.explanation.sentences import look_up, tokens
from w2v.explanation.wording import CATALOGUES
from w2v.kernels import random
from w2v.kernels.objectives import spans
from w2v.training.trainer import begin
from w2v.vectors import Vectors
from w2v.vocabulary import Vocabulary

SENTENCE = "the king lived in the castle"


@pytest.fixture(scope="module")
def explained():
    return explanation.explain([SENTENCE, "nice to meet you"], pad=8)


def tables(step):
    return [part for part in step.parts if isinstance(part, Table)]


@pytest.mark.parametrize("kind", ["skipgram", "skipgram-pairs", "skipgram-hs", "cbow", "cbow-hs"])
def test_the_toy_is_trained_as_the_naive_trainer_trains_it(kind):
    objective, _, rest = kind.partition("-")
    chosen = toy.settings_for(objective, rest if rest == "hs" else "ns", "pair" if rest == "pairs" else "window")
    settings = dataclasses.replace(chosen, epochs=1)
    model = toy.train(CATALOGUES["en"].TEMPLATES[:3], [SENTENCE.split()], settings)
    center, context = (
        matrix.astype(float) for matrix in begin(Vocabulary(model.words, model.counts), settings).tables.rows
    )
    naive.train(
        model.stream, center, context, random.keep_limits(model.counts, 0), random.noise_table(model.counts, 0.75),
        settings.window, settings.negatives, 1, settings.rate, settings.rate * 1e-4, settings.seed,
        spans.panel_width(1 + settings.negatives), objective=kind, paths=naive.huffman(model.counts.tolist()),
    )  # fmt: skip
    # float32, and rows moved in another order where a word stands twice in a window
    np.testing.assert_allclose(model.input, center[:, : settings.dim], atol=2e-3)
    np.testing.assert_allclose(model.output, context[:, : settings.dim], atol=2e-3)


def test_the_toy_reads_our_sentences_and_the_readers_all_words_kept(explained):
    read = [[explained.toy.words[id] for _, id in sentence] for sentence in naive.sentences(explained.toy.stream)]
    assert read.count(SENTENCE.split()) >= toy.REPEATS_GIVEN
    assert ["the", "queen", "sat", "on", "the", "throne"] in read
    assert len(read) == explained.toy.sentences
    for word, count in zip(explained.toy.words, explained.toy.counts):
        assert sum(sentence.count(word) for sentence in read) == count
    assert list(explained.toy.counts) == sorted(explained.toy.counts, reverse=True)
    assert set(explained.toy.words) == {word for sentence in read for word in sentence}


def test_ids_count_words_by_frequency_from_two_and_pad_with_zero(explained):
    for words, ids in zip((SENTENCE, "nice to meet you"), explained.lookup.ids):
        expected = [explained.toy.words.index(word) + 2 for word in words.split()]
        assert ids.tolist() == expected + [0] * (8 - len(expected))


def test_the_lookup_is_the_product_of_the_one_hot_matrix_and_the_matrix_of_rows():
    rng = np.random.default_rng(0)
    vectors = Vectors(("a", "b", "c"), rng.normal(size=(3, 4)).astype(np.float32))
    lookup = look_up([["b", "zebra"], ["c", "a", "b"]], vectors, pad=5)
    one_hot = np.zeros(lookup.one_hot)
    one_hot[np.arange(lookup.ids.size), lookup.ids.ravel()] = 1
    matrix = np.vstack([np.zeros(4), vectors.matrix.mean(axis=0), vectors.matrix])
    np.testing.assert_allclose(one_hot @ matrix, lookup.rows.reshape(-1, 4), atol=1e-6)
    assert lookup.rows.shape == (2, 5, 4)
    assert lookup.ids[0].tolist() == [3, 1, 0, 0, 0]
    assert lookup.unknown == ("zebra",)


def test_the_pairs_are_those_of_skip_gram():
    sentence = ["a", "b", "c", "d", "e"]
    for i, (word, contexts) in enumerate(pairs.contexts_of(sentence, 2)):
        assert word == sentence[i]
        assert contexts == [sentence[j] for j in range(5) if j != i and abs(i - j) <= 2]


def test_the_negatives_are_the_first_different_draws_of_the_trainer(explained):
    word, real = explained.window.word, int(explained.window.targets.sum())
    noise = random.noise_table(explained.toy.counts, 0.75)
    drawn = naive.negatives(naive.token_bits(1, 0, 0), explained.toy.words.index(word), noise, 80)
    expected = [explained.toy.words[id] for id in drawn]
    shown = explained.window.outputs[real:]
    assert list(shown) == [other for other in expected if other not in explained.window.outputs[:real]][:5]
    assert len(set(shown)) == 5


def test_the_table_of_pairs_agrees_with_the_naive_step(explained):
    window = explained.window
    row, real = explained.toy.words.index, int(window.targets.sum())
    x = explained.toy.input[[row(window.word)]].astype(float)
    y = explained.toy.output[[row(word) for word in window.outputs]].astype(float)
    _, _, error = naive.window_steps(x, y, window.targets, np.ones(len(y)), rate=1.0)
    (table,) = [table for table in tables(explained.steps[1]) if len(table.columns) == 5]
    assert table.columns == ("context", "target", "dot product", "sigmoid", "error")
    for i, (context, target, dot, sigmoid, shown_error) in enumerate(table.rows):
        assert (context, target) == (window.outputs[i], int(i < real))
        assert dot == pytest.approx(sum(a * b for a, b in zip(x[0], y[i])))
        assert sigmoid == pytest.approx(naive.sigmoid(x[0] @ y[i]))
        assert shown_error == pytest.approx(error[0, i])
    assert window.loss == pytest.approx(naive.window_loss(x, y, window.targets, np.ones(len(y))))


def test_the_step_is_that_of_sgd_and_lowers_the_loss(explained):
    window, after = explained.window, explained.after
    rows = dict(zip(window.outputs, window.others))
    x, y = window.row[None].copy(), {word: vector.copy() for word, vector in rows.items()}
    to_x, to_y, _ = naive.window_steps(x, window.others, window.targets, np.ones(len(window.others)), rate=0.025)
    for word, step in zip(window.outputs, to_y):
        y[word] += step
    np.testing.assert_allclose(after.row, window.row + to_x[0])
    for word, vector in zip(window.outputs, after.others):
        np.testing.assert_allclose(vector, y[word])
    assert after.loss < window.loss
    shown = " ".join(part.text for part in explained.steps[1].parts if isinstance(part, Code))
    assert f"{window.loss:.3f}, and {after.loss:.3f} after the step" in shown


def test_a_context_that_stands_there_twice_moves_once_for_each(explained):
    window = pairs.open_window(explained.toy, "lived", ["the", "king", "the"], ["dog"])
    after = window.step(0.025)
    np.testing.assert_array_equal(after.others[0], after.others[2])
    once = pairs.open_window(explained.toy, "lived", ["the", "king"], ["dog"]).step(0.025)
    np.testing.assert_allclose(after.others[0] - window.others[0], 2 * (once.others[0] - window.others[0]), rtol=1e-12)


@pytest.mark.parametrize(
    "sentence", [SENTENCE, "the queen sat on the throne", "el rey vivía en el castillo", "国王住在城堡里"]
)
def test_the_step_that_is_shown_helps_and_every_number_is_seen_to_change(sentence):
    explained = explanation.explain([sentence])
    better = np.abs(explained.after.errors) < np.abs(explained.window.errors)
    assert better.mean() > 0.5
    assert explained.after.loss < explained.window.loss
    shown = [table for table in tables(explained.steps[1]) if "sigmoid after" in table.columns]
    for *_, before, after in shown[0].rows:
        assert f"{before:.{shown[0].digits}f}" != f"{after:.{shown[0].digits}f}"


def test_the_loss_of_the_softmax_asks_every_word(explained):
    window, context = explained.window, explained.toy.output.astype(float)
    expected = 0.0
    for word, target in zip(window.outputs, window.targets):
        if target == 1:
            e = [np.exp(row @ window.row) for row in context]
            expected -= np.log(e[explained.toy.words.index(word)] / sum(e))
    assert pairs.softmax_loss(explained.toy, window) == pytest.approx(expected)


def test_the_number_of_pairs_that_came_closer_is_counted(explained):
    before = np.abs(explained.window.targets - naive.sigmoid(explained.window.others @ explained.window.row))
    after = np.abs(explained.window.targets - naive.sigmoid(explained.after.others @ explained.after.row))
    assert f"{(after < before).sum()} of {len(before)} errors are smaller" in str(explained.steps[1])


def test_the_cosines_neighbors_and_analogy_are_those_of_the_model(explained):
    cosines, neighbors, analogy = tables(explained.steps[2])
    rows = dict(zip(explained.toy.words, explained.toy.input.astype(float)))

    def cosine(a, b):
        return a @ b / np.linalg.norm(a) / np.linalg.norm(b)

    for word, *numbers in cosines.rows:
        expected = [cosine(rows[word], rows[other]) for other in cosines.columns[1:]]
        np.testing.assert_allclose(numbers, expected, atol=1e-6)
    for word, nearest in neighbors.rows:
        others = sorted((other for other in rows if other != word), key=lambda other: -cosine(rows[word], rows[other]))
        assert nearest == ", ".join(f"{other} {cosine(rows[word], rows[other]):.2f}" for other in others[:4])
    units = {word: row / np.linalg.norm(row) for word, row in rows.items()}
    target = units["king"] - units["man"] + units["woman"]
    best = max((word for word in rows if word not in ("king", "man", "woman")), key=lambda word: units[word] @ target)
    assert analogy.rows[0] == (best, pytest.approx(cosine(rows[best], target), abs=1e-6))


@pytest.mark.parametrize("language", CATALOGUES)
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("objective", ["skipgram", "cbow"])
def test_the_toys_of_all_languages_know_the_queen(language, seed, objective):
    spoken = CATALOGUES[language]
    model = toy.train(spoken.TEMPLATES, [], dataclasses.replace(toy.settings_for(objective), seed=seed))
    assert model.vectors.analogy(*spoken.ANALOGY[:3])[0].word == spoken.ANALOGY[3]


def test_the_readers_model_is_what_is_looked_up(make_model):
    vectors = make_model(["the", "king", "lived", "in", "castle", "man", "woman", "queen"])
    explained = explanation.explain([SENTENCE], vectors, name="my.txt")
    np.testing.assert_array_equal(explained.lookup.rows[0][1], vectors["king"])
    texts = str(explained.steps)
    assert "This uses your model my.txt: 8 words, 6 numbers for each." in texts
    assert "the arithmetic is the same" in texts
    assert 'w2v.load("my.txt")' in texts


def test_an_analogy_that_fails_is_said_to_fail(make_model):
    explained = explanation.explain(["the king"], make_model(["the", "king", "man", "woman", "zebra"]))
    assert "“queen” was to be expected, and it is not the first" in str(explained.steps[2])
    assert "was to be expected" not in str(explanation.explain(["the king"]).steps[2])


def test_a_model_without_the_words_of_an_analogy_is_not_asked_for_one(make_model):
    explained = explanation.explain(["a b c"], make_model("abc"))
    assert len(tables(explained.steps[2])) == 2


def test_a_single_word_is_explained_with_a_sentence_of_ours():
    explained = explanation.explain(["zebra"])
    assert explained.lookup.ids.shape == (1, 1)
    assert explained.window.targets.sum() >= 2


@pytest.fixture
def make_model():
    def make(words):
        rng = np.random.default_rng(0)
        return Vectors(tuple(words), rng.normal(size=(len(words), 6)).astype(np.float32))

    return make


def test_errors_say_what_to_do(make_model):
    with pytest.raises(SettingsError, match="--pad 3 is too short: the longest sentence has 6 words"):
        explanation.explain([SENTENCE], pad=3)
    with pytest.raises(CorpusError, match=re.escape("'?!' has no word in it")):
        explanation.explain(["?!"])
    with pytest.raises(UnknownWordError, match=r"'kng' is not in the vocabulary\. Did you mean king"):
        explanation.explain(["kng"], make_model(["king", "queen"]))
    with pytest.raises(SettingsError, match="--lang must be one of en, es, zh, ja, not fr"):
        explanation.explain(["king"], language="fr")


@pytest.mark.parametrize(
    ("sentence", "known", "expected"),
    [
        ("Don't panic, Señor!", ("don't", "señor"), ["don't", "panic", "señor"]),
        ("国王住在城堡里", ("国王", "住", "在", "城堡", "里"), ["国王", "住", "在", "城堡", "里"]),
        ("New York", ("york",), ["New", "york"]),
    ],
)
def test_sentences_are_split_as_texts_are(sentence, known, expected):
    found = tokens(sentence, lambda word: next((form for form in (word, word.lower()) if form in known), None))
    assert found == expected


def test_words_that_jieba_finds_are_words_of_the_toy_and_encode_splits_the_same():
    pytest.importorskip("jieba")
    explained = explanation.explain(["我爱北京天安门"])
    assert explained.lookup.sentences == (("我", "爱", "北京", "天安门"),)
    assert tokens("我爱北京天安门", {"北": "北", "京": "京"}.get) == ["我", "爱", "北", "京", "天", "安", "门"]
