"""Several nodes of Ray: the vectors of one machine, also when a node is killed at any moment of the training."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from where import DATA, TOP

SCRIPT = TOP / "tests" / "cluster" / "several_nodes.py"


@pytest.mark.slow
def test_a_node_that_is_killed_changes_no_bit(w2v, tmp_path):
    pytest.importorskip("ray", reason="needs Ray: pip install 'w2v[cluster]'")
    common = [DATA / "demo.txt", "--threads", "4", "--epochs", "30", "-o"]
    moment = str(random.uniform(0, 2))
    result = subprocess.run(
        [sys.executable, SCRIPT, "2", moment, *common, tmp_path / "there.bin"],
        capture_output=True, text=True, cwd=TOP, timeout=300,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "cluster     2 machines, 4 cores: " in result.stderr
    assert "lost: " in result.stderr, f"killed after {moment} s"
    assert w2v("train", *common, tmp_path / "here.bin").exit_code == 0
    assert (tmp_path / "here.bin").read_bytes() == (tmp_path / "there.bin").read_bytes(), f"killed after {moment} s"
