"""How every kernel is compiled, and where the compiled code is kept.

numba's own disk cache looks at the source file of the compiled function alone (with numba 0.68 a cached caller kept
the old body of a callee in another file), and what it loads it trusts: a changed byte is run. So we keep the code
ourselves: in a folder named after a hash of all our kernel sources, one file for each kernel and its argument types,
with a checksum before the code. A file that is damaged is as good as none: the kernel is compiled and kept again.
Where nothing can be kept (a full disk, a folder that may not be written), each run compiles.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding
import numba
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.runtime import rtsys
from numba.core.serialize import dumps

from w2v import __version__, kernels
from w2v.errors import SettingsError
from w2v.places import user_cache

WIDTHS = (4, 8, 16)  # of vector registers that there is code for
_FEATURES = llvmlite.binding.get_host_cpu_features()


def _host_lanes() -> int:
    """How many float32 numbers the widest vector register of this machine holds."""
    if _FEATURES.get("avx512f"):
        return 16
    return 8 if _FEATURES.get("avx2") and _FEATURES.get("fma") else 4


def _lanes() -> int:
    """Return $W2V_LANES, with which the tests run the code of other machines here, or what this machine has."""
    asked = os.environ.get("W2V_LANES")
    if not asked:
        return _host_lanes()
    if asked not in map(str, WIDTHS):
        raise SettingsError(f"W2V_LANES is {asked!r}; it can be 4, 8 or 16, or unset for what this machine has")
    return int(asked)


LANES = _lanes()
# SSE and AVX2 have 16 vector registers; AVX-512 and NEON have 32.
REGISTERS = 32 if LANES == 16 or _FEATURES.get("neon") else 16


def _kernel_cache() -> Path | None:
    """Return a folder that compiled code can be kept in, or None where nothing can be written."""
    folder = Path(__file__).parent
    digest = hashlib.sha256(f"{numba.__version__} {llvmlite.__version__} {sys.version}".encode())
    for source in sorted(folder.rglob("*.py")):
        digest.update(f"\0{source.relative_to(folder).as_posix()}\0".encode() + source.read_bytes())
    name = f"kernels-{__version__}-{digest.hexdigest()[:16]}-{LANES}lanes"
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
CHECKSUM_BYTES = hashlib.sha256().digest_size
_compiled = False  # whether this process has compiled a kernel, and said so


class _KernelCache(NullCache):
    """The compiled code of one kernel: what numba asks for before it compiles, and hands over afterwards.

    A file is SHA-256 of the rest, then numba's own pickle of the compiled code.
    """

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        self._name = f"{function.__module__}.{function.__qualname__}"
        cells = function.__closure__ or ()
        self._closed_over = dumps(tuple(cell.cell_contents for cell in cells)) if cells else b""
        self._folder = folder

    @property
    def cache_path(self) -> str:
        return str(self._folder)

    def load_overload(self, signature: Any, target: Any) -> Any:
        """Return the code for these types of arguments, or None if it is to be compiled."""
        # To run, only numba's runtime is needed. What it compiles with takes 0.3 s more to load, half of it SciPy where
        # that is installed; numba loads it by itself if there is something to compile, and for a kernel that calls
        # some functions of numpy, as sum or iinfo.
        rtsys.initialize(target)
        # However damaged the cache is, a kernel can be compiled.
        with contextlib.suppress(Exception):
            kept = self._path(signature, target.codegen()).read_bytes()
            code = memoryview(kept)[CHECKSUM_BYTES:]
            if hashlib.sha256(code).digest() == kept[:CHECKSUM_BYTES]:
                return CompileResult._rebuild(target, *pickle.loads(code))  # noqa: S301  # in a folder that is ours
        _say_once()
        return None

    def save_overload(self, signature: Any, result: Any) -> None:
        """Keep what was compiled; where that fails, it is compiled again the next time."""
        if result.library.has_dynamic_globals or not all(part.can_cache for part in result.lifted):
            return  # holds addresses of this process
        code = dumps(result._reduce())
        with contextlib.suppress(OSError):
            handle, temporary = tempfile.mkstemp(dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(hashlib.sha256(code).digest() + code)
                Path(temporary).replace(self._path(signature, result.codegen))
            except OSError:
                Path(temporary).unlink()

    def _path(self, signature: Any, codegen: Any) -> Path:
        # The processor is part of the name: a home may be shared by machines of several kinds.
        key = repr((signature, codegen.magic_tuple(), self._closed_over))
        return self._folder / f"{self._name}.{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def _say_once() -> None:
    global _compiled
    if not _compiled:
        _compiled = True
        again = "the next run finds the code in its cache" if KERNEL_CACHE else "at each run: no cache can be written"
        kernels.notify(f"compiling for this machine, which takes some seconds; {again}")


def kernel(function: Callable[..., Any], *, inlined: bool = False) -> Any:
    """Compile `function` at its first call: the one set of flags for all kernels.

    nogil         threads run kernels side by side
    error_model   a division by zero gives inf as in C; no check in the loop
    inlined       into each caller, always
    """
    compiled = numba.njit(nogil=True, error_model="numpy", forceinline=inlined)(function)
    # The folder's name knows our sources alone: the code of others (of a test, say) is not kept.
    if KERNEL_CACHE is not None and function.__module__.startswith("w2v.kernels."):
        compiled._cache = _KernelCache(function, KERNEL_CACHE)
    return compiled


def inlined_kernel(function: Callable[..., Any]) -> Any:
    """Compile `function` into each of its callers.

    Where LLVM 22 makes a copy of a function for constant arguments instead, the loops that it had unrolled before can
    be lost: of `train_panels` with one input the copy moved only the last register of each row.
    """
    return kernel(function, inlined=True)
