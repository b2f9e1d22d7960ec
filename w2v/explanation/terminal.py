"""An explanation as lines of text, wrapped and aligned for a terminal, East Asian letters two columns wide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from w2v.explanation.parts import Cell, Code, Step, Table, Text
from w2v.languages import CJK, columns

# Punctuation that must not begin a line in Chinese and Japanese, and such that must not end one.
CLOSING = "，。、；：？！）」』】》…ー”’"
WIDE = f"“”{CJK}\uac00-\ud7af\uff00-\uffef"  # a line may be broken beside any of these
OPENING = "（「『【《“‘"


def render(steps: Sequence[Step], width: int = 80) -> str:
    """Return the steps as text of at most `width` columns, where words allow it."""
    return "\n".join(line.rstrip() for step in steps for line in _step(step, width)) + "\n"


def _step(step: Step, width: int) -> Iterator[str]:
    title = wrap(step.title, width)
    yield from title
    yield "=" * max(map(columns, title))
    for part in step.parts:
        if isinstance(part, (Text, Code, Table)):  # pictures are for the page
            yield ""
            yield from _part(part, width)
    yield ""
    yield ""


def _part(part: Text | Code | Table, width: int) -> Iterable[str]:
    if isinstance(part, Text):
        return wrap(part.text, width)
    if isinstance(part, Code):
        return (piece for line in part.text.split("\n") for piece in _code(line, width))
    return _table(part, width)


def _inset(width: int) -> int:
    return 4 if width >= 60 else 2


def _code(line: str, width: int) -> Iterator[str]:
    """Break a line of code after a comma, where Python goes on inside its brackets, else between words."""
    room, inset = width - _inset(width), len(line) - len(line.lstrip())
    if columns(line) <= room:
        yield " " * _inset(width) + line
        return
    text = line.lstrip()
    if ", " in text and "(" in text:
        text = text.replace(" ", "\x01").replace(",\x01", ", ")  # blanks that are no place to break
    first = wrap(text, room - inset)[0]
    for piece in [first, *(f"  {rest}" for rest in wrap(text[len(first) :], room - inset - 2))]:
        yield " " * (_inset(width) + inset) + piece.replace("\x01", " ")


def _table(table: Table, width: int) -> Iterator[str]:
    """Yield the lines of a table; columns that have no room are below the others, beside the first one again."""
    rows = [[_cell(cell, table.digits) for cell in row] for row in table.rows]
    head = [list(table.columns)] if table.columns else []
    widths = [max(columns(row[i]) for row in [*head, *rows]) for i in range(len(rows[0]))]
    numeric = [
        all(not isinstance(row[i], str) or row[i] in ("", "...") for row in table.rows) for i in range(len(widths))
    ]
    room = width - _inset(width)
    widths[1:] = [min(one, room - widths[0] - 2) for one in widths[1:]]
    for number, chosen in enumerate(_beside(widths, room)):
        if number:
            yield ""
        for row in [*head, *rows]:
            cells = [wrap(row[i], widths[i]) or [""] for i in chosen]
            for line in zip_longest(*cells, fillvalue=""):
                shown = (_padded(text, widths[i], numeric[i]) for i, text in zip(chosen, line))
                yield " " * _inset(width) + "  ".join(shown)
            if head and row is head[0]:
                yield " " * _inset(width) + "  ".join("-" * widths[i] for i in chosen)


def _beside(widths: Sequence[int], room: int) -> Iterator[list[int]]:
    """Yield which columns are beside one another; the first is always there.

    >>> list(_beside([5, 5, 5, 5], 20))
    [[0, 1, 2], [0, 3]]
    """
    chosen = [0]
    for i in range(1, len(widths)):
        if len(chosen) > 1 and sum(widths[j] + 2 for j in chosen) + widths[i] > room:
            yield chosen
            chosen = [0]
        chosen.append(i)
    yield chosen


def _cell(cell: Cell, digits: int) -> str:
    if isinstance(cell, float):
        text = f"{cell:.{digits}f}"
        return text.removeprefix("-") if float(text) == 0 else text  # no -0.000
    return str(cell)


def _padded(text: str, width: int, right: bool) -> str:
    room = " " * (width - columns(text))
    return room + text if right else text + room


def wrap(text: str, width: int) -> list[str]:
    """Break text into lines: between words, and between any two East Asian letters but before closing marks."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and columns(line) + columns(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line else lines


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for piece in re.findall(f"[{WIDE}]|[^\\s{WIDE}]+\\s*|\\s+", text):
        if pieces and (piece[0] in CLOSING or pieces[-1][-1] in OPENING):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
