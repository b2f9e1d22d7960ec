"""Tables as DuckDB reads them: CSV, TSV, Parquet, JSON lines, packed or not, and the data frames of Python.

Every cell of a text is taken unchanged: 007 stays 007. A column is named as the first line names it; where that is
no line of names, by its number, from 1 on.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shlex
import shutil
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from w2v import archives, encodings
from w2v.errors import CorpusError, MissingExtraError
from w2v.resources import available_memory
from w2v.spelling import fold

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

UTF_8 = ("auto", "utf-8")
HEAD_BYTES = 1 << 16
FEWEST_LINES, LINES_LOOKED_AT = 5, 100
SEPARATORS = "\t,;|"
JUNK = re.compile(rb"[\0-\x08\x0b-\x1f](?!\n?$)")  # what no text holds; a carriage return is allowed at the end alone
PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}  # what DuckDB unpacks itself, as it reads


class Reader(NamedTuple):
    """A table to query.

    name     what it is called in a message
    sql      what follows FROM
    columns  the type of each column, by its name
    """

    name: str
    sql: str
    columns: dict[str, str]

    def column(self, wanted: str) -> str:
        """Return a column as SQL has it. Raises CorpusError where there is none of this name."""
        if wanted in self.columns:
            return quoted(wanted, '"')
        like = [name for name in self.columns if fold(name) == fold(wanted)]
        hint = f"did you mean {like[0]}?" if like else f"there are {', '.join(self.columns)}"
        raise CorpusError(self.name, f"has no column {wanted!r}; {hint}")

    def text_of(self, wanted: str) -> str:
        """Return the cells of a column as text, NULL for blank ones, as SQL has it."""
        text = f"CAST({self.column(wanted)} AS VARCHAR)"
        return f"if(trim({text}) = '', NULL, {text})"

    def number_of(self, wanted: str) -> str:
        """Return the cells of a column of numbers or times (then seconds since 1970) as SQL has it."""
        column = self.column(wanted)
        kind = self.columns[column.strip('"').replace('""', '"')]
        if kind.startswith(("TIMESTAMP", "DATE", "TIME")):
            return f"epoch({column})"
        if kind != "VARCHAR":
            return f"TRY_CAST({column} AS DOUBLE)"
        return f"coalesce(TRY_CAST({column} AS DOUBLE), epoch(TRY_CAST({column} AS TIMESTAMP)))"


def connect(folder: str, threads: int) -> DuckDBPyConnection:
    """Return a data base in `folder`, which holds what does not fit half of the free memory."""
    try:
        import duckdb
    except ImportError as error:
        raise MissingExtraError("reading a table of events", "items") from error
    connection = duckdb.connect(os.path.join(folder, "events.duckdb"))  # noqa: PTH118  # a str is wanted
    connection.execute(f"SET threads = {threads}")
    connection.execute(f"SET temp_directory = {quoted(folder)}")
    if (there := available_memory()) is not None:
        connection.execute(f"SET memory_limit = '{max(there // 2, 1 << 27) // 1_000_000} MB'")
    return connection


def open_table(
    connection: DuckDBPyConnection, table: Any, folder: str, wanted: Sequence[str], encoding: str = "auto"
) -> Reader:
    """Return how a file or a data frame is read, of which the columns `wanted` are read. Raises CorpusError.

    encoding  of a text without a byte order mark, as Python names it; "auto" is UTF-8
    """
    if not isinstance(table, (str, os.PathLike)):
        connection.register("given", table)
        return _described(connection, f"the {type(table).__name__}", "given")
    path = Path(table)
    try:
        sql = _reading(path, folder, wanted, encoding)
    except archives.DAMAGED as error:
        raise CorpusError(path, f"the archive is damaged or cut short ({error}); make or fetch it again") from error
    except UnicodeError as error:
        raise CorpusError(path, f"is not in the encoding {encoding}; say with --encoding what it is in") from error
    except OSError as error:
        raise CorpusError(path, f"cannot be read: {error.strerror or error}") from error
    return _described(connection, str(path), sql)


def _described(connection: DuckDBPyConnection, name: str, sql: str) -> Reader:
    import duckdb

    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM {sql}").fetchall()
    except duckdb.Error as error:
        raise CorpusError(name, f"is no table that can be read: {first_sentence(error)}") from error
    return Reader(name, sql, {str(row[0]): str(row[1]) for row in rows})


def _reading(path: Path, folder: str, wanted: Sequence[str], encoding: str) -> str:
    head = _head(path)
    if head.startswith(b"PAR1"):
        return f"read_parquet({quoted(_unpacked(path, folder))})"
    mark, codec = encodings.mark_of(head)
    codec = codec or encoding
    start = head[len(mark) :].lstrip()
    if codec not in UTF_8:
        start = head[len(mark) :].decode(codec, "ignore").lstrip().encode()
    if not start:
        raise CorpusError(path, "is empty")
    if start.count(0) > len(start) / 1000:
        raise CorpusError(path, "is binary data, no table; CSV, TSV, JSON lines and Parquet are read")
    with path.open("rb") as raw:
        packing = next((name for first, name in PACKED.items() if raw.peek(4).startswith(first)), "")
    if packing and codec in UTF_8:
        file, packing = str(path), f", compression='{packing}'"
    else:
        file, packing = _unpacked(path, folder, codec), ""
    if start.startswith((b"{", b"[")):
        return f"read_json({quoted(file)}, ignore_errors=true, convert_strings_to_integers=false{packing})"
    separator = separator_of(start, wanted)
    quote = "" if separator == "\t" else '"'
    names = _fields(start, separator)
    headless = all(name.isdecimal() for name in wanted) and not set(wanted) <= set(names)
    if headless:
        names = [str(number) for number in range(1, len(names) + 1)]
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in _distinct(names))
    return (
        f"read_csv({quoted(file)}, auto_detect=false, header={not headless}, columns={{{columns}}},"
        f" delim={quoted(separator)}, quote={quoted(quote)}, escape={quoted(quote)}, store_rejects=true,"
        f" rejects_limit=0, max_line_size={1 << 24}{packing})"
    )


def _fields(start: bytes, separator: str) -> list[str]:
    line = start.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    if separator == "\t":
        return [name.strip() for name in line.split("\t")]
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:  # a carriage return or 131,072 letters within a field: no table that csv knows
        return line.split(separator)


def _distinct(names: Sequence[str]) -> list[str]:
    """Return names as columns can have them: none is empty, none is there twice."""
    found: dict[str, None] = {}
    for number, name in enumerate(names, 1):
        found[name if name and name not in found else f"{name}_{number}"] = None
    return list(found)


def separator_of(start: bytes, wanted: Sequence[str] = ()) -> str:
    """Return what separates the fields of the first line: what leaves the columns that are wanted, or most fields.

    >>> separator_of(b"user,artist name\\tday\\n", ["day"])
    '\\t'
    """

    def worth(separator: str) -> tuple[int, int]:
        fields = _fields(start, separator)
        return sum(name in fields for name in wanted), len(fields)

    return max(SEPARATORS, key=worth)


def advice(name: str) -> str:
    """Return a line for whoever reads as text what looks like a table of events; nothing for a text.

    A table has the same number of fields on each line, and more digits than words in them.
    """
    path = Path(name)
    try:
        lines = _head(path).decode("utf-8", "replace").split("\n")[:LINES_LOOKED_AT] if path.is_file() else []
    except (OSError, EOFError, zlib.error, MissingExtraError):
        return ""  # whoever reads it says what is wrong
    lines = [line.rstrip("\r") for line in lines if line.strip()]
    if len(lines) < FEWEST_LINES:
        return ""
    separator = separator_of(lines[0].encode())
    fields = [_fields(line.encode(), separator) for line in lines]
    numbered = sum(any(letter.isdigit() for letter in cell) for row in fields[1:] for cell in row)
    if len(fields[0]) > 1 and len({len(row) for row in fields}) == 1 and 2 * numbered > sum(map(len, fields[1:])):
        item = fields[0][1] if not any(cell.isdigit() for cell in fields[0]) else "2"
        by = fields[0][0] if item != "2" else "1"
        return (
            f"{name} looks like a table of events, not like text: w2v train {shlex.quote(name)} --by {shlex.quote(by)}"
            f" --item {shlex.quote(item)} reads it as one"
        )
    return ""


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise CorpusError(path, "is a folder; name a file")
    with path.open("rb") as raw:
        return archives.decompressed(raw).read(HEAD_BYTES) or b""


def _unpacked(path: Path, folder: str, codec: str = "utf-8") -> str:
    """Return a file's name, or that of a copy in `folder`, unpacked and in UTF-8. Raises UnicodeError."""
    with path.open("rb") as raw:
        stream = archives.decompressed(raw)
        if stream is raw and codec in UTF_8:
            return str(path)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as target:
            if codec in UTF_8:
                shutil.copyfileobj(stream, target, 1 << 20)
            else:
                text = io.TextIOWrapper(stream, codec, newline="")  # type: ignore[type-var]  # it reads, no more is needed
                while some := text.read(1 << 20):
                    target.write(some.encode())
            return target.name


def why_unreadable(name: str, error: Exception) -> str:
    """Return what DuckDB says of a table that it cannot read; of binary data in a text, where that is."""
    if "invalid state" in str(error):
        with Path(name).open("rb") as raw:
            for number, line in enumerate(archives.decompressed(raw), 1):
                if JUNK.search(line) or (not line.isascii() and "\ufffd" in line.decode(errors="replace")):
                    return f"binary data in line {number:,}, no table; take it out"
    return first_sentence(error)


def quoted(text: str, mark: str = "'") -> str:
    """Return a text as SQL has it, or with " a name."""
    return mark + text.replace(mark, 2 * mark) + mark


def first_sentence(error: Exception) -> str:
    """Return what DuckDB says, without its advice."""
    return " ".join(str(error).split("\n", 1)[0].split(":", 1)[-1].split())
