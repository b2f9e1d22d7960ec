"""Similarities, categories, the odd one out; and what all kinds have in common."""

from itertools import permutations

import naive_scores as naive
import numpy as np
import pytest

from w2v.clusters import clusters
from w2v.errors import FormatError, SettingsError
from w2v.evaluation import KINDS, compare, evaluate, kinds, read, reading
from w2v.evaluation.lexicon import Lexicon
from w2v.evaluation.questions import Member
from w2v.vectors import Vectors


def value(score, measure):
    return next(result.value for result in score.results if result.measure == measure)


# Similarities


def test_correlations_agree_with_the_naive_twins(make_vectors, write):
    rng = np.random.default_rng(1)
    words = [f"w{i}" for i in range(30)]
    vectors = make_vectors(words)
    rows = [(*rng.choice([*words, "unknown"], 2), int(rng.integers(10))) for _ in range(80)]
    total = evaluate(vectors, write("".join(f"{a}\t{b}\t{score}\n" for a, b, score in rows))).total
    known = [row for row in rows if "unknown" not in row]
    cosines = [naive.cosine(vectors[a].tolist(), vectors[b].tolist()) for a, b, _ in known]
    gold = [score for *_, score in known]
    assert (total.covered, total.total) == (len(known), 80)
    assert value(total, "pearson") == pytest.approx(naive.pearson(cosines, gold), abs=1e-6)  # float32 cosines
    assert value(total, "spearman") == pytest.approx(naive.spearman(cosines, gold), abs=1e-6)


def test_a_word_is_as_near_to_itself_as_any_other_word(make_vectors, write):
    words = [f"w{i}" for i in range(20)]
    text = "".join(f"{word} {word} {i}\n" for i, word in enumerate(words))
    assert value(evaluate(make_vectors(words), write(text)).total, "spearman") is None


def test_a_phrase_is_found_by_its_blanks_or_by_underscores(make_vectors, write):
    total = evaluate(make_vectors(["New_York", "city"]), write("new york\tcity\t1\n")).total
    assert total.covered == 1


def test_a_decomposed_accent_is_the_same_letter(make_vectors, write):
    total = evaluate(make_vectors(["papá", "mamá"]), write("papa\u0301 mama\u0301 1\n"), ignore_case=False).total
    assert total.covered == 1


def test_scores_of_pairs_that_are_all_alike_are_no_correlation(make_vectors, write):
    total = evaluate(make_vectors("abc"), write("a b 1\nb c 1\n")).total
    assert [(result.value, result.low) for result in total.results] == [(None, None)] * 2
    assert total.covered == 2


# Categories


def test_words_in_clear_heaps_are_pure(write):
    rng = np.random.default_rng(0)
    heaps = np.repeat(np.eye(4, dtype=np.float32), 10, axis=0) + rng.normal(0, 0.05, (40, 4)).astype(np.float32)
    vectors = Vectors(tuple(f"w{i}" for i in range(40)), heaps)
    text = "".join(f"w{i} category{i // 10}\n" for i in range(40)) + "unknown category1\n"
    total = evaluate(vectors, write(text)).total
    assert (value(total, "purity"), total.covered, total.total) == (1.0, 40, 41)


def test_purity_agrees_with_the_naive_count(make_vectors):
    members = [Member(f"w{i}", f"c{i % 3}") for i in range(50)]
    lexicon = Lexicon(make_vectors([member.word for member in members]))
    right = kinds.judge_categories(lexicon, members, "", np.random.default_rng(5))
    found, _ = clusters(lexicon.units(np.arange(50)), 3, np.random.default_rng(5), starts=kinds.STARTS)
    assert right.mean() == naive.purity([member.category for member in members], found.tolist())
    assert set(found) == {0, 1, 2}


def test_clusters_are_at_least_as_close_as_the_categories_themselves(make_vectors):
    units = Lexicon(make_vectors([f"w{i}" for i in range(60)])).units(np.arange(60))

    def closeness(labels):
        return sum(np.linalg.norm(units[labels == label].sum(axis=0)) for label in set(labels))

    found, _ = clusters(units, 4, np.random.default_rng(0), starts=kinds.STARTS)
    assert closeness(found) > closeness(np.arange(60) % 4)


def test_more_categories_than_places_is_no_trouble(write):
    vectors = Vectors(tuple("abcd"), np.ones((4, 2), np.float32))
    assert value(evaluate(vectors, write("a x\nb x\nc y\nd y\n")).total, "purity") == 0.5


# The odd one out


def test_the_word_farthest_from_the_mean_is_the_odd_one(write):
    vectors = Vectors(("tea", "milk", "rum", "car"), np.array([[1, 0], [1, 0.1], [1, -0.1], [0, 1]], np.float32))
    text = "tea, milk, rum, car\nCar, milk, rum, tea\ntea, milk, plane\n"
    total = evaluate(vectors, write(text)).total
    assert (value(total, "accuracy"), total.covered, total.total) == (0.5, 2, 3)


def test_words_all_alike_have_no_odd_one(write):
    vectors = Vectors(("a", "b", "c"), np.ones((3, 2), np.float32))
    assert value(evaluate(vectors, write("a,b,c\n")).total, "accuracy") == 0


