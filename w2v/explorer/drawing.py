"""The map drawn by a process of its own, so that whoever asks meanwhile is answered.

    python -m w2v.explorer.drawing VECTORS ROWS [BESIDE ROWS]

writes frames to standard output again and again as they become better: the places, float32 [ROWS, 2], and the two
shares of neighbours kept, float32 [2]. The map begins like that of the file BESIDE. It ends when its standard input
does: a server that is gone leaves no process behind.
"""

from __future__ import annotations

import os
import sys
import threading

import numpy as np


def _end_with_parent() -> None:
    # Returns when the other end is closed, however that process ended. Not sys.stdin: a thread that holds its lock
    # makes the interpreter abort when it ends.
    os.read(0, 1)
    os._exit(0)


def main(path: str, rows: str, beside: str = "", others: str = "0") -> None:
    """Draw the map of a file of vectors, see above."""
    from w2v import formats
    from w2v.maps.layout import arrange
    from w2v.maps.shapes import plane_beside, principal_plane, units

    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(10)  # whoever asks a question comes first
    vectors = formats.load(path)
    directions = units(vectors, int(rows))
    if beside:
        first = formats.load(beside)
        start = plane_beside(directions, vectors.words, units(first, int(others)), first.words)
    else:
        start = principal_plane(directions)
    for frame in arrange(directions, start):
        sys.stdout.buffer.write(frame.places.astype("<f4").tobytes() + np.array(frame.kept, "<f4").tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
