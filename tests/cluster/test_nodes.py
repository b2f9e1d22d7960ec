"""Several nodes of Ray: the vectors of one machine, also when one is killed at any moment (`scripts/faults`: more)."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from where import TOP


@pytest.mark.slow
def test_a_node_that_is_killed_changes_no_bit():
    pytest.importorskip("ray", reason="needs Ray: pip install 'w2v[cluster]'")
    seed = str(random.randrange(1000))
    script = TOP / "tests" / "cluster" / "several_nodes.py"
    result = subprocess.run(
        [sys.executable, script, "1", seed], capture_output=True, text=True, cwd=TOP, timeout=600,
    )  # fmt: skip
    assert result.returncode == 0, f"seed {seed}: {result.stderr}"
    assert result.stdout.startswith("1 x a node"), f"seed {seed}: {result.stdout}"
