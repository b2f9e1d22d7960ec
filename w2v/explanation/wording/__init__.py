"""The texts of the explanation: one module for each language, with the same names in each.

    TEXTS      name -> text, with {places} for the numbers
    TEMPLATES  sentences of the toy corpus: a sentence with a {} and the words for it, blanks between all words
    ANALOGY    four words of the toy corpus: as the first is to the second, so the fourth to the third

To add a language: a module like `en`, a row in LANGUAGES; a test holds it to the names and places of the others.
"""

from __future__ import annotations

from types import ModuleType

from w2v.explanation.wording import en, es, ja, zh

LANGUAGES: dict[str, ModuleType] = {"en": en, "es": es, "zh": zh, "ja": ja}
