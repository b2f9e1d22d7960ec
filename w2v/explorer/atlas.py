"""The map of one file of vectors: a plane at once, and better ones as a process of its own draws them.

    python -m w2v.explorer.atlas VECTORS [BESIDE]

is that process, so that whoever asks meanwhile is answered. It writes frames to standard output again and again as they
become better: the places, float32 [rows, 2], and the two shares of neighbours kept, float32 [2]. The map begins like
that of the file BESIDE. It ends when its standard input does: a server that is gone leaves no process behind.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from w2v import formats
from w2v.clusters import clusters
from w2v.errors import OutputError
from w2v.files import replacing
from w2v.maps import layout
from w2v.maps.projection import centered, plane_beside, principal_plane, units
from w2v.maps.regions import Ids, Region, central_words, regions
from w2v.places import user_cache
from w2v.vectors import Floats, Vectors

MOST_MAPPED = 100_000  # words; the rest is asked about, and not drawn
CLUSTERS = 8  # as many as there are colours that colour-blind people can distinguish
SEED = 1


class Drawing(NamedTuple):
    """The map as it is now.

    version  grows with each better map
    places   float32 [rows, 2]
    working  whether a better one is to come
    kept     the share of a word's 10 nearest that are among its 10, and its 50, nearest on the map, where it is known
    """

    version: int
    places: Floats
    working: bool
    kept: tuple[float, float] | None = None


class Atlas:
    """The map of `vectors`, whose file is `path`; `open` begins it, `close` ends what still draws.

    beside  file and vectors of another map, which this one begins like
    """

    def __init__(self, vectors: Vectors, path: Path, beside: tuple[Path, Vectors] | None = None) -> None:
        self._vectors, self.path, self._beside = vectors, path, beside
        self.rows = rows_of(vectors)
        self._ready = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._draw, name="w2v-atlas", daemon=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._members: Ids = np.zeros(0, np.int64)
        self._names: Sequence[Sequence[str]] = ()
        self._drawing = Drawing(0, np.zeros((0, 2), np.float32), True)
        self._regions: tuple[int, Sequence[Region]] = (0, ())

    def open(self) -> None:
        """Begin to draw, in the background."""
        self._thread.start()

    def close(self) -> None:
        """End what draws, after `open`; waits for the step at hand, 2 seconds where 100,000 words have 300 numbers."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.terminate()
        # OpenBLAS hangs for ever at the end of a process in which a thread still multiplies (1 Ctrl-C in 50).
        self._thread.join()

    @property
    def drawing(self) -> Drawing:
        """The best map so far; waits for the first one."""
        self._ready.wait()
        return self._drawing

    @property
    def members(self) -> Ids:
        """The cluster of each word on the map, int64 [rows]."""
        self._ready.wait()
        return self._members

    @property
    def names(self) -> Sequence[Sequence[str]]:
        """The words that name each cluster."""
        self._ready.wait()
        return self._names

    @property
    def regions(self) -> tuple[int, Sequence[Region]]:
        """The regions of a map, and its version: the first map has some, and the last."""
        return self._regions

    def _draw(self) -> None:
        try:
            found = self._begin()
        finally:
            self._ready.set()  # even after an error nobody waits for ever
        self._divide()
        if not found:
            self._follow()
            self._divide()

    def _divide(self) -> None:
        if not self.rows or self._closed:
            return
        drawing = self._drawing
        words = self._vectors.words[: self.rows]
        turned = centered(units(self._vectors, self.rows))
        self._regions = drawing.version, regions(words, turned, drawing.places, np.random.default_rng(SEED))

    def _begin(self) -> bool:
        """Find the clusters and a first map; say whether it is the last, found where the last time left it."""
        if not self.rows:
            self._drawing = Drawing(1, np.zeros((0, 2), np.float32), working=False)
            return True
        directions = units(self._vectors, self.rows)
        turned = centered(directions)
        self._members, centers = clusters(turned, CLUSTERS, np.random.default_rng(SEED))
        self._names = central_words(self._vectors.words, turned, self._members, centers)
        found = self._read()
        other = None if self._beside is None else self._beside[1]
        self._drawing = found or Drawing(1, first_plane(directions, self._vectors, other), working=True)
        return found is not None

    def _follow(self) -> None:
        """Take the maps that the process draws, one after the other, and keep the last for the next time."""
        files = (self.path, *(self._beside or ())[:1])
        command = [sys.executable, "-m", __name__, *(str(path.resolve()) for path in files)]
        with self._lock:
            if self._closed:
                return
            self._process = subprocess.Popen(  # noqa: S603  # our own module, with a path from the command line
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
            )
        assert self._process.stdout is not None
        size = 8 * self.rows + 8
        while len(frame := self._process.stdout.read(size)) == size:
            self._drawing = _unpacked(np.frombuffer(frame, "<f4"), self._drawing.version + 1, working=True)
        if self._process.wait() == 0 and not self._closed:
            self._keep(self._drawing)
        self._drawing = self._drawing._replace(version=self._drawing.version + 1, working=False)

    def _place(self) -> Path:
        """Return where the map of these vectors is kept."""
        drawn = [vectors.fingerprint(rows_of(vectors)) for vectors in (self._vectors, *(self._beside or ())[1:])]
        settings = f"{layout.NEIGHBORS} {layout.EARLY} {layout.STEPS} ranked"
        name = hashlib.sha256(" ".join([settings, *drawn]).encode()).hexdigest()[:24]
        return user_cache() / "maps" / f"{name}.f4"

    def _read(self) -> Drawing | None:
        try:
            numbers = np.fromfile(self._place(), "<f4")
        except OSError:
            return None
        fits = len(numbers) == 2 * self.rows + 2 and bool(np.isfinite(numbers).all())
        return _unpacked(numbers, 1, working=False) if fits else None

    def _keep(self, drawn: Drawing) -> None:
        place = self._place()
        if drawn.kept is None:
            return
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with replacing(place) as file:
                file.write(_packed(drawn.places, drawn.kept))
        except (OSError, OutputError):
            return  # no place to keep it: it will be drawn again


