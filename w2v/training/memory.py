"""How much memory there is, to refuse before the work and not in the middle of it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from w2v.errors import ResourceError
from w2v.files import sized


def available() -> int | None:
    """Return the bytes of memory that this process can still get, or None where the system does not tell.

    The least of: what Linux says is available, what the cgroup of a container allows, RLIMIT_AS.
    """
    limits = []
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                limits.append(int(line.split()[1]) * 1024)
    with contextlib.suppress(OSError, ValueError):
        cgroup = Path("/sys/fs/cgroup")
        limits.append(int((cgroup / "memory.max").read_text()) - int((cgroup / "memory.current").read_text()))
    with contextlib.suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            limits.append(limit - used)
    if not limits:
        with contextlib.suppress(AttributeError, OSError, ValueError):
            limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return max(0, min(limits)) if limits else None


def require(needed: int, what: str, advice: str) -> None:
    """Raise ResourceError if `needed` bytes are more than there are."""
    there = available()
    if there is not None and needed > there:
        raise ResourceError(f"{what} needs {sized(needed)} of memory, {sized(there)} is free; {advice}")
