"""How much memory and disk there is, to refuse before the work and not in the middle of it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from w2v.errors import ResourceError

# Measured under RLIMIT_AS, with numba 0.68: 656 MB did for 1 thread, 734 for 2, 987 for 8, 773 for 1 that also
# compiles; less did not. A thread takes 8 MB of stack, and as a rule 64 MB that the C library keeps for it.
LIBRARIES, THREAD = 750_000_000, 64_000_000
CGROUPS, CGROUPS_OF_US = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def available_memory() -> int | None:
    """Return the bytes of memory that this process can still get, or None where the system does not say.

    The least of: what Linux says is available, what the cgroups of a container allow, RLIMIT_AS.
    """
    limits = [*_cgroup_limits()]
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                limits.append(int(line.split()[1]) * 1024)
    if (left := address_space()) is not None:
        limits.append(left)
    if not limits:
        with contextlib.suppress(AttributeError, OSError, ValueError):
            limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return max(0, min(limits)) if limits else None


def release_freed_memory() -> None:
    """Return memory that was freed to the system, where the C library can (glibc): after 100 MB of text, 30 MB."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def address_space() -> int | None:
    """Return how far RLIMIT_AS lets this process grow, in bytes; None where it is not limited."""
    with contextlib.suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            return max(0, limit - used)
    return None


def _cgroup_limits() -> Iterator[int]:
    """Yield what each cgroup above this process leaves to it, in version 2 and 1."""
    with contextlib.suppress(OSError, ValueError):
        for line in CGROUPS_OF_US.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers not in ("", "memory"):
                continue
            top = CGROUPS / controllers
            most, now = (
                ("memory.limit_in_bytes", "memory.usage_in_bytes") if controllers else ("memory.max", "memory.current")
            )
            # In a container, the path may be the host's; the top is its own cgroup then.
            group = top / path.strip("/")
            for folder in (group, *group.parents):
                with contextlib.suppress(OSError, ValueError):
                    used = int((folder / now).read_text()) - _cached(folder)
                    yield int((folder / most).read_text()) - used
                if folder == top:
                    break


def _cached(group: Path) -> int:
    """Return the bytes of files in a cgroup's memory: counted as used, and given back when they are needed."""
    with contextlib.suppress(OSError, ValueError):
        sizes = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        return sum(int(sizes.get(name, 0)) for name in ("inactive_file", "active_file"))
    return 0


def require_memory(needed: int, what: str, advice: str) -> None:
    """Raise ResourceError if `needed` bytes are more than there are."""
    there = available_memory()
    if there is not None and needed > there:
        raise ResourceError(f"{what} needs {sized(needed)} of memory, {sized(there)} is free; {advice}")


def require_address_space(threads: int) -> None:
    """Raise ResourceError under a limit (ulimit -v, RLIMIT_AS) with which NumPy and LLVM cannot even be loaded.

    They do not fail in a way that could be answered: OpenBLAS and LLVM end the process.
    """
    left, needed = address_space(), LIBRARIES + threads * THREAD
    if left is not None and left < needed:
        raise ResourceError(
            f"the limit of the address space leaves {sized(left)}, training takes {sized(needed)} with --threads"
            f" {threads} before it reads a word; raise the limit (ulimit -v), or lower --threads"
        )


def require_disk(folder: Path, needed: int, what: str, advice: str) -> None:
    """Raise ResourceError if the disk of `folder`, or of where it will be, has less than `needed` bytes left."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    with contextlib.suppress(OSError):  # whoever writes there says what is wrong
        free = shutil.disk_usage(there).free
        if needed > free:
            raise ResourceError(f"{folder}: {what} needs {sized(needed)} of disk, {sized(free)} is free; {advice}")


def start(thread: threading.Thread) -> None:
    """Start a thread. Raises ResourceError where the system has no room for one more."""
    try:
        thread.start()
    except RuntimeError as error:
        raise ResourceError("the system starts no further thread; fewer --threads need less") from error


def sized(size: int) -> str:
    """Return a number of bytes as a person reads it."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(size / 1e6, 1):.0f} MB"
