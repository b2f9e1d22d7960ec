"""Broken and malicious input, a little of it: `scripts/faults` tries a million mutations."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

if sys.platform == "win32":
    pytest.skip("limits of Unix", allow_module_level=True)

import mutations

import w2v as library
from w2v import formats
from w2v.errors import CorpusError, FormatError


@pytest.mark.parametrize("what", mutations.FUZZERS)
@pytest.mark.filterwarnings("ignore")  # zipfile and numpy warn of what we refuse
def test_mutated_input_is_read_or_refused_with_one_clear_line(what):
    said = mutations.FUZZERS[what](600, 12345)
    assert said.startswith("600 inputs: ")
    assert " 0 refused" not in said


# What the mutations have found, each kept as it was found or made smaller.


def test_a_header_that_promises_a_dim_of_billions_takes_no_memory(tmp_path):
    path = tmp_path / "v.txt"
    path.write_text("5 7777777777\nthe 1 2 3\n")
    with pytest.raises(FormatError, match="expected 7777777777 numbers after 'the', found 3"):
        library.load(path)


def test_words_that_are_no_utf8_in_a_binary_format_are_one_clear_error(tmp_path):
    path = tmp_path / "v.safetensors"
    library.save(library.Vectors(("na\u00efve", "b"), np.ones((2, 3), np.float32)), path)
    path.write_bytes(path.read_bytes().replace("\u00ef".encode(), b"\xef\x81"))
    with pytest.raises(FormatError):
        library.load(path)


def test_a_zip_of_a_version_that_is_not_there_yet_is_one_clear_error(tmp_path):
    path = tmp_path / "v.npz"
    formats.save(mutations.toy(), path)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 6] = 255
    path.write_bytes(content)
    with pytest.raises(FormatError, match="zip file version"):
        library.load(path)


def test_an_archive_of_zeros_is_refused_and_one_of_words_is_read_in_bounded_memory(tmp_path):
    zeros = tmp_path / "zeros.gz"
    words = tmp_path / "words.gz"
    with gzip.open(zeros, "wb", 1) as file:
        for _ in range(200):
            file.write(bytes(1 << 20))
    with gzip.open(words, "wb", 1) as file:
        for _ in range(200):
            file.write(b"a " * (1 << 19))
    with mutations.limited_memory():
        with pytest.raises(CorpusError, match="binary data"):
            library.read([zeros])
        corpus = library.read([words], library.TrainSettings(threads=1), in_memory=1 << 20, tmp_dir=tmp_path)
    assert corpus.account.tokens == 200 << 19


def test_a_loop_of_folders_ends(tmp_path):
    (tmp_path / "a.txt").write_text("b " * 9)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert library.read([tmp_path], library.TrainSettings(min_count=1)).account.tokens == 9


def test_a_fifo_and_a_device_are_read_to_their_end(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    command = [sys.executable, "-c", "import sys; open(sys.argv[1], 'w').write('a b ' * 9)", str(fifo)]
    with subprocess.Popen(command) as process:
        assert library.read([fifo], library.TrainSettings(min_count=1)).account.tokens == 18
    assert process.returncode == 0
    with pytest.raises(CorpusError, match="no words in it"):
        library.read(["/dev/null"])


def test_a_checkpoint_whose_members_are_larger_than_the_file_is_refused(tmp_path):
    path = tmp_path / "c.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("state.json", "words.txt", "counts.npy", "input.npy", "output.npy"):
            archive.writestr(name, bytes(1 << 20))
    from w2v.training import checkpoints

    with pytest.raises(FormatError, match="a compressed member"):
        checkpoints.read(Path(path))
