"""The explanation as a whole: three steps, with the numbers of a model."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.errors import CorpusError, SettingsError
from w2v.explanation import pairs, toy
from w2v.explanation.parts import MOST_NUMBERS, Cell, Code, LookUp, Part, Step, Table, Text, arrows_of, pairs_of
from w2v.explanation.sentences import Lookup, look_up, tokens
from w2v.explanation.wording import CATALOGUES
from w2v.languages import LANGUAGES, language_of
from w2v.settings import TrainSettings
from w2v.vectors import Vectors
from w2v.vocabulary import PADDING

FIRST_NUMBERS = 4  # of a row; all of them fit no line
NEGATIVES = 5
MOST_ROWS = 12  # of a table of words: a sentence may be long
MOST_IDS = 14  # columns
MATRIX = """\
import numpy as np, w2v
vectors = w2v.load("{name}")
unknown = vectors.matrix.mean(axis=0)
matrix = np.vstack([0 * unknown, unknown, vectors.matrix])"""
KERAS = """\
import keras
rows = keras.initializers.Constant(matrix)
layer = keras.layers.Embedding(*matrix.shape, rows, mask_zero=True)"""
TORCH = """\
import torch
rows = torch.tensor(matrix)
layer = torch.nn.Embedding.from_pretrained(rows, padding_idx=0)"""
MOST_COSINES = 8  # columns of the table of cosines


@dataclass(frozen=True, eq=False)
class Explanation:
    """Three steps, and their numbers.

    steps    texts, tables, code
    lookup   the sentences as ids and rows
    toy      the model with both matrices
    window   the word of the second step before its step of SGD; `after` it
    """

    language: str
    steps: tuple[Step, ...]
    lookup: Lookup
    toy: toy.Toy
    window: pairs.Window
    after: pairs.Window

    def document(self) -> dict[str, Any]:
        """Return language and steps as lists, dicts, texts and numbers: JSON, for a page."""
        return {"language": self.language, "steps": [asdict(step) for step in self.steps]}


def explain(
    sentences: Sequence[str],
    vectors: Vectors | None = None,
    *,
    name: str = "vectors.txt",
    language: str = "en",
    pad: int | None = None,
    split: Callable[[str], list[str]] | None = None,
) -> Explanation:
    """Explain what becomes of `sentences`, and where vectors come from.

    vectors   the reader's model; without one, that of a toy trained at once
    name      what its file is called
    language  one of LANGUAGES
    pad       the length that sentences are padded to; by default that of the longest
    split     finds the words of a sentence, as `w2v encode` does; by default by their letters, see `sentences.tokens`

    Raises CorpusError where there is no word, UnknownWordError, SettingsError.
    """
    if language not in LANGUAGES:
        raise SettingsError(f"--lang must be one of {', '.join(LANGUAGES)}, not {language}")
    spoken = CATALOGUES[language_of("".join(sentences), language)]  # the toy's language is that of the sentences
    ours = {word for text, words in spoken.TEMPLATES for word in (*text.split(), *words.split())}
    if vectors is None:
        form = {word: word for word in ours}.get
        given = [tokens(sentence.lower(), form, new_words=True) for sentence in sentences]
    elif split is None:
        given = [tokens(sentence, vectors.form) for sentence in sentences]
    else:
        given = [[vectors.form(word) or word for word in split(sentence)] for sentence in sentences]
    for text, found in zip(sentences, given):
        if not found:
            raise CorpusError("w2v explain", f"{text!r} has no word in it")
    model = toy.train(spoken.TEMPLATES, given)
    lookup = look_up(given, vectors or model.vectors, pad)
    story = _Story(language, name if vectors is not None else "", lookup, model)
    # A lone word has no contexts: then one of our sentences is explained.
    sentence = next((words for words in given if len(words) > 1), spoken.TEMPLATES[0][0].format("").split())
    window = story.window(sentence)
    after = window.step(TrainSettings().rate)
    steps = (story.first(), story.second(sentence, window, after), story.third(spoken.ANALOGY))
    return Explanation(language, steps, lookup, model, window, after)


class _Story:
    """Writes the steps in one language."""

    def __init__(self, language: str, name: str, lookup: Lookup, model: toy.Toy) -> None:
        self.texts: dict[str, str] = CATALOGUES[language].TEXTS
        self.name = name  # of the reader's file; empty if there is only the toy
        self.lookup = lookup
        self.toy = model

    def text(self, text: str, /, **values: str | int) -> Text:
        return Text(self.fill(text, **values))

    def fill(self, text: str, /, **values: str | int) -> str:
        numbers = {
            key: f"{value:,}".replace(",", self.texts["thousands"]) if isinstance(value, int) else value
            for key, value in values.items()
        }
        return self.texts[text].format(**numbers)

    def quoted(self, word: str) -> str:
        return self.texts["quoted"].format(word)

    def listed(self, words: Sequence[str]) -> str:
        return self.texts["listed"].join(map(self.quoted, words))

    def model_facts(self) -> dict[str, int]:
        return {"sentences": self.toy.sentences, "words": len(self.toy.words), "dim": self.toy.input.shape[1]}

    def first(self) -> Step:
        lookup, vectors = self.lookup, self.lookup.vectors
        parts: list[Part] = [
            self.text("own_model", name=self.name, words=len(vectors), dim=vectors.dim)
            if self.name
            else self.text("no_model", **self.model_facts()),
            self.text("tokens"),
            Code("\n".join(" | ".join(sentence) for sentence in lookup.sentences)),
        ]
        if lookup.unknown:
            parts.append(self.text("unknown", words=self.listed(lookup.unknown)))
        words, ids = lookup.words, {word: lookup.id(word) for word in lookup.words}
        places, wide = lookup.one_hot
        parts += [
            self.text("ids"),
            Table((self.texts["word"], self.texts["id"]), tuple((word, ids[word]) for word in words[:MOST_ROWS])),
            self.text("padding", length=lookup.ids.shape[1]),
            Table((), tuple(self.line(row) for row in lookup.ids[:MOST_ROWS])),
            self.text(
                "one_hot", places=places, columns=wide, size=places * wide, ones=places,
            ),
            self.one_hot(words[:3], ids, wide),
            self.text("product", rows=wide, dim=vectors.dim),
            self.picked(words[0], ids, wide),
            self.rows(),
            self.text("shape", shape=str(lookup.rows.shape)),
        ]  # fmt: skip
        return Step(self.texts["first_title"], tuple(parts))

    def one_hot(self, words: Sequence[str], ids: dict[str, int], wide: int) -> Table:
        """Return one-hot vectors, the zeros in the middle left out where there are too many."""
        rows = []
        for word in words:
            id, shown = ids[word], min(10, wide)
            if id < shown:
                digits = " ".join(str(int(i == id)) for i in range(shown)) + (" ... 0" if wide > shown else "")
            else:
                digits = "0 0 0 ... 0 1 0 ... 0"
            rows.append((word, digits, id))
        return Table((self.texts["word"], "one-hot", self.texts["place"]), tuple(rows))

    def picked(self, word: str, ids: dict[str, int], wide: int) -> LookUp:
        """Return the picture of a word's look-up."""
        row = self.lookup.rows[self.lookup.ids == ids[word]][0][:MOST_NUMBERS]
        caption = self.fill("picked", word=self.quoted(word), id=ids[word])
        return LookUp(caption, word, ids[word], wide, tuple(round(float(number), 4) for number in row))

    def line(self, ids: npt.NDArray[np.int64]) -> tuple[Cell, ...]:
        """Return a row of ids, its middle left out where it is long."""
        if len(ids) <= MOST_IDS:
            return tuple(map(int, ids))
        return (*map(int, ids[: MOST_IDS - 2]), "...", int(ids[-1]))

    def rows(self) -> Table:
        """Return the rows that are looked up: those of the first sentence, and one of padding."""
        lookup = self.lookup
        shown = min(FIRST_NUMBERS, lookup.vectors.dim)
        more = ("...",) if lookup.vectors.dim > shown else ()
        rows: dict[tuple[Cell, ...], None] = {}
        filled = [(*sentence, *[self.texts["padded"]] * lookup.ids.shape[1]) for sentence in lookup.sentences]
        for words, ids, numbers in zip(filled, lookup.ids, lookup.rows):
            for word, id, row in zip(words, ids, numbers):
                line: tuple[Cell, ...] = (int(id), word, *map(float, row[:shown]), *more)
                rows[line] = None
        head = (self.texts["id"], self.texts["word"], *(str(i + 1) for i in range(shown)), *more)
        return Table(head, tuple(sorted(list(rows)[:MOST_ROWS], key=lambda row: row[0] == PADDING)))

    def window(self, sentence: Sequence[str]) -> pairs.Window:
        """Return the window to be shown: that of which a step brings most pairs closer, and of equal ones the rarest.

        All pairs pull at one row, so that there are windows in which most of them give way to a few.
        """
        around = pairs.contexts_of(sentence, toy.SETTINGS.window)
        enough = min(2, max(len(contexts) for _, contexts in around))
        windows = [
            pairs.open_window(self.toy, word, contexts, pairs.draw_negatives(self.toy, word, contexts, NEGATIVES))
            for word, contexts in around
            if len(contexts) >= enough
        ]
        return max(
            windows,
            key=lambda window: (
                _closer(window, window.step(TrainSettings().rate)) / len(window.contexts),
                -self.toy.counts[self.index(window.word)],
            ),
        )

    def index(self, word: str) -> int:
        return self.toy.vectors.row(word)

    def second(self, sentence: Sequence[str], window: pairs.Window, after: pairs.Window) -> Step:
        texts, real = self.texts, int(window.targets.sum())
        around = pairs.contexts_of(sentence, toy.SETTINGS.window)
        shown = slice(min(FIRST_NUMBERS, len(window.row)))
        word = self.quoted(window.word)
        closer = _closer(window, after)
        place = around.index((window.word, [*window.contexts[:real]]))  # the word may occur there several times
        columns = tuple(texts[name] for name in ("word", "context", "target", "dot", "sigmoid", "error"))
        parts: list[Part] = [
            *([self.text("both_matrices", **self.model_facts())] if self.name else []),
            self.text("start"),
            self.text("pairs", window=toy.SETTINGS.window),
            Table((texts["word"], texts["contexts"]), tuple((a, " ".join(b)) for a, b in around[:MOST_ROWS])),
            pairs_of(self.fill("drawn_pairs", word=word), sentence, place, toy.SETTINGS.window),
            self.text("negatives", word=word, negatives=self.listed(window.contexts[real:])),
            self.text("columns"),
            Code(texts["formulas"]),
            Table(columns, tuple(
                (window.word, context, int(target), float(dot), float(sigmoid), float(error))
                for context, target, dot, sigmoid, error
                in zip(window.contexts, window.targets, window.dots, window.sigmoids, window.errors)
            )),
            self.text("step"),
            Code(texts["step_formulas"]),
            self.text("moved", rate=f"{TrainSettings().rate:g}", word=word),
            Table((), (
                (texts["before"], *map(float, window.row[shown]), "..."),
                (texts["after"], *map(float, after.row[shown]), "..."),
            ), digits=_digits(window.row[shown], after.row[shown])),
            arrows_of(self.fill("drawn_step", word=word, larger="{larger}"), window, after),
            self.text("moved_pairs", word=word, closer=closer, pairs=len(window.contexts)),
            Table(
                (texts["context"], texts["target"], texts["sigmoid_before"], texts["sigmoid_after"]),
                tuple(
                    (context, int(target), float(before), float(now))
                    for context, target, before, now
                    in zip(window.contexts, window.targets, window.sigmoids, after.sigmoids)
                ),
                digits=_digits(window.sigmoids, after.sigmoids),
            ),
            self.text("loss"),
            Code(self.fill("loss_formula", before=f"{window.loss:.3f}", after=f"{after.loss:.3f}")),
            self.text("softmax"),
            Code(self.fill("softmax_formula", words=len(self.toy.words),
                           loss=f"{pairs.softmax_loss(self.toy, window):.3f}")),
            self.text("cost", words=len(self.toy.words), negatives=NEGATIVES, outputs=1 + NEGATIVES),
            self.text("trainer"),
        ]  # fmt: skip
        return Step(texts["second_title"], tuple(parts))

    def third(self, analogy: Sequence[str]) -> Step:
        texts, vectors = self.texts, self.lookup.vectors
        words = [word for word in self.lookup.words if word in vectors][:MOST_COSINES]
        units = np.stack([vectors.unit(word) for word in words]).astype(np.float64)
        parts: list[Part] = [
            self.text("cosines"),
            Table(("", *words), tuple((word, *map(float, row)) for word, row in zip(words, units @ units.T)), digits=2),
        ]
        # The rarest words are those that mean most: the vocabulary is sorted by frequency.
        rarest = sorted(sorted(words, key=lambda word: -vectors.row(word))[:3], key=words.index)
        parts += [
            self.text("neighbors"),
            Table((texts["word"], texts["nearest"]), tuple(
                (word, ", ".join(f"{other} {cosine:.2f}" for other, cosine in vectors.similar(word, 4)))
                for word in rarest
            )),
        ]  # fmt: skip
        analogies = [analogy, *(module.ANALOGY for module in CATALOGUES.values())]
        known = next((words for words in analogies if all(word in vectors for word in words[:3])), None)
        if known is not None:
            a, b, c, d = map(self.quoted, known)
            answers = tuple(
                (word, float(cosine)) for word, cosine in vectors.analogy(known[0], known[1], known[2], top=3)
            )
            parts += [self.text("analogy", a=a, b=b, c=c), Table((texts["word"], texts["cosine"]), answers)]
            if answers and answers[0][0] != known[3]:
                parts.append(self.text("no_analogy", d=d))
        file = f" -v {shlex.quote(self.name)}" if self.name not in ("", "vectors.txt") else ""
        parts += [
            self.text("layer"),
            Code(MATRIX.format(name=self.name or "vectors.txt")),
            Code(KERAS),
            Code(TORCH),
            self.text("ids_of_texts"),
            Code(f'w2v encode{file} "{" ".join(self.lookup.sentences[0])}"\nw2v export keras{file}'),
        ]  # fmt: skip
        return Step(texts["third_title"], tuple(parts))


def _closer(before: pairs.Window, after: pairs.Window) -> int:
    """Count the pairs that are closer to their targets."""
    return int(np.count_nonzero(np.abs(after.errors) < np.abs(before.errors)))


def _digits(before: npt.NDArray[np.float64], after: npt.NDArray[np.float64]) -> int:
    """Return how many decimals show each number's change, from 3 to 9."""
    return next((digits for digits in range(3, 9) if (before.round(digits) != after.round(digits)).all()), 9)
