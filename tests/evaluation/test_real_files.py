"""The real question files, where they are at hand; and gensim as a witness."""

import numpy as np
import pytest

from w2v.evaluation import compare, evaluate, read
from w2v.vectors import Vectors


def words_of(path):
    """All words of analogies or scored pairs, each once."""
    questions = (question for section in read(path).sections for question in section.questions)
    parts = (part for question in questions for part in question)
    return list(
        dict.fromkeys(
            part[0] if isinstance(part, tuple) else part for part in parts if part and not isinstance(part, float)
        )
    )


def vectors_that_know_something(questions, rng, dim=30):
    """Random vectors in which some answers are right: b is a, shifted as in all its section, and noise.

    Half of the words are lower-cased, one in five comes in upper case again, one in ten is left out.
    """
    words = words_of(questions)
    matrix = dict(zip(words, rng.normal(size=(len(words), dim)), strict=True))
    for section in read(questions).sections:
        shift = 1.2 * rng.normal(size=dim)
        for question in section.questions:
            matrix[question.b[0]] = matrix[question.a] + shift + 0.8 * rng.normal(size=dim)
    known = [(word.lower() if rng.random() < 0.5 else word, row) for word, row in matrix.items() if rng.random() < 0.9]
    again = [(word.upper(), row + rng.normal(size=dim)) for word, row in known if rng.random() < 0.2]
    rows = list(dict(known + again).items())
    rows = [rows[i] for i in rng.permutation(len(rows))]
    return Vectors(tuple(word for word, _ in rows), np.array([row for _, row in rows], np.float32))


@pytest.fixture
def gensim_vectors(tmp_path):
    models = pytest.importorskip("gensim.models", reason="gensim is not installed: no witness")

    def convert(vectors):
        keyed = models.KeyedVectors(vectors.matrix.shape[1])
        keyed.add_vectors(list(vectors.words), vectors.matrix)
        keyed.save_word2vec_format(str(tmp_path / "vectors.bin"), binary=True)
        return models.KeyedVectors.load_word2vec_format(str(tmp_path / "vectors.bin"), binary=True)

    return convert


@pytest.mark.parametrize(("restrict", "ignore_case"), [(0, True), (60, True), (0, False)])
def test_questions_of_our_own_score_as_in_gensim(gensim_vectors, write, restrict, ignore_case):
    rng = np.random.default_rng(4)
    words = [f"{'Ww'[i % 2]}{i // 2}" for i in rng.permutation(100)]
    vectors = Vectors(tuple(words), rng.normal(size=(100, 3)).astype(np.float32))
    four = [" ".join(rng.choice([*words, "unknown"], 4)) for _ in range(3000)]
    analogies = write(": one\n" + "\n".join(four[:1000]) + "\n: two\n" + "\n".join(four[1000:]), "analogies")
    # No word beside itself: in float32 such cosines are 1 to the last digit but one, and gensim does not see the tie.
    rows = [(a, b, rng.integers(9)) for a, b in rng.choice(words, (200, 2)) if a.upper() != b.upper()]
    pairs = write("".join(f"{a}\t{b}\t{score}\n" for a, b, score in rows), "pairs")

    theirs = gensim_vectors(vectors)
    how = {"restrict_vocab": restrict or 100, "case_insensitive": ignore_case}
    accuracy, _ = theirs.evaluate_word_analogies(str(analogies), **how)
    pearson, spearman, _ = theirs.evaluate_word_pairs(str(pairs), **how)
    ours = [evaluate(vectors, path, restrict=restrict, ignore_case=ignore_case) for path in (analogies, pairs)]
    values = [result.value for result in ours[0].total.results + ours[1].total.results]
    assert accuracy > 0
    assert values == pytest.approx([accuracy, spearman[0], pearson[0]], abs=5e-5)


@pytest.mark.parametrize(("restrict", "ignore_case"), [(30_000, True), (700, True), (30_000, False)])
def test_analogies_score_as_in_gensim(shared, gensim_vectors, restrict, ignore_case):
    path = shared("eval/questions-words.txt")
    vectors = vectors_that_know_something(path, np.random.default_rng(2))
    ours = evaluate(vectors, path, restrict=restrict, ignore_case=ignore_case)
    total, sections = gensim_vectors(vectors).evaluate_word_analogies(
        str(path), restrict_vocab=restrict, case_insensitive=ignore_case
    )
    assert 0.05 < total < 0.95
    assert ours.total.results[0].value == pytest.approx(total, abs=5e-5)
    for section, theirs in zip((*ours.sections, ours.total), sections, strict=True):
        right, wrong = len(theirs["correct"]), len(theirs["incorrect"])
        assert section.covered == right + wrong
        if section.covered:
            assert section.results[0].value == pytest.approx(right / (right + wrong), abs=5e-5)


@pytest.mark.parametrize("name", ["wordsim353.tsv", "simlex999.txt"])
@pytest.mark.parametrize(("restrict", "ignore_case"), [(30_000, True), (300, True), (30_000, False)])
def test_similarities_score_as_in_gensim(shared, gensim_vectors, name, restrict, ignore_case):
    path = shared(f"eval/{name}")
    rng = np.random.default_rng(2)
    words = [word.lower() if rng.random() < 0.5 else word for word in words_of(path) if rng.random() < 0.9]
    words = list(dict.fromkeys(words + [word.upper() for word in words[:200]]))
    vectors = Vectors(tuple(words), rng.normal(0.3, 1, (len(words), 20)).astype(np.float32))
    ours = evaluate(vectors, path, restrict=restrict, ignore_case=ignore_case).total
    pearson, spearman, unknown = gensim_vectors(vectors).evaluate_word_pairs(
        str(path), restrict_vocab=restrict, case_insensitive=ignore_case
    )
    values = {result.measure: result.value for result in ours.results}
    assert values["pearson"] == pytest.approx(pearson[0], abs=5e-5)
    assert values["spearman"] == pytest.approx(spearman[0], abs=5e-5)
    assert 100 * (1 - ours.covered / ours.total) == pytest.approx(unknown)


@pytest.mark.parametrize(
    ("name", "kind", "encoding", "sections", "questions"),
    [
        ("questions-words.txt", "analogies", "UTF-8", 14, 19_544),
        ("es-family-latin1.txt", "analogies", "ISO-8859-1", 1, 380),
        ("wordsim353.tsv", "similarities", "UTF-8", 1, 353),
        ("simlex999.txt", "similarities", "UTF-8", 1, 999),
    ],
)
def test_the_real_files_are_recognised(shared, name, kind, encoding, sections, questions):
    found = read(shared(f"eval/{name}"))
    assert (found.kind, found.encoding, len(found.sections)) == (kind, encoding, sections)
    assert sum(len(section.questions) for section in found.sections) == questions


def test_spanish_words_of_an_iso_8859_1_file_are_found_with_their_accents(shared):
    words = ("chico", "chica", "papá", "mamá")
    vectors = Vectors(words, np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32))
    found = evaluate(vectors, shared("eval/es-family-latin1.txt"))
    assert found.total.covered >= 2
    assert compare(vectors, vectors, shared("eval/es-family-latin1.txt")).total.covered == found.total.covered
