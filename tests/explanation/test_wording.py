"""Texts of four languages, and how they look on a terminal."""

from __future__ import annotations

import json
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v import explanation
from w2v.explanation import Code, Table, Text
from w2v.explanation.parts import Arrows, LookUp, Pairs
from w2v.explanation.terminal import render, wrap
from w2v.explanation.wording import CATALOGUES
from w2v.languages import columns

SENTENCES = {"en": "the king lived in the castle", "es": "la reina vivía en el castillo", "zh": "国王 住 在 城堡 里",
             "ja": "猫 が 牛乳 を 飲ん だ"}  # fmt: skip


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", CATALOGUES)
def test_each_language_has_the_texts_of_english_with_the_same_numbers_in_them(language):
    english, texts = CATALOGUES["en"].TEXTS, CATALOGUES[language].TEXTS
    assert list(texts) == list(english)
    for name, text in texts.items():
        assert places(text) == places(english[name]), name


OBJECTIVES = [{}, {"negatives_per": "pair"}, {"loss": "hs"}, {"objective": "cbow"},
              {"objective": "cbow", "loss": "hs"}, {"objective": "glove"}]  # fmt: skip


@pytest.mark.parametrize("objective", OBJECTIVES, ids=str)
@pytest.mark.parametrize("language", CATALOGUES)
def test_an_explanation_in_each_language_has_the_same_parts_in_the_same_order(language, objective):
    explained = explanation.explain([SENTENCES[language]], language=language, **objective)
    english = explanation.explain([SENTENCES["en"]], **objective)
    kinds, wanted = ([[type(part) for part in step.parts] for step in each.steps] for each in (explained, english))
    assert kinds[:2] == wanted[:2]
    assert objective or kinds == wanted  # whether an analogy fails is no matter of language
    assert {Text, Table, Code, LookUp, Pairs, Arrows} == {kind for step in kinds for kind in step}


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_words_of_english_in_other_scripts_are_terms_and_names(language):
    words = set()
    for name, text in CATALOGUES[language].TEXTS.items():
        if not re.search("layer_code|formula", name):
            words |= set(re.findall(r"[A-Za-z]{3,}", re.sub(r"`[^`]*`|\{\w+\}", "", text)))
    assert words <= {
        "token", "padding", "one", "hot", "Embedding", "skip", "gram", "sigmoid", "softmax", "SGD", "Keras", "PyTorch",
        "word", "vec", "CBOW", "GloVe", "AdaGrad", "log",
    }  # fmt: skip


@pytest.mark.parametrize("objective", OBJECTIVES, ids=str)
@pytest.mark.parametrize("language", CATALOGUES)
def test_no_text_is_of_english_alone_or_has_a_place_left_open(language, objective):
    english = set(CATALOGUES["en"].TEXTS.values())
    for part in explanation.explain([SENTENCES[language]], language=language, **objective).steps[1].parts:
        text = getattr(part, "text", "")
        assert not re.search(r"[{}]", text)
        assert language == "en" or text not in english


@pytest.mark.parametrize("language", CATALOGUES)
def test_paragraphs_keep_to_the_width_of_the_terminal(language):
    explained = explanation.explain([SENTENCES[language]], language=language)
    for step in explained.steps:
        for part in step.parts:
            if isinstance(part, Text):
                assert all(columns(line) <= 61 for line in wrap(part.text, 60))  # a closing mark may hang over


@pytest.mark.parametrize("language", CATALOGUES)
def test_tables_stand_in_columns_whatever_the_script(language):
    lines = render(explanation.explain([SENTENCES[language]], language=language).steps).split("\n")
    rules = [i for i, line in enumerate(lines) if re.fullmatch(r"    -+(  -+)*", line)]
    assert len(rules) >= 7
    for i in rules:
        assert columns(lines[i - 1]) <= columns(lines[i])
        assert columns(lines[i + 1]) <= columns(lines[i])


@given(st.text(alphabet="ab ，。“”国家のはがー", max_size=80), st.integers(4, 30))
def test_wrapping_loses_no_letter(text, width):
    assert re.sub(r"\s", "", "".join(wrap(text, width))) == re.sub(r"\s", "", text)


def test_a_line_neither_begins_with_a_closing_mark_nor_ends_with_an_opening_one():
    for width in range(6, 30):
        for line in wrap("国王住在“城堡”里，女王（还有公主）也住在那里。", width):
            assert line[0] not in "”，）。"
            assert line[-1] not in "“（"


def test_numbers_are_grouped_as_the_language_groups_them():
    facts = {
        language: next(part.text for part in explanation.explain(["zebra"], language=language).steps[1].parts
                       if "100" in getattr(part, "text", ""))
        for language in ("en", "es")
    }  # fmt: skip
    assert "100,000 words it is 100,000 against 6" in facts["en"]
    assert "100\u202f000 frente a 6" in facts["es"]


def test_the_document_is_json_with_the_same_numbers():
    explained = explanation.explain([SENTENCES["en"]])
    document = json.loads(json.dumps(explained.document()))
    assert document["language"] == "en"
    assert [step["title"] for step in document["steps"]] == [step.title for step in explained.steps]
    kinds = {part["kind"] for step in document["steps"] for part in step["parts"]}
    assert kinds == {"text", "table", "code", "lookup", "pairs", "arrows"}
    table = next(part for part in document["steps"][1]["parts"] if "sigmoid" in part.get("columns", ()))
    assert table["rows"][0][2] == pytest.approx(explained.window.dots[0])
