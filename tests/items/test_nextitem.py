"""The next item: baselines and measures are those of slow twins, leaks are refused, and who is better is said."""

from __future__ import annotations

from dataclasses import replace

import naive_items
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import w2v
from w2v.errors import SettingsError, UnknownWordError, W2VError
from w2v.items import (
    Sequences,
    baselines,
    evaluate_next,
    known_histories,
    nextitem,
    recommend,
    scores,
    write_recommendations,
)
from w2v.items.sequences import Cases

SIZE = 9
TRAIN = st.lists(st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=6), min_size=1, max_size=12)
HISTORY = st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=4, unique=True)


def packed(sequences):
    starts = np.concatenate(([0], np.cumsum([len(sequence) for sequence in sequences])))
    return Sequences(np.array([row for sequence in sequences for row in sequence], np.int64), starts)


def random_vectors(size, dim=8, seed=0, counts=None):
    rng = np.random.default_rng(seed)
    matrix, output = rng.normal(size=(2, size, dim)).astype(np.float32)
    return w2v.Vectors(tuple(f"i{n}" for n in range(size)), matrix, counts, output=output)


@pytest.mark.parametrize(
    ("baseline", "twin"),
    [
        (baselines.company, naive_items.by_company),
        (baselines.followers, naive_items.by_followers),
        (baselines.neighbors, naive_items.by_neighbors),
    ],
)
@given(train=TRAIN, history=HISTORY)
def test_a_baseline_scores_as_its_slow_twin(baseline, twin, train, history):
    items, values = baseline(packed(train), SIZE)(np.array(history, np.int64))
    wanted = twin(train, history)
    assert set(items.tolist()) == set(wanted)
    np.testing.assert_allclose([wanted[item] for item in items.tolist()], values, rtol=1e-5)


@given(train=TRAIN, history=HISTORY, exclude_seen=st.booleans())
def test_answers_are_ranked_by_score_and_then_by_popularity(train, history, exclude_seen):
    cases = Cases([np.array(history, np.int64)], np.array([0]))
    (found,) = nextitem._by_counting(baselines.followers(packed(train), SIZE), cases, exclude_seen, SIZE)
    wanted = naive_items.answers(naive_items.by_followers(train, history), history, SIZE, exclude_seen=exclude_seen)
    assert found[found >= 0].tolist() == wanted


@given(st.lists(st.tuples(st.permutations(range(25)), st.integers(-1, 24)), min_size=1, max_size=5))
def test_measures_are_those_of_the_slow_twin(cases):
    lists = np.array([answers[:20] for answers, _ in cases])
    places = nextitem._places(lists, np.array([target for _, target in cases]))
    for within in (5, 10, 20):
        wanted = np.mean([naive_items.hit_ndcg_mrr(list(answers[:20]), t, within) for answers, t in cases], axis=0)
        found = [nextitem._gains(places, measure, within).mean() for measure in ("hit", "ndcg", "mrr")]
        np.testing.assert_allclose(found, wanted)


