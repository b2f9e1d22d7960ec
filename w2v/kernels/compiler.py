"""How every kernel is compiled, and where the compiled code is kept.

numba's disk cache looks at the source file of the compiled function alone: with numba 0.68 a
cached caller kept the old body of a callee in another file. So the folder is named after
a hash of all our kernel sources; a change of any of them starts an empty folder.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba

from w2v import __version__
from w2v.places import user_cache

_FEATURES = llvmlite.binding.get_host_cpu_features()


def _host_lanes() -> int:
    """How many float32 numbers the widest vector register of this machine holds."""
    if _FEATURES.get("avx512f"):
        return 16
    return 8 if _FEATURES.get("avx2") and _FEATURES.get("fma") else 4


# $W2V_LANES lets the tests run the code of other machines here.
LANES = int(os.environ.get("W2V_LANES", 0)) or _host_lanes()
# SSE and AVX2 have 16 vector registers; AVX-512 and NEON have 32.
REGISTERS = 32 if LANES == 16 or _FEATURES.get("neon") else 16


def _kernel_cache() -> Path | None:
    """Return a folder that compiled code can be kept in, or None where nothing can be written."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    name = f"kernels-{__version__}-{digest}-{LANES}lanes"
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    for parent in (user_cache(), Path(tempfile.gettempdir()) / f"w2v-{owner}"):
        try:
            folder = parent / name
            folder.mkdir(parents=True, exist_ok=True)
            # Code is loaded from here and run: the folder must be nobody else's.
            if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
                continue
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


KERNEL_CACHE = _kernel_cache()


def kernel(function: Callable[..., Any]) -> Any:
    """Compile `function` at its first call: the one set of flags for all kernels.

    nogil         threads run kernels side by side
    error_model   a division by zero gives inf as in C; no check in the loop
    """
    compiled = numba.njit(nogil=True, error_model="numpy")(function)
    if KERNEL_CACHE is not None:
        before = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(KERNEL_CACHE)  # read while caching is set up, then given back
        try:
            compiled.enable_caching()
        finally:
            numba.config.CACHE_DIR = before
    return compiled