def rows_of(vectors: Vectors) -> int:
    """Return how many of the words are on the map."""
    return min(len(vectors), MOST_MAPPED)


def first_plane(directions: Floats, vectors: Vectors, beside: Vectors | None) -> Floats:
    """Return the map of `vectors` to begin with, float32 [rows, 2]: like that of `beside` if there is one."""
    if beside is None:
        return principal_plane(directions)
    return plane_beside(directions, vectors.words, units(beside, rows_of(beside)), beside.words)


def draw(path: str, beside: str = "") -> None:
    """Draw the map of a file of vectors, see above."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(10)  # whoever asks a question comes first
    vectors = formats.load(path)
    directions = units(vectors, rows_of(vectors))
    start = first_plane(directions, vectors, formats.load(beside) if beside else None)
    for frame in layout.arrange(directions, start):
        sys.stdout.buffer.write(_packed(*frame))
        sys.stdout.buffer.flush()


def _end_with_parent() -> None:
    # Returns when the other end is closed, however that process ended. Not sys.stdin: a thread that holds its lock
    # makes the interpreter abort when it ends.
    os.read(0, 1)
    os._exit(0)


def _packed(places: Floats, kept: tuple[float, float]) -> bytes:
    return places.astype("<f4").tobytes() + np.array(kept, "<f4").tobytes()


def _unpacked(numbers: Floats, version: int, working: bool) -> Drawing:
    """Return what was packed: the places, and behind them the two shares of neighbours kept."""
    places = numbers[:-2].reshape(-1, 2).astype(np.float32)
    return Drawing(version, places, working, (float(numbers[-2]), float(numbers[-1])))


if __name__ == "__main__":
    draw(*sys.argv[1:])
