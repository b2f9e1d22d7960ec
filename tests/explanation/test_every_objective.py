"""The second step of CBOW, a tree, single pairs and GloVe: what its tables say, computed again by the slow twins."""

from __future__ import annotations

import math
import re
from functools import partial

import naive
import naive_glove
import numpy as np
import pytest

from w2v import explanation
from w2v.errors import SettingsError
from w2v.explanation import Code, Table, Text, kept_settings, toy
from w2v.explanation.wording import CATALOGUES
from w2v.kernels.huffman import huffman_paths
from w2v.training.trainer import begin
from w2v.vocabulary import Vocabulary

sigmoid_of = partial(naive.sigmoid, clip=50)  # the trainer alone clips
SENTENCE = "the king lived in the castle"
WINDOWS = [{"negatives_per": "pair"}, {"loss": "hs"}, {"objective": "cbow"}, {"objective": "cbow", "loss": "hs"}]


def shown(explained, kind):
    return [part if kind is Table else part.text for part in explained.steps[1].parts if isinstance(part, kind)]


def table_with(explained, column):
    (found,) = [table for table in shown(explained, Table) if column in table.columns]
    return found


def quoted(explained, text):
    """Return the words in quotation marks of the paragraph that begins with `text`."""
    (paragraph,) = [each for each in shown(explained, Text) if each.startswith(text)]
    return re.findall("“(.*?)”", paragraph)


@pytest.mark.parametrize("sentence", [SENTENCE, "the dog and the cat and the queen", "a b a b a c"])
@pytest.mark.parametrize("chosen", WINDOWS, ids=str)
def test_the_tables_and_the_loss_are_those_of_the_naive_step(chosen, sentence):
    explained = explanation.explain([sentence], **chosen)
    model, index, tree = explained.toy, explained.toy.words.index, chosen.get("loss") == "hs"
    if cbow := chosen.get("objective") == "cbow":
        asked, *inputs = quoted(explained, "Take the window of")
        rate = 0.05
    else:
        word, asked, _ = quoted(explained, "Take")
        inputs, rate = [word], 0.025
    table, later = table_with(explained, "dot product"), table_with(explained, "sigmoid after")
    names = [row[0] for row in table.rows]
    if tree:
        nodes, labels = zip(*naive.huffman(model.counts.tolist())[index(asked)])
        assert names == [str(node) for node in nodes]
        assert quoted(explained, "Nothing is drawn") == [asked]
        texts = " ".join(shown(explained, Text))
        assert f"Its path has {len(nodes)} nodes" in texts
        assert f"every word, here {len(model.words)}; this path needs {len(nodes)}." in texts
    else:
        nodes, labels = [index(name) for name in names], [1] + [0] * 5
        assert names[0] == asked
        assert not {asked, *inputs} & set(names[1:])
    ids = [index(word) for word in inputs]
    bag, y, labels = model.input[ids].astype(float), model.output[list(nodes)].astype(float), np.array(labels)
    x, once = bag.mean(axis=0, keepdims=True), np.ones(len(nodes))
    to_x, to_y, error = naive.window_steps(x, y, labels, once, 1.0)
    for i, row in enumerate(table.rows):
        _, target, dot, sigmoid, off, *probability = row
        assert target == labels[i]
        assert (dot, sigmoid, off) == pytest.approx((x[0] @ y[i], sigmoid_of(x[0] @ y[i]), error[0, i]), abs=1e-4)
        assert probability == pytest.approx([1 - abs(error[0, i])] if tree else [])

    moved, after = model.input.astype(float), y + rate * to_y
    np.add.at(moved, ids, rate * to_x)
    now = moved[ids].mean(axis=0, keepdims=True)
    (before,) = [table for table in shown(explained, Table) if not table.columns and table.rows[0][0] == "before"]
    assert before.rows[0][1:5] == pytest.approx(x[0, :4])
    assert before.rows[1][1:5] == pytest.approx(now[0, :4])
    assert [row[-1] for row in later.rows] == pytest.approx(list(sigmoid_of(after @ now[0])))
    losses = [float(naive.window_loss(*rows, labels, once)) for rows in ((x, y), (now, after))]
    smaller = np.abs(labels - sigmoid_of(after @ now[0])) < np.abs(error[0])
    assert any(f"{smaller.sum()} of {len(nodes)} errors are smaller" in text for text in shown(explained, Text))
    numbers = [list(map(float, re.findall(r"\d+\.\d+", text))) for text in shown(explained, Code)]
    assert any(found == pytest.approx(losses, abs=1e-3) for found in numbers)
    assert losses[1] < losses[0]
    if tree:
        (product,) = [text for text in shown(explained, Code) if text.startswith("before: ")]
        for line, loss in zip(product.split("\n"), losses):
            *factors, whole = map(float, re.findall(r"\d\.\d+", line))
            assert whole == pytest.approx(math.exp(-loss), abs=1e-4) == pytest.approx(math.prod(factors), abs=1e-3)
    if cbow:
        rows = next(table.rows for table in shown(explained, Table) if not table.columns)
        assert [row[0] for row in rows] == [*inputs, "mean"]
        for row, numbers in zip(rows, [*bag, x[0]]):
            assert row[1:5] == pytest.approx(numbers[:4])


