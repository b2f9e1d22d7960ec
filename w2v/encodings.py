"""Encodings of text: byte order marks, names that Python knows, and what a text that is no UTF-8 may be in."""

from __future__ import annotations

import codecs
import os
import re

from w2v.errors import FormatError, SettingsError

# Of UTF-32 first: its mark begins with that of UTF-16.
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# What old texts are in, by how many there are; a text that one of them cannot be in is known by that.
ALPHABETS = ("cp1252", "cp1251")
EAST_ASIAN = ("gb18030", "cp932", "euc_jp", "big5", "cp949")  # letters of two bytes
STRAY = 1e-4  # of the bytes; fewer that are no UTF-8 are single slips
SHOWN = 12  # letters of an example
NOT_UTF8 = "is not in UTF-8; save it so (iconv -f ISO-8859-1 -t UTF-8 converts Latin-1)"  # of what has no --encoding

# A word with a byte that is not ASCII, and the bytes around that could belong to it.
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][\x40-\xff]*")


def mark_of(head: bytes) -> tuple[bytes, str]:
    """Return the byte order mark that a text begins with, and the encoding that it marks; or nothing, twice."""
    return next(((mark, codec) for mark, codec in MARKS.items() if head.startswith(mark)), (b"", ""))


def check(name: str, option: str = "--encoding") -> None:
    """Raise SettingsError if there is no encoding of this name.

    >>> check("latin-1")
    """
    try:
        "".encode(name)  # refuses "hex", which is no encoding of text
    except (LookupError, UnicodeError, ValueError) as error:
        raise SettingsError(f"{option}: there is no encoding {name!r}; try latin-1, gb18030, shift_jis") from error


def is_another(text: bytes, undecodable: int) -> bool:
    """Tell whether `text` is in an encoding other than UTF-8, and not UTF-8 with single slips.

    undecodable  how many of its bytes are no UTF-8

    >>> is_another("España y Perú".encode("latin-1"), 2)
    True
    """
    if undecodable <= max(1, STRAY * len(text)):
        return False
    whole = text.decode(errors="ignore")
    return undecodable > len(whole) - len(whole.encode("ascii", "ignore"))


def examples(text: bytes) -> str:
    """Return how the first word of `text` that is not ASCII reads in the encodings that all of it may be in.

    >>> examples("España".encode("latin-1"))
    'cp1252 (España) or cp1251 (Espaсa)'
    """
    found = _WORD.search(text)
    if found is None:
        return ""
    readings: dict[str, str] = {}
    letters = len(text.translate(None, bytes(range(128))))
    for codec in (*EAST_ASIAN, *ALPHABETS) if 2 * letters > len(text) else (*ALPHABETS, *EAST_ASIAN):
        try:
            text[: text.rfind(b"\n") + 1 or None].decode(codec)
            word = found[0].decode(codec, "ignore")[:SHOWN]
        except UnicodeDecodeError:
            continue
        if word.isprintable():
            readings.setdefault(word, codec)
    return " or ".join(f"{codec} ({word})" for word, codec in [*readings.items()][:3])


def decode(path: str | os.PathLike[str], data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of `data` and the name of its encoding; `path` is for the error alone.

    encoding  None: a byte order mark decides, then UTF-8 is tried, and what is not UTF-8 is taken for
              ISO-8859-1 (Windows-1252 where it has bytes 80 to 9F)

    Raises FormatError, SettingsError.
    """
    if encoding is not None:
        return _decode_as(path, data, encoding)
    mark, codec = mark_of(data)
    if codec:
        return _decode_as(path, data[len(mark) :], codec)[0], codec.upper().removesuffix("-LE").removesuffix("-BE")
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    # In ISO-8859-1 the bytes 80 to 9F are control characters; where they occur, they are the quotes and
    # the euro sign of Windows-1252, which gives the same letters to all other bytes.
    if re.search(rb"[\x80-\x9f]", data):
        try:
            return data.decode("cp1252"), "Windows-1252"
        except UnicodeDecodeError:  # it leaves five of those bytes open
            pass
    return data.decode("latin-1"), "ISO-8859-1"


def _decode_as(path: str | os.PathLike[str], data: bytes, encoding: str) -> tuple[str, str]:
    check(encoding)
    try:
        return data.decode(encoding).removeprefix("\ufeff"), codecs.lookup(encoding).name.upper()
    except UnicodeError as error:
        raise FormatError(path, f"is not in the encoding {encoding}") from error
