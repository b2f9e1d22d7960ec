"""Files of one output change together, or none of them does."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys

import pytest
from where import TOP

# Writes two words with vectors of `value` as a pair of files; ends before the `last` call that changes a name.
CONVERT = """
import itertools, os, pathlib, sys
import numpy as np
from w2v import formats
from w2v.formats import gensim
from w2v.vectors import Vectors
path, value, last = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
gensim.SEPARATE = 1
calls = itertools.count()
def ending(real):
    def call(*given, **named):
        if next(calls) == last:
            os._exit(9)
        return real(*given, **named)
    return call
os.replace = ending(os.replace)
os.unlink = ending(os.unlink)
pathlib.Path.unlink = ending(pathlib.Path.unlink)
words = ("a", "b") if value == 1 else ("c", "d")
formats.save(Vectors(words, np.full((2, 3), value, np.float32)), path, cache_too=False)
"""


def converted(path, value, last=-1):
    command = [sys.executable, "-c", CONVERT, str(path), str(value), str(last)]
    return subprocess.run(command, cwd=TOP, check=False).returncode


@pytest.mark.parametrize("name", ["v.kv", "v.npy", "v.tsv"])
def test_a_pair_of_files_is_never_half_old_and_half_new_however_it_is_killed(tmp_path, name):
    from w2v import formats

    path = tmp_path / name
    for last in itertools.count():
        assert converted(path, 1) == 0
        ended = converted(path, 2, last)
        if path.exists():
            found = formats.load(path, keep_cache=False)
            assert {("a", "b"): 1, ("c", "d"): 2}[tuple(found.words)] == found.matrix[0, 0]
        if ended == 0:
            break
    assert last >= 3


def test_a_pair_of_files_stays_as_it_was_when_its_writing_fails(tmp_path):
    from w2v.errors import OutputError
    from w2v.files import replacing_together

    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"old")
    second.write_bytes(b"old")

    def write_both():
        with replacing_together(first, second) as (one, two):
            one.write(b"new")
            two.write(b"new")
            raise OSError(28, os.strerror(28))

    with pytest.raises(OutputError, match="first: cannot be written"):
        write_both()
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == [b"old", b"old"]
