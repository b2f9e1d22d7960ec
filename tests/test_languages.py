"""The letters of Chinese and Japanese, and the languages of the explanation."""

from __future__ import annotations

import numpy as np
import pytest

from w2v.kernels import scanning
from w2v.languages import is_unspaced, language_of


@pytest.mark.parametrize(
    ("text", "wanted", "language"),
    [
        ("猫が好き", "zh", "ja"),
        ("我爱北京", "en", "zh"),
        ("日本語", "ja", "ja"),
        ("the king", "es", "es"),
        ("the king", "ja", "en"),
        ("", "en", "en"),
    ],
)
def test_the_language_is_that_of_the_letters_else_the_one_wanted(text, wanted, language):
    assert language_of(text, wanted) == language


def test_the_kernel_counts_the_letters_that_are_written_without_blanks():
    characters = [chr(point) for point in range(1, 0x110000) if not 0xD800 <= point < 0xE000]
    words = [character.encode() for character in characters]
    arena = np.frombuffer(b"".join(words), np.uint8)
    offsets = np.concatenate([[0], np.cumsum([len(word) for word in words])])
    counts = np.ones(len(words), np.int64)
    letters, wide, kana, tokens = scanning.count_wide(arena, offsets, counts, len(words))
    assert letters == tokens == len(words)
    assert wide == sum(map(is_unspaced, characters))
    assert kana == sum(language_of(character, "en") == "ja" for character in characters)