# All kinds


ONE_OF_EACH = {
    "analogies": ": one\na b c d\nb c d a\n: two\nx y z u\n",
    "similarities": ": one\na b 1\nb c 2\nc d 4\n: two\nx y 3\n",
    "categories": ": one\na p\nb p\nc q\nd q\n: two\nx q\n",
    "odd one out": ": one\na,b,c\nb,c,d\n: two\nx,y,z\n",
}


def test_every_kind_has_an_example_here_and_a_layout():
    assert set(ONE_OF_EACH) == set(KINDS) == {layout.kind for layout in reading.LAYOUTS}


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_sections_have_their_own_scores_and_coverage_stands_beside_each(make_vectors, write, kind):
    found = evaluate(make_vectors("abcd"), write(ONE_OF_EACH[kind]))
    one, two = found.sections
    assert (found.kind, one.name, two.name, found.total.name) == (kind, "one", "two", "total")
    assert (two.covered, two.total) == (0, 1)
    assert {(result.value, result.low, result.high) for result in two.results} == {(None, None, None)}
    assert found.total.results == one.results
    assert found.total.covered == one.covered == one.total == found.total.total - 1
    for result in one.results:
        assert result.low <= result.value <= result.high


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_no_covered_question_at_all_is_an_answer(make_vectors, write, kind):
    path = write(ONE_OF_EACH[kind])
    total = evaluate(make_vectors(["nothing"]), path).total
    assert total.covered == 0
    assert {(result.value, result.low, result.high) for result in total.results} == {(None, None, None)}
    both = compare(make_vectors(["nothing"]), make_vectors("abcd"), path).total
    assert both.covered == both.covered_first == 0 < both.covered_second
    assert {(result.first, result.second, result.difference) for result in both.results} == {(None, None, None)}


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_a_model_does_not_differ_from_itself(make_vectors, write, kind):
    path = write(ONE_OF_EACH[kind])
    vectors = make_vectors("abcd")
    total = compare(vectors, vectors, path).total
    for contrast, alone in zip(total.results, evaluate(vectors, path).total.results, strict=True):
        assert contrast.first == contrast.second == alone.value
        assert (contrast.difference, contrast.low, contrast.high) == (0, 0, 0)


def test_two_models_answer_the_questions_that_both_know_and_the_difference_is_paired(make_vectors, write):
    rng = np.random.default_rng(1)
    good = make_vectors([f"w{i}" for i in range(40)])
    noise = rng.normal(size=good.matrix.shape).astype(np.float32)
    bad = Vectors(good.words[:30], (good.matrix + noise)[:30])
    pairs = [tuple(rng.choice(40, 2, replace=False)) for _ in range(300)]
    gold = [naive.cosine(good.matrix[i].tolist(), good.matrix[j].tolist()) + rng.normal() / 2 for i, j in pairs]
    text = "".join(f"w{i} w{j} {score:.6f}\n" for (i, j), score in zip(pairs, gold, strict=True))
    total = compare(bad, good, write(text)).total
    both = [k for k, (i, j) in enumerate(pairs) if max(i, j) < 30]
    assert (total.covered, total.covered_first, total.covered_second) == (len(both), len(both), 300)
    spearman = total.results[0]
    cosines = [naive.cosine(good.matrix[i].tolist(), good.matrix[j].tolist()) for i, j in (pairs[k] for k in both)]
    assert spearman.second == pytest.approx(naive.spearman(cosines, [gold[k] for k in both]), abs=1e-4)
    assert spearman.difference == spearman.second - spearman.first
    assert 0 < spearman.low < spearman.difference < spearman.high


def test_the_same_seed_gives_the_same_intervals_and_another_gives_others(make_vectors, write):
    path = write("".join(f"{a} {b} {i * i % 11}\n" for i, (a, b) in enumerate(permutations("abcd", 2))))
    one, again, other = (evaluate(make_vectors("abcd"), path, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one.total.results != other.total.results
    assert [result.value for result in one.total.results] == [result.value for result in other.total.results]


def test_restriction_leaves_out_rare_words_and_only_analogies_have_one_by_default(make_vectors, write):
    words = [f"w{i}" for i in range(30_010)]
    vectors = make_vectors(words, dim=2)
    rare = "w30000 w30001 w30002 w30003\n"
    assert evaluate(vectors, write(rare)).total.covered == 0
    assert evaluate(vectors, write(rare)).words == 30_000
    assert evaluate(vectors, write(rare), restrict=0).total.covered == 1
    pair = write("w1 w30001 2\nw1 w2 3\n")
    assert evaluate(vectors, pair).total.covered == 2
    assert evaluate(vectors, pair, restrict=30_001).total.covered == 1
    with pytest.raises(SettingsError, match="must be 0"):
        evaluate(vectors, pair, restrict=-1)


def test_questions_may_be_read_once_and_asked_often(make_vectors, write):
    path = write("a b c d\n")
    assert evaluate(make_vectors("abcd"), read(path)) == evaluate(make_vectors("abcd"), path)


def test_a_broken_file_is_an_error_before_anything_is_asked(make_vectors, write):
    with pytest.raises(FormatError):
        evaluate(make_vectors("abcd"), write("alone"))
