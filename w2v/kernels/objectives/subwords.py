"""Words whose vector is a mean: of their own input row and the rows of their n-grams, as in fastText.

Bojanowski et al. 2017. fastText takes the mean anew for each pair, and adds what is owed to it to each of the
rows; so the mean moves by exactly that. Here it is taken once for a window, trained as if it were a row, and its whole
change is added to the rows when the word leaves the windows: they are read and written once, not once for each pair,
and the other objectives need not know. Two words that are held at the same time and share an n-gram do not see each
other's steps until then, a difference of the order of rate^2.

A word of a span has the slot c % slots, where its mean stands as it was and as it is.

The kernels call the functions whose first argument is `plan` (pair by pair has branches of its own: with n-grams these
were 26 % more time there). Its type tells whether words have n-grams: where they have none nothing of this is compiled,
which takes a new user's first run from 22 s to 15 s (a Zen 5, 2 cores).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.extending import overload

from w2v.kernels.compiler import kernel
from w2v.kernels.copies import COPIED_AHEAD, ask_for, bytes_of_row, locate
from w2v.kernels.rows import address
from w2v.kernels.tiles import mean_rows, move_rows, prefetch_rows

AHEAD = 3  # words whose rows are asked for before their turn


@kernel
def find_rows(word, bags, table, row_bytes, room, count):
    """Write where the rows of a word are to room[count:], and return how many there are in it then."""
    for i in range(bags.starts[word], bags.starts[word + 1]):
        room[count] = locate(table, bags.rows[i], row_bytes)
        count += 1
    return count


@kernel
def read_mean(word, slot, work, rows, scratch):
    """Take the mean of a word's rows into a slot."""
    was, row_bytes = address(scratch.means[0, slot]), bytes_of_row(rows.input)
    count = find_rows(word, work.bags, rows.input, row_bytes, scratch.room, 0)
    mean_rows(address(scratch.room), count, was, address(scratch.means[1, slot]), row_bytes)


@kernel
def write_mean(word, slot, work, rows, scratch):
    """Add what the mean in a slot has moved by to each of the word's rows."""
    was, row_bytes = address(scratch.means[0, slot]), bytes_of_row(rows.input)
    count = find_rows(word, work.bags, rows.input, row_bytes, scratch.room, 0)
    move_rows(address(scratch.room), count, was, address(scratch.means[1, slot]), row_bytes)


@kernel
def ask_for_rows(word, work, rows, scratch):
    """Prefetch the rows of a word."""
    row_bytes = bytes_of_row(rows.input)
    for i in range(find_rows(word, work.bags, rows.input, row_bytes, scratch.room, 0)):
        prefetch_rows(address(scratch.room) + 8 * i, row_bytes, (0,))


@kernel
def find_rows_around(c, work, rows, scratch):
    """Write where all rows of the contexts of center c are to `scratch.room`, and return how many there are."""
    row_bytes, count = bytes_of_row(rows.input), 0
    for j in range(scratch.left[c], scratch.right[c]):
        if j != c:
            count = find_rows(scratch.ids[j], work.bags, rows.input, row_bytes, scratch.room, count)
    return count


def with_ngrams(of_words: Any) -> Any:
    """Say what a function for kernels does where words have n-grams; `of_words` is for words that have none."""

    def decorate(of_bags: Any) -> None:
        def choose(plan: Any, *_: Any) -> Any:
            return of_bags if plan.types[plan.fields.index("bag")].count else of_words

        overload(of_words, strict=False, jit_options={"forceinline": True, "error_model": "numpy"})(choose)

    return decorate


def place_inputs(plan, size, rows, scratch):
    """Write where the input of each word of a span is: its row, or the slot of its mean. None is held yet."""
    row_bytes, room = bytes_of_row(rows.input), np.empty(1, np.int64)
    for c in range(size):
        ask_for(rows.input, scratch.ids[min(c + COPIED_AHEAD, size - 1)], row_bytes, room)
        scratch.xs[c] = locate(rows.input, scratch.ids[c], row_bytes)


@with_ngrams(place_inputs)
def _(plan, size, rows, scratch):
    row_bytes, slots, means = bytes_of_row(rows.input), scratch.means.shape[1], address(scratch.means[1])
    for c in range(size):
        scratch.xs[c] = means + c % slots * row_bytes
    scratch.held[:] = 0


def inputs_around(plan, c, m, work, rows, scratch):
    """Return where the addresses of the rows of center c's m contexts stand, which `xs` has together, and how many."""
    return address(scratch.xs) + 8 * scratch.left[c], m


@with_ngrams(inputs_around)
def _(plan, c, m, work, rows, scratch):
    return address(scratch.room), find_rows_around(c, work, rows, scratch)


def hold_window(plan, c, size, work, rows, scratch):
    """Have the means of center c's window in their slots, and write back those that no window needs any more.

    Of words[:size] those of held[0]..held[1] are held.
    """


@with_ngrams(hold_window)
def _(plan, c, size, work, rows, scratch):
    held, ids, slots = scratch.held, scratch.ids, scratch.means.shape[1]
    first = scratch.left[c] if plan.fixed else max(c - plan.window, 0)
    write_back(first, work, rows, scratch)
    held[:] = max(held[0], first), max(held[1], first)
    while held[1] < scratch.right[c]:
        if held[1] + AHEAD < size:
            ask_for_rows(ids[held[1] + AHEAD], work, rows, scratch)
        read_mean(ids[held[1]], held[1] % slots, work, rows, scratch)
        held[1] += 1


@kernel
def write_back(stop, work, rows, scratch):
    """Write back the means of the held words before `stop`."""
    held, slots = scratch.held, scratch.means.shape[1]
    while held[0] < min(held[1], stop):
        write_mean(scratch.ids[held[0]], held[0] % slots, work, rows, scratch)
        held[0] += 1


def release(plan, size, work, rows, scratch):
    """Write back the means of all words that are held."""


@with_ngrams(release)
def _(plan, size, work, rows, scratch):
    write_back(size, work, rows, scratch)