def test_the_probabilities_of_all_words_of_a_tree_add_up_to_one():
    explained = explanation.explain([SENTENCE], objective="cbow", loss="hs")
    given, total = explained.window.row, 0.0
    for path in naive.huffman(explained.toy.counts.tolist()).values():
        signs = [(1 if label else -1) * (explained.toy.output[node] @ given) for node, label in path]
        total += math.prod(sigmoid_of(dot) for dot in signs)
    assert total == pytest.approx(1, abs=1e-6)


def test_with_100000_words_a_path_has_fewer_than_17_nodes_on_average():
    starts, _, _ = huffman_paths(np.ones(100_000, np.int64))  # no counts have longer ones on average than equal ones
    assert 16 < np.diff(starts).mean() < 17


def test_the_softmax_of_cbow_asks_every_word_for_the_one_in_the_middle():
    explained = explanation.explain([SENTENCE], objective="cbow")
    e = [math.exp(row @ explained.window.row) for row in explained.toy.output.astype(float)]
    loss = -math.log(e[explained.toy.words.index(explained.window.word)] / sum(e))
    assert any(f"= {loss:.3f}" in text for text in shown(explained, Code) if "P(word | mean)" in text)


def test_the_toy_of_glove_counts_and_learns_as_the_twin():
    settings = toy.settings_for("glove")
    model = toy.train(CATALOGUES["en"].TEMPLATES[:3], [SENTENCE.split()], settings)
    begun, dim = begin(Vocabulary(model.words, model.counts), settings).tables, settings.dim
    twin = naive_glove.Model(begun.input[:, :dim], begun.output[:, :dim], begun.input[:, dim], begun.output[:, dim + 1])
    counts = naive_glove.cooccurrences(model.stream, settings.window)
    blocks = naive_glove.kept_pairs(model.stream, settings.window, len(model.words), 1)
    for epoch in range(settings.epochs):
        for word, other in naive_glove.order(blocks, 1, settings.seed, epoch):
            twin.step(word, other, counts[word, other], settings.x_max, settings.rate)
    np.testing.assert_allclose(model.input, twin.numbers[0], atol=1e-3)
    np.testing.assert_allclose(model.output, twin.numbers[1], atol=1e-3)
    np.testing.assert_allclose(model.vectors.matrix, twin.numbers[0] + twin.numbers[1], atol=2e-3)
    for (word, other), times in counts.items():
        assert model.count(model.words[word], model.words[other]) == pytest.approx(times, rel=1e-6)


def test_the_toy_of_glove_finds_its_counts_where_words_are_in_several_parts():
    model = toy.train(
        [], [[f"{letter}{number}" for number in range(100)] for letter in "abc"], toy.settings_for("glove")
    )
    counts = naive_glove.cooccurrences(model.stream, model.settings.window)
    assert model.pairs.parts > 1
    for (word, other), times in counts.items():
        assert model.count(model.words[word], model.words[other]) == pytest.approx(times, rel=1e-6)


