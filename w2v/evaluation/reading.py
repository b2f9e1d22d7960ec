"""Files and folders of questions -> QuestionSet: encodings, BATS folders, and layouts, recognised by their content.

    analogies     four words: `a b c d`; in sections (Google) or not (MSR)
    pairs         `word<TAB>answer/answer/...` (BATS): each two lines are two analogies
    similarities  two words and a score; of more columns, the first with numbers (SimLex-999, Rare Words)
    categories    a word and its category
    odd one out   three words or more, the last does not belong: with commas between them, or with
                  blanks where not all lines have four words

In all of them: tabs, commas, semicolons or blanks between columns; a line `: name` opens a
section; a line `#...` is a comment; empty lines are skipped; a first line that names the
columns is seen and dropped. Two columns are categories where the second repeats, with at most
half as many values as lines and no `/` in them; pairs otherwise. In a folder, they are pairs.

Only blanks and tabs separate words: a word may hold any other white space, as U+00A0.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, permutations
from pathlib import Path
from typing import NamedTuple

from w2v import encodings
from w2v.errors import FormatError
from w2v.evaluation.questions import Analogy, Member, OddOne, Pair, Question, QuestionSet, Section

_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")  # "6,77" is a number in half of Europe
_LINE_END = re.compile(r"\r\n?|\n")  # not str.splitlines, which cuts at U+2028 and U+0085
_BLANKS = re.compile(r"[ \t]+")
_SECTION = re.compile(r":([ \t].*|[^ \t]*)")

# Enough for some lines of 4,096 dimensions as text; a model of gigabytes is not read to be refused.
_HEAD = 1 << 18

# Control characters that no text has; \x1a closed the files of DOS and CP/M.
_BINARY = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f]")

Name = str | os.PathLike[str]
Cells = tuple[str, ...]


class Row(NamedTuple):
    """One line of questions: its number, and its columns."""

    line: int
    section: int
    cells: Cells


class Layout(NamedTuple):
    """A row of the table of layouts.

    kind     a key of `evaluation.KINDS`
    fits     returns whether the rows of a file, and what separates their columns, have this layout
    parse    makes questions of the rows of one section; the path is for errors
    tidy     drops what is not a question: a line of column names, columns without questions
    """

    kind: str
    fits: Callable[[Sequence[Row], str], bool]
    parse: Callable[[Name, Sequence[Row]], Iterable[Question]]
    tidy: Callable[[Sequence[Row]], Sequence[Row]] = lambda rows: rows


def parse(path: Name, text: str) -> tuple[str, tuple[Section, ...]]:
    """Return the kind of the questions in `text`, and the questions; `path` is for errors alone."""
    names, rows, separator = _rows(path, text)
    for layout in LAYOUTS:
        if layout.fits(rows, separator):
            by_section = groupby(layout.tidy(rows), key=lambda row: row.section)
            sections = [Section(names[i], tuple(layout.parse(path, list(of_it)))) for i, of_it in by_section]
            return layout.kind, with_questions(path, sections)
    wanted = "four words, two words and a score, or a word and its category on a line"
    raise FormatError(path, f"is in no layout of questions that we know: {wanted}")


def with_questions(path: Name, sections: Iterable[Section]) -> tuple[Section, ...]:
    """Return the sections that hold questions, which a single pair does not. Raises if there is none."""
    full = tuple(section for section in sections if section.questions)
    if not full:
        raise FormatError(path, "holds no questions")
    return full


def parse_pairs(path: Name, text: str) -> tuple[Question, ...]:
    """Return the questions of one file of a BATS folder, where two columns always are pairs."""
    _, rows, _ = _rows(path, text)
    return tuple(_parse_pairs(path, rows))


def rows_of_numbers(text: str) -> bool:
    """Tell whether most lines are a word (or a number) and then two numbers or more: vectors."""
    lines = [_BLANKS.split(line.strip(" \t")) for line in _LINE_END.split(text) if line.strip(" \t")]
    return _most(len(cells) > 2 and all(map(_NUMBER.fullmatch, cells[1:])) for cells in lines)


def _rows(path: Name, text: str) -> tuple[list[str], list[Row], str]:
    """Return the names of the sections, the rows, and what separates their columns."""
    names = [""]
    lines: list[tuple[int, int, str]] = []
    for number, raw in enumerate(_LINE_END.split(text), 1):
        line = raw.strip(" \t\x1a")
        if _SECTION.fullmatch(line):
            names.append(line[1:].strip(" \t"))
        elif line and not line.startswith("#"):
            lines.append((number, len(names) - 1, line))
    if not lines:
        raise FormatError(path, "holds no questions")
    separator = _separator([line for _, _, line in lines])
    return (
        names,
        [Row(number, section, _cells(line, separator)) for number, section, line in lines],
        separator,
    )


def _separator(lines: Sequence[str]) -> str:
    for separator in "\t;,":
        columns = [_cells(line, separator) for line in lines]
        # "love sex 6,77" has a comma in it, and is not separated by it.
        if _most(len(cells) > 2 or (len(cells) == 2 and " " not in cells[0]) for cells in columns):
            return separator
    return " "


def _cells(line: str, separator: str) -> Cells:
    cells = _BLANKS.split(line) if separator == " " else [cell.strip(" \t") for cell in line.split(separator)]
    # Programs that write commas often put quotes around a column; a word that is one quote stays.
    return tuple(cell[1:-1] if len(cell) > 2 and cell[0] == cell[-1] == '"' else cell for cell in cells)


def _most(tests: Iterable[bool], share: float = 0.5) -> bool:
    """Tell whether more than `share` of the tests are true; not so if there are none."""
    results = list(tests)
    return sum(results) > share * len(results)


def _are_analogies(rows: Sequence[Row], separator: str) -> bool:
    # Nine of ten, not all: one broken line is to be named, not to make another kind of the file.
    return separator != "," and _most((len(row.cells) == 4 for row in rows), 0.9)


def _parse_analogies(path: Name, rows: Sequence[Row]) -> Iterable[Analogy]:
    for row in rows:
        if len(row.cells) != 4 or not all(row.cells):
            raise FormatError(path, f"expected 4 words, found {sum(map(bool, row.cells))}", row.line)
        a, b, c, answer = row.cells
        yield Analogy(a, (b,), c, (answer,))


def _are_of_two(rows: Sequence[Row]) -> bool:
    return _most(len(row.cells) == 2 for row in rows)


def _parse_pairs(path: Name, rows: Sequence[Row]) -> Iterable[Analogy]:
    pairs: list[tuple[str, Cells]] = []
    for row in rows:
        answers = tuple(filter(None, row.cells[1].split("/"))) if len(row.cells) == 2 else ()
        if not row.cells[0] or not answers:
            raise FormatError(path, f"expected a word and its answers, found {len(row.cells)} columns", row.line)
        pairs.append((row.cells[0], answers))
    for (a, b), (c, answers) in permutations(pairs, 2):
        yield Analogy(a, b, c, answers)


def _score_column(rows: Sequence[Row]) -> int | None:
    """Return the first column after the two words that holds numbers, if there is one."""
    if _most(_is_number(row.cells, 0) or _is_number(row.cells, 1) for row in rows):
        return None
    columns = range(2, max(len(row.cells) for row in rows))
    return next((i for i in columns if _most(_is_number(row.cells, i) for row in rows)), None)


def _is_number(cells: Cells, column: int) -> bool:
    return len(cells) > column and _NUMBER.fullmatch(cells[column]) is not None


def _tidy_similarities(rows: Sequence[Row]) -> Sequence[Row]:
    column = _score_column(rows)
    assert column is not None
    rows = rows if _is_number(rows[0].cells, column) else rows[1:]
    return [row._replace(cells=row.cells[:2] + row.cells[column : column + 1]) for row in rows]


def _parse_similarities(path: Name, rows: Sequence[Row]) -> Iterable[Pair]:
    for row in rows:
        if not all(row.cells[:2]) or not _is_number(row.cells, 2):
            found = " ".join(map(repr, row.cells))
            raise FormatError(path, f"expected two words and a score, found {found}", row.line)
        yield Pair(row.cells[0], row.cells[1], float(row.cells[2].replace(",", ".")))


def _are_categories(rows: Sequence[Row], separator: str) -> bool:
    seconds = [row.cells[1] for row in rows if len(row.cells) == 2]
    repeat = 2 * len(set(seconds)) <= len(seconds)
    return _are_of_two(rows) and repeat and not any("/" in second for second in seconds)


def _tidy_categories(rows: Sequence[Row]) -> Sequence[Row]:
    """Drop a first line that names the columns: it alone has a "category" that no other line has."""
    sizes = Counter(row.cells[-1] for row in rows)
    alone = [category for category, size in sizes.items() if size == 1]
    return rows[1:] if alone == [rows[0].cells[-1]] else rows


def _parse_categories(path: Name, rows: Sequence[Row]) -> Iterable[Member]:
    for row in rows:
        if len(row.cells) != 2 or not all(row.cells):
            raise FormatError(path, f"expected a word and its category, found {len(row.cells)} columns", row.line)
        yield Member(*row.cells)


def _parse_odd_ones(path: Name, rows: Sequence[Row]) -> Iterable[OddOne]:
    for row in rows:
        if len(row.cells) < 3 or not all(row.cells):
            found = sum(map(bool, row.cells))
            raise FormatError(path, f"expected 3 words or more, the odd one last, found {found}", row.line)
        yield OddOne(row.cells)


# The first that fits is taken.
LAYOUTS = (
    Layout("similarities", lambda rows, by: _score_column(rows) is not None, _parse_similarities, _tidy_similarities),
    Layout("analogies", _are_analogies, _parse_analogies),
    Layout("analogies", lambda rows, by: _are_of_two(rows) and not _are_categories(rows, by), _parse_pairs),
    Layout("categories", _are_categories, _parse_categories, _tidy_categories),
    Layout("odd one out", lambda rows, by: _most(len(row.cells) > 2 for row in rows), _parse_odd_ones),
)


def read(path: Name, encoding: str | None = None) -> QuestionSet:
    """Read a file of questions, or a BATS folder of them, in any layout of LAYOUTS.

    encoding  of the file; None: a byte order mark decides, then UTF-8 is tried, and what is
              not UTF-8 is taken for ISO-8859-1 (Windows-1252 where it has bytes 80 to 9F)

    Raises FormatError with the file and the line.
    """
    place = Path(path)
    if not place.exists():
        raise FormatError(path, "there is no such file")
    if place.is_dir():
        return _read_folder(place, encoding)
    if holds_vectors(place):
        raise FormatError(path, "holds vectors or other data, not questions")
    text, found = encodings.decode(path, _bytes(place), encoding)
    kind, sections = parse(path, text)
    return QuestionSet(os.fspath(path), kind, found, sections)


def holds_vectors(path: Name) -> bool:
    """Tell whether `path` cannot be a file of questions: it is binary, or has numbers where words should be.

    Reads the first 256 KiB. A folder holds questions if any file below it is named *.txt.
    """
    place = Path(path)
    if place.is_dir():
        return not _texts(place)
    head = _bytes(place, _HEAD)
    if encodings.mark_of(head)[1]:
        return False
    text = head.decode("latin-1")  # every byte a character: control characters and digits are the same in all encodings
    if _BINARY.search(text):
        return True
    return rows_of_numbers(text if len(head) < _HEAD else text.rpartition("\n")[0])


def _read_folder(folder: Path, encoding: str | None) -> QuestionSet:
    """Read every *.txt below a folder as pairs, one section each: BATS (Gladkova, Drozd & Matsuoka 2016).

    BATS keeps 40 files in four folders; a section has the name of its file.
    """
    sections: list[Section] = []
    names: list[str] = []
    for place in _texts(folder):
        text, found = encodings.decode(place, _bytes(place), encoding)
        questions = parse_pairs(place, text)
        sections.append(Section(place.stem, questions))
        names.append(found)
    if not sections:
        raise FormatError(folder, "has no files *.txt with pairs of words")
    return QuestionSet(
        os.fspath(folder),
        "analogies",
        ", ".join(dict.fromkeys(names)),
        with_questions(folder, sections),
    )


def _texts(folder: Path) -> list[Path]:
    return sorted(place for place in folder.rglob("*.txt") if place.is_file() and not place.name.startswith("."))


def _bytes(place: Path, most: int = -1) -> bytes:
    try:
        with place.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise FormatError(place, f"cannot be read: {error.strerror}") from error
