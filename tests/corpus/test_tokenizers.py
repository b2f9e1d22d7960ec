"""The tokenizers split as their twins do, whatever stands in the text."""

from __future__ import annotations

import sys
import unicodedata

import naive_text
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_twins import assert_agrees, read_bytes, texts

from w2v.corpus import tokenizers
from w2v.errors import MissingExtraError, SettingsError


def split(text, tokenizer="words", **settings):
    """Return the tokens of a text in their order."""
    corpus = read_bytes([text.encode()], tokenizer=tokenizer, min_count=1, **settings)
    return [corpus.vocabulary.words[id] for id in corpus.stream if id >= 0]


@pytest.mark.parametrize("keep_case", [False, True])
@pytest.mark.parametrize("tokenizer", naive_text.TOKENIZERS)
@given(text=texts())
def test_each_tokenizer_agrees_with_its_twin_on_any_unicode_text(tokenizer, keep_case, text):
    assert_agrees([text.encode()], tokenizer=tokenizer, keep_case=keep_case)


@pytest.mark.parametrize("tokenizer", naive_text.TOKENIZERS)
@given(data=st.lists(st.binary(max_size=8) | st.sampled_from([b" ", b"\n", b"\xe3\x81\x82", b"a"])).map(b"".join))
def test_undecodable_bytes_become_what_python_makes_of_them_and_are_counted(tokenizer, data):
    assert_agrees([b"start " + data.replace(b"\0", b"")], tokenizer=tokenizer)


@pytest.mark.parametrize("keep_case", [False, True])
def test_every_character_is_split_lowered_and_normalised_as_python_does(keep_case):
    every = [chr(point) for point in range(1, 0x110000) if unicodedata.category(chr(point)) not in ("Cn", "Co", "Cs")]
    text = "\n".join(f"a{char}b {char}" for char in every if char != "\n")
    assert_agrees([text.encode()], tokenizer="words", keep_case=keep_case)


def test_every_decomposed_character_is_composed():
    every = (chr(point) for point in range(0x110000) if unicodedata.decomposition(chr(point)))
    hangul = (chr(point) for point in range(0xAC00, 0xD7A4, 5))
    text = "\n".join(unicodedata.normalize("NFD", char) + "x" for char in (*every, *hangul))
    assert_agrees([text.encode()], tokenizer="words")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Don't! 'tis the dogs' rock''n'roll", ["don't", "tis", "the", "dogs", "rock", "n'roll"]),
        ("l’été d’Œdipe", ["l'été", "d'œdipe"]),
        ("snake_case x2 1984 3.14", ["snake_case", "x2", "1984", "3", "14"]),
        ("El niño comió piñas en Córdoba", ["el", "niño", "comió", "piñas", "en", "córdoba"]),
        ("ΟΔΥΣΣΕΥΣ ΣΑΣ", ["οδυσσευς", "σας"]),
        ("İstanbul ISPARTA ıĞDIR", ["i̇stanbul", "isparta", "ığdir"]),
        ("cafe\u0301 CAFE\u0301", ["café", "café"]),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", ["한글"]),
        ("ذهبَ الطالبُ إلى المدرسةِ", ["ذهبَ", "الطالبُ", "إلى", "المدرسةِ"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("हिन्दी में क्षत्रिय", ["हिन्दी", "में", "क्षत्रिय"]),
        ("क\u094d\u200dष", ["क\u094d\u200dष"]),
        ("👨\u200d👩\u200d👧 family", ["family"]),
        ("二〇二六年、東京", ["二〇二六年", "東京"]),
        ("a\u00a0b\u3000c\u2028d\u0085e", ["a", "b", "c", "d", "e"]),
        ("one\r\ntwo\r\n", ["one", "two"]),
        ("\ufeffbom", ["bom"]),
    ],
)
def test_words_are_found_in_many_scripts(text, tokens):
    assert split(text) == tokens


def test_characters_keep_their_marks():
    assert split("e\u0323\u0301A हि 東京!", "characters") == ["ẹ\u0301", "a", "हि", "東", "京"]


def test_whitespace_leaves_every_byte_as_it_is():
    assert split("Don’t\u00a0STOP\u3000。 E\u0301\u2028x\t\v\f\r\n\x85", "whitespace") == [
        "Don’t\u00a0STOP\u3000。", "E\u0301\u2028x", "\x85"
    ]  # fmt: skip


def test_case_is_kept_when_asked():
    assert split("Rose rose Σ", keep_case=True) == ["Rose", "rose", "Σ"]


def test_an_unknown_tokenizer_is_an_error_that_names_the_others():
    with pytest.raises(SettingsError, match=r"--tokenizer must be one of words, whitespace, .*, not word"):
        tokenizers.find_tokenizer("word")


@pytest.mark.parametrize(("name", "module", "extra"), [("jieba", "jieba", "zh"), ("mecab", "fugashi", "ja")])
def test_a_tokenizer_without_its_library_names_the_extra(monkeypatch, name, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"needs an extra: pip install 'w2v\[{extra}\]'"):
        tokenizers.find_tokenizer(name)
