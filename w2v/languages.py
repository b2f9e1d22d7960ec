"""What w2v knows of languages: those that its messages are in, and the letters of Chinese and Japanese.

Kernels cannot import these ranges, since only their own sources name their cache; `tests/test_languages.py` holds
`scanning.count_wide` to them.
"""

from __future__ import annotations

import os
import re
from unicodedata import category, east_asian_width

LANGUAGES = ("en", "es", "zh", "ja")  # of the explanation: a module each in `w2v.explanation.wording`

# Ranges for a regular expression, inside [].
KANA = "\u3040-\u30ff"
IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
UNSPACED = KANA + IDEOGRAPHS  # what is written without blanks between words
# Letters, radicals and punctuation of Chinese and Japanese; neither Hangul nor full-width Latin letters.
CJK = "\u2e80-\ua4cf\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"

_KANA, _UNSPACED = (re.compile(f"[{letters}]") for letters in (KANA, UNSPACED))


def of_reader() -> str:
    """Return the language of the reader's locale, English where w2v explains nothing in it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value[:2] if value[:2] in LANGUAGES else "en"
    return "en"


def is_unspaced(text: str) -> bool:
    """Tell whether `text` has Chinese or Japanese letters."""
    return _UNSPACED.search(text) is not None


def language_of(text: str, language: str) -> str:
    """Return the language of `text` as far as its letters show it, else `language`.

    Kana is Japanese alone. Ideographs are Chinese unless `language` is Japanese; without either, the text is in
    neither.

    >>> [language_of(text, "en") for text in ("猫が好き", "我爱北京", "the king")]
    ['ja', 'zh', 'en']
    """
    if _KANA.search(text):
        return "ja"
    if is_unspaced(text):
        return language if language in ("zh", "ja") else "zh"
    return language if language not in ("zh", "ja") else "en"


def columns(text: str) -> int:
    """Count the columns that a terminal gives to `text`: East Asian letters take two, marks none."""
    if text.isascii():
        return len(text)
    marks = ("Mn", "Me", "Cf")
    return sum((category(char) not in marks) * (1 + (east_asian_width(char) in "WF")) for char in text)
