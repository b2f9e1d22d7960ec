import naive_scores as naive
import numpy as np
import pytest

from w2v.evaluation import analogies, evaluate
from w2v.evaluation.lexicon import Lexicon
from w2v.evaluation.questions import Analogy
from w2v.vectors import Vectors


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul"])
@pytest.mark.parametrize("ignore_case", [True, False])
@pytest.mark.parametrize("restrict", [None, 40])
def test_accuracy_agrees_with_the_naive_twin(make_vectors, write, method, ignore_case, restrict):
    rng = np.random.default_rng(3)
    # W7 and w7: one word where case does not count.
    words = [f"{'Ww'[i % 2]}{i // 2}" for i in rng.permutation(70)]
    vectors = make_vectors(words, dim=3)
    questions = [tuple(rng.choice([*words[:50], "unknown"], 4)) for _ in range(800)]
    path = write("".join(" ".join(question) + "\n" for question in questions))
    score = evaluate(vectors, path, method=method, restrict=restrict, ignore_case=ignore_case).total

    as_dict = dict(zip(words, vectors.matrix.astype(float).tolist(), strict=True))
    same = str.upper if ignore_case else str
    right, covered = naive.analogy_accuracy(as_dict, questions, method, restrict, same)
    assert 5 <= right < covered < 800
    assert (score.covered, score.total) == (covered, 800)
    assert score.results[0].value == right / covered


def test_blocks_of_words_and_questions_do_not_change_the_answers(make_vectors, monkeypatch):
    lexicon = Lexicon(make_vectors([f"w{i}" for i in range(100)]))
    a, b, c = np.random.default_rng(0).integers(0, 100, (3, 500))
    whole = analogies.best_rows(lexicon, a, b, c, analogies.METHODS["3cosadd"])
    monkeypatch.setattr(analogies, "_WORDS", 7)
    monkeypatch.setattr(analogies, "_CELLS", 7 * 9)
    parts = analogies.best_rows(lexicon, a, b, c, analogies.METHODS["3cosadd"])
    np.testing.assert_array_equal(whole, parts)

    questions = [
        Analogy(*(f"w{i}" if j % 2 else (f"w{i}",) for j, i in enumerate(four, 1)))
        for four in zip(a, b, c, whole, strict=True)
    ]
    monkeypatch.setattr(analogies, "_QUESTIONS", 64)
    assert analogies.judge(lexicon, questions).all()


def test_the_words_of_a_question_are_never_its_answer_in_any_case():
    vectors = Vectors(("King", "man", "woman", "KING", "queen"), np.ones((5, 2), np.float32))
    lexicon = Lexicon(vectors)
    rows = ([1], [0], [2])
    a, b, c = (np.array(row) for row in rows)
    assert analogies.best_rows(lexicon, a, b, c, analogies.METHODS["3cosadd"]) == [4]


def test_a_vocabulary_of_the_three_words_alone_has_no_answer(make_vectors, write):
    path = write("a b c a\n")
    assert evaluate(make_vectors("abc"), path).total.results[0].value == 0


def test_one_of_several_answers_is_enough_and_of_several_givens_the_first_known_is_taken(write):
    matrix = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, 0, 0], [-1, 0, 1]], np.float32)
    vectors = Vectors(("a", "b", "c", "d", "far", "farther"), matrix)
    folder = write("a\tnowhere/b\nc\tfar/d/else\n", "folder/pairs.txt").parent
    total = evaluate(vectors, folder).total
    assert (total.covered, total.total, total.results[0].value) == (2, 2, 1)
    assert analogies.judge(Lexicon(vectors), [Analogy("a", ("nowhere", "b"), "c", ("else", "far", "d"))]) == [1]
    # As a is to far, c is to farther; that b would have led to d is not asked.
    assert analogies.judge(Lexicon(vectors), [Analogy("a", ("far", "b"), "c", ("d",))]) == [0]
    assert not analogies.covered(Lexicon(vectors), [Analogy("a", ("nowhere",), "c", ("d",))])


def test_a_word_of_length_zero_is_an_answer_like_any_other(write):
    vectors = Vectors(("a", "b", "c", "d"), np.array([[1, 0], [0, 1], [1, 1], [0, 0]], np.float32))
    assert evaluate(vectors, write("a b c d\n")).total.results[0].value == 1
