"""Where the tests find data."""

from __future__ import annotations

import os
from pathlib import Path

TOP = Path(__file__).parent.parent
DATA = TOP / "data"
SHARED = Path(os.environ.get("W2V_SHARED_DATA", TOP.parent / "shared" / "data"))
