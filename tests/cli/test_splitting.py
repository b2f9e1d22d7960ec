"""Texts are split as the vectors were trained: the small .json beside them says how."""

from __future__ import annotations

import json

import numpy as np
import pytest

import w2v as library
from w2v.formats import companions

LANGUAGES = {
    "zh": ("jieba", ("我", "爱", "北京", "上海"), "我爱北京", "我爱上海", [2, 3, 4]),
    "ja": ("mecab", ("猫", "が", "好き", "犬"), "猫が好き", "犬が好き", [2, 3, 4]),
}
UNIT = np.eye(4, dtype=np.float32)


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """Return a function that goes to a folder with vectors.txt, trained with some settings."""
    monkeypatch.chdir(tmp_path)

    def make(words, **settings):
        path = tmp_path / "vectors.txt"
        library.save(library.Vectors(words, UNIT[: len(words)].copy()), path)
        companions.write_origin({"settings": settings, "vectors": {}}, path)
        return path

    return make


@pytest.mark.parametrize("language", LANGUAGES)
def test_chinese_and_japanese_are_cut_by_the_models_own_tokenizer(w2v, trained, language):
    tokenizer, words, one, other, ids = LANGUAGES[language]
    pytest.importorskip({"jieba": "jieba", "mecab": "fugashi"}[tokenizer])
    trained(words, tokenizer=tokenizer)
    assert w2v("compare", one, other) == (0, "0.6667\n", "")  # two words of three are the same
    assert w2v("compare", one, words[2]).stdout == "0.5774\n"
    assert w2v("sentence", one).stdout == "0.33333334 0.33333334 0.33333334 0\n"
    assert w2v("encode", one) == (0, f"{ids}\n", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_is_known_of_the_training_the_option_says_it(w2v, trained, language):
    tokenizer, words, one, other, ids = LANGUAGES[language]
    pytest.importorskip({"jieba": "jieba", "mecab": "fugashi"}[tokenizer])
    trained(words).with_name("vectors.txt.json").unlink()
    result = w2v("compare", one, other)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Note: --tokenizer jieba (Chinese) or mecab (Japanese) splits text without blanks.\n"
        f"Error: {one!r} is not in the vocabulary.\n"
    )
    assert w2v("compare", one, other, "--tokenizer", tokenizer) == (0, "0.6667\n", "")
    assert w2v("sentence", one, "--tokenizer", tokenizer, "--json").stderr == ""
    assert w2v("encode", one, "--tokenizer", tokenizer).stdout == f"{ids}\n"


def test_case_is_kept_as_in_the_training(w2v, trained):
    trained(("Rose", "rose"), tokenizer="words", keep_case=True)
    assert w2v("encode", "Rose rose ROSE").stdout == "[2, 3, 1]\n"
    assert w2v("encode", "Rose rose ROSE", "--lower-case").stdout == "[3, 3, 3]\n"
    assert w2v("compare", "a Rose", "Rose!").stdout == "1.0000\n"


def test_a_word_needs_no_tokenizer_and_a_text_names_its_extra(w2v, trained, monkeypatch):
    find_spec = __import__("importlib.util").util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "jieba" else find_spec(name))
    trained(LANGUAGES["zh"][1], tokenizer="jieba")
    assert w2v("compare", "北京", "上海").stdout == "0.0000\n"
    result = w2v("compare", "我爱北京", "上海")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: the tokenizer jieba needs an extra: pip install 'w2v[zh]'\n"


@pytest.mark.parametrize("settings", [{"tokenizer": "of tomorrow"}, {"tokenizer": ["x"]}, {"tokenizer": None}])
def test_a_tokenizer_that_nobody_knows_is_one_line(w2v, trained, settings):
    trained(("a", "b"), **settings)
    result = w2v("encode", "a b")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: --tokenizer must be one of words, whitespace,")


def test_a_converted_file_knows_how_its_vectors_were_made(w2v, trained):
    trained(("Rose", "rose"), tokenizer="whitespace")
    assert w2v("convert", "vectors.txt", "small.bin", "--limit", 1).exit_code == 0
    about = json.loads(w2v("info", "small.bin", "--json").stdout)["provenance"]
    assert about["settings"] == {"tokenizer": "whitespace"}
    assert about["converted_from"] == "vectors.txt"
    assert about["vectors"]["words"] == 1
    assert "\nconverted   from vectors.txt\n" in w2v("info", "small.bin").stdout
    assert w2v("encode", "Rose rose", "-v", "small.bin").stdout == "[2, 1]\n"
