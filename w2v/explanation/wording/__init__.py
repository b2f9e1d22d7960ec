"""The texts of the explanation: one module for each language, with the same names in each.

    TEXTS      name -> text, with {places} for the numbers
    TEMPLATES  sentences of the toy corpus: a sentence with a {} and the words for it, blanks between all words
    ANALOGY    four words of the toy corpus: as the first is to the second, so the fourth to the third

To add a language: a module like `en`, its code in `w2v.languages`; a test compares its names and places with the others'.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from w2v.languages import LANGUAGES

CATALOGUES: dict[str, ModuleType] = {
    language: import_module(f"w2v.explanation.wording.{language}") for language in LANGUAGES
}