@pytest.mark.parametrize("sentence", [SENTENCE, "the dog and the cat and the queen", "a b a b a c"])
def test_the_tables_of_glove_are_those_of_the_twin(sentence):
    explained = explanation.explain([sentence], objective="glove")
    model, index, dim = explained.toy, explained.toy.words.index, explained.toy.settings.dim
    counts = naive_glove.cooccurrences(model.stream, 2)
    table = table_with(explained, "weight")
    (later,) = [each for each in shown(explained, Table) if each.columns[1:] == ("log X", "before", "after")]
    word = quoted(explained, "Take")[0]
    half, i = model.rows.input.shape[1] // 2, index(word)
    tables = [
        model.rows.input[:, :dim],
        model.rows.output[:, :dim],
        model.rows.input[:, dim],
        model.rows.output[:, dim + 1],
    ]
    twin = naive_glove.Model(*tables)
    squares = model.rows.input[:, half:], model.rows.output[:, half:]
    twin.squares = [
        np.array(part, float)
        for part in (squares[0][:, :dim], squares[1][:, :dim], squares[0][:, dim], squares[1][:, dim + 1])
    ]

    def says(j):
        w, c, b, d = twin.numbers
        return w[i] @ c[j] + b[i] + d[j]

    losses, before = [0.0, 0.0], twin.numbers[0][i].copy()
    for context, x, log, value, error, weight in table.rows:
        j = index(context)
        assert x == pytest.approx(counts[i, j], rel=1e-6)
        assert (log, value, error) == pytest.approx((math.log(x), says(j), math.log(x) - says(j)), abs=1e-6)
        assert weight == pytest.approx(min(1, (x / 100) ** 0.75))
        losses[0] += weight / 2 * error**2
    grown = [list(row[1:5]) for row in next(each for each in shown(explained, Table) if not each.columns).rows]
    assert grown[0] == pytest.approx(before[:4])
    assert grown[2] == pytest.approx(twin.squares[0][i][:4])
    for context, x, *_ in table.rows:
        twin.step(i, index(context), x, 100.0, 0.05)
    assert grown[1] == pytest.approx(twin.numbers[0][i][:4])
    assert explained.after.squares[0][:dim] == pytest.approx(twin.squares[0][i], rel=1e-12)
    assert any("(X / 100)^0.75" in text for text in shown(explained, Code))
    for (context, *_, error, weight), (name, log, was, now) in zip(table.rows, later.rows, strict=True):
        assert (name, was, now) == (context, pytest.approx(log - error), pytest.approx(says(index(context))))
        losses[1] += weight / 2 * (log - now) ** 2
    numbers = [list(map(float, re.findall(r"\d+\.\d+", text))) for text in shown(explained, Code) if "Σ" in text]
    assert numbers == [pytest.approx(losses, rel=1e-3)]
    assert losses[1] < losses[0]


def test_what_a_sentence_adds_to_the_counts_is_what_the_twin_counts():
    words = ["a", "b", "a", "b", "a", "c"]
    table = table_with(explanation.explain([" ".join(words)], objective="glove"), "contexts")
    ids, found = [*map("abc".index, words), -1], {}
    for word, contexts in table.rows:
        for context, share in (each.split() for each in contexts.split(", ")):
            pair = "abc".index(word), "abc".index(context)
            found[pair] = found.get(pair, 0) + (0.5 if share == "1/2" else float(share))
    assert found == pytest.approx(naive_glove.cooccurrences(ids, 2))


def test_settings_that_do_not_go_together_are_refused_as_train_refuses_them():
    with pytest.raises(SettingsError, match="--loss has no meaning with --objective glove"):
        explanation.explain([SENTENCE], objective="glove", loss="hs")
    with pytest.raises(SettingsError, match="--objective must be skipgram or cbow or glove, not bert"):
        explanation.explain([SENTENCE], objective="bert")


def test_of_kept_settings_that_somebody_edited_the_sound_ones_are_taken():
    kept = {"objective": "cbow", "loss": ["hs"], "negatives_per": None, "dim": 5}
    assert kept_settings(kept) == {"objective": "cbow"}
    assert kept_settings({}) == {}
