"""The explanation as a whole: three steps, with the numbers of a model."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v import defaults
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
SHORTEST = 4  # path that is shown where there are longer ones
COLUMNS = ("target", "dot", "sigmoid", "error", "probability")  # the last of a tree alone
MOST_COSINES = 8  # columns of the table of cosines
NAMES = {"skipgram": "skip-gram", "cbow": "CBOW", "glove": "GloVe"}  # the same in all languages


@dataclass(frozen=True, eq=False)
class Explanation:
    """Three steps, and their numbers.

    steps    texts, tables, code
    lookup   the sentences as ids and rows
    toy      the model with both matrices
    window   the word of the second step before its step; `after` it
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
    objective: str = "skipgram",
    loss: str = "ns",
    negatives_per: str = "window",
) -> Explanation:
    """Explain what becomes of `sentences`, and where vectors come from.

    vectors   the reader's model; without one, that of a toy trained at once
    name      what its file is called
    language  one of LANGUAGES
    pad       the length that sentences are padded to; by default that of the longest
    split     finds the words of a sentence, as `w2v encode` does; by default by their letters, see `sentences.tokens`
    objective, loss, negatives_per  what the second step works through, see TrainSettings

    Raises CorpusError where there is no word, UnknownWordError, SettingsError.
    """
    settings = toy.settings_for(objective, loss, negatives_per)
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
    model = toy.train(spoken.TEMPLATES, given, settings)
    lookup = look_up(given, vectors or model.vectors, pad)
    story = _Story(language, name if vectors is not None else "", lookup, model)
    # A lone word has no contexts: then one of our sentences is explained.
    sentence = next((words for words in given if len(words) > 1), spoken.TEMPLATES[0][0].format("").split())
    place, window = story.window(sentence)
    after = window.step(story.rate)
    steps = (story.first(), story.second(sentence, place, window, after), story.third(spoken.ANALOGY))
    return Explanation(language, steps, lookup, model, window, after)


