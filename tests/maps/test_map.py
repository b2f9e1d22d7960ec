"""Which words a map shows, and where."""

from __future__ import annotations

import numpy as np
import pytest

from w2v import maps
from w2v.errors import FormatError, SettingsError, UnknownWordError
from w2v.languages import LANGUAGES
from w2v.maps.wording import TEXTS


def test_named_words_come_with_their_nearest_and_nothing_else(crowds):
    map = maps.build(crowds, ["a0", "b0"], neighbors=3, method="pca")
    expected = {"a0", "b0", *(n.word for word in ("a0", "b0") for n in crowds.similar(word, 3))}
    assert set(map.words) == expected
    assert {map.words[i] for i in map.asked} == {"a0", "b0"} == {map.words[i] for i in map.marked}


def test_without_words_the_most_frequent_are_shown(crowds):
    assert maps.build(crowds, top=5, method="pca").words == crowds.words[:5]
    assert maps.build(crowds, method="pca").words == crowds.words


def test_each_word_knows_its_nearest_among_those_shown(crowds):
    map = maps.build(crowds, method="pca")
    units = crowds.matrix / np.linalg.norm(crowds.matrix, axis=1, keepdims=True)
    for i, row in enumerate(map.neighbors):
        cosines = units @ units[i]
        cosines[i] = -2
        assert [j for j, _ in row] == list(np.argsort(-cosines)[: len(row)])
        np.testing.assert_allclose([cosine for _, cosine in row], np.sort(cosines)[::-1][: len(row)], atol=1e-6)


def test_equal_offsets_are_parallel_arrows(make_vectors):
    rng = np.random.default_rng(0)
    offset = np.array([0, 0, 0, 0.5])
    rows = {}
    for i, base in enumerate(rng.normal(size=(6, 3))):
        # Unit length for all, so that the offset survives the scaling to unit vectors.
        base = np.append(base / np.linalg.norm(base) * np.sqrt(1 - 0.0625), -0.25)
        rows[f"m{i}"], rows[f"w{i}"] = base, base + offset
    vectors = make_vectors(rows)
    map = maps.build(vectors, pairs=[(f"m{i}", f"w{i}") for i in range(6)])
    arrows = np.array([map.points[end] - map.points[start] for start, end in map.arrows])
    np.testing.assert_allclose(arrows, np.tile(arrows[0], (6, 1)), atol=1e-6)
    assert map.equal
    assert map.title == "6 pairs, PCA"
    assert {map.words[i] for i in map.marked} == {f"w{i}" for i in range(6)}


def test_a_place_on_an_axis_is_the_cosine_to_the_difference_of_its_words(crowds):
    map = maps.build(crowds, ["c3"], axes=[("a0", "b0"), ("a1", "c1")])
    for column, (good, bad) in enumerate([("a0", "b0"), ("a1", "c1")]):
        direction = crowds.unit(good) - crowds.unit(bad)
        expected = [crowds.unit(word) @ direction / np.linalg.norm(direction) for word in map.words]
        np.testing.assert_allclose(map.points[:, column], expected, atol=1e-6)
    assert map.axes == ("b0 ← cosine → a0", "c1 ← cosine → a1")


def test_with_one_axis_the_other_direction_shows_what_is_left(crowds):
    map = maps.build(crowds, axes=[("a0", "b0")], top=20)
    assert map.axes == ("b0 ← cosine → a0", "first principal component of the rest")
    assert len(map.words) == 20


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"axes": [("a0", "b0")] * 3}, "once or twice, not 3 times"),
        ({"axes": [("a0", "b0")], "method": "tsne"}, "give one of them"),
        ({"axes": [("a0", "a0")]}, "the same vector, no direction"),
        ({"words": ["a0"], "clusters": 5, "method": "pca"}, "at least as many words, there are 1"),
    ],
)
def test_what_contradicts_itself_is_refused(crowds, options, said):
    with pytest.raises(SettingsError, match=said):
        maps.build(crowds, **options)


def test_an_unknown_word_is_an_error(crowds):
    with pytest.raises(UnknownWordError):
        maps.build(crowds, ["zebra"])


def test_clusters_are_the_crowds_named_by_their_central_words(crowds):
    map = maps.build(crowds, method="pca", clusters=3)
    assert len({(word[0], int(cluster)) for word, cluster in zip(map.words, map.clusters)}) == 3
    for cluster, name in enumerate(map.names):
        members = [word for word, c in zip(map.words, map.clusters) if c == cluster]
        middle = np.mean([crowds.unit(word) for word in members], axis=0)
        assert name.split(" · ") == sorted(members, key=lambda word: -crowds.unit(word) @ middle)[:3]


def test_pairs_are_read_from_lines_of_two_words_and_of_four(crowds, tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text(": crowds\na0 b0\na1\tb1\n\na0 b0 a2 b2\n# done\nzebra b0\n")
    assert maps.read_pairs(path, crowds) == ([("a0", "b0"), ("a1", "b1"), ("a2", "b2")], ["zebra"])


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        (b"a0 b0 c0\n", FormatError, "pairs.txt:1: expected two words .* found 3"),
        (b"\n\n", FormatError, "holds no pairs"),
        (b"zebra lion\n", UnknownWordError, "'zebra'"),
        (b"pe\xf1a b0\n", UnknownWordError, "'peña'"),  # Latin-1, as in files of questions
    ],
)
def test_a_broken_file_of_pairs_is_named(crowds, tmp_path, text, error, said):
    path = tmp_path / "pairs.txt"
    path.write_bytes(text)
    with pytest.raises(error, match=said):
        maps.read_pairs(path, crowds)


def test_a_vector_that_is_no_vector_is_passed_over_unless_it_is_asked_for(make_vectors):
    vectors = make_vectors({"a": [1, 0], "b": [np.nan, 0], "c": [0, 1]})
    assert maps.build(vectors, method="pca").words == ("a", "c")
    with pytest.raises(SettingsError, match="'b' has no place: its vector holds NaN or infinity"):
        maps.build(vectors, ["b"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_all_that_is_written_on_pictures(language):
    assert TEXTS[language].keys() == TEXTS["en"].keys()
    for name, text in TEXTS[language].items():
        assert text.count("{") == TEXTS["en"][name].count("{")


def test_titles_and_axes_are_in_the_language_that_is_asked_for(make_vectors):
    vectors = make_vectors({"rey": [1, 0], "reina": [1, 1], "mesa": [0, 1]})
    drawn = maps.build(vectors, ["rey"], neighbors=2, method="pca", language="es")
    assert drawn.title == "rey y sus vecinas: 3 palabras, PCA"
    drawn = maps.build(vectors, axes=[("rey", "mesa")], language="es")
    assert drawn.title == "3 palabras, a lo largo de rey - mesa"
    assert drawn.axes == ("mesa ← coseno → rey", "primer componente principal del resto")


def test_vectors_of_which_no_word_has_a_place_are_refused(make_vectors):
    vectors = make_vectors({"a": [np.nan, 0], "b": [np.inf, 0]})
    with pytest.raises(SettingsError, match="no word has a place: all their vectors hold NaN or infinity"):
        maps.build(vectors)
