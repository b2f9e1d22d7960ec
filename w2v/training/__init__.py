"""Numbers in, vectors out: matrices, threads, learning rate."""

from __future__ import annotations

from w2v.training.trainer import Progress, check_memory, compile_ahead, memory_needed, train, trained_share

__all__ = ["Progress", "check_memory", "compile_ahead", "memory_needed", "train", "trained_share"]
