"""The kernels under reading: UTF-8 as Python has it, tables of words as a dictionary has them."""

from __future__ import annotations

import unicodedata
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.corpus import tokenizers
from w2v.corpus.characters import characters
from w2v.corpus.table import WordTable
from w2v.kernels import scanning, utf8

# Pieces of UTF-8 sequences, so that almost valid ones come up often.
BROKEN = st.lists(
    st.binary(max_size=4)
    | st.sampled_from([*(bytes([lead]) for lead in (0x80, 0xBF, 0xC0, 0xC1, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5))])
    | st.sampled_from([b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe0\x80\x80", b"\xf0\x9f\x99", b"\xe6\x9d"])
    | st.text(max_size=3).map(lambda text: text.encode(errors="surrogatepass")),
    max_size=12,
).map(b"".join)


def array(data):
    return np.frombuffer(data, np.uint8)


def decodable(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


# -- UTF-8 ------------------------------------------------------------------------------------------


@given(BROKEN)
def test_is_utf8_says_what_python_says(data):
    assert utf8.is_utf8(array(data)) == decodable(data)


@given(BROKEN)
def test_repair_gives_what_errors_replace_gives(data):
    room = np.zeros(3 * len(data) + 1, np.uint8)
    size, bad = utf8.repair(array(data), room)
    assert room[:size].tobytes() == data.decode(errors="replace").encode()
    assert bad == len(data) - len(data.decode(errors="ignore").encode())
    assert room[-1] == 0


def test_every_sequence_of_two_bytes_and_every_start_of_three_is_judged_as_python_does():
    for first in range(256):
        for second in range(256):
            for rest in (b"", b"\x80", b"\x80\xbf", b"a"):
                data = bytes([first, second]) + rest
                assert utf8.is_utf8(array(data)) == decodable(data)


def test_every_code_point_goes_into_utf_8_and_back():
    room = np.zeros(4, np.uint8)
    for point in (*range(0xD800), *range(0xE000, 0x110000, 7), 0x10FFFF):
        length = utf8.encode(point, room, 0)
        assert room[:length].tobytes() == chr(point).encode()
        assert utf8.decode(room, 0) == (point, length)


@given(st.lists(st.sampled_from(["a", "\n", "Σ", "é", "e\u0301", "東", "\n\n", "plain words"]), max_size=20))
def test_next_special_finds_the_lines_that_hold_a_special_character(pieces):
    kinds, _ = characters(False)
    text = "".join(pieces)
    found = set()
    data = array(text.encode())
    at = 0
    while at < len(data):
        begin, end = scanning.next_special(data, at, kinds)
        assert at <= begin <= end <= len(data)
        assert end > at
        found.update(range(begin, end))
        at = end
    wanted = set()
    offset = 0
    for line in text.split("\n"):
        size = len(line.encode())
        if "Σ" in line or not unicodedata.is_normalized("NFC", line):
            wanted.update(range(offset, offset + size))
        offset += size + 1
    newlines = {n for n, byte in enumerate(text.encode()) if byte == ord("\n")}
    assert found - newlines == wanted - newlines


# -- tables of words --------------------------------------------------------------------------------


def scanned(table, text, block=0, tokenizer="whitespace"):
    rule = tokenizers.TOKENIZERS[tokenizer].rule(False)
    prepared, _ = rule.prepare(text)
    return table.scan(prepared, rule, block)


def contents(table):
    """Return the count and the first place of each word of a table."""
    words = table.words(np.arange(len(table)))
    assert len(set(words)) == len(words)
    return {word: (int(table.counts[n]), int(table.firsts[n])) for n, word in enumerate(words)}


WORDS = st.lists(st.text(st.sampled_from("abcé東"), min_size=1, max_size=20), max_size=60)


@given(WORDS, st.sampled_from([4, 8, 64]))
def test_a_table_that_must_grow_counts_as_a_dictionary_does(words, slots):
    table = WordTable(slots)
    ids = scanned(table, " ".join(words).encode())
    first = {}
    for place, word in enumerate(words):
        first.setdefault(word, place)
    assert contents(table) == {word: (count, first[word]) for word, count in Counter(words).items()}
    assert [table.words(np.arange(len(table)))[id] for id in ids] == words


@given(st.lists(WORDS, min_size=1, max_size=4), st.sampled_from([4, 64]))
def test_merged_tables_are_the_table_of_all(texts, slots):
    whole, tables = WordTable(slots), [WordTable(slots) for _ in texts]
    for block, text in enumerate(texts):
        scanned(whole, " ".join(text).encode(), block)
        scanned(tables[block], " ".join(text).encode(), block)
    merged = WordTable(slots)
    for table in reversed(tables):
        before = table.words(np.arange(len(table)))
        moved = merged.merge(table)
        assert merged.words(moved) == before
    assert contents(merged) == contents(whole)


def test_words_are_told_apart_by_their_bytes_not_by_their_hashes():
    # 8 bytes of the word and 32 bits of the hash are kept: among 400,000 words about 18 pairs share them.
    words = [f"the same{n * 2654435761 % 2**32:x}".replace(" ", "-") for n in range(400_000)]
    table = WordTable()
    ids = scanned(table, " ".join(words + words).encode())
    assert len(table) == len(words)
    assert np.array_equal(ids, np.tile(np.arange(len(words)), 2))


@pytest.mark.parametrize("length", [1, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100])
def test_words_that_differ_in_one_byte_or_in_length_are_different(length):
    words = ["x" * n for n in range(1, length + 1)]
    words += ["x" * n + "y" + "x" * (length - n - 1) for n in range(length)]
    table = WordTable()
    ids = scanned(table, " ".join(words * 2).encode())
    assert ids.tolist() == [*range(len(words))] * 2


def test_lower_casing_that_makes_words_longer_stays_in_the_arena():
    word = "Ⱥ" * 100  # two bytes each, three in lower case
    table = WordTable(8)
    scanned(table, " ".join(word[:n] for n in range(1, 100)).encode() * 300, tokenizer="words")
    assert set(contents(table)) == {word[:n].lower() for n in range(1, 100)} | {
        (word[:99] + word[:1]).lower()  # where two repetitions touch
    }


# -- numbers to ids ---------------------------------------------------------------------------------


@given(st.lists(st.lists(st.integers(-1, 5), max_size=12), min_size=1, max_size=5), st.lists(st.booleans(), min_size=6))
def test_renumbering_drops_words_and_the_sentences_that_they_leave_empty(blocks, kept):
    numbers = np.array([10 + n if kept[n] else -1 for n in range(6)], np.int32)
    sentences = [[]]
    for number in (number for block in blocks for number in block):
        if number < 0:
            sentences.append([])
        elif kept[number]:
            sentences[-1].append(10 + number)
    wanted = [id for sentence in sentences[:-1] if sentence for id in [*sentence, -1]] + sentences[-1]
    found, count, ended = [], 0, True
    for block in blocks:
        out = np.full(len(block) + 1, 99, np.int32)
        size, more, ended = scanning.renumber(np.array(block, np.int32), numbers, out, ended)
        assert out[len(block)] == 99
        found += out[:size].tolist()
        count += more
    assert found == wanted
    assert count == wanted.count(-1)
    assert ended == (not sentences[-1])
