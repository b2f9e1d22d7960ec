"""What w2v train takes from other programs and gives to them: vocabularies, rows to begin with, names of options."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from where import DATA

import w2v as library
from w2v import formats, peers
from w2v.settings import TrainSettings, describe, names
from w2v.training import trainer
from w2v.vocabulary import Vocabulary, write_counts

CORPUS = "the cat sat on the mat\nthe dog sat on the rug\n" * 50
QUICK = ("--threads", "1", "--dim", "8", "--epochs", "2", "-q")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("w2v.training.folder.user_cache", lambda: tmp_path / "cache")
    (tmp_path / "corpus.txt").write_text(CORPUS)
    return tmp_path


def test_a_whole_line_is_the_window(w2v, here):
    (here / "baskets.txt").write_text("a b c d\nd a\n" * 40)
    options = (*QUICK, "--sample", "0", "--window", "1", "--window-mode", "line", "--trace", "steps.tsv")
    assert w2v("train", "baskets.txt", *options).exit_code == 0
    with (here / "steps.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    steps = {}
    for row in rows:
        if row["target"] == "1":
            steps.setdefault((row["epoch"], row["position"]), {row["center"]}).add(row["word"])
    assert {frozenset(step) for step in steps.values()} == {frozenset("abcd"), frozenset("ad")}


def test_the_rate_falls_no_lower_than_min_alpha():
    reports = []
    sentences = [line.split() for line in CORPUS.splitlines()]
    library.train(sentences, min_rate=0.01, rate=0.02, dim=4, threads=1, epochs=50, report=reports.append)
    assert reports[-1].rate == pytest.approx(0.01)
    with pytest.raises(library.W2VError, match=r"--min-alpha 0.03 is above --alpha 0.02"):
        TrainSettings(rate=0.02, min_rate=0.03)


def test_a_saved_vocabulary_is_read_again(w2v, here):
    assert w2v("train", "corpus.txt", *QUICK, "--save-vocab", "all.vocab", "-o", "a.txt").exit_code == 0
    lines = (here / "all.vocab").read_text().splitlines()
    assert lines == ["</s> 100", "the 200", "sat 100", "on 100", "cat 50", "mat 50", "dog 50", "rug 50"]
    assert w2v("train", "corpus.txt", *QUICK, "--vocab", "all.vocab", "-o", "b.txt").exit_code == 0
    assert (here / "a.txt").read_bytes() == (here / "b.txt").read_bytes()
    (here / "some.vocab").write_text("rug 3\ncat 1\nlion 7\n")
    outcome = w2v("train", "corpus.txt", *QUICK[:-1], "--vocab", "some.vocab", "-o", "c.txt")
    assert "= 100 kept + 500 not in some.vocab" in outcome.stderr
    assert "note        1 of 3 words of some.vocab do not occur, and get no vector" in outcome.stderr
    assert library.load("c.txt").words == ("cat", "rug")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "x.vocab: cannot be read (No such file or directory)"),
        ("", "x.vocab: no words in it; lines of a word and its count are expected"),
        ("cat 5\ndog\n", "x.vocab:2: expected a word and its count, with a blank between"),
        (f"cat {'9' * 5000}\n", "x.vocab:1: expected a word and its count, with a blank between"),
        ("cat 5\ncat 6\n", "x.vocab:2: cat occurs a second time"),
        ("lion 5\n", "corpus.txt: no word of x.vocab occurs in it"),
    ],
)
def test_a_vocabulary_that_is_none_is_refused_in_one_line(w2v, here, text, message):
    if text is not None:
        (here / "x.vocab").write_text(text)
    assert w2v("train", "corpus.txt", *QUICK, "--vocab", "x.vocab") == (1, "", f"Error: {message}\n")
    assert not (here / "vectors.txt").exists()


def test_a_vocabulary_and_what_would_cut_it_exclude_each_other(w2v, here):
    outcome = w2v("train", "corpus.txt", "--vocab", "x", "--min-count", "3")
    assert outcome.exit_code == 2
    assert outcome.stderr.endswith("Error: --vocab names the words: it takes neither --min-count nor --max-vocab.\n")


def test_a_word_with_a_blank_has_no_place_in_a_saved_vocabulary(tmp_path):
    with pytest.raises(library.W2VError, match="has no place for the word 'a b'"):
        write_counts(Vocabulary(("a b",), np.array([3])), 1, tmp_path / "v")
    assert list(tmp_path.iterdir()) == []


def test_training_begins_with_the_rows_of_another_model(w2v, here):
    (here / "old.txt").write_text("3 8\ncat 1 2 3 4 5 6 7 8\nlion 9 9 9 9 9 9 9 9\ndog nan 1 1 1 1 1 1 1\n")
    options = (*QUICK[:-1], "--alpha", "1e-9", "--initial", "2", "--start-from", "old.txt")
    outcome = w2v("train", "corpus.txt", *options)
    assert outcome.exit_code == 0
    assert (
        "start       1 of 7 words begin with their rows of old.txt, 6 at random;"
        " 1 rows hold numbers beyond 256, or none" in outcome.stderr.splitlines()
    )
    vectors = library.load("vectors.txt")
    np.testing.assert_allclose(vectors["cat"], range(1, 9), rtol=1e-5)
    assert np.abs(vectors["dog"]).max() < 0.3  # +-2 / dim
    outcome = w2v("train", "corpus.txt", *options, "--dim", "5")
    assert outcome.exit_code == 2
    assert outcome.stderr.splitlines()[-1] == (
        "Error: old.txt has vectors of 8 numbers, and --dim is 5: --dim 8 begins with them"
    )


def test_a_run_that_goes_back_to_its_beginning_goes_back_to_the_rows_that_it_began_with(here):
    (here / "old.txt").write_text("1 4\ncat 1 2 3 4\n")
    state = trainer.begin(Vocabulary(("the", "cat"), np.array([2, 1])), TrainSettings(dim=4, initial=2.0))
    state.start = lambda tables: tables.input.__setitem__((1, slice(4)), 7)
    state.tables.input[:, :4] = np.inf
    trainer._go_back(state, TrainSettings(dim=4, initial=2.0), None, lambda line: None)
    assert (state.tables.input[1, :4] == 7).all()
    assert np.abs(state.tables.input[0]).max() <= 0.5  # +-2 / dim


def test_the_output_rows_are_saved_and_added(w2v, here):
    assert w2v("train", "corpus.txt", *QUICK, "-o", "w.txt", "--output-vectors", "c.txt").exit_code == 0
    assert w2v("train", "corpus.txt", *QUICK, "-o", "sum.txt", "--add-output").exit_code == 0
    w, c, both = (library.load(name) for name in ("w.txt", "c.txt", "sum.txt"))
    assert c.words == w.words
    assert np.abs(c.matrix).max() > 0
    np.testing.assert_array_equal(both.matrix, w.matrix + c.matrix)
    assert json.loads((here / "c.txt.json").read_text())["rows"] == "output"
    for option in (("--add-output",), ("--output-vectors", "c.txt")):
        refused = w2v("train", "corpus.txt", "--loss", "hs", *option)
        assert refused.exit_code == 2
        assert "with --loss hs a word has no output row" in refused.stderr
    outcome = w2v("train", "corpus.txt", "-o", "w.txt", "--output-vectors", "w.txt")
    assert "the vectors and the output rows would both be written there" in outcome.stderr


def test_the_end_of_a_sentence_is_the_first_row_for_programs_in_c(w2v, here):
    assert w2v("train", "corpus.txt", *QUICK, "-o", "plain.bin").exit_code == 0
    assert w2v("train", "corpus.txt", *QUICK, "-o", "c.bin", "--end-of-sentence").exit_code == 0
    assert w2v("convert", "plain.bin", "d.bin", "--end-of-sentence").exit_code == 0
    assert (here / "c.bin").read_bytes() == (here / "d.bin").read_bytes()
    plain, first = library.load("plain.bin"), library.load("c.bin")
    assert first.words == ("</s>", *plain.words)
    assert first.matrix[1:].tobytes() == plain.matrix.tobytes()
    assert 0 < np.abs(first.matrix[0]).max() <= 0.5 / 8
    again = formats.tidying.with_end_of_sentence(library.Vectors(("a", "</s>"), np.eye(2, dtype=np.float32)))
    assert again.words == ("</s>", "a")
    assert again.matrix.tolist() == [[0, 1], [1, 0]]


def test_a_kept_run_knows_its_phrases_and_its_other_files(w2v, here):
    (here / "corpus.txt").write_text("we live in new york city\nnew york is big\nthe city is new\n" * 30)
    options = (*QUICK[:-1], "--phrases", "2", "--phrase-threshold", "0.5", "--checkpoint", "run")
    options += ("--phrase-min-count", "50")
    outcome = w2v(
        "train", "corpus.txt", *options, "-o", "v.txt", "--output-vectors", "c.txt", "--save-vocab", "v.vocab"
    )
    assert outcome.exit_code == 0
    written = {name: (here / name).read_bytes() for name in ("v.txt", "c.txt", "v.vocab")}
    assert "new_york" in library.load("v.txt")
    for name in written:
        (here / name).unlink()
    (here / "corpus.txt").touch()  # the text is read again, and must give the same ids
    assert w2v("train", "--resume", "run", "-q") == (0, "", "")
    assert {name: (here / name).read_bytes() for name in written} == written

    (here / "new.txt").write_text("a new york hotel\n" * 30)
    outcome = w2v("train", "new.txt", "--continue", "run", "--threads", "1", "-o", "more.txt")
    assert outcome.exit_code == 0
    assert "= 90 kept + 30 joined to the word before + 0 of new words" in outcome.stderr
    assert "hotel" in library.load("more.txt")
    for command, phrase, wanted in (
        ("encode", "I saw New York!", "a b new_york"),
        ("sentence", "New York", "new_york"),
    ):
        asked, plain = (w2v(command, "-v", "v.txt", text).stdout.split()[-8:] for text in (phrase, wanted))
        assert asked == plain
    refused = w2v("train", "new.txt", "--continue", "run", "--start-from", "v.txt")
    assert "--start-from is for a new model" in refused.stderr


def test_the_error_for_a_phrase_says_what_makes_phrases(w2v, here):
    w2v("train", "corpus.txt", *QUICK)
    outcome = w2v("similar", "new york")
    assert outcome.exit_code == 1
    assert outcome.stderr == (
        "Error: 'new york' is not in the vocabulary. These vectors have no phrases: w2v train --phrases 2 makes them.\n"
    )


def test_phrases_lists_candidates(w2v, here):
    (here / "corpus.txt").write_text("new york is big\nis york new\nin new york\n" * 30)
    outcome = w2v("phrases", "corpus.txt", "--phrase-min-count", "50", "--phrase-threshold", "0.1", "--json")
    assert json.loads(outcome.stdout) == {"phrases": [{"phrase": "new_york", "count": 60, "score": 0.37037}]}
    assert w2v("phrases", "corpus.txt").stderr == (
        "Note: none scores above the threshold; a lower --phrase-threshold finds more.\n"
    )


def test_a_corpus_in_latin_1_is_read_by_each_command_that_reads_one(w2v, here):
    (here / "corpus.txt").write_bytes("el niño de la peña\n".encode("latin-1") * 300)
    (here / "v.vocab").write_bytes("niño 300\npeña 300\n".encode("latin-1"))
    outcome = w2v("phrases", "corpus.txt", "--encoding", "latin-1", "--phrase-threshold", "0.01", "--tsv")
    assert "el_niño\t300" in outcome.stdout
    refused = w2v("train", "corpus.txt", *QUICK, "--vocab", "v.vocab")
    said = "Error: v.vocab:1: is not in utf-8; --encoding says what it is, as of the corpus\n"
    assert refused == (1, "", said)
    assert w2v("train", "corpus.txt", *QUICK, "--vocab", "v.vocab", "--encoding", "latin-1").exit_code == 0
    assert sorted(library.load("vectors.txt").words) == ["niño", "peña"]
    tuned = w2v("tune", "corpus.txt", "--encoding", "latin-1", "--sample-tokens", 1000, "-q")
    assert tuned.stderr == "Error: the corpus: is too small to hold some of it out\n"  # it was read


@pytest.mark.parametrize("peer", peers.LIKE)
def test_the_defaults_of_a_peer_are_settings(peer):
    assert peers.LIKE[peer].keys() <= set(names())
    settings = TrainSettings(**peers.like(peer, "skipgram"))
    assert settings.objective == "skipgram"
    assert set(peers.ELSEWHERE.values()) <= set(names())


def test_like_takes_the_defaults_of_a_peer_but_not_against_the_user(w2v, here):
    outcome = w2v(
        "train", "corpus.txt", "--like", "word2vec", "-size", "6", "--threads", "1", "--sg", "1", "-o", "v.bin"
    )
    assert outcome.exit_code == 0
    assert outcome.stderr.splitlines()[0] == (
        "like        word2vec: --negatives-per pair --window 5 --negative 5 --epochs 5 --min-count 5 --initial 0.5"
        " --sample 0.001 --alpha 0.025 --ns-exponent 0.75 --tokenizer whitespace --keep-case --end-of-sentence"
    )
    cbow = w2v("train", "corpus.txt", "--like", "gensim", *QUICK[:-1]).stderr.splitlines()[0]
    assert "--objective cbow" in cbow
    assert "--negatives-per" not in cbow
    settings = json.loads((here / "v.bin.json").read_text())["settings"]
    assert {name: settings[name] for name in ("dim", "objective", "rate", "tokenizer")} == {
        "dim": 6, "objective": "skipgram", "rate": 0.025, "tokenizer": "whitespace",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        ("-train corpus.txt -output v.bin -size 4 -window 3 -sample 1e-4 -negative 2 -iter 1 -threads 1 -min-count 2"
         " -alpha 0.01 -cbow 0 -binary 1 -debug 2",
         {"dim": 4, "window": 3, "sample": 1e-4, "negatives": 2, "epochs": 1, "threads": 1, "min_count": 2,
          "rate": 0.01, "objective": "skipgram"}),
        ("-train corpus.txt -output v.bin -size 4 -hs 1 -negative 0 -threads 1",
         {"loss": "hs", "objective": "skipgram", "negatives": 5}),
        ("-input corpus.txt -output v.bin -dim 4 -ws 3 -t 1e-4 -neg 2 -epoch 1 -thread 1 -minCount 2 -lr 0.01",
         {"dim": 4, "window": 3, "sample": 1e-4, "negatives": 2, "epochs": 1, "threads": 1, "min_count": 2,
          "rate": 0.01}),
        ("corpus.txt -o v.bin --vector_size=4 --workers 1 --min_count 2 --sg 0 --ns_exponent -0.5"
         " --shrink_windows False --epochs 1 --min_alpha 0.001",
         {"dim": 4, "threads": 1, "min_count": 2, "objective": "cbow", "ns_exponent": -0.5, "window_mode": "fixed",
          "min_rate": 0.001}),
    ],
)  # fmt: skip
def test_the_options_of_the_peers_mean_ours(w2v, here, arguments, settings):
    assert w2v("train", *arguments.split(), "-q") == (0, "", "")
    made = json.loads((here / "v.bin.json").read_text())["settings"]
    assert {name: made[name] for name in settings} == settings


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--wrokers 2", "No such option '--wrokers'. Did you mean --threads?"),
        ("--vectorsize 2", "No such option '--vectorsize'. Did you mean --dim?"),
        ("-windwo 2", "No such option '-windwo'. Did you mean --window?"),
        ("--tokeniser jieba", "No such option '--tokeniser'. Did you mean --tokenizer?"),
        ("-classes 2", "No such option '-classes'."),
        ("-cbow 2", "-cbow 2 is not done here; it can be 1 or 0."),
        ("-cbow", "Option '-cbow' requires an argument."),
        ("-output v.txt -binary 1", "-binary 1: the name of the output says so here, give it the ending .bin."),
    ],
)
def test_a_wrong_option_gets_the_right_suggestion(w2v, here, arguments, message):
    outcome = w2v("train", "corpus.txt", *arguments.split())
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr.splitlines()[-1] == f"Error: {message}"


def test_the_help_shows_our_names_alone(w2v):
    shown = w2v("train", "--help").stdout
    assert "--vector-size INTEGER" not in shown
    assert all(describe(name)["option"] in shown for name in names())


def test_a_line_is_a_window_of_its_mean_length():
    from w2v.kernels.objectives import Work
    from w2v.objectives import mean_contexts

    counts = np.array([2, 2, 1, 1])
    work = Work(np.array([0, 1, 2, 3, -1, 0, 1, -1], np.int32), np.zeros(4, np.uint32), np.zeros(4, np.uint64))
    for settings, wanted in (({}, 6), ({"window_mode": "fixed"}, 10), ({"window_mode": "line"}, (4 * 3 + 2 * 1) / 6)):
        assert mean_contexts(counts, TrainSettings(sample=0, **settings), work) == pytest.approx(wanted)


def test_the_demo_trains_to_the_same_bits_as_before_windows_had_modes(w2v, here):
    """Its SHA-256 is not asserted: other processors round otherwise. Fixed windows of 1 are windows drawn from 1..1."""
    common = (DATA / "demo.txt", "--threads", "1", "--window", "1", "--epochs", "1", "-q", "-o")
    w2v("train", *common, "a.txt")
    w2v("train", *common, "b.txt", "--window-mode", "fixed")
    assert (here / "a.txt").read_bytes() == (here / "b.txt").read_bytes()
