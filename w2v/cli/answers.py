"""How questions come in, one or a batch, and answers go out: columns for a person, JSON or TSV for a program."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from w2v import encodings
from w2v.cli import options
from w2v.cli.progress import note
from w2v.errors import FormatError, UnknownWordError, W2VError
from w2v.languages import columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from w2v.vectors import Vectors


class Answer(NamedTuple):
    """A table that answers a query, and what a JSON document says beside it.

    fields   the names of the columns
    rows     the values: str, float, int, or a vector, float32 [D]
    key      the name of the table in the document; without one, the document holds the fields of its only row
    details  further entries of the document
    """

    fields: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    key: str = ""
    details: dict[str, Any] = {}  # noqa: RUF012  # never written to


class Query(NamedTuple):
    """One query: its words, and its number in a batch.

    text   as it was written
    words  what it consists of
    line   its number in the batch, 0 if it came from the command line
    whole  the text is one thing, and no list of words
    """

    text: str
    words: list[str]
    line: int = 0
    whole: bool = False

    @property
    def shown(self) -> str | list[str]:
        """The query as a JSON document repeats it."""
        return self.text if self.whole else self.words


LONGEST_LINE = 1 << 24  # bytes of a batch; a file without line ends would fill the memory


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each line of a batch, as they come. Raises FormatError."""
    name, number = name_of(path), 0
    try:
        with click.open_file(str(path), "rb") as file:  # - is standard input, for click too
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), 1):
                if len(line) > LONGEST_LINE:
                    raise FormatError(
                        name, f"is longer than {LONGEST_LINE / 1e6:.0f} MB; put each query on its line", number
                    )
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise FormatError(name, encodings.NOT_UTF8, number) from error
    except OSError as error:
        raise FormatError(name, f"cannot be read ({error.strerror})") from error


def name_of(path: Path) -> str:
    """Return what to call a batch in an error."""
    return "standard input" if str(path) == "-" else str(path)


def check_asked(words: Sequence[str], batch: Path | None, skip_unknown: bool = False) -> None:
    """Show the command's usage where nothing is asked, or twice."""
    if words and batch is not None:
        raise click.UsageError("Queries come from the command line or from --batch, not from both.")
    if not words and batch is None:
        raise click.UsageError("Nothing is asked: give it here, or a file of queries with --batch.")
    if skip_unknown and batch is None:
        raise click.UsageError("--skip-unknown goes with --batch.")


def load(path: Path) -> Vectors:
    """Return the vectors of a file; in the shell, those that it holds already."""
    from w2v import formats

    held = click.get_current_context().find_object(dict)
    if held is None:
        return formats.load(path, note=note)
    if path not in held:
        held[path] = formats.load(path, note=note)
    vectors: Vectors = held[path]
    return vectors


@dataclass(frozen=True)
class Asked:
    """Which vectors are asked, from where the queries come, and how the answers look: the options of `question`."""

    path: Path
    batch: Path | None
    skip_unknown: bool
    layout: str

    @cached_property
    def vectors(self) -> Vectors:
        """The vectors that are asked."""
        return load(self.path)

    def about(self, words: Sequence[str]) -> Vectors:
        """Return the vectors, which are asked for `words` or a batch; shows the usage where it is neither or both."""
        check_asked(words, self.batch, self.skip_unknown)
        return self.vectors

    def reply(
        self,
        ask: Callable[[list[str]], Answer],
        words: Sequence[str],
        *,
        takes: int | None = None,
        whole_lines: bool = False,
        words_in: Callable[[str], list[str]] | None = None,
        queries: Iterable[Query] | None = None,
    ) -> None:
        """Answer the query of the command line, or each of a batch as it is read.

        takes        how many words a query has, if that is fixed
        whole_lines  a line of a batch is one word, with the blanks in it
        words_in     the vocabulary's words in a query; by default they are what it consists of
        queries      what is asked instead
        """
        noted: set[str] = set()
        unknown: dict[str, None] = {}
        total = passed_over = 0
        for query in self._queries(words, whole_lines) if queries is None else queries:
            total += 1
            try:
                if takes is not None and len(query.words) != takes:
                    raise W2VError(f"expected {takes} words, found {len(query.words)}; tabs may separate them")
                parts = [part for word in query.words for part in words_in(word)] if words_in else query.words
                # Asked before the library is, which would look for similarly spelled words each time.
                missing = [part for part in parts if not self.vectors.has_vector(part)] if self.batch else []
                if not missing:
                    note_forms(self.vectors, [part for part in parts if part not in noted], suggest=not self.batch)
                    noted.update(parts)
                    answer = ask(query.words)
            except UnknownWordError as error:
                if self.batch is None:
                    raise
                missing = [error.word]
            except W2VError as error:
                raise (FormatError(name_of(self.batch), str(error), query.line) if self.batch else error) from error
            if not missing:
                print_answer(query, titled(self.vectors, answer), self.layout)
                continue
            unknown.update(dict.fromkeys(missing))
            passed_over += 1
            if self.layout == "json":
                click.echo(to_json({"query": query.shown, "unknown": missing}))
            elif not self.skip_unknown:
                click.echo(f"{query.text}\tnot in the vocabulary: {', '.join(missing)}")
        if passed_over and self.skip_unknown:
            note(f"skipped {passed_over:,} of {total:,} queries; not in the vocabulary: {_some(list(unknown))}")
        elif passed_over and self.batch is not None:
            raise W2VError(
                f"{name_of(self.batch)}: {passed_over:,} of {total:,} queries hold words that are not in the"
                f" vocabulary: {_some(list(unknown))}; --skip-unknown skips them"
            )

    def _queries(self, words: Sequence[str], whole_lines: bool) -> Iterator[Query]:
        if self.batch is None:
            yield Query(" ".join(words), list(words), whole=whole_lines)
            return
        named = self.vectors.titles is not None
        for number, line in read_lines(self.batch):
            whole = whole_lines or (named and self.vectors.form(line.strip()) is not None)  # a name with blanks
            fields = [line.strip()] if whole else line.split("\t") if "\t" in line else line.split()
            fields = [field.strip() for field in fields if field.strip()]
            if fields:
                yield Query(" ".join(fields), fields, number, whole_lines)


