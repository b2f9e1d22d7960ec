"""What the tests of reading share: texts that are hard to read, and the comparison with the twin."""

from __future__ import annotations

import tempfile
from pathlib import Path
from unittest import mock

import naive_text
import numpy as np
from hypothesis import strategies as st

from w2v.corpus import read, reading
from w2v.errors import CorpusError
from w2v.settings import TrainSettings

HARD = [
    *("\n", "\r\n", "\n\n", " ", "\t", "\v", "\f", "\r", "\x85", "\xa0", "\u3000", "\u2028", "\u2029", "\ufeff"),
    *("'", "\u2019", "don't", "l\u2019été", "''", "\u200c", "\u200d", "\xad", "\ufffd", "_", "\x01"),
    *("Σ", "ΑΣ", "ΑΣ.Α", "ς", "İ", "I", "ı", "ß", "ẞ", "ǅ", "Ⱥ", "\u212a", "\u2126", "\u1e9e"),
    *("e\u0301", "\u0301", "\u0323", "\u0345", "\u3099", "か\u3099", "\u1112\u1161\u11ab", "한", "\u11ab"),
    *("東京", "。", "、", "，", "！", "」", "〇", "々", "ー", "हिन्दी", "مدرسةِ", "𝒜", "𐐀", "🙂", "²", "Ⅷ", "９"),
]


def texts():
    """Texts of any characters, with those often among them that are known to be difficult."""
    letters = st.characters(min_codepoint=1, exclude_categories=["Cs"])
    pieces = st.sampled_from(HARD) | st.text(letters, max_size=4) | st.sampled_from(["a", "b", "the", "A b\n"])
    return st.lists(pieces, max_size=30).map("".join)


def read_bytes(files, block_bytes=None, in_memory=None, report=None, **settings):
    """Read a list of bytes, each as a file."""
    options = {} if in_memory is None else {"in_memory": in_memory}
    if report is not None:
        options["report"] = report
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number:03}.txt" for number in range(len(files))]
        for path, file in zip(paths, files):
            path.write_bytes(file)
        with mock.patch.object(reading, "BLOCK_BYTES", block_bytes or reading.BLOCK_BYTES):
            return read(
                paths,
                TrainSettings(**{"threads": 1, "min_count": 1, "encoding": "utf-8", **settings}),
                tmp_dir=folder,
                **options,
            )


def assert_agrees(files, block_bytes=None, threads=1, in_memory=None, **settings):
    """Read `files` with w2v and with the twin, and compare everything."""
    wanted = naive_text.read(files, **settings)
    try:
        found = read_bytes(files, block_bytes, in_memory, threads=threads, **settings)
    except CorpusError as error:
        assert not wanted.words, error  # noqa: PT017  # not about the error but about what the twin finds
        return
    account = found.account
    assert list(found.vocabulary.words) == wanted.words
    assert found.vocabulary.counts.tolist() == wanted.counts
    assert found.stream.dtype == np.int32
    assert found.stream.tolist() == wanted.stream
    assert (account.tokens, account.types) == (wanted.tokens, wanted.types)
    assert (account.kept, account.dropped) == (wanted.kept, wanted.tokens - wanted.kept)
    assert account.sentences == wanted.sentences
    assert account.undecodable == wanted.undecodable
    assert account.files == len(files)
    assert len(found.stream) == account.kept + account.sentences
    without_bom = [file.removeprefix(b"\xef\xbb\xbf") for file in files]
    assert account.bytes == sum(map(len, without_bom))
