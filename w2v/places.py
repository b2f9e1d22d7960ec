"""Where w2v keeps what it computes once for this user."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def user_cache() -> Path:
    """Return the folder for what can be made again: $W2V_CACHE, or what the system's custom is."""
    if chosen := os.environ.get("W2V_CACHE"):
        return Path(chosen)
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    expanded = os.path.expanduser(base)  # noqa: PTH111  # Path.expanduser raises where there is no home
    return Path(tempfile.gettempdir() if expanded.startswith("~") else expanded) / "w2v"