def test_what_comes_next_is_the_product_of_input_and_output_rows():
    vectors = random_vectors(30)
    mean = (0.64 * vectors.matrix[3] + 0.8 * vectors.matrix[7] + vectors.matrix[5]) / 2.44
    wanted = vectors.output @ mean
    np.testing.assert_allclose(scores(vectors, [np.array([3, 7, 5])], "next")[0], wanted, rtol=1e-4, atol=1e-5)
    best = np.argsort(-np.where(np.isin(np.arange(30), [3, 7, 5]), -np.inf, wanted))[:4]
    found = recommend(vectors, ["i3", "i7", "i5"], 4)
    assert [one.item for one in found] == [f"i{row}" for row in best]
    np.testing.assert_allclose([-np.log(1 / one.score - 1) for one in found], wanted[best], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("measure", ["next", "alike"])
def test_products_of_a_users_vector_rank_as_recommend_does(measure):
    vectors = random_vectors(30)
    histories = {"ada": ["i3", "i7", "i5"], "bo": ["i2"]}
    users = w2v.user_vectors(vectors, histories, measure=measure)
    rows = vectors.output if measure == "next" else vectors.matrix / np.linalg.norm(vectors.matrix, axis=1)[:, None]
    for user, history in histories.items():
        found = recommend(vectors, history, 30, measure=measure, exclude_seen=False)
        assert [one.item for one in found] == [f"i{row}" for row in np.argsort(-(rows @ users[user]))]
    with pytest.raises(UnknownWordError):
        w2v.user_vectors(vectors, {"cy": ["i99"]})


def test_items_already_met_are_not_written_where_few_others_are_there(tmp_path):
    seen = {"ada": ["i0", "i1"], "bob": ["i0", "i1", "i2"]}
    write_recommendations(tmp_path / "x.tsv", random_vectors(3), seen)
    lines = (tmp_path / "x.tsv").read_text().splitlines()
    assert [line.split("\t")[:2] for line in lines] == [["user", "item"], ["ada", "i2"]]


def test_histories_keep_what_the_vectors_have_and_the_rest_is_counted():
    notes = []
    asked = [("ada", ["i3", "x", "i3"]), ("bo", ["x", "y"]), ("cy", ["Four"])]
    vectors = replace(random_vectors(5), titles=("", "", "", "", "Four"))
    assert known_histories(asked, vectors, notes) == {"ada": ["i3", "i3"], "cy": ["i4"]}
    assert notes == ["not in the vocabulary: 2 of 4 items, in 3 events; 1 of 3 users met no others and have no answer"]
    with pytest.raises(W2VError, match="none of 2 items is in the vocabulary"):
        known_histories(asked[1:2], vectors, notes)


def test_what_is_alike_is_the_cosine():
    vectors = random_vectors(30)
    found = recommend(vectors, ["i3"], 5, measure="alike")
    assert [item.item for item in found] == [neighbor.word for neighbor in vectors.similar("i3", 5)]
    np.testing.assert_allclose([item.score for item in found], [n.cosine for n in vectors.similar("i3", 5)], rtol=1e-5)
    assert recommend(vectors, ["i3"], 1, measure="alike", exclude_seen=False)[0].item == "i3"


def test_without_output_rows_what_is_alike_is_answered_and_what_comes_next_refused():
    vectors = replace(random_vectors(30), output=None)
    assert recommend(vectors, ["i3"], 5) == recommend(vectors, ["i3"], 5, measure="alike")
    with pytest.raises(SettingsError, match=r"into a \.w2v file"):
        recommend(vectors, ["i3"], measure="next")
    with pytest.raises(UnknownWordError):
        recommend(vectors, ["i99"])


@pytest.fixture(scope="module")
def walks():
    """Sequences in which each item is followed by the next one of a ring, and vectors trained on them."""
    rng = np.random.default_rng(0)

    def some(count):
        return [[f"i{(start + step) % 40:02}" for step in range(5)] for start in rng.integers(0, 40, count)]

    train = w2v.read(some(400), min_count=1)
    test = w2v.read(some(100), min_count=1)
    return train, test, w2v.train(train, epochs=30, threads=1, dim=16, sample=0.0)


def test_the_nodes_of_a_huffman_tree_are_no_output_rows():
    assert w2v.train([["a", "b"]] * 9, epochs=1, threads=1, loss="hs").output is None
    assert w2v.train([["a", "b"]] * 9, epochs=1, threads=1, objective="cbow").output is not None


def evaluated(walks, **more):
    train, test, vectors = walks
    short = [sequence[:3] for sequence in sentences(test)]  # shorter than what is looked for as a leak
    test = w2v.read(short, min_count=1)
    return evaluate_next(vectors, Sequences.of(test, vectors), Sequences.of(train, vectors), **more)


def sentences(corpus):
    text = " ".join("|" if id < 0 else corpus.vocabulary.words[id] for id in corpus.stream.tolist())
    return [line.split() for line in text.split("|") if line.split()]


def test_a_chain_finds_what_always_follows_and_the_report_says_what_is_better(walks):
    found = evaluated(walks)
    hits = {name: {s.measure: s.value for s in them}["hit@5"] for name, them in found.scores.items()}
    assert hits["what followed"] == 1.0
    assert hits["vectors"] > 0.9
    assert hits["popularity"] < 0.5
    assert (found.cases, found.unknown, found.seen, found.scored) == (100, 0, 0, "next")
    assert found.verdict.split(":")[0] in ("counting does as well", "the vectors do better than the best baseline")
    for them in found.scores.values():
        for score in them:
            assert score.low is None or score.low <= score.value <= score.high


def test_counting_is_said_to_win_where_it_does(walks):
    train, test, vectors = walks
    blind = replace(vectors, matrix=np.zeros_like(vectors.matrix))
    assert evaluated((train, test, blind)).verdict.startswith("counting does better than the vectors: hit@20 ")


def test_fewer_cases_are_drawn_with_the_seed(walks):
    assert evaluated(walks, cases=20).cases == 20
    assert evaluated(walks, cases=20) == evaluated(walks, cases=20)


def test_a_leak_is_refused(walks):
    train, test, vectors = walks
    apart = Sequences.of(test, vectors)
    both = w2v.read(sentences(train) + sentences(test), min_count=1)
    seen = w2v.train(both, epochs=1, threads=1)
    with pytest.raises(W2VError, match="a leak: the vectors were trained on the test too"):
        evaluate_next(seen, Sequences.of(test, seen), Sequences.of(train, seen))
    with pytest.raises(W2VError, match="a leak: the vectors were trained on these very sequences"):
        evaluate_next(vectors, Sequences.of(train, vectors))
    with pytest.raises(W2VError, match="not trained on the training part that is named"):
        evaluate_next(vectors, apart, Sequences.of(w2v.read(sentences(train)[:200], min_count=1), vectors))
    # The ring has few ways to go: every test sequence is a training sequence.
    with pytest.raises(W2VError, match="a leak: 100 of 100 sequences of 4 items or more"):
        evaluate_next(vectors, apart, Sequences.of(train, vectors))
