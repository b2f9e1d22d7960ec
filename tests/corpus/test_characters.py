"""Tables of characters: made from `unicodedata`, kept in the cache, made again when the cache is damaged."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest

from w2v.corpus import characters
from w2v.kernels import scanning

DAMAGES = {
    "empty": lambda data: b"",
    "cut short": lambda data: data[:-1000],
    "something else": lambda data: b"something else",
    "a header of numpy's with an open bracket": lambda data: b"\x93NUMPY\x01\x00\x08\x00{'a': (\n" + data,
    "a header of numpy's of ten to the twenty": lambda data: (
        b"\x93NUMPY\x01\x00\x4f\x00{'descr': '<i4', 'fortran_order': False, 'shape': (100000000000000000000,), }\n"
        + data
    ),
    "one byte changed": lambda data: data[:2_000_000] + bytes([data[2_000_000] ^ 1]) + data[2_000_001:],
}


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("W2V_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def fresh(keep_case=False):
    return characters.characters.__wrapped__(keep_case)


def test_the_tables_come_from_the_cache_the_second_time(cache, monkeypatch):
    first = fresh()
    monkeypatch.setattr(characters, "_make", None)
    second = fresh()
    assert np.array_equal(first.kinds, second.kinds)
    assert np.array_equal(first.lower, second.lower)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_made_again(cache, damage):
    wanted = fresh()
    (path,) = cache.iterdir()
    whole = path.read_bytes()
    path.write_bytes(DAMAGES[damage](whole))
    found = fresh()
    assert np.array_equal(wanted.kinds, found.kinds)
    assert np.array_equal(wanted.lower, found.lower)
    assert path.read_bytes() == whole


def test_a_cache_that_cannot_be_written_does_no_harm(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("W2V_CACHE", str(tmp_path / "file" / "cache"))
    assert len(fresh().kinds) == 0x110000


@pytest.mark.parametrize("keep_case", [False, True])
def test_every_character_without_a_mark_on_it_is_lowered_as_python_does(cache, keep_case):
    kinds, lower = fresh(keep_case)
    for point in (*range(0x3000), *range(0x1E00, 0x2200), *range(0x10400, 0x10500)):
        char = chr(point)
        if not kinds[point] & scanning.SPECIAL and char != "\u2019" and unicodedata.category(char) != "Cs":
            assert chr(lower[point]) == (char if keep_case else char.lower())
