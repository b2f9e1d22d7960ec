"""Reading: the same ids whatever the threads, blocks and memory; an account that adds up; errors that arrive."""

from __future__ import annotations

import threading
from pathlib import Path

import naive_text
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_twins import assert_agrees, read_bytes, texts

from w2v.corpus import reading, sources, spool
from w2v.errors import CorpusError, ResourceError

ROUND = """The quick brown fox jumps over the lazy dog's back.
Ο ΟΔΥΣΣΕΥΣ σας, l\u2019été — e\u0301t\u00e9; 東京は、にぎやかだ。\r

second word second
"""


@settings(max_examples=60)
@given(
    files=st.lists(texts().map(str.encode), min_size=1, max_size=3),
    block_bytes=st.integers(4, 80),
    threads=st.sampled_from([1, 2, 4]),
    tokenizer=st.sampled_from(sorted(naive_text.TOKENIZERS)),
    min_count=st.integers(1, 3),
    max_vocab=st.integers(1, 20),
    in_memory=st.sampled_from([0, 7, 10**6]),
)
def test_the_account_adds_up_whatever_the_text_blocks_threads_and_memory(files, **how):
    assert_agrees(files, **how)


@pytest.mark.parametrize("tokenizer", naive_text.TOKENIZERS)
@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("block_bytes", [5, 64, 1000, 1 << 20])
def test_ids_depend_neither_on_threads_nor_on_blocks(block_bytes, threads, tokenizer):
    assert_agrees([ROUND.encode() * 20, b"other " * 30], block_bytes, threads, tokenizer=tokenizer, min_count=2)


def test_many_words_in_many_blocks_are_numbered_alike_by_any_number_of_threads():
    rng = np.random.default_rng(0)
    text = " ".join(f"w{n}" for n in rng.zipf(1.2, 100_000) % 60_000).encode()
    one = read_bytes([text], 10_000, threads=1)
    many = read_bytes([text], 10_000, threads=4)
    assert one.vocabulary.words == many.vocabulary.words
    assert np.array_equal(one.stream, many.stream)
    assert one.account == many.account
    assert_agrees([text], threads=2, min_count=3)


# -- lines ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["", " ", "\n", "\r\n", " \n\n", "\t"])
def test_a_file_ends_its_sentence_however_it_ends(end):
    corpus = read_bytes([f"a b{end}".encode(), b"c"])
    assert corpus.stream.tolist() == [0, 1, -1, 2, -1]


@pytest.mark.parametrize("block_bytes", [4, 5, 6, 7, 8, 1 << 20])
def test_the_end_of_a_block_does_not_end_a_sentence(block_bytes):
    corpus = read_bytes([b"a b c d e f g h\n\ni j k"], block_bytes)
    assert corpus.stream.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, -1, 8, 9, 10, -1]


@pytest.mark.parametrize("mark", "。、，！？」\u3000")
def test_a_long_line_without_blanks_is_cut_at_punctuation_only_where_the_tokenizer_splits(mark):
    text = f"東京都{mark}大阪府" * 40
    for tokenizer in naive_text.TOKENIZERS:
        assert_agrees([text.encode()], 16, 2, tokenizer=tokenizer)
    assert read_bytes([text.encode()], 16, tokenizer="whitespace").vocabulary.words == (text,)


def test_one_huge_line_is_cut_into_blocks_for_all_threads():
    blocks = list(sources.read_blocks(sources.find_sources([__file__]), (b" ",), 256))
    assert len(blocks) > 10
    line = b"some words of one line, " * 100_000
    corpus = read_bytes([line], threads=2)
    assert corpus.account.sentences == 1
    assert corpus.account.kept == 500_000


def test_a_huge_line_with_characters_that_python_must_handle_is_read_whole():
    line = "ΑΣ e\u0301 İ word " * 30_000
    assert_agrees([line.encode()], 1 << 16, 2)


def test_tokens_of_100_kilobytes_are_words_like_others():
    long = [b"x" * 100_000, b"\xc3\xa9" * 50_000, b"x" * 100_001]
    assert_agrees([b" ".join(long * 3)], 4096, 2)


def test_what_never_has_a_blank_is_no_text(monkeypatch):
    monkeypatch.setattr(sources, "LONGEST_WORD", 10_000)
    with pytest.raises(CorpusError, match=r"no blank or line end in 10,\d\d\d bytes: is this text\?"):
        read_bytes([b"x" * 20_000], 100)


