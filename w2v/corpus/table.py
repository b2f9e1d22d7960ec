"""The growing table of words of the scanning kernel; its arrays are described in `w2v.kernels.hashing`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.corpus.tokenizers import Bytes, Rule
from w2v.kernels import hashing, scanning
from w2v.resources import require_memory

FIRST_SLOTS = 1 << 16
WORTH_ASKING = 1 << 26  # bytes: tables that grow by less do not check the free memory


class WordTable:
    """Words with their counts and first places; a word's number is its position."""

    def __init__(self, slots: int = FIRST_SLOTS) -> None:
        self.slots = np.zeros((slots, 2), np.uint64)
        self.arena = np.empty(1 << 20, np.uint8)
        self.offsets = np.zeros(slots // 2 + 1, np.int64)
        self.counts = np.zeros(slots // 2, np.int64)
        self.firsts = np.zeros(slots // 2, np.int64)
        self.size = np.zeros(1, np.int64)
        self._ids = np.empty(0, np.int32)

    def __len__(self) -> int:
        return int(self.size[0])

    def scan(self, text: Bytes, rule: Rule, block: int) -> npt.NDArray[np.int32]:
        """Split, count and number the words of one block; returns word numbers and sentence ends, int32."""
        if len(self._ids) < len(text) + 1:
            self._ids = np.empty(len(text) + 1, np.int32)
        # The kernel writes each word to the end of the arena before it knows whether it is new;
        # lower-casing makes a character three bytes at the most where it was two.
        self._reserve_arena(2 * len(text) + 16)
        start = np.zeros(2, np.int64)
        while scanning.scan(
            text, start, rule.bytewise, rule.kinds, rule.lower, rule.single, block << 32, self._ids, *self._arrays()
        ):  # fmt: skip
            self._grow(2 * len(self.slots))
        return self._ids[: start[1]].copy()

    def merge(self, other: WordTable) -> npt.NDArray[np.int64]:
        """Add the words of `other`; returns the number here of each word there, int64."""
        slots = len(self.slots)
        while len(self) + len(other) >= slots // 2:
            slots *= 2
        if slots > len(self.slots):
            self._grow(slots)
        self._reserve_arena(int(other.offsets[len(other)]))
        moved = np.empty(len(other), np.int64)
        hashing.merge(*other._arrays()[:-1], *self._arrays(), moved)
        return moved

    def words(self, numbers: npt.NDArray[np.int64]) -> tuple[str, ...]:
        """Return the words of these numbers."""
        arena, offsets = self.arena.tobytes(), self.offsets
        begins, ends = offsets[numbers].tolist(), offsets[numbers + 1].tolist()
        return tuple(arena[begin:end].decode() for begin, end in zip(begins, ends))

    def only(self, numbers: npt.NDArray[np.int64]) -> WordTable:
        """Return a table of the words of these numbers, numbered in this order; nothing of it is counted."""
        table, names = WordTable(1 << max(16, (4 * len(numbers)).bit_length())), self.words(numbers)
        arena = "".join(names).encode()
        table._reserve_arena(len(arena))
        table.arena[: len(arena)] = np.frombuffer(arena, np.uint8)
        table.offsets[1 : len(numbers) + 1] = np.cumsum(self.offsets[numbers + 1] - self.offsets[numbers])
        table.size[0] = len(numbers)
        place = np.zeros(len(self), np.uint64)  # from 1; 0: not there
        place[numbers] = np.arange(1, len(numbers) + 1, dtype=np.uint64)
        slots = self.slots[self.slots[:, 1] != 0]
        there = place[(slots[:, 1] & hashing.LOW).astype(np.int64) - 1]
        slots[:, 1] = slots[:, 1] & (hashing.LOW << hashing.HALF) | there
        hashing.move_slots(np.ascontiguousarray(slots[there != 0]), table.slots)
        return table

    def __getstate__(self) -> tuple[npt.NDArray[Any], ...]:
        """What another process needs of a table."""
        words = len(self)
        return (
            self.slots, self.arena[: self.offsets[words]], self.offsets[: words + 1], self.counts[:words],
            self.firsts[:words],
        )  # fmt: skip

    def __setstate__(self, state: tuple[npt.NDArray[Any], ...]) -> None:
        """Become the table of another process; copied, for what comes from there may not be written."""
        slots, *others = state
        WordTable.__init__(self, len(slots))
        self.slots = slots.copy()
        self.size[0] = len(others[-1])
        self._reserve_arena(max(0, len(others[0])))
        self.arena[: len(others[0])], self.offsets[: len(others[1])] = others[:2]
        self.counts[: len(self)], self.firsts[: len(self)] = others[2:]

    def _arrays(self) -> tuple[npt.NDArray[Any], ...]:
        return self.slots, self.arena, self.offsets, self.counts, self.firsts, self.size

    def _grow(self, slots: int) -> None:
        _require((16 + 3 * 8 // 2) * slots)
        larger = np.zeros((slots, 2), np.uint64)
        hashing.move_slots(self.slots, larger)
        self.slots = larger
        self.offsets = _longer(self.offsets, slots // 2 + 1)
        self.counts = _longer(self.counts, slots // 2)
        self.firsts = _longer(self.firsts, slots // 2)

    def _reserve_arena(self, more: int) -> None:
        used = int(self.offsets[len(self)])
        if used + more > len(self.arena):
            _require(max(used + more, 2 * len(self.arena)))
            self.arena = _longer(self.arena, max(used + more, 2 * len(self.arena)))


def _require(size: int) -> None:
    if size >= WORTH_ASKING:
        require_memory(size, "the table of words", "fewer --threads lower it: each counts in a table of its own")


def _longer(array: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    longer = np.zeros(size, array.dtype)
    longer[: len(array)] = array
    return longer
