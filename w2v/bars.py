"""Progress bars for those who call w2v from Python: `w2v.train(..., report=w2v.ProgressBar())`."""

from __future__ import annotations

import warnings
from typing import Any

KINDS = {
    "ReadProgress": {"desc": "reading", "unit": "B"},
    "Progress": {"desc": "training", "unit": " words"},
    "DocumentProgress": {"desc": "documents", "unit": " documents"},
}


class ProgressBar:
    """Draws how far reading and training are: a widget in a notebook, a line on a terminal.

    To be given as `report` to `w2v.read`, `w2v.train`, `w2v.resume` or `w2v.extend`; one for each call.

    >>> w2v.train("corpus.txt", report=w2v.ProgressBar())  # doctest: +SKIP
    """

    def __init__(self) -> None:
        self._bar: Any = None
        self._kind = ""

    def __call__(self, now: Any) -> None:
        """Show a ReadProgress, a Progress or a DocumentProgress."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a notebook without ipywidgets has the bar of a terminal, which is enough
            from tqdm.auto import tqdm

        kind = type(now).__name__
        done = now.tokens if kind == "Progress" else now.done
        if kind != self._kind:
            self.close()
            self._kind = kind
            self._bar = tqdm(total=now.total or None, **KINDS[kind], unit_scale=True)
        if self._bar is None:  # the end of this part was shown
            return
        if kind == "Progress" and now.loss is not None:
            self._bar.set_postfix(epoch=now.epoch, loss=f"{now.loss:.4f}", refresh=False)
        self._bar.update(done - self._bar.n)
        if now.total and done >= now.total:
            self.close()

    def close(self) -> None:
        """End the bar that is shown."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
