"""Compiled code is kept, and never outlives its source."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent.parent / "w2v"
ASK = "from w2v.kernels import chance; import numpy as np; print(int(chance.epoch_key(1, 2)), chance.epoch_key.stats)"


def ask(folder, cache):
    result = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=folder,
        env=os.environ | {"W2V_CACHE": str(cache), "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_changed_callee_is_seen_by_a_cached_caller(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "w2v")
    cache = tmp_path / "cache"
    first = ask(tmp_path, cache)
    assert "cache_hits={}" in first.replace("Counter()", "{}")
    assert "cache_misses={}" in ask(tmp_path, cache).replace("Counter()", "{}"), "the second run compiled again"
    source = tmp_path / "w2v" / "kernels" / "chance.py"
    source.write_text(source.read_text().replace("np.uint64(30)", "np.uint64(29)"))
    changed = ask(tmp_path, cache)
    assert changed.split()[0] != first.split()[0]


def test_without_a_place_to_write_the_kernels_still_run(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    code = "import tempfile; tempfile.gettempdir = lambda: '/nonexistent'\n" + ASK
    result = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"W2V_CACHE": str(blocked)}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