# -- nothing to train on ----------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"\n", b" \r\n\n", b"\xef\xbb\xbf", "。、…\u3000\n".encode()])
def test_a_corpus_without_words_is_an_error(data):
    with pytest.raises(CorpusError, match=r"000.txt: no words in it; is this the right file, and the right --tok"):
        read_bytes([data])


def test_a_corpus_of_rare_words_says_which_min_count_leaves_words():
    with pytest.raises(CorpusError) as error:
        read_bytes([b"a b a", b"c a"], min_count=5)
    assert str(error.value).endswith(
        "000.txt and 1 more: no word occurs 5 times, the most frequent one 3: --min-count 3 or less leaves words"
    )


def test_an_unsegmented_corpus_of_rare_words_is_told_what_would_find_words():
    with pytest.raises(CorpusError, match="--tokenizer jieba or --tokenizer characters"):
        read_bytes("我们今天去北京大学看朋友，然后回家吃饭。".encode().splitlines(), min_count=5)


@pytest.mark.parametrize(("max_vocab", "words"), [(1, ("b",)), (2, ("b", "a")), (9, ("b", "a", "c"))])
def test_max_vocab_keeps_the_most_frequent_words(max_vocab, words):
    corpus = read_bytes([b"a b c b a b"], max_vocab=max_vocab)
    assert corpus.vocabulary.words == words
    assert corpus.account.kept + corpus.account.dropped == 6


# -- what the account and the report say -----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tokenizer", "advice"),
    [
        ("我们今天去北京大学看朋友，然后回家吃饭。\n", "words", ("jieba", "characters")),
        ("我们今天去北京大学看朋友，然后回家吃饭。\n", "whitespace", ("jieba", "characters")),
        ("吾輩は猫である。名前はまだ無い。\n", "words", ("mecab", "characters")),
        ("我们 今天 去 北京 大学 看 朋友 ， 然后 回家 吃饭 。\n", "whitespace", ()),
        ("吾輩 は 猫 で ある 。 名前 は まだ 無い 。\n", "words", ()),
        ("吾輩は猫である。名前はまだ無い。\n", "characters", ()),
        ("An English sentence with a word of 北京 in it.\n", "words", ()),
        ("El niño comió extraordinariamente.\n", "words", ()),
        ("사과와 바나나를 먹었습니다\n", "words", ()),
    ],
)
def test_a_text_that_looks_unsegmented_is_told_which_tokenizers_find_words(text, tokenizer, advice):
    assert read_bytes([text.encode() * 5], tokenizer=tokenizer).account.segment_with == advice


def test_progress_ends_with_all_bytes_and_all_tokens():
    seen = []
    read_bytes([b"a b c\n" * 1000, b""], report=seen.append)
    assert seen[-1] == reading.ReadProgress(6000, 6000, 3000)


# -- memory and disk --------------------------------------------------------------------------------


def test_ids_beyond_the_memory_come_back_from_the_disk():
    text = b"a b c d e f\n" * 5000
    assert np.array_equal(read_bytes([text], 1000, in_memory=100).stream, read_bytes([text], 1000).stream)


def test_a_full_disk_is_an_error_that_names_tmp_dir(monkeypatch):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full, a disk that is always full")
    monkeypatch.setattr(spool.tempfile, "TemporaryFile", lambda **where: full.open("r+b", buffering=0))
    with pytest.raises(ResourceError, match=r"cannot keep the ids of the corpus there \(No space left.*--tmp-dir$"):
        read_bytes([b"a b c\n" * 10_000], 1000, in_memory=100)


# -- threads ----------------------------------------------------------------------------------------


def reading_threads():
    return [thread for thread in threading.enumerate() if "guarded" in thread.name]


@pytest.mark.parametrize("threads", [1, 4])
def test_an_error_in_a_thread_reaches_the_caller_once_and_all_threads_end(monkeypatch, threads):
    def fail(*args):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(reading.WordTable, "scan", fail)
    with pytest.raises(ZeroDivisionError, match="a bug"):
        read_bytes([b"a b c\n" * 10_000], 100, threads=threads)
    assert not reading_threads()


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interruption_ends_all_threads(error):
    def interrupt(progress):
        raise error

    with pytest.raises(error):
        read_bytes([b"a b c\n" * 100_000], 100, report=interrupt, threads=2)
    assert not reading_threads()