def question(command: Callable[..., None]) -> Callable[..., None]:
    """Add --batch, --skip-unknown, --json, --tsv; the command receives what they and -v say as `asked`, an Asked."""

    @options.batch
    @options.layout
    @wraps(command)
    def run(*, vectors: Path, batch: Path | None, skip_unknown: bool, layout: str, **more: Any) -> None:
        command(asked=Asked(vectors, batch, skip_unknown, layout), **more)

    return run


def titled(asked: Vectors, answer: Answer) -> Answer:
    """Return an answer that names ids with what they are called, too, where one of them has a name."""
    if asked.titles is None or answer.fields[0] not in ("word", "item"):
        return answer
    rows = [(row[0], asked.title(row[0]), *row[1:]) for row in answer.rows]
    if all(row[0] == row[1] for row in rows):
        return answer
    return answer._replace(fields=(answer.fields[0], "name", *answer.fields[1:]), rows=rows)


def print_answer(query: Query, answer: Answer, layout: str) -> None:
    """Print an answer; in a batch, columns become TSV with the query before each row."""
    if layout == "json":
        table = [dict(zip(answer.fields, map(_plain, row))) for row in answer.rows]
        document = {answer.key: table} if answer.key else table[0]
        asked = {"query": query.shown} if query.words else {}
        click.echo(to_json(asked | document | answer.details))
    elif layout == "tsv" or query.line:
        before = [query.text] if query.line else []
        _print("\t".join(before + _cells(row, digits=6)) for row in answer.rows)
    else:
        rows = [_cells(row, digits=4) for row in answer.rows]
        _print(map(" ".join, rows) if answer.fields[-1] == "vector" else aligned(rows, max(1, len(answer.fields) - 1)))


def _print(lines: Iterable[str]) -> None:
    text = "\n".join(lines)  # printed at once: click flushes each time
    if text:
        click.echo(text)


def save_array(array: NDArray[Any], path: Path) -> None:
    """Write an array as .npy, whole or not at all. Raises OutputError."""
    import numpy as np

    from w2v.files import replacing

    with replacing(path) as file:
        np.save(file, array)
    click.echo(f"{path}: {' x '.join(map(str, array.shape))}, {array.dtype}", err=True)


def note_forms(vectors: Vectors, words: Sequence[str], suggest: bool = True) -> None:
    """Print a note on stderr for each word that was found in another form, or made of its subwords.

    suggest  whether to look for similarly spelled words, which takes time
    """
    from w2v.spelling import suggestions

    for word in words:
        form = vectors.form(word)
        if form is None and vectors.has_vector(word):
            like = suggestions(word, vectors.words) if suggest else []
            hint = f" (did you mean {' or '.join(like)}?)" if like else ""
            note(f"{word!r} is not in the vocabulary{hint}: used the vector of its subwords")
        elif form not in (None, word) and vectors.titles is None:
            note(f"{word!r} is not in the vocabulary, {form!r} is: used that")


def settle(vectors: Vectors, words: Sequence[str]) -> None:
    """Raise UnknownWordError now for words that every query of a batch needs; note those found in another form."""
    for word in words:
        vectors[word]
    note_forms(vectors, words)


def note_left_out(unknown: Sequence[str]) -> None:
    """Say on stderr which words of texts were left out."""
    if unknown:
        words = list(dict.fromkeys(unknown))
        note(f"left out what is not in the vocabulary: {_some(words)}")


def aligned(rows: Sequence[Sequence[str]], texts: int) -> Iterator[str]:
    """Yield a line for each row, each column as wide as its widest cell; the first `texts` are texts, then numbers."""
    widths = [max(map(columns, column)) for column in zip(*rows)]
    for row in rows:
        rooms = [" " * (width - columns(cell)) for cell, width in zip(row, widths)]
        cells = (cell + room if i < texts else room + cell for i, (cell, room) in enumerate(zip(row, rooms)))
        yield "  ".join(cells).rstrip(" ")


def _cells(row: Sequence[Any], digits: int) -> list[str]:
    """Return the texts of a row; a vector becomes as many as it has numbers."""
    cells = []
    for value in row:
        if hasattr(value, "tolist"):
            cells += [_shortest(number) for number in value]
        else:
            cells.append(f"{value:.{digits}f}" if isinstance(value, float) else str(value))
    return cells


def _shortest(number: Any) -> str:
    """Return the shortest decimals that read back to the same float32, as the text format has them."""
    return repr(float(str(number))).removesuffix(".0")


def _plain(value: Any) -> Any:
    """Return a value as JSON has it, which knows no NaN and no infinity."""
    if hasattr(value, "tolist"):
        return [float(text) if math.isfinite(float(text)) else None for text in map(_shortest, value)]
    return round(value, 6) if isinstance(value, float) else value


def to_json(document: Any, indent: int | None = None) -> str:
    """Return JSON, its letters as they are, in one line where it is not indented."""
    return json.dumps(document, ensure_ascii=False, indent=indent)


def _some(words: Sequence[str], most: int = 5) -> str:
    more = f" and {len(words) - most:,} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
