"""Threads that wait for each other inside compiled code."""

from __future__ import annotations

import sys
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from w2v.kernels.compiler import kernel
from w2v.kernels.emit import I64, whole
from w2v.kernels.rows import address

SPINS = 2000  # looks at the counter, some 20 microseconds, before the core is offered to other threads


@kernel
def wait_for_all(counter, threads, ended):
    """Return True when all `threads` have called this as often as the caller has, False if `ended` is not 0 any more.

    counter  int64 [1], zero at first, written by nobody else
    ended    int64 [1], set by whoever knows that one of the threads will not come

    What was written before the call by any of them can be read by all of them after it. A thread spins at first,
    for slices are short; then it yields, so that threads that share a core get on.
    """
    place = address(counter)
    goal = (fetch_add(place) // threads + 1) * threads
    spins = 0
    while fetch(place) < goal:
        if fetch(address(ended)) != 0:
            return False
        spins += 1
        if spins > SPINS:
            yield_core()
    return True


@kernel
def meet(counter, threads, times, ended):
    """Wait for all so often: how far apart the cores are shows in how long it takes."""
    for _ in range(times):
        wait_for_all(counter, threads, ended)


@intrinsic
def fetch_add(_: Any, address: Any) -> Any:
    """Return the int64 at `address` and add one to it, as one step that no other thread can split."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        return b.atomic_rmw("add", b.inttoptr(args[0], I64.as_pointer()), whole(1), "acq_rel")

    return types.int64(types.int64), emit


@intrinsic
def fetch(_: Any, address: Any) -> Any:
    """Return the int64 at `address` as it is now, not as a register remembers it."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        return b.load_atomic(b.inttoptr(args[0], I64.as_pointer()), "acquire", 8)

    return types.int64(types.int64), emit


@intrinsic
def yield_core(_: Any) -> Any:
    """Let another thread have this core, where the system has sched_yield."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        if sys.platform != "win32":
            signature = ir.FunctionType(ir.IntType(32), [])
            functions = b.module.globals
            b.call(functions.get("sched_yield") or ir.Function(b.module, signature, "sched_yield"), [])
        return ctx.get_dummy_value()

    return types.void(), emit
