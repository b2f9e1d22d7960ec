"""Which format a file has: by its content, never by its name; and what it is if it holds no vectors."""

from __future__ import annotations

import re
import struct
import zipfile

from w2v.formats import fasttext, finalfusion, native, numpy_array, projector
from w2v.formats.glove import LINES_LOOKED_AT, numbers_at_end
from w2v.formats.rows import BLANKS, BOM, COMMA, NUMBER, SPARSE, SPARSE_PROBLEM, header_of
from w2v.formats.source import HEAD_BYTES, Source, first_line

# First bytes of other kinds of files, and the message for each.
NOT_VECTORS = {
    b"SQLite format 3\0": "is an SQLite database, as Magnitude's are; take the text file that it was made of",
    b"version https://git-lfs": "is a pointer of git-lfs, not the file itself; fetch it: git lfs pull",
    b"<<<<<<<": "holds a merge conflict of git; resolve it, or fetch the file again",
    b"%PDF": "is a PDF",
    b"\x89HDF": "is an HDF5 file (of Keras?); save its matrix: numpy.savez(FILE, words=..., vectors=...)",
    b"7z\xbc\xaf\x27\x1c": "is a 7z archive; unpack it first: 7z x FILE",
    b"Rar!": "is a RAR archive; unpack it first: unrar x FILE",
    b"PAR1": "is a Parquet table; write its vectors as text, or with numpy.savez(FILE, words=..., vectors=...)",
    b"ARROW1": "is an Arrow table; write its vectors as text, or with numpy.savez(FILE, words=..., vectors=...)",
    b"\xff\xfe": "is UTF-16; convert it: iconv -f UTF-16 -t UTF-8 FILE > utf8.txt",
    b"\xfe\xff": "is UTF-16; convert it: iconv -f UTF-16 -t UTF-8 FILE > utf8.txt",
    b"\x7fELF": "is a program",
}
HTML = re.compile(rb"\s*<(!doctype\s+html|html|head|\?xml)\b", re.IGNORECASE)
PRINTED = re.compile(rb"[-+0-9.,eE:()naifNAIFtyTYdD]*")  # what a field of numbers is made of, whole or damaged
FORMATS_KNOWN = "word2vec, GloVe, fastText, finalfusion, gensim, numpy, safetensors, projector or w2v"


def detect(source: Source) -> str:
    """Return the name of a file's format, a row of `w2v.formats.FORMATS`.

    Raises FormatError with what it is instead.
    """
    head = source.file.read(HEAD_BYTES)
    source.restart()
    if not head:
        raise source.error("is empty; was it written, or downloaded, to the end?")
    for magic, name in MAGICS.items():
        if head.startswith(magic):
            return name
    for magic, about in NOT_VECTORS.items():
        if head.startswith(magic):
            raise source.error(about.replace("FILE", source.path.name))
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _of_zip(source)
    if head[257:262] == b"ustar":
        raise source.error(f"is a tar archive; unpack it first: tar xf {source.path.name}")
    if head[0] == 0x80 and head[1:2] in (b"\2", b"\3", b"\4", b"\5"):
        return "gensim"
    if len(head) > 8 and head[8:9] == b"{" and struct.unpack("<Q", head[:8])[0] < 1 << 40:
        return "safetensors"
    if fasttext.is_oldest(head):
        return "fasttext"
    return _of_text(source, head.removeprefix(BOM))


MAGICS = {
    native.MAGIC: "w2v",
    finalfusion.MAGIC: "finalfusion",
    fasttext.MAGIC: "fasttext",
    numpy_array.MAGIC: "npy",
}


def _of_zip(source: Source) -> str:
    try:
        with zipfile.ZipFile(source.file) as archive:
            names = archive.namelist()
    except Exception as error:  # what zipfile raises on bad bytes depends on the version of Python
        raise source.error(
            f"is a zip archive that cannot be read ({first_line(error)}): cut short? Fetch it again"
        ) from error
    source.restart()
    if any(name.endswith(".npy") for name in names):
        return "npz"
    if any(name.endswith("data.pkl") for name in names):
        raise source.error(
            "is a file of PyTorch's, which is a pickle; save the matrix from Python: safetensors, or"
            " numpy.savez(FILE, words=..., vectors=tensor.numpy())"
        )
    if any(name.endswith("model.weights.h5") for name in names):
        raise source.error("is a model of Keras; save its embedding matrix: numpy.savez(FILE, words=..., vectors=...)")
    listed = ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")
    raise source.error(f"is a zip archive (of {listed or 'nothing'}); unpack it first: unzip {source.path.name}")


