"""A column of the user's, which colours the map: numbers as a ramp, anything else as classes."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from w2v import encodings
from w2v.errors import FormatError
from w2v.formats import as_format_error
from w2v.vectors import Vectors

CLASSES = 7  # the most frequent ones; there are eight colours, and the last is for all others


class Column(NamedTuple):
    """What a file says of words.

    name    of the column
    values  of each word that the file names, unchanged
    """

    name: str
    values: dict[str, str]

    def answer(self, vectors: Vectors, rows: int) -> dict[str, Any]:
        """Return the column for the first `rows` words as the page takes it, None where nothing is said.

        numbers  float or None [rows], if all that is said are numbers
        classes  names, the most frequent first, and members, their number [rows]; what is rare has len(classes)
        """
        found = [self.values.get(word) for word in vectors.words[:rows]]
        numbers = [_number(value) for value in found if value is not None]
        if all(number is not None for number in numbers):
            return {"name": self.name, "numbers": [None if value is None else float(value) for value in found]}
        frequent = Counter(value for value in found if value is not None).most_common(CLASSES)
        place = {value: at for at, (value, _) in enumerate(frequent)}
        members = [None if value is None else place.get(value, len(place)) for value in found]
        return {"name": self.name, "classes": list(place), "members": members}


def read_column(path: Path, vectors: Vectors) -> tuple[Column, int]:
    """Return the second column of a table whose first holds words, and how many of its lines name unknown words.

    The first line names the columns; CSV, or TSV if it holds a tab; see `encodings.decode`. Raises FormatError.
    """
    values: dict[str, str] = {}
    unknown = 0
    with as_format_error(path):
        text, _ = encodings.decode(path, path.read_bytes())
    lines = _lines(path, text)
    _, head = next(lines, (0, ["", ""]))
    for number, (word, cell, *_) in lines:
        known, value = vectors.form(word.strip()), cell.strip()
        if known is None:
            unknown += 1
        elif values.setdefault(known, value) != value:
            raise FormatError(path, f"says two things of {known!r}: {values[known]!r} and {value!r}", number)
    values = {word: value for word, value in values.items() if value}
    if not values:
        raise FormatError(path, "names no word of the vectors; it needs a line of names, then WORD,VALUE in each line")
    return Column(head[1].strip() or "value", values), unknown


def _lines(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in text.split("\n", 1)[0] else ",")
    try:
        for cells in reader:
            if len(cells) < 2 and any(cells):
                raise FormatError(path, "has one column; WORD,VALUE is needed", reader.line_num)
            if cells:
                yield reader.line_num, cells
    except csv.Error as error:
        raise FormatError(path, str(error), reader.line_num) from error


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
