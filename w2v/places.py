"""Where w2v keeps what it computes once for this user."""

from __future__ import annotations

import os
from pathlib import Path


def user_cache() -> Path:
    """Return the folder for what can be made again: $W2V_CACHE, or what the system's custom is."""
    if chosen := os.environ.get("W2V_CACHE"):
        return Path(chosen)
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    # A user without a home keeps the ~, a folder that cannot be made: callers do without a cache then.
    return Path(os.path.expanduser(base)) / "w2v"  # noqa: PTH111  # Path.expanduser raises where there is no home
