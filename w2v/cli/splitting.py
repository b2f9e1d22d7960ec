"""How the texts of a query are split: as its options say, or else as in training."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from w2v.languages import UNSPACED

if TYPE_CHECKING:
    from w2v.queries.encoding import Splitter

TWO_UNSPACED = re.compile(f"[{UNSPACED}]{{2}}")


class Splitting:
    """Splits texts; the tokenizer is loaded when a first text needs it, for a single word needs none.

    vectors    the file that is queried
    tokenizer  the option, None where it was not given
    keep_case  the option, None where it was not given

    Raises SettingsError, MissingExtraError: at once where the option names the tokenizer.
    """

    def __init__(self, vectors: Path, tokenizer: str | None, keep_case: bool | None = None) -> None:
        from w2v.formats.companions import settings_of

        trained = settings_of(vectors)
        self.tokenizer = tokenizer or str(trained.get("tokenizer", "words"))
        self.keep_case = bool(trained.get("keep_case", False)) if keep_case is None else keep_case
        phrases = trained.get("phrases", 0)
        self.most = 2**phrases if isinstance(phrases, int) and 0 < phrases < 10 else 1  # words in a phrase
        if tokenizer not in (None, "words"):
            _ = self.splitter

    @cached_property
    def splitter(self) -> Splitter:
        """What splits as in training."""
        from w2v.queries.encoding import Splitter  # numba

        return Splitter(self.tokenizer, self.keep_case)

    def __call__(self, text: str) -> list[str]:
        """Return the words of a text, upper case kept where vectors may have it."""
        if self.tokenizer == "words":
            from w2v.queries import split  # without numba

            return split(text)
        return self.splitter.split(text)

    def hint(self, unknown: Iterable[str]) -> None:
        """Print on stderr how to split Chinese and Japanese if unknown words look like whole sentences of it."""
        if self.tokenizer in ("words", "whitespace") and any(map(TWO_UNSPACED.search, unknown)):
            click.echo("Note: --tokenizer jieba (Chinese) or mecab (Japanese) splits text without blanks.", err=True)
