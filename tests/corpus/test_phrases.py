"""Phrases against their twin, and what must hold of them: the vocabulary alone says how a text is joined."""

from __future__ import annotations

from unittest import mock

import naive_phrases
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import w2v
from w2v.corpus import phrases
from w2v.queries.texts import joined

WORDS = ["a", "b", "c", "a_b", "b_c", "a_", "_", "__", "ñ", "日本", "x"]
SENTENCES = st.lists(st.lists(st.sampled_from(WORDS), max_size=12), min_size=1, max_size=12)
SETTINGS = st.fixed_dictionaries(
    {
        "phrases": st.integers(1, 3),
        "phrase_score": st.sampled_from(["word2phrase", "npmi"]),
        "phrase_threshold": st.sampled_from([0.01, 0.1, 0.5, 1.5, 3.0]),
        "phrase_min_count": st.integers(1, 3),
        "min_count": st.integers(1, 3),
        "max_vocab": st.sampled_from([2, 5, 1000]),
    }
)


def sentences_of(corpus):
    """Return the words of a corpus, a list for each sentence."""
    ends = np.flatnonzero(corpus.stream == -1)
    return [
        [corpus.vocabulary.words[id] for id in part if id >= 0]
        for part in np.split(corpus.stream, ends + 1)
        if len(part)
    ]


@given(SENTENCES, SETTINGS, st.integers(1, 4))
def test_the_phrases_of_a_text_are_those_of_the_twin(sentences, settings, threads):
    wanted, vocabulary, scores = naive_phrases.find(
        sentences, settings["phrases"], settings["phrase_score"], settings["phrase_threshold"],
        settings["phrase_min_count"], settings["min_count"], settings["max_vocab"],
    )  # fmt: skip
    if not vocabulary:
        with pytest.raises(w2v.W2VError):
            w2v.read(sentences, threads=threads, **settings)
        return
    corpus = w2v.read(sentences, threads=threads, **settings)
    assert sentences_of(corpus) == wanted
    assert dict(zip(corpus.vocabulary.words, corpus.vocabulary.counts.tolist())) == vocabulary
    assert list(corpus.vocabulary.words) == list(vocabulary)
    assert {phrase.word: phrase.times for phrase in corpus.phrases} == {word: vocabulary[word] for word in scores}
    for phrase in corpus.phrases:
        assert phrase.score == pytest.approx(scores[phrase.word])
    account = corpus.account
    assert account.tokens == account.kept + account.joined + account.dropped == sum(map(len, sentences))
    assert account.dropped >= 0
    (file,) = account.by_file
    assert (file.kept, file.joined, file.start, file.stop) == (account.kept, account.joined, 0, len(corpus.stream))


@given(SENTENCES, SETTINGS)
@example(
    [["a", "a", "b_c", "a", "a", "a", "a", "b"], ["a", "c", "b", "a_b", "b", "c", "a"]],
    {"phrases": 1, "phrase_score": "word2phrase", "phrase_threshold": 0.01, "phrase_min_count": 1, "min_count": 1,
     "max_vocab": 5},
)  # fmt: skip
def test_the_vocabulary_alone_says_how_a_text_is_joined(sentences, settings):
    """A resumed run, a model with new text and `w2v encode` join as the training did."""
    try:
        corpus = w2v.read(sentences, threads=1, **settings)
    except w2v.W2VError:
        return
    words = set(corpus.vocabulary.words)
    as_asked = [joined(sentence, words.__contains__, 2 ** settings["phrases"]) for sentence in sentences]
    kept = [[word for word in sentence if word in words] for sentence in as_asked]
    assert [sentence for sentence in kept if sentence] == sentences_of(corpus)
    again = w2v.read(
        sentences, threads=1, phrases_of=corpus.vocabulary.words, **{**settings, "min_count": 1, "max_vocab": 1000}
    )
    kept = [[word for word in sentence if word in words] for sentence in sentences_of(again)]
    assert [sentence for sentence in kept if sentence] == sentences_of(corpus)


def test_a_small_table_gives_what_a_large_one_gives():
    rng = np.random.default_rng(1)
    sentences = [[f"w{number}" for number in rng.geometric(0.02, 50)] for _ in range(200)]
    settings = {"phrases": 2, "phrase_threshold": 1.2, "min_count": 2, "phrase_min_count": 2}
    large = w2v.read(sentences, threads=1, **settings)
    with mock.patch.object(phrases, "LARGEST_TABLE", 64), mock.patch.object(phrases, "CHUNK", 100):
        small = w2v.read(sentences, threads=3, **settings)
    assert len(large.phrases) > 100
    assert small.phrases == large.phrases
    assert small.stream.tobytes() == large.stream.tobytes()


def test_a_text_without_phrases_is_read_as_without_the_option():
    sentences = [["the", "cat", "sat"], ["a", "dog", "sat"], ["the", "end"]] * 3
    plain, sought = (w2v.read(sentences, min_count=4, phrases=number) for number in (0, 3))
    assert sought.phrases == ()
    assert sought.vocabulary.words == plain.vocabulary.words
    assert sought.stream.tobytes() == plain.stream.tobytes()
    assert sought.account == plain.account


def test_no_phrase_reaches_over_the_end_of_a_sentence_a_rare_word_or_a_file(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text("york\n" + "new\nyork\nnew rare{name} york\n" * 9 + "new")
    corpus = w2v.read(
        [tmp_path / "a", tmp_path / "b"], phrases=1, phrase_threshold=1e-9, min_count=3, tokenizer="whitespace"
    )
    assert not any("_" in word for word in corpus.vocabulary.words if "rare" not in word)
    text = tmp_path / "c"
    text.write_text("in new york\n" * 9)
    corpus = w2v.read(text, phrases=2, phrase_threshold=0.1)
    assert corpus.vocabulary.words == ("in_new_york",)


def test_new_york_is_found_in_a_real_text(shared, tmp_path):
    import gzip

    with gzip.open(shared("corpora/enwiki-raw.txt.gz")) as file:
        (tmp_path / "text").write_bytes(file.read(8_000_000))
    words = set(w2v.read(tmp_path / "text", phrases=2).vocabulary.words)
    assert words >= {"new_york", "united_states", "los_angeles"}
    assert not words & {"of_the", "in_the", "the_united_states"}
