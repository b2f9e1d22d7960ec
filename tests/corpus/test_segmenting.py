"""Chinese and Japanese: words found by libraries, in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import warnings

import pytest
from reading_twins import read_bytes

from w2v.corpus import reading, tokenizers
from w2v.errors import CorpusError, ResourceError

CHINESE = "我爱北京天安门。今天的天气很好，我们去公园。\n"
JAPANESE = "吾輩は猫である。名前はまだ無い。\n"


@pytest.fixture
def jieba():
    return pytest.importorskip("jieba", reason="needs the extra w2v[zh]")


@pytest.fixture
def mecab():
    pytest.importorskip("unidic_lite", reason="needs the extra w2v[ja]")
    return pytest.importorskip("fugashi", reason="needs the extra w2v[ja]")


def test_jieba_finds_chinese_words(jieba):
    corpus = read_bytes([(CHINESE * 3 + "Hello世界\n").encode()], tokenizer="jieba", threads=2)
    assert {"北京", "天安门", "今天", "公园", "hello", "世界"} <= set(corpus.vocabulary.words)
    assert corpus.account.sentences == 4
    assert corpus.account.segment_with == ()


def test_mecab_finds_japanese_words(mecab):
    corpus = read_bytes([(JAPANESE * 3).encode()], tokenizer="mecab", threads=2)
    assert {"吾輩", "は", "猫", "名前"} <= set(corpus.vocabulary.words)
    assert corpus.account.sentences == 3


def test_segmented_blocks_give_the_same_ids_with_any_number_of_threads(jieba, monkeypatch):
    monkeypatch.setattr(reading, "SEGMENT_BYTES", 500)
    text = "".join(f"{CHINESE.strip()}第{number}行\n" for number in range(60)).encode()
    one, many = (read_bytes([text], tokenizer="jieba", threads=threads) for threads in (1, 3))
    assert one.vocabulary.words == many.vocabulary.words
    assert one.stream.tolist() == many.stream.tolist()
    assert one.account == many.account


def test_undecodable_bytes_are_counted_once(jieba):
    text, bad = tokenizers.segment_block("jieba", b"\xff\xe5\x8c \xe5\x8c\x97\n")
    assert (text.decode().split(), bad) == (["\ufffd\ufffd", "北"], 3)


@pytest.mark.parametrize("tokenizer", ["jieba", "mecab"])
def test_words_of_other_scripts_stay_whole_and_lines_stay_lines(tokenizer, request):
    request.getfixturevalue(tokenizer)
    text = "don't  café\u3000Москва 한국어\r\n\n我爱café\n"
    segmented, bad = tokenizers.segment_block(tokenizer, text.encode())
    first, second, third, last = segmented.decode().split("\n")
    assert first.replace("\u3000", " ").split() == ["don't", "café", "Москва", "한국어"]
    assert (second, last, bad) == ("", "", 0)
    assert third.split() == ["我", "爱", "café"]


@pytest.mark.parametrize("tokenizer", ["jieba", "mecab"])
def test_a_line_of_a_megabyte_is_segmented(tokenizer, request):
    request.getfixturevalue(tokenizer)
    text, _ = tokenizers.segment_block(tokenizer, ("東京、" * 110_000).encode())
    assert text.decode().split() == ["東京", "、"] * 110_000


def fails(line):
    raise LookupError("no dictionary")


def dies(line):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("segment", "error", "message"),
    [
        (fails, CorpusError, r"000\.txt: --tokenizer broken fails on it: no dictionary$"),
        (dies, ResourceError, r"^a process of --tokenizer broken ended early; give it more memory or fewer --threads"),
    ],
)
def test_an_error_in_a_worker_comes_out_as_one_clear_error_and_no_worker_stays(monkeypatch, segment, error, message):
    row = tokenizers.Tokenizer("", tokenizers.TOKENIZERS["words"].rule, segment)
    monkeypatch.setitem(tokenizers.TOKENIZERS, "broken", row)
    # Forked, so that the workers know the row that was added here; there are no threads yet that could hold a lock.
    monkeypatch.setattr(reading, "get_context", lambda _: multiprocessing.get_context("fork"))
    monkeypatch.setattr(reading, "SEGMENT_BYTES", 100)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of forks beside threads
        with pytest.raises(error, match=message):
            read_bytes([b"some words\n" * 1000], tokenizer="broken", threads=2)
    assert not multiprocessing.active_children()


def test_jieba_says_nothing_of_its_own(jieba):
    code = "from w2v.corpus.tokenizers import TOKENIZERS; print(len(list(TOKENIZERS['jieba'].segment('我爱北京'))))"
    result = subprocess.run([sys.executable, "-W", "always", "-c", code], capture_output=True, check=True)
    assert (result.stdout, result.stderr) == (b"3\n", b"")
