"""Every write, fsync and rename of a run fails in its turn: an error or a warning, and earlier files are whole."""

from __future__ import annotations

import errno
import os
from itertools import count

import numpy as np
import pytest

import w2v as library
from w2v.training import checkpoints

TEXT = "the cat sat on the mat\nthe dog sat on the rug\n" * 60


@pytest.mark.parametrize("what", ["fsync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_every_failing_call_is_one_clear_line_and_harms_nothing(w2v, tmp_path, monkeypatch, what, number):
    (tmp_path / "corpus.txt").write_text(TEXT)
    monkeypatch.setattr("w2v.training.folder.user_cache", lambda: tmp_path / "cache")
    monkeypatch.setattr("w2v.training.keeper.WRITING_SHARE", 1e9)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    original = getattr(os, what)
    ends = set()
    for failing in count():
        output, run = tmp_path / f"{failing}.txt", tmp_path / f"run{failing}"
        library.save(library.Vectors(("before",), np.ones((1, 1), np.float32)), output)
        before = output.read_bytes()
        calls = iter(range(10**6))

        def fails(*arguments, failing=failing, calls=calls, **more):
            if next(calls) == failing:
                raise OSError(number, os.strerror(number))
            return original(*arguments, **more)

        monkeypatch.setattr(os, what, fails)
        outcome = w2v(
            "train", tmp_path / "corpus.txt", "-o", output, "--checkpoint", run, "--dim", "4", "--epochs", "3",
            "--threads", "1",
        )  # fmt: skip
        monkeypatch.setattr(os, what, original)
        if next(calls) <= failing:
            break  # fewer calls than this: each has failed once
        if outcome.exit_code:
            assert outcome.exit_code == 1
            assert os.strerror(number) in outcome.stderr.splitlines()[-1]
            assert output.read_bytes() == before
            ends.add("error")
        else:
            assert len(library.load(output)) == 7
            ends.add("warning" if "warning     " in outcome.stderr else "unnoticed")
        for path in run.glob("checkpoint-*"):
            checkpoints.read(path)
        assert not list(tmp_path.rglob("*.part"))
    assert failing > 5
    assert {"error", "warning"} <= ends
