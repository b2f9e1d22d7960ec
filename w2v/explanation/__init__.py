"""What an Embedding layer does and where its rows come from, explained step by step with the reader's own sentence.

explain   sentences, a model or none, an objective -> Explanation: steps of texts, tables, code, the numbers in them
render    those steps -> text for a terminal; `Explanation.document()` is the same as JSON, for a page
"""

from __future__ import annotations

from w2v.explanation.parts import Code, Step, Table, Text
from w2v.explanation.story import Explanation, explain
from w2v.explanation.terminal import render
from w2v.explanation.toy import kept_settings
from w2v.languages import LANGUAGES

__all__ = ["LANGUAGES", "Code", "Explanation", "Step", "Table", "Text", "explain", "kept_settings", "render"]
