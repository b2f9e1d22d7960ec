r"""Rows of text, "word number ... number": read and written in blocks, on threads, by kernels.

What the formats of text have in common. Only ' ', tab and newline separate (and \r at a line's end); a word may
hold any other white space (U+00A0, U+3000, U+0085, U+2028 ...), and blanks too, for a row that does not fit is
taken apart from its end. nan, inf and any decimals are numbers; each is rounded correctly.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from math import inf, isfinite, nextafter
from typing import IO, Any, NamedTuple, TypeVar

import numpy as np

from w2v.formats.source import Note, Source, decoded, note_undecodable
from w2v.formats.tidying import vectors_of
from w2v.vectors import Floats, Vectors, blocks_of

BLOCK_BYTES = 1 << 22
BLANKS = b" \t\r"
BOM = b"\xef\xbb\xbf"
NUMBER = re.compile(rb"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?(nan|inf|infinity)|-?nan\(ind\)", re.IGNORECASE)
COMMA = re.compile(rb"[-+]?\d+,\d+([eE][-+]?\d+)?")
SPARSE = re.compile(rb"\d+:[-+]?[\d.]+([eE][-+]?\d+)?")
MARK, HALF = re.compile(r"[ \n\r\t]"), re.compile(r"[\ud800-\udfff]")  # half of a surrogate pair
Made = TypeVar("Made")


class Layout(NamedTuple):
    """What a reader knows of the rows before it reads them.

    dim        how many numbers a row has
    promised   the number of rows in the header, if there is one
    line       the number of the first row's line
    has_words  whether rows begin with a word
    """

    dim: int
    promised: int | None = None
    line: int = 1
    has_words: bool = True


class _Piece(NamedTuple):
    text: bytes
    line: int  # the number of its first line
    share: float  # which part of the file ends with it


class _Block(NamedTuple):
    share: float
    words: list[str]
    matrix: Floats
    undecodable: int


def read_rows(source: Source, layout: Layout, limit: int | None, note: Note) -> Vectors:
    """Read rows to the end of the file, or `limit` of them. Raises FormatError with the line that is wrong."""
    words, matrix = read_table(source, layout, limit, note)
    promised = layout.promised
    if promised is not None and promised != len(matrix) and (limit is None or len(matrix) < limit):
        note(f"the header promises {promised:,} words, the file holds {len(matrix):,}: these were read")
    return vectors_of(words, matrix, note)


def read_table(source: Source, layout: Layout, limit: int | None, note: Note) -> tuple[list[str], Floats]:
    """Read rows as words and a matrix, unchanged."""
    words: list[str] = []
    matrix = np.empty((0, layout.dim), np.float32)
    filled, bad = 0, 0

    def parse(piece: _Piece) -> _Block:
        return _parse(source, piece, layout)

    for block in _in_threads(parse, _pieces(source, layout)):
        new = len(block.matrix)
        if filled + new > len(matrix):
            # Grown as the rows come, for a header may promise anything; realloc moves pages, not bytes. What is
            # too much costs memory, as resize fills it with zeros: so no more than seems to be needed.
            room = max(int((filled + new) / block.share * 1.01) + 1, filled + new)
            matrix.resize((room if limit is None else min(room, max(limit, filled + new)), layout.dim), refcheck=False)
        matrix[filled : filled + new] = block.matrix
        filled += new
        words += block.words
        bad += block.undecodable
        if limit is not None and filled >= limit:
            break
    filled = min(filled, limit or filled)
    matrix.resize((filled, layout.dim), refcheck=False)
    note_undecodable(bad, note)
    return words[:filled], matrix


def _pieces(source: Source, layout: Layout) -> Iterator[_Piece]:
    """Yield whole lines, some megabytes at a time."""
    line, rest = layout.line, b""
    while piece := source.file.read(BLOCK_BYTES):
        text = rest + piece
        end = text.rfind(b"\n") + 1
        rest = text[end:]
        if end:
            yield _Piece(text[:end], line, source.share_read())
            line += text.count(b"\n", 0, end)
    if rest.strip(BLANKS):
        yield _Piece(rest + b"\n", line, 1.0)


def _in_threads(make: Callable[[Any], Made], work: Iterator[Any]) -> Iterator[Made]:
    """Yield make(piece) for each piece of work, in order; few are under way at a time."""
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    pending: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for piece in work:
                pending.append(pool.submit(make, piece))
                if len(pending) > threads + 1:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _parse(source: Source, piece: _Piece, layout: Layout) -> _Block:
    from w2v.kernels.numerals import ODD, SHORT, parse_rows  # numba: for a file of text, not for its cache

    text = piece.text
    lines = text.count(b"\n")
    if 2 * lines * layout.dim > len(text):
        # A number and its blank are two bytes: there are rows too short, or lines without any. Find out before the
        # memory is taken, for the dim may be a header's, which may say anything.
        for number, whole in enumerate(text.split(b"\n")):
            if whole.strip(BLANKS):
                _row(source, whole, piece.line + number, layout)
    matrix = np.empty((lines, layout.dim), np.float32)
    arena, states, begins = np.empty(len(text), np.uint8), np.empty(lines, np.uint8), np.empty(lines, np.int64)
    rows, used = parse_rows(np.frombuffer(text, np.uint8), layout.has_words, matrix, arena, states, begins)
    if states.any():
        row = 0
        for line, state in enumerate(states):
            if state in (ODD, SHORT):
                whole = text[begins[line] : text.index(b"\n", begins[line])]
                matrix[row] = _row(source, whole, piece.line + line, layout)
            row += state in (0, ODD)
    texts, bad = decoded(arena[: max(used - 1, 0)].tobytes().split(b"\n")) if rows and layout.has_words else ([], 0)
    return _Block(piece.share, texts, matrix[:rows], bad)


def _row(source: Source, text: bytes, line: int, layout: Layout) -> list[np.float32]:
    """Return the numbers of a row that the kernel could not read, or say what is wrong with it."""
    fields = text.replace(b"\t", b" ").replace(b"\r", b" ").rstrip(BLANKS).split(b" ")
    head, fields = (fields[0], fields[1:]) if layout.has_words else (b"", fields)
    fields = [field for field in fields if field]
    numbers = [field for field in fields if NUMBER.fullmatch(field)]
    after = f" after {_shown(head)}" if layout.has_words else ""
    fits = len(fields) >= layout.dim if layout.has_words else len(fields) == layout.dim
    if fits and all(NUMBER.fullmatch(field) for field in fields[-layout.dim :]):
        return [to_float32(field) for field in fields[-layout.dim :]]
    if any(COMMA.fullmatch(field) for field in fields[-layout.dim :]):
        raise source.error(
            f"{_shown(head)} is followed by decimals with a comma; write points:"
            r" sed -E 's/([0-9]),([0-9])/\1.\2/g' FILE > points.txt",
            line,
        )
    if any(SPARSE.fullmatch(field) for field in fields):
        raise source.error(SPARSE_PROBLEM, line)
    odd = next((field for field in reversed(fields[-layout.dim :]) if not NUMBER.fullmatch(field)), None)
    if odd is not None and len(fields) >= layout.dim:
        raise source.error(f"expected {layout.dim} numbers{after}, found {_shown(odd)} among them", line)
    cut = f": cut short? To keep the rows above: --limit {line - layout.line}" if _is_last(source, text) else ""
    raise source.error(f"expected {layout.dim} numbers{after}, found {len(numbers)}{cut}", line)


SPARSE_PROBLEM = (
    "the rows are sparse (position:value), not vectors of one length, as with counts or PPMI;"
    " take the dense file of the same set (SGNS), or reduce it with an SVD first"
)


def _is_last(source: Source, text: bytes) -> bool:
    if source.size is None or source.raw.closed or source.size < len(text):
        return False
    with source.path.open("rb") as file:
        file.seek(-len(text), os.SEEK_END)
        return file.read() == text  # and so without a newline behind it


def to_float32(numeral: bytes) -> np.float32:
    """Return the float32 nearest to a numeral; in the middle between two, the even one.

    By way of the double that is odd in its last bit, wherever between two the numeral is: no middle between two
    float32 is odd, so that the second rounding is right too (Boldo & Melquiond 2008).
    """
    text = numeral.decode().split("(")[0]  # Windows has "-nan(ind)"
    double = float(text)
    is_odd = np.float64(double).view(np.int64) & 1
    if isfinite(double) and double and not is_odd and (exact := Fraction(text)) != Fraction(double):
        double = nextafter(double, inf if exact > Fraction(double) else -inf)
    with np.errstate(over="ignore"):
        return np.float32(double)


def _shown(word: bytes) -> str:
    text = word.decode("utf-8", "backslashreplace")
    return repr(text if len(text) <= 40 else text[:40] + "...")


def write_rows(vectors: Vectors, file: IO[bytes], separator: str = " ", has_words: bool = True) -> None:
    """Write rows: the shortest decimals that read back to the same float32, in the order of the vectors."""

    def make(block: slice) -> Any:
        return _text_of(vectors, block, separator, has_words)

    for text in _in_threads(make, blocks_of(len(vectors), 2048)):
        file.write(text)


def _text_of(vectors: Vectors, block: slice, separator: str, has_words: bool) -> Any:
    from w2v.kernels import decimals  # numba: for writing text alone

    matrix = np.ascontiguousarray(vectors.matrix[block])
    words = [word.encode() if has_words else b"" for word in vectors.words[block]]
    offsets = np.zeros(len(words) + 1, np.int64)
    np.cumsum([len(word) for word in words], out=offsets[1:])
    out = np.empty(int(offsets[-1]) + len(words) * (decimals.LONGEST * vectors.dim + 1), np.uint8)
    arena = np.frombuffer(b"".join(words), np.uint8)
    return out[: decimals.write_rows(matrix, arena, offsets, ord(separator), has_words, out)].data


def unwritable(word: str) -> str:
    """Return why a word would break the lines or fields of a text file, or nothing."""
    if not word:
        return "an empty word"
    if MARK.search(word):
        return f"the word {word!r}, which holds a blank or a line end"
    return "" if encodable(word) else f"the word {word!r}, which is not text"


def encodable(word: str) -> bool:
    """Say whether UTF-8 has bytes for a word: for half of a surrogate pair it has none."""
    return word.isascii() or not HALF.search(word)


def header_of(line: bytes) -> tuple[int, int] | None:
    """Return V and D of a first line "V D", or None."""
    fields = line.removeprefix(BOM).split()
    if len(fields) != 2 or not all(field.isdigit() and len(field) < 16 for field in fields) or int(fields[1]) < 1:
        return None
    return int(fields[0]), int(fields[1])
