import random

import naive_vectors as naive
import pytest

from w2v.spelling import fold, suggestions, variants

WORDS = ("the", "king", "kong", "kings", "ring", "Paris", "parish", "ñandú", "democracy", "democrats", "international")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("kng", ["king", "kong"]),
        ("KING", ["king", "kong", "kings"]),
        ("paris", ["Paris", "parish"]),
        ("nandu", ["ñandú"]),
        ("ñandu", ["ñandú"]),
        ("internatoinal", ["international"]),
        ("democr", ["democracy", "democrats"]),
        ("kingdom", ["king"]),
        ("xylophone", []),
        ("", []),
    ],
)
def test_words_of_like_spelling_are_suggested_nearest_first(word, expected):
    assert suggestions(word, WORDS) == expected


def test_other_scripts_are_suggested_from_too():
    words = ("北京", "東京", "Москва", "москва́", "ελλάδα", "भारत")
    assert suggestions("南京", words) == ["北京", "東京"]
    assert suggestions("Моксва", words) == ["Москва", "москва́"]
    assert suggestions("Ελλαδα", words) == ["ελλάδα"]


def test_no_words_have_no_suggestions():
    assert suggestions("king", ()) == []
    assert suggestions("king", ("",)) == []


def test_suggestions_agree_with_the_naive_distance_over_all_words():
    rng = random.Random(0)
    words = tuple(dict.fromkeys("".join(rng.choices("abcdé", k=rng.randint(1, 7))) for _ in range(200)))
    compared = 0
    for _ in range(30):
        word = "".join(rng.choices("abcde", k=rng.randint(3, 7)))
        reach = 1 if len(word) <= 4 else 2
        near = [(naive.edits(fold(word), fold(w)), row, w) for row, w in enumerate(words)]
        expected = [w for edits, _, w in sorted(near) if edits <= reach][:3]
        if expected:
            assert suggestions(word, words) == expected
            compared += 1
    assert compared > 10


def test_a_single_letter_is_no_misspelling_of_all_others():
    assert suggestions("\u5317", ["\u7231", "\u4eac", "\u5317\u4eac"]) == ["\u5317\u4eac"]
    assert suggestions("Q", ["a", "q", "queen"]) == ["q"]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("«amor»", "amor"),
        ("¿Amor?", "amor"),
        ("“amor”,", "amor"),
        ("「愛」", "愛"),
        ("sen\u0303or", "señor"),
        ("señor", "sen\u0303or"),
        ("ﬁn", "fin"),
        ("１９８４", "1984"),
        ("Ｋｉｎｇ", "king"),
        ("don’t", "don't"),
        ("New York", "new_york"),
    ],
)
def test_quotes_accents_ligatures_and_full_width_letters_do_not_hide_the_word_that_is_meant(asked, meant):
    assert meant in variants(asked)


@pytest.mark.parametrize("word", ["C++", "c#", "R&D", "", "?", "«»"])
def test_signs_that_are_part_of_a_name_stay_and_no_form_is_empty(word):
    assert "c" not in variants(word)
    assert "" not in variants(word)
