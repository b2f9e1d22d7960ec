"""A corpus that is read by the machines of a cluster, each its share, and that stays there as ids.

    files, dealt out      by this process, which does not open them but to see which can be cut
    words and counts      merged in a tree, from machine to machine; the table of all words comes here and is ranked
    vocabulary            goes to all machines, and each turns its share into ids
    ids                   from the machine that has read them to the one that trains on them

A machine that is lost is replaced by another that reads its share again: with the same words there are the same ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from w2v.corpus.encoded import Check, EncodedCorpus, FileAccount, ReadProgress, Report
from w2v.corpus.ranking import ranked_corpus
from w2v.corpus.reading import Forecast, Seen, find_text, wanted_words
from w2v.corpus.shares import STEP, Pieces, Share, Spans, deal, merged
from w2v.corpus.sources import STDIN, find_sources
from w2v.corpus.spool import Ids
from w2v.errors import ClusterError
from w2v.settings import TrainSettings
from w2v.training.cluster.mesh import LostWorkerError
from w2v.training.cluster.nodes import Nodes

LOOK_SECONDS = 0.5
MOST_LOSSES = 10
PART_BYTES = 1 << 24  # of ids, or of tables, on their way
CACHED = 1 << 22  # ids that were asked for, and those behind them


def readable(corpus: object, settings: TrainSettings) -> list[str]:
    """Return the names of a corpus that the machines can read by themselves; none where this process reads it for them.

    Standard input is here alone; phrases, documents and windows of whole lines are found in all of the text.
    """
    apart = not settings.phrases and settings.documents == "none" and settings.window_mode != "line"
    if not (apart and isinstance(corpus, list) and all(isinstance(name, str) and name != STDIN for name in corpus)):
        return []
    return corpus if all(source.size is not None for source in find_sources(corpus)) else []


def readers_of(ids: object) -> Readers | None:
    """Return the readers that have the ids of a corpus, None where they are here."""
    return ids if isinstance(ids, Readers) else None


class Readers:
    """The processes that read, one on each machine, and have the ids of the corpus; in the place of an array of them.

    dtype   of the ids
    """

    dtype = np.dtype(np.int32)

    def __init__(self, nodes: Nodes, notify: Callable[[str], None]) -> None:
        self._nodes, self._ray, self._notify = nodes, nodes.ray, notify
        self._actors: list[Any] = []
        self._bounds = np.zeros(1, np.int64)  # where shares begin and end
        self._done: list[tuple[str, tuple[Any, ...]]] = []  # what a new reader has to do to have what the lost one had
        self._lost = 0
        self._cached: tuple[int, Ids] = 0, np.empty(0, np.int32)

    def read(
        self, names: list[str], settings: TrainSettings, report: Report, check: Check = lambda expected: None
    ) -> EncodedCorpus:
        """Read files, once, as `w2v.corpus.read` does. Raises what that does, and ClusterError."""
        wanted = wanted_words(settings)
        sources, total, notes = find_text(names, settings)
        self._settings = settings
        self._shares = deal(sources, len(self._nodes.all), settings.encoding)
        self._actors = [self._start(reader) for reader in range(len(self._shares))]
        asked: list[Any] = []
        forecast = Forecast(total, settings, check)
        last = ReadProgress(0, total, 0)

        def watch() -> None:
            nonlocal asked, last
            ready, waiting = self._ray.wait(asked, num_returns=len(asked), timeout=0) if asked else ([], [])
            if not waiting:
                with suppress(LostWorkerError):  # it is replaced when the others have read
                    found = [self._nodes.get(call, name) for call, name in zip(ready, self._names)]
                    last = last._replace(done=sum(one.done for one in found), tokens=sum(one.tokens for one in found))
                asked = [actor.progress.remote() for actor in self._actors]
            forecast.look(Seen(last.done, last.tokens, last.tokens), ())
            report(last)

        counts = self._all("read", (), watch)
        report(last._replace(done=total, tokens=sum(one.tokens for one in counts)))
        for one in counts:
            notes += one.notes
        blocks = np.cumsum([0, *(one.blocks for one in counts)]).tolist()
        table = self._merged(blocks)

        def renumber(numbers: Ids) -> tuple[Ids, list[FileAccount]]:
            ranked = np.flatnonzero(numbers >= 0)
            vocabulary = table.only(ranked[np.argsort(numbers[ranked])])
            found = self._all("encode", (self._ray.put(vocabulary),))
            self._bounds = np.cumsum([0, *(size for size, _ in found)])
            # Who asks for ids or their number does not see that they are elsewhere; see `readers_of`.
            return cast(Ids, self), self._files([files for _, files in found])

        return ranked_corpus(table, renumber, notes, settings, [source.name for source in sources], wanted, report)

    def __len__(self) -> int:
        return int(self._bounds[-1])

    def __getitem__(self, span: slice) -> Ids:
        """Return ids; what is behind them is asked for at once, and stays here for a while."""
        start, stop, _ = span.indices(len(self))
        first, ids = self._cached
        if not first <= start <= stop <= first + len(ids):
            parts = []
            end = max(stop, min(start + CACHED, len(self)))
            for reader, (begin, bound) in enumerate(pairwise(self._bounds.tolist())):
                if max(start, begin) < min(end, bound):
                    own = max(start - begin, 0), min(end, bound) - begin
                    parts.append(self._result(reader, "ids", own))
            first, ids = self._cached = start, np.concatenate(parts) if parts else np.empty(0, np.int32)
        return ids[start - first : stop - first]

    def expected_centers(self, keep: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
        """Return `w2v.corpus.shares.expected_centers` of all ids."""
        limits, places = self._ray.put(keep), self._bounds[:-1].tolist()
        calls = [actor.expected_centers.remote(place, limits) for actor, place in zip(self._actors, places)]
        sums = np.zeros(-(-len(self) // STEP), np.int64)
        for reader, (place, call) in enumerate(zip(places, calls)):
            part = self._result(reader, "expected_centers", (place, limits), call)
            sums[place // STEP :][: len(part)] += part
        return sums

    def pieces(self, spans: Spans, sight: Any, turn: int) -> Iterator[Any]:
        """Yield references to `Pieces` of some spans, which follow each other; the reader number `turn` gives first.

        sight  a reference to `Sight`
        """
        for place in range(len(self._actors)):
            reader = (place + turn) % len(self._actors)
            begin, end = self._bounds[reader : reader + 2].tolist()
            own = spans[(spans[:, 0] < end) & (spans[:, 1] > begin)]
            step = max(1, PART_BYTES // (4 * int((own[:, 1] - own[:, 0]).max(initial=1))))
            for first in range(0, len(own), step):
                yield self._actors[reader].pieces.remote(begin, own[first : first + step], sight)

    def pieces_here(self, spans: Spans, sight: Any) -> list[Pieces]:
        """Return `Pieces` of some spans, from readers that are replaced where they are lost."""
        while True:
            try:
                return [self._nodes.get(part, "a reader") for part in self.pieces(spans, sight, 0)]
            except LostWorkerError:
                self.mend()

    def mend(self) -> None:
        """Replace the readers that are lost."""
        self._all("progress", ())

    @property
    def _names(self) -> list[str]:
        return [f"reader {reader + 1} on {self._nodes.all[reader].name}" for reader in range(len(self._actors))]

    def _start(self, reader: int) -> Any:
        node = self._nodes.all[reader]
        settings = replace(self._settings, threads=node.threads)
        return self._nodes.start(Share, node, self._shares[reader], settings)

    def _files(self, shares: list[list[FileAccount]]) -> list[FileAccount]:
        """Return the account of each file; those of its parts are put together."""
        whole: list[FileAccount] = []
        for sources, files, place in zip(self._shares, shares, self._bounds.tolist()):
            for source, file in zip(sources, files):
                file = file._replace(start=place + file.start, stop=place + file.stop)
                if source.part:
                    before = whole.pop()
                    file = before._replace(
                        bytes=before.bytes + file.bytes, tokens=before.tokens + file.tokens, stop=file.stop,
                        kept=before.kept + file.kept, undecodable=before.undecodable + file.undecodable,
                    )  # fmt: skip
                whole.append(file)
        return whole

    def _merged(self, blocks: list[int]) -> Any:
        """Return the table of all words."""
        merge = self._ray.remote(num_cpus=0)(merged)
        while True:
            tables = [actor.table.remote(before) for actor, before in zip(self._actors, blocks)]
            while len(tables) > 1:
                tables = [merge.remote(*tables[first : first + 2]) for first in range(0, len(tables), 2)]
            try:
                return self._nodes.get(tables[0], f"--cluster {self._nodes.address}")
            except LostWorkerError:
                self.mend()

    def _all(self, method: str, arguments: tuple[Any, ...], watch: Callable[[], None] = lambda: None) -> list[Any]:
        """Return what a method of each reader returns."""
        calls = waiting = [getattr(actor, method).remote(*arguments) for actor in self._actors]
        while waiting:
            ready, waiting = self._ray.wait(waiting, num_returns=len(waiting), timeout=LOOK_SECONDS)
            for call in ready:
                with suppress(LostWorkerError):
                    self._nodes.get(call, self._names[calls.index(call)])  # what has failed is not waited with
            watch()
        found = [self._result(reader, method, arguments, call) for reader, call in enumerate(calls)]
        if method in ("read", "encode"):
            self._done.append((method, arguments))
        return found

    def _result(self, reader: int, method: str, arguments: tuple[Any, ...], call: Any = None) -> Any:
        """Return what a method of a reader returns; another takes its place where it is lost."""
        while True:
            try:
                call = call or getattr(self._actors[reader], method).remote(*arguments)
                return self._nodes.get(call, self._names[reader])
            except LostWorkerError as error:
                call = None
                self._lost += 1
                if self._lost > MOST_LOSSES:
                    raise ClusterError(
                        "the cluster",
                        f"{MOST_LOSSES} readers were lost (the last: {error}); do they run out of memory?",
                    ) from error
                self._notify(f"warning     lost: {self._names[reader]}; another reads its share again")
                self._ray.kill(self._actors[reader])
                self._actors[reader] = self._start(reader)
                for again, given in self._done:
                    self._result(reader, again, given)