def _of_text(source: Source, head: bytes) -> str:
    lines = head.split(b"\n")
    lines = lines[:-1] if len(lines) > 1 and len(head) + len(BOM) >= HEAD_BYTES else lines  # the last may go on
    first = lines[0].strip(BLANKS)
    header = header_of(first)
    rows = [line for line in lines[1 : 1 + LINES_LOOKED_AT] if line.strip(BLANKS)]
    if all(_all_numbers(line) for line in (first, *rows)) and projector.metadata_of(source.path) is not None:
        return "projector"  # before anything else: its first row may be "3 \t 4"
    if header is not None:
        name = _behind_header(source, rows, header)
        if name:
            return name
    if HTML.match(head) and not numbers_at_end(first):  # "<html>" may be a word
        raise source.error("is a web page (HTML), not vectors: a download that failed? Fetch the file itself")
    if projector.pair_of(source.path) is not None:
        return "projector"
    return _without_header(source, [line for line in lines[:LINES_LOOKED_AT] if line.strip(BLANKS)])


def _all_numbers(row: bytes) -> bool:
    fields = row.split()
    return bool(fields) and all(NUMBER.fullmatch(field) for field in fields)


def _behind_header(source: Source, rows: list[bytes], header: tuple[int, int]) -> str:
    """Return whether what follows a line "V D" is text or binary, or "" if the line is not a header."""
    if not rows:
        return "word2vec-text"
    if numbers_at_end(rows[0]) >= header[1]:
        return "word2vec-text"
    fields = [field for field in rows[0].replace(b"\t", b" ").rstrip(BLANKS).split(b" ")[1:] if field]
    if any(SPARSE.fullmatch(field) for field in fields):
        raise source.error(SPARSE_PROBLEM, 2)
    if fields and all(PRINTED.fullmatch(field) for field in fields) and NUMBER.fullmatch(fields[-1]):
        # Rows too short for the header: a first row "5 3" of one dimension, or a damaged text.
        return "" if len(fields) == 1 and header[1] != 1 and all(numbers_at_end(row) == 1 for row in rows) else TEXT
    return "word2vec-binary"


TEXT = "word2vec-text"


def _without_header(source: Source, rows: list[bytes]) -> str:
    fields = rows[0].replace(b"\t", b" ").split() if rows else []
    if (
        len(fields) == 8
        and all(field.lstrip(b"-").isdigit() for field in fields[:6])
        and not NUMBER.fullmatch(fields[7])
    ):
        return "floret"
    if any(SPARSE.fullmatch(field) for field in fields[1:3]):
        raise source.error(SPARSE_PROBLEM, 1)
    if rows and all(_all_numbers(row) for row in rows):
        tabs = all(b"\t" in row for row in rows)
        if tabs and source.path.name.split(".")[1:2] == ["tsv"]:
            return "projector"
        if any(not row.split()[0].isdigit() for row in rows):
            if tabs:
                return "projector"
            raise source.error(
                "holds numbers without words (numpy.savetxt?); save it with numpy.save as .npy, and the words beside it"
            )
    # A first row may be damaged: most of them must be rows.
    good = sum(numbers_at_end(row) >= 1 or any(COMMA.fullmatch(field) for field in row.split()) for row in rows)
    if rows and 2 * good > len(rows):
        return "glove"
    if rows and rows[0].lstrip().startswith((b"{", b"[")):
        raise source.error("is JSON; write its vectors as text, a word and its numbers a line")
    if any(b"\0" in row for row in rows):
        raise source.error(f"is binary data of a kind that w2v does not know; it reads {FORMATS_KNOWN}")
    raise source.error(f"is text, but no vectors: expected {FORMATS_KNOWN}")
