"""w2v from Python, as a user of notebooks types it."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
from where import DATA, TOP

import w2v
from w2v.errors import CorpusError, ResumeError, SettingsError, UnknownWordError

LINES = ["the cat sat on the mat", "the dog sat on the rug"] * 60
OPTIONS = {"dim": 8, "threads": 1, "epochs": 2}


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(LINES) + "\n")
    return path


def test_a_file_a_folder_sentences_and_what_was_read_train_the_same_vectors(text):
    given = [
        text, str(text), [text], (str(text),), text.parent, iter([text]), w2v.read(text),
        [line.split() for line in LINES], (line.split() for line in LINES), w2v.read(line.split() for line in LINES),
    ]  # fmt: skip
    matrices = {w2v.train(corpus, **OPTIONS).matrix.tobytes() for corpus in given}
    assert len(matrices) == 1
    assert w2v.train(text, w2v.TrainSettings(**OPTIONS)).matrix.tobytes() in matrices


def test_words_of_sentences_stand_as_they_are_and_the_account_adds_up():
    corpus = w2v.read([["New York", "a"], [], ["b"], ["a", "New York"], ["a"]], min_count=2)
    assert corpus.vocabulary.words == ("a", "New York")
    assert corpus.stream.tolist() == [1, 0, -1, 0, 1, -1, 0, -1]
    assert (corpus.account.tokens, corpus.account.kept, corpus.account.dropped_words) == (6, 5, (("b", 1),))


@pytest.mark.parametrize(
    ("corpus", "error", "message"),
    [
        (7, TypeError, "corpus must be a file, several files, or sentences, not int"),
        (None, TypeError, "corpus must be a file, several files, or sentences, not NoneType"),
        (b"c.txt", TypeError, "corpus must be a file, several files, or sentences, not bytes"),
        (["c.txt", 3], TypeError, "corpus[1] must be the name of a file, as corpus[0] is, not int"),
        ([["a"], "b c"], TypeError, "corpus[1] must be a list of words, not str 'b c': for a line of text,"),
        ([["a"], ["b", 3]], TypeError, "corpus[1] must hold words (str), not int 3"),
        ([], CorpusError, "the corpus: is empty: no file and no sentence in it"),
        ([[]], CorpusError, "the sentences: no words in them"),
        ([["a", "b\n"]], CorpusError, "the sentences: corpus[0] holds 'b\\n': a word is not empty"),
        ([["a", ""]], CorpusError, "the sentences: corpus[0] holds '': a word is not empty"),
        ([["a"]], CorpusError, "the sentences: no word occurs 5 times, the most frequent one 1: a min_count of 1"),
    ],
)  # fmt: skip
def test_what_is_no_corpus_is_refused_by_the_name_of_the_argument(corpus, error, message):
    with pytest.raises(error) as caught:
        w2v.train(corpus, min_count=5)
    assert str(caught.value).startswith(message)


def test_what_reading_decided_is_not_contradicted_later(text):
    corpus = w2v.read(text, min_count=61)
    assert len(w2v.train(corpus, **OPTIONS)) == 3
    with pytest.raises(SettingsError, match="min_count was 61 when the corpus was read, and cannot be 50 now"):
        w2v.train(corpus, min_count=50)
    with pytest.raises(SettingsError, match="min_count was 61"):
        w2v.train(corpus, w2v.TrainSettings(min_count=5))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"vector_size": 50}, "there is no setting 'vector_size'; did you mean dim?"),
        ({"workers": 2}, "there is no setting 'workers'; did you mean threads?"),
        ({"epoch": 2}, "there is no setting 'epoch'; did you mean epochs?"),
        ({"settings": {"dim": 3}}, "settings must be a TrainSettings, not dict; or by name: dim=100"),
        ({"settings": w2v.TrainSettings(), "dim": 3}, "settings are given once: in a TrainSettings, or by name (dim)"),
    ],
)
def test_a_setting_that_there_is_not_is_refused_with_the_one_that_is_meant(text, more, message):
    with pytest.raises(TypeError) as caught:
        w2v.train(text, **more)
    assert str(caught.value) == message


def test_a_run_is_kept_resumed_and_extended(text, tmp_path, monkeypatch):
    monkeypatch.setattr("w2v.training.folder.user_cache", lambda: tmp_path / "cache")
    lines = []
    vectors = w2v.train([text], checkpoint=tmp_path / "run", notify=lines.append, **OPTIONS)
    assert lines[0].startswith("read        720 tokens in 1 file, ")
    assert w2v.resume(tmp_path / "run").matrix.tobytes() == vectors.matrix.tobytes()
    assert w2v.resume(tmp_path / "run", text, dim=8).matrix.tobytes() == vectors.matrix.tobytes()
    with pytest.raises(ResumeError, match="--dim is 8 in this run and cannot become 9"):
        w2v.resume(tmp_path / "run", dim=9)
    with pytest.raises(ResumeError, match="a run is kept here"):
        w2v.train(text, checkpoint=tmp_path / "run", **OPTIONS)
    more = w2v.extend(tmp_path / "run", [["the", "parrot", "sat"]] * 9, threads=1)
    assert set(more.words) == {*vectors.words, "parrot"}


def test_the_names_of_gensim_are_there_or_say_what_to_use():
    rng = np.random.default_rng(0)
    words = tuple(f"w{i}" for i in range(30))
    ours = w2v.Vectors(words, rng.normal(size=(30, 8)).astype(np.float32))
    theirs = pytest.importorskip("gensim.models").KeyedVectors(8)
    theirs.add_vectors(list(words), ours.matrix)
    for positive, negative in (("w1", ()), (["w1", "w2"], ["w3"]), (["w1"], "w3")):
        pairs = zip(ours.most_similar(positive, negative, topn=5), theirs.most_similar(positive, negative or None, 5))
        for (word, cosine), (their_word, their_cosine) in pairs:
            assert word == their_word
            assert cosine == pytest.approx(their_cosine, abs=2e-6)
    assert ours.similarity("w1", "w2") == pytest.approx(theirs.similarity("w1", "w2"), abs=2e-6)
    assert ours.doesnt_match(["w1", "w2", "w3", "w4"]) == theirs.doesnt_match(["w1", "w2", "w3", "w4"])
    sides = (["w1", "w2"], ["w3", "w4"])
    units = [sum(ours.unit(word) for word in side) for side in sides]
    wanted = units[0] @ units[1] / np.linalg.norm(units[0]) / np.linalg.norm(units[1])
    assert ours.n_similarity(*sides) == pytest.approx(wanted, abs=2e-6)
    assert np.array_equal(ours[["w1", "w2"]], theirs[["w1", "w2"]])
    assert dict(ours.key_to_index) == theirs.key_to_index
    assert list(ours) == list(words)
    assert repr(ours) == "Vectors(30 words x 8: w0 w1 w2 w3 w4 w5 ...)"
    with pytest.raises(AttributeError, match=r"Vectors has no attribute 'wv'; use the vectors themselves"):
        ours.wv.most_similar("w1")
    assert not hasattr(ours, "nothing")
    for copied in (copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):  # noqa: S301  # our own bytes
        assert copied.similar("w1") == ours.similar("w1")


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda v: v.similar("a", "b"), TypeError, "top must be a whole number, not 'b'; several words go into"),
        (lambda v: v.similar("a", 0), ValueError, "top must be 1 or more, not 0"),
        (lambda v: v.similar(3), TypeError, "words must be a word or a list of words, not 3"),
        (lambda v: v.similar([]), TypeError, "words must be a word or a list of words, not []"),
        (lambda v: v.similar(np.ones(3)), TypeError, "words must be words, or a vector of 2 numbers, not of"),
        (lambda v: v.analogy("a", "b", 3), TypeError, "c must be a word (str), not 3"),
        (lambda v: v[3], TypeError, "word must be a word or a list of words, not 3"),
        (lambda v: v.similarity("a", None), TypeError, "b must be a word (str), not None"),
    ],
)  # fmt: skip
def test_a_question_of_another_type_is_refused_by_the_name_of_the_argument(ask, error, message):
    with pytest.raises(error) as caught:
        ask(w2v.Vectors(("a", "b"), np.eye(2, dtype=np.float32)))
    assert str(caught.value).startswith(message)


def test_a_vector_is_asked_as_a_word_is():
    vectors = w2v.Vectors(("a", "b"), np.eye(2, dtype=np.float32))
    assert [word for word, _ in vectors.similar(np.array([0.1, 3.0]))] == ["b", "a"]


def test_a_progress_bar_shows_reading_and_training_to_their_ends(tmp_path, capsys):
    (tmp_path / "c.txt").write_text("the cat sat on the mat\n" * 2000)
    w2v.train(tmp_path / "c.txt", dim=4, epochs=2, threads=1, report=w2v.ProgressBar())
    shown = capsys.readouterr().err
    assert "reading: 100%" in shown
    assert "training: 100%" in shown
    assert "loss=" in shown


def test_a_notebook_without_widgets_gets_a_plain_bar_and_no_warning():
    code = (
        "import sys, types; sys.modules['ipywidgets'] = None; sys.modules['ipykernel.zmqshell'] = types\n"
        "shell = types.SimpleNamespace(config={'IPKernelApp': 1})\n"
        "sys.modules['IPython'] = types.SimpleNamespace(get_ipython=lambda: shell, version_info=(8,))\n"
        "import w2v; w2v.train([['a', 'b'] * 9] * 9, dim=4, epochs=1, threads=1, report=w2v.ProgressBar())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=TOP)
    assert "training: 100%" in done.stderr
    assert "Warning" not in done.stderr


def test_an_evaluation_shows_its_scores_in_one_line(demo_vectors):
    found = w2v.evaluate(w2v.load(demo_vectors), DATA / "questions.txt")
    assert re.fullmatch(
        r"Evaluation\(.*questions\.txt: analogies, accuracy 0\.\d{3}, [\d,]+ of [\d,]+ questions\)", repr(found)
    )


def test_every_public_name_has_a_docstring_with_an_example_and_says_what_it_raises():
    for name in w2v.__all__:
        about = getattr(w2v, name).__doc__
        assert about, name
        if name not in ("EncodedCorpus", "Vocabulary", "W2VError"):
            assert ">>>" in about, name
        if name.islower():
            assert "Raises" in about, name


def test_errors_reach_another_process_with_their_text():
    for error in (CorpusError("a.txt", "is empty", 3), SettingsError("no"), UnknownWordError("zebrra", ["zebra"])):
        copied = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
        assert (type(copied), str(copied), vars(copied)) == (type(error), str(error), vars(error))
