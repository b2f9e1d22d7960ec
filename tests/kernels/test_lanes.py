"""The kernels of other machines: the same tests with narrower registers; and those that the cache has kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from w2v.kernels.compiler import LANES, WIDTHS

HERE = Path(__file__).parent
FILES = [HERE / "test_objectives.py", HERE / "test_strata.py"]


@pytest.mark.slow
@pytest.mark.parametrize("lanes", [lanes for lanes in WIDTHS if lanes <= LANES])
def test_the_kernel_agrees_with_the_twin_compiled_and_from_the_cache(lanes):
    """LLVM compiles a kernel anew for each caller, and what is kept of it was once another code than what was run."""
    for _ in range(2):
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *FILES],
            env=os.environ | {"W2V_LANES": str(lanes)}, cwd=HERE.parent.parent, capture_output=True, text=True,
        )  # fmt: skip
        assert result.returncode == 0, result.stdout[-3000:]