class _Story:
    """Writes the steps in one language."""

    def __init__(self, language: str, name: str, lookup: Lookup, model: toy.Toy) -> None:
        self.texts: dict[str, str] = CATALOGUES[language].TEXTS
        self.name = name  # of the reader's file; empty if there is only the toy
        self.lookup = lookup
        self.toy = model
        self.objective, self.loss = model.settings.objective, model.settings.loss
        # Whether each pair of skip-gram takes a step of its own.
        self.apart = self.objective == "skipgram" and (self.loss == "hs" or model.settings.negatives_per == "pair")
        # In one epoch no word is moved so often that a rate below the usual one is chosen.
        self.rate = defaults.foreseen(TrainSettings(objective=self.objective, loss=self.loss, epochs=1)).rate

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

    def window(self, sentence: Sequence[str]) -> tuple[int, pairs.Window]:
        """Return the window to be shown, and the place of its word.

        All outputs pull at one row, so that there are windows in which most of them give way to a few: it is that in
        which a step makes most errors smaller; of those with four of five or more, the one with the largest loss.
        """
        around = list(enumerate(pairs.contexts_of(sentence, self.toy.settings.window)))
        enough = min(2, max(len(contexts) for _, (_, contexts) in around))
        drawn = NEGATIVES if self.objective != "glove" and self.loss == "ns" else 0
        windows = [
            (place, pairs.open_window(self.toy, word, some, pairs.draw_negatives(self.toy, word, some, drawn)))
            for place, (word, contexts) in around
            if len(contexts) >= enough
            for some in ([[one] for one in contexts] if self.apart else [contexts])
        ]
        longest = max(len(window.outputs) for _, window in windows)
        windows = [found for found in windows if len(found[1].outputs) >= min(SHORTEST, longest)]  # paths differ

        def merit(window: pairs.Window) -> tuple[float, float]:
            return min(_closer(window, window.step(self.rate)) / len(window.outputs), 0.8), window.loss

        return max(windows, key=lambda found: merit(found[1]))

    def second(self, sentence: Sequence[str], place: int, window: pairs.Window, after: pairs.Window) -> Step:
        texts, reach, cbow = self.texts, self.toy.settings.window, self.objective == "cbow"
        glove = window if isinstance(window, pairs.Counted) else None
        around = pairs.contexts_of(sentence, reach)[:MOST_ROWS]
        row = texts["the_mean"] if cbow else self.fill("row_of", word=self.quoted(window.word))
        name, closer = texts["mean"] if cbow else window.word, _closer(window, after)
        parts: list[Part] = [
            *([self.text("both_matrices", **self.model_facts())] if self.name else []),
            self.text("start"),
            self.text(f"pairs_{self.objective}", window=reach),
            Table((texts["word"], texts["contexts"]), tuple(
                (word, ", ".join(_shares(sentence, i, reach)) if glove else " ".join(contexts))
                for i, (word, contexts) in enumerate(around)
            )),
            pairs_of(self.fill("drawn_pairs", word=self.quoted(window.word)), sentence, place, reach),
            *(self.counted(glove) if glove else self.asked(window, row)),
            self.text("moved", rate=f"{self.rate:g}", row=row),
            Table((), (
                (texts["before"], *self.numbers(window.row)),
                (texts["after"], *self.numbers(after.row)),
                *([("G", *self.numbers(glove.squares[0]))] if glove else []),
            ), digits=_digits(*(one.row[:FIRST_NUMBERS] for one in (window, after)))),
            arrows_of(self.fill("drawn_step", row=row, larger="{larger}"), name, window, after),
            self.text("moved_pairs", row=row, closer=closer, pairs=len(window.outputs)),
            self.again(window, after),
            *self.losses(window, after),
        ]  # fmt: skip
        trained = NAMES[self.objective] if glove else self.fill(self.loss, objective=NAMES[self.objective])
        return Step(self.fill("second_title", objective=trained), tuple(parts))

    def numbers(self, row: npt.NDArray[np.float64]) -> list[Cell]:
        """Return the first numbers of a row, as cells."""
        return [*map(float, row[:FIRST_NUMBERS]), "..."]

    @property
    def output(self) -> str:
        """What the other matrix has rows of."""
        return self.texts["node" if self.loss == "hs" else "context" if self.objective == "skipgram" else "word"]

    def asked(self, window: pairs.Window, row: str) -> list[Part]:
        """Return what a window asks: its inputs, its outputs, and the answers; and the formulas of a step."""
        texts, word, tree, cbow = self.texts, self.quoted(window.word), self.loss == "hs", self.objective == "cbow"
        rows = zip((*window.inputs, texts["mean"]), (*window.rows, window.row))
        drawn = [word for word, target in zip(window.outputs, window.targets) if target == 0]
        values = (window.dots, window.answers, window.errors, window.probabilities)[: 3 + tree]
        return [
            *([
                self.text("take_window", word=word, contexts=self.listed(window.inputs)),
                Table((), tuple((name, *self.numbers(numbers)) for name, numbers in rows)),
            ] if cbow else [self.text("take_word", word=word, contexts=self.listed(window.asked))]),
            self.text("path", word=self.quoted(window.asked[0]), nodes=len(window.outputs)) if tree
            else self.text("negatives", negatives=self.listed(drawn)),
            self.text("columns", row=row, output=self.output),
            Code(texts["formulas"]),
            Table((self.output, *(texts[name] for name in COLUMNS[: 4 + tree])), tuple(
                (name, int(target), *map(float, numbers))
                for name, target, *numbers in zip(window.outputs, window.targets, *values)
            )),
            self.text("step"),
            Code(self.fill("step_formulas", input=texts["mean" if cbow else "word"], output=self.output)),
            *([self.text("each_moves")] if cbow else []),
        ]  # fmt: skip

    def counted(self, window: pairs.Counted) -> list[Part]:
        """Return the counts of GloVe, what stands for their logarithms, and the formulas of a step."""
        texts = self.texts
        columns = (texts["context"], "X", "log X", "w·c + b + b'", texts["error"], texts["weight"])
        values = window.counts, window.targets, window.dots, window.errors, window.weights
        return [
            self.text("counted", word=self.quoted(window.word), sentences=self.toy.sentences),
            Code(self.fill("formulas_glove", limit=f"{self.toy.settings.x_max:g}")),
            Table(columns, tuple((name, *map(float, numbers)) for name, *numbers in zip(window.outputs, *values))),
            self.text("step_glove"),
            Code(texts["step_formulas_glove"]),
        ]

    def again(self, window: pairs.Window, after: pairs.Window) -> Table:
        """Return the answers before the step and after it."""
        texts, glove = self.texts, isinstance(window, pairs.Counted)
        heads = ("log X", texts["before"], texts["after"]) if glove else (
            texts["target"], texts["sigmoid_before"], texts["sigmoid_after"])  # fmt: skip
        return Table(
            (self.texts["context"] if glove else self.output, *heads),
            tuple(
                (name, float(target) if glove else int(target), float(before), float(now))
                for name, target, before, now in zip(window.outputs, window.targets, window.answers, after.answers)
            ),
            digits=_digits(window.answers, after.answers),
        )

    def losses(self, window: pairs.Window, after: pairs.Window) -> list[Part]:
        """Return the loss before the step and after it, what other ways would cost, and what the trainer does."""
        glove, words = isinstance(window, pairs.Counted), len(self.toy.words)
        suffix = "_glove" if glove else ""
        parts: list[Part] = [
            self.text(f"loss{suffix}"),
            Code(self.fill(f"loss_formula{suffix}", before=f"{window.loss:#.4g}", after=f"{after.loss:#.4g}")),
        ]
        if glove:
            return [*parts, self.text("trainer_glove")]
        if self.loss == "hs":
            parts += [
                self.text("product_of_path", word=self.quoted(window.asked[0])),
                Code("\n".join(
                    f"{self.texts[name]}: {' x '.join(f'{p:.4f}' for p in one.probabilities)} = {np.exp(-one.loss):.4f}"
                    for name, one in (("before", window), ("after", after))
                )),
                self.text("cost_hs", words=words, nodes=len(window.outputs)),
            ]  # fmt: skip
        else:
            given = self.texts["mean" if self.objective == "cbow" else "word"]
            loss = f"{pairs.softmax_loss(self.toy, window):.3f}"
            parts += [
                self.text("softmax"),
                Code(self.fill("softmax_formula", words=words, loss=loss, input=given, output=self.output)),
                self.text("cost", words=words, negatives=NEGATIVES, outputs=1 + NEGATIVES),
            ]
        said = ["trainer"] + ["trainer_side"] * (self.objective == "skipgram")
        if self.objective == "skipgram" and self.loss == "ns":
            said.append(f"trainer_{self.toy.settings.negatives_per}")
        return [*parts, Text("".join(self.texts[name] for name in said))]

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


def _shares(sentence: Sequence[str], place: int, window: int) -> list[str]:
    """Return what the contexts of a place add to GloVe's counts.

    >>> _shares(["a", "b", "c", "d"], 1, 2)
    ['a 1', 'c 1', 'd 1/2']
    """
    return [
        f"{word} 1/{abs(i - place)}".removesuffix("/1")
        for i, word in enumerate(sentence)
        if 0 < abs(i - place) <= window
    ]


def _closer(before: pairs.Window, after: pairs.Window) -> int:
    """Count the errors that are smaller."""
    return int(np.count_nonzero(np.abs(after.errors) < np.abs(before.errors)))


def _digits(before: npt.NDArray[np.float64], after: npt.NDArray[np.float64]) -> int:
    """Return how many decimals show each number's change, from 3 to 9."""
    return next((digits for digits in range(3, 9) if (before.round(digits) != after.round(digits)).all()), 9)
