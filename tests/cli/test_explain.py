"""w2v explain."""

from __future__ import annotations

import json

import pytest

TITLES = {
    "en_GB.UTF-8": "1. What happens: a sentence becomes rows of numbers",
    "es_MX.UTF-8": "1. Qué ocurre: una frase se convierte en filas de números",
    "zh_CN.UTF-8": "1. 发生了什么：一句话怎样变成一行行数字",
    "ja_JP": "1. 何が起こるのか：文が数の行になるまで",
    "fr_FR.UTF-8": "1. What happens: a sentence becomes rows of numbers",
    "C": "1. What happens: a sentence becomes rows of numbers",
}


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """A folder without vectors.txt, and a locale of nobody's."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "W2V_VECTORS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("locale", TITLES)
def test_the_explanation_speaks_the_language_of_the_system(w2v, locale, monkeypatch):
    monkeypatch.setenv("LANG", locale)
    outcome = w2v("explain", "zebra")
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert outcome.stdout.split("\n")[0] == TITLES[locale]


def test_lang_goes_before_the_system(w2v, monkeypatch):
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert w2v("explain", "zebra", "--lang", "es").stdout.split("\n")[0] == TITLES["es_MX.UTF-8"]


def test_two_sentences_padded_to_six_come_out_in_the_shape_that_is_said(w2v):
    outcome = w2v("explain", "nice to meet you", "good to see you again", "--pad", "6")
    assert "= (2, 6, 12)." in outcome.stdout
    assert "    nice | to | meet | you\n    good | to | see | you | again\n" in outcome.stdout


def test_the_readers_vectors_are_used_where_they_are(w2v, demo_vectors, monkeypatch):
    monkeypatch.chdir(demo_vectors.parent)
    here = w2v("explain", "the king and a zebra").stdout
    assert "This uses your model vectors.txt: 2,492 words, 100 numbers for each." in here
    assert "The vocabulary does not have “zebra”." in here
    encoded = w2v("encode", "the king and a zebra").stdout.strip("[]\n").split(", ")
    assert "    " + "  ".join(encoded) + "\n" in here
    assert w2v("explain", "the king and a zebra", "-v", demo_vectors).stdout.count(str(demo_vectors)) == 4


def test_the_same_sentence_is_explained_with_the_same_numbers(w2v):
    assert w2v("explain", "the king").stdout == w2v("explain", "the king").stdout


def test_a_pad_that_is_too_short_is_one_line_and_exit_code_2(w2v):
    outcome = w2v("explain", "the king lived", "--pad", "2")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr == "Error: --pad 2 is too short: the longest sentence has 3 words\n"


def test_vectors_that_are_not_there_are_an_error(w2v):
    assert w2v("explain", "the king", "-v", "nothing.txt").exit_code == 1


def test_json_is_one_document_of_three_steps(w2v):
    document = json.loads(w2v("explain", "zebra", "--json").stdout)
    assert [step["title"][:2] for step in document["steps"]] == ["1.", "2.", "3."]


def test_explain_splits_as_encode_does_and_its_last_lines_name_the_file(w2v, tmp_path):
    pytest.importorskip("jieba")
    (tmp_path / "c.txt").write_text("我爱北京天安门\n他爱北京\n" * 20)
    file = tmp_path / "my vectors.txt"
    w2v("train", tmp_path / "c.txt", "-o", file, "--tokenizer", "jieba", "--dim", "4", "--epochs", "1", "-q")
    shown = w2v("explain", "我爱北京的天安门", "-v", file, "--lang", "zh").stdout
    assert "    我 | 爱 | 北京 | 的 | 天安门\n" in shown
    ids = w2v("encode", "我爱北京的天安门", "-v", file).stdout
    assert "    " + "  ".join(ids.strip("[]\n").split(", ")) + "\n" in shown
    last = json.loads(w2v("explain", "我爱北京的天安门", "-v", file, "--json").stdout)["steps"][-1]["parts"][-1]
    assert last["text"] == f"w2v encode -v '{file}' \"我 爱 北京 的 天安门\"\nw2v export keras -v '{file}'"


@pytest.fixture
def trained(w2v, tmp_path):
    def train(*options):
        (tmp_path / "c.txt").write_text("the king lived in the castle\nthe queen sat on the throne\n" * 9)
        w2v("train", tmp_path / "c.txt", "-o", tmp_path / "v.w2v", "--dim", "4", "--epochs", "1", "-q", *options)
        return tmp_path / "v.w2v"

    return train


@pytest.mark.parametrize(
    ("options", "title"),
    [
        (("--objective", "cbow", "--loss", "hs"), "CBOW with hierarchical softmax"),
        (("--objective", "glove"), "GloVe"),
        (("--negatives-per", "pair"), "skip-gram with negative sampling"),
    ],
)
def test_the_objective_is_that_of_the_vectors_unless_another_is_named(w2v, trained, options, title):
    file = trained(*options)
    shown = w2v("explain", "the king lived", "-v", file).stdout
    assert f"\n2. How the rows came to be: {title}\n" in shown
    assert ("Each pair draws" in " ".join(shown.split())) == ("pair" in options)
    for name, other in (("cbow", "CBOW with negative sampling"), ("glove", "GloVe")):
        steps = json.loads(w2v("explain", "the king lived", "-v", file, "--objective", name, "--json").stdout)["steps"]
        assert steps[1]["title"] == f"2. How the rows came to be: {other}"


def test_the_loss_of_the_vectors_can_be_changed_alone(w2v, trained):
    file = trained("--objective", "cbow", "--loss", "hs")
    assert "came to be: CBOW with negative" in w2v("explain", "the king", "-v", file, "--loss", "ns").stdout
    outcome = w2v("explain", "the king", "-v", trained("--objective", "glove"), "--loss", "hs")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr == (
        "Error: --loss has no meaning with --objective glove: it learns from all co-occurrences\n"
    )
    assert w2v("explain", "the king", "--objective", "bert").exit_code == 2
