"""The table of tokenizers: how a text is split into words.

Splitting itself is a kernel (`w2v.kernels.scanning.scan`) that follows a `Rule`. A language that is
written without blanks needs a library to find its words: such a tokenizer is a Python function from a line
to its pieces, runs in worker processes, and the pieces, joined by blanks, go through a rule
like any other text. To add one: write such a function, and add a row to TOKENIZERS.
"""

from __future__ import annotations

import codecs
import importlib.util
import logging
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.corpus.characters import characters
from w2v.errors import MissingExtraError, SettingsError
from w2v.kernels import scanning, utf8
from w2v.languages import CJK

Bytes = npt.NDArray[np.uint8]
BLANKS = (b" ", b"\t", b"\r", b"\v", b"\f", b"\n")
# What ends a word in a long line of Chinese or Japanese; none of it affects the letters beside it,
# as a full stop affects a Greek sigma.
CJK_PUNCTUATION = tuple(mark.encode() for mark in "。、，！？」　")
WIDE = re.compile(f"[{CJK}]")


class Rule(NamedTuple):
    """What the scanning kernel goes by; see `w2v.kernels.scanning.scan` for the arrays.

    boundaries  what no word contains, the likely ones first: a long line may be cut there
    """

    boundaries: tuple[bytes, ...]
    bytewise: Bytes
    kinds: Bytes
    lower: npt.NDArray[np.int32]
    single: bool
    keep_case: bool

    def prepare(self, block: bytes) -> tuple[Bytes, int]:
        """Return the block as the kernel can take it, and how many bytes could not be decoded."""
        text = np.frombuffer(block, np.uint8)
        if block.isascii():
            return text, 0
        bad = 0
        if not utf8.is_utf8(text):
            room = np.empty(3 * len(text), np.uint8)
            size, bad = utf8.repair(text, room)
            text = room[:size]
        return (self._normalised(text) if len(self.kinds) else text), bad

    def _normalised(self, text: Bytes) -> Bytes:
        """Return `text` with the lines in NFC and lower case that the kernel's tables cannot bring there."""
        pieces = []
        at = 0
        while at < len(text):
            begin, end = scanning.next_special(text, at, self.kinds)
            pieces.append(text[at:begin])
            if begin < end:
                line = unicodedata.normalize("NFC", text[begin:end].tobytes().decode())
                if not self.keep_case:
                    line = unicodedata.normalize("NFC", line.lower())
                pieces.append(np.frombuffer(line.encode(), np.uint8))
            at = end
        return np.concatenate(pieces) if len(pieces) > 1 else text


def _letters(keep_case: bool, single: bool = False) -> Rule:
    kinds, lower = characters(keep_case)
    bytewise = np.zeros(256, np.uint8)
    for byte in range(128):
        if kinds[byte] == scanning.LETTER:
            bytewise[byte] = lower[byte]
    return Rule(BLANKS + CJK_PUNCTUATION, bytewise, kinds, lower, single, keep_case)


def _blanks(keep_case: bool) -> Rule:
    bytewise = np.arange(256, dtype=np.uint8)
    bytewise[[ord(blank) for blank in BLANKS]] = 0
    # No table of characters: bytes alone decide, and no byte is changed. (A zero byte separates, too.)
    return Rule(BLANKS, bytewise, np.zeros(0, np.uint8), np.zeros(0, np.int32), False, True)


def _jieba(line: str) -> Iterable[str]:
    """Chinese words, by dictionary and hidden Markov model.

    >>> list(_jieba("我爱北京"))
    ['我', '爱', '北京']
    """
    return _jieba_library().cut(line)  # type: ignore[no-any-return]  # untyped


@lru_cache
def _jieba_library() -> Any:
    with warnings.catch_warnings():
        # It imports pkg_resources, which warns of its own end, and has escapes that newer Pythons dislike.
        warnings.simplefilter("ignore")
        import jieba

    jieba.setLogLevel(logging.CRITICAL)  # it announces on stderr that it loads its dictionary
    return jieba


def _mecab(line: str) -> Iterable[str]:
    """Japanese words, by MeCab with the UniDic dictionary.

    >>> list(_mecab("猫が好き"))
    ['猫', 'が', '好き']
    """
    return [piece for word in _mecab_tagger()(line) for piece in (word.white_space, word.surface) if piece]


@lru_cache
def _mecab_tagger() -> Any:
    import fugashi

    return fugashi.Tagger()


@dataclass(frozen=True)
class Tokenizer:
    """A row of the table.

    about    what it does, for the help text
    rule     makes the rule of the scanning kernel; its argument is whether to keep upper case
    segment  cuts a line, written without blanks, into words and what is between them; nothing is lost
    module   the library that `segment` needs
    extra    the extra of w2v that installs it
    """

    about: str
    rule: Callable[[bool], Rule]
    segment: Callable[[str], Iterable[str]] | None = None
    module: str = ""
    extra: str = ""


TOKENIZERS = {
    "words": Tokenizer("runs of letters, marks, digits and _, with apostrophes inside; lower-cased, NFC", _letters),
    "whitespace": Tokenizer("everything between ASCII blanks, byte for byte", _blanks),
    "characters": Tokenizer(
        "each letter or digit alone, with the marks on it; lower-cased, NFC", partial(_letters, single=True)
    ),
    "jieba": Tokenizer("Chinese words, then as `words`", _letters, _jieba, "jieba", "zh"),
    "mecab": Tokenizer("Japanese words, then as `words`", _letters, _mecab, "fugashi", "ja"),
}


def find_tokenizer(name: str) -> Tokenizer:
    """Return a row of the table. Raises SettingsError, or MissingExtraError where its library is not installed."""
    if name not in TOKENIZERS:
        raise SettingsError(f"--tokenizer must be one of {', '.join(TOKENIZERS)}, not {name}")
    tokenizer = TOKENIZERS[name]
    if tokenizer.module and importlib.util.find_spec(tokenizer.module) is None:
        raise MissingExtraError(f"the tokenizer {name}", tokenizer.extra)
    return tokenizer


def segment_block(name: str, block: bytes) -> tuple[bytes, int]:
    """Return a block with its words found and joined by blanks, and how many bytes could not be decoded.

    This is what worker processes run.
    """
    segment = TOKENIZERS[name].segment
    assert segment is not None
    bad = 0

    def replace(error: UnicodeError) -> tuple[str, int]:
        nonlocal bad
        assert isinstance(error, UnicodeDecodeError)
        bad += error.end - error.start
        return "\ufffd", error.end

    codecs.register_error("w2v-count", replace)  # this runs in a worker process: nothing else sees the handler
    text = block.decode("utf-8", "w2v-count")
    return "\n".join(_joined(segment(line)) for line in text.split("\n")).encode(), bad


def _joined(pieces: Iterable[str]) -> str:
    """Return the pieces of a line with a blank where one ends beside a Chinese or Japanese letter.

    Elsewhere the rule of `words` decides: jieba would have don't and café in two pieces, and Москва in six.
    """
    line: list[str] = []
    last = ""
    for piece in pieces:
        if last and piece and (WIDE.match(last) or WIDE.match(piece)):
            line.append(" ")
        line.append(piece)
        last = piece[-1:] or last
    return "".join(line)
