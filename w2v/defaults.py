"""Chooses what the user left open, out of what the corpus is: one function, with a reason for each number.

A pass over a small corpus costs little and one is worth little, so small corpora are read often. The numbers are
those that `scripts/benchmark --defaults` measures, on 0.1 to 17 million tokens of English, on Spanish, Japanese and
Chinese, and on two sets of items; its table stands in `scripts/README.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.errors import SettingsError
from w2v.kernels.random import kept_share
from w2v.settings import AUTO, AutoInt, TrainSettings, describe, is_auto

LEAST_KEPT = 0.75  # share of the tokens that min-count leaves, where nobody gave one
LEAST_TRAINED = 0.3  # share of the tokens that subsampling leaves, where nobody gave a sample
ITEM_SHARE = 0.9  # of the words hold a digit: these are numbers of things
VISITS = 800  # of a node, in all epochs: 10 walks of 80 from each, as in node2vec
LARGE = 10_000_000  # tokens
ON_CLICKS = "found the next item most often, in the clicks of diginetica"

# What belongs to windows and negative samples, and not to GloVe.
GLOVE_LACKS = (
    "loss",
    "negatives_per",
    "window_mode",
    "negatives",
    "sample",
    "min_rate",
    "ns_exponent",
    "subwords",
)
# On 6 MB of English, two seeds, 25 epochs or so: WordSim-353 .23 with a window of 5, .33 with 10, .36 with 15; and .13
# with an x_max of 100 in place of 10, of which few pairs of so small a text come near.
NEARBY = "a word counts by 1 / distance, so that a wide window does no harm"

EPOCHS_AT_A_MILLION, FEWEST_EPOCHS, MOST_EPOCHS = 25, 5, 100
WHOLE_RATE = 50  # epochs times window up to which a text is trained at the whole rate
LEAST_RATE = 0.6  # of the usual rate, where there are more


class Size(NamedTuple):
    """What is asked of a corpus.

    tokens    of words in the vocabulary
    counts    int64 [V]
    sentence  mean tokens of a sentence
    kind      "text", "items" or "graph"
    """

    tokens: int
    counts: npt.NDArray[np.int64]
    sentence: float
    kind: str = "text"


class Choice(NamedTuple):
    """A number that was chosen for a setting, and why."""

    name: str
    value: float
    reason: str

    def __str__(self) -> str:
        return f"{describe(self.name)['option']} {self.value:g}: {self.reason}"


def are_ids(words: Sequence[str]) -> bool:
    """Tell whether words look like numbers of things: nearly all of the first hold a digit."""
    with_digit = sum(any(letter.isdigit() for letter in word) for word in words[:1000])
    return with_digit >= ITEM_SHARE * len(words[:1000])


def choose(settings: TrainSettings, size: Size) -> tuple[TrainSettings, list[Choice]]:
    """Return settings of which nothing is left open, and what was chosen in them, with the reason of each."""
    preset = settings.preset
    if preset == AUTO:
        preset = size.kind
    found = {choice.name: choice for choice in PRESETS[preset](size)}
    if settings.loss == "hs":
        del found["negatives"]
    if settings.subwords:
        found["rate"] = Choice("rate", 0.05, "a mean of subwords moves less than a single row: as in fastText")
    elif settings.objective == "cbow":
        found["rate"] = Choice("rate", 0.05, "a mean moves less than single words: twice that of skip-gram, as in C")
    if settings.objective == "glove":
        found = {"window": Choice("window", 15, NEARBY)} | {
            name: choice for name, choice in found.items() if name == "window"
        }
        found |= {choice.name: choice for choice in _for_glove(size)}
        settings = replace(settings, sample=0.0)
    elif preset in TEXTS and (gentle := _gentle(found.get("rate"), settings, found)):
        found["rate"] = gentle
    choices = [found[name] for name, value in vars(settings).items() if is_auto(value) and name in found]
    choices = [_sparing(choice, size.counts) if choice.name == "sample" else choice for choice in choices]
    numbers: dict[str, Any] = {name: value for name, value, _ in choices}
    return replace(usual(settings), preset=preset, **numbers), choices


def check_given(settings: TrainSettings) -> None:
    """Raise SettingsError for a setting that was given and that the objective does not have."""
    glove = settings.objective == "glove"
    foreign = GLOVE_LACKS if glove else ("x_max",)
    for name in foreign:
        value, usual = getattr(settings, name), describe(name)["default"]
        if not is_auto(value) and value != usual:
            where = "it learns from all co-occurrences" if glove else "--objective glove has it"
            option = describe(name)["option"]
            raise SettingsError(f"{option} has no meaning with --objective {settings.objective}: {where}")


def foreseen(settings: TrainSettings) -> TrainSettings:
    """Return the settings that are likely before the corpus is known, for what is done ahead: those of a text."""
    return choose(settings, Size(1_000_000, np.full(1000, 1000, np.int64), 20.0))[0]


def usual(settings: TrainSettings) -> TrainSettings:
    """Return settings of which nothing is left open: what nobody gave has the number of the C program."""
    numbers: dict[str, Any] = {name: value.plain() for name, value in vars(settings).items() if is_auto(value)}
    return replace(settings, **numbers)


def _for_text(size: Size) -> list[Choice]:
    sample = 1e-4 if size.tokens >= LARGE else 3e-4
    return [
        Choice(
            "epochs", _epochs(size), f"{size.tokens:,} tokens; the fewer there are, the more often they must be read"
        ),
        Choice("negatives", 7, "better than the usual 5, and no slower than 6: eight outputs are scored at once"),
        Choice("sample", sample, "thins out the most frequent words, which tell little"),
    ]


def _for_glove(size: Size) -> list[Choice]:
    return [
        Choice("epochs", 25, "passes over the co-occurrences, as in Pennington et al. 2014"),
        Choice("rate", 0.05, "at the start of AdaGrad, as in Stanford's program"),
        Choice("x_max", 10.0 if size.tokens < LARGE else 100.0, "pairs that occur more often than this weigh no more"),
    ]


def _for_items(size: Size) -> list[Choice]:
    """What told best which item comes next in the clicks of diginetica, see `scripts/benchmark --items`."""
    return [
        Choice("window", 20, f"a line has {size.sentence:.0f} items on average, and their order matters little"),
        Choice("epochs", 30, ON_CLICKS),
        Choice("negatives", 10, ON_CLICKS),
        Choice("ns_exponent", 0.25, "draws rare items nearly as often as popular ones (Caselles-Dupre et al. 2018)"),
        _steady(0.1, ON_CLICKS, size),
        Choice("sample", 0.0, "no item is a function word"),
    ]


def _for_graph(size: Size) -> list[Choice]:
    """What node2vec has (Grover & Leskovec 2016).

    More epochs told neither the blocks of two stochastic block models nor missing edges of five small graphs better:
    after 1, 2 and 5 epochs the areas under the curve were .78, .77 and .77 on average, of two seeds.
    """
    each = size.tokens / len(size.counts)
    epochs = int(np.clip(round(VISITS / each), 1, MOST_EPOCHS))
    return [
        Choice("window", 10, "as in node2vec"),
        Choice("epochs", epochs, f"the walks meet a node {each:.0f} times; {VISITS} times in all epochs are enough"),
        *_for_text(size)[1:],
        *([rate] if (rate := _steady(0.025, "", size)).reason else []),
    ]


def _steady(rate: float, reason: str, size: Size) -> Choice:
    """Return a rate at which few items do not grow out of all bounds: a window moves each of them many times.

    At window 20, 3 to 50 items with 1 / sum of p^2 of 1.6 to 44 were stable at up to 1/250 of that, and 20 items at
    0.1 (1/130) were not.
    """
    share = size.counts / size.counts.sum()
    most = float(np.round(1 / (500 * (share * share).sum()), 4))
    if rate <= most:
        return Choice("rate", rate, reason)
    return Choice("rate", most, "so few of them: a higher rate would not be stable")


def _gentle(rate: Choice | None, settings: TrainSettings, found: dict[str, Choice]) -> Choice | None:
    """Return a rate lower than the usual one for a text whose words are moved often, or None where they are not.

    On 0.3, 1 and 3 M tokens of English with 39, 25 and 17 epochs, 6 seeds, 0.015 in place of 0.025: SimLex-999 .135,
    .224 and .237 became .174, .248 and .254, WordSim-353 .400, .592 and .636 became .411, .586 and .637, and analogies
    lost .001 to .005. CBOW on 3 M tokens, 0.03 in place of 0.05: .161 / .602 / .232 became .184 / .605 / .233;
    subwords, the same: .405 / .569 / .254 became .486 / .603 / .274. With 12 epochs of 10 M tokens and 10 of 17 M 0.015
    lost .010 and .016 of the analogies, with 20 of 17 M nothing; with 17 of 3 M and a window of 2 it lost .050 of
    WordSim-353.
    """
    epochs, window = (
        found[name].value if name in found and is_auto(getattr(settings, name)) else getattr(settings, name)
        for name in ("epochs", "window")
    )
    usual = rate.value if rate else float(settings.rate)
    share = float(np.clip(WHOLE_RATE / (epochs * window), LEAST_RATE, 1))
    value = max(round(usual * share, 3), settings.min_rate)
    if value >= usual:
        return None
    often = f"{epochs:.0f} epochs with a window of {window:.0f} move words often"
    return Choice("rate", value, f"{value / usual:.0%} of the usual {usual:g}: {often}")


def _epochs(size: Size) -> int:
    """Return how often a text is read: as often as the cube root of its size has it."""
    return int(np.clip(round(EPOCHS_AT_A_MILLION * (1e6 / size.tokens) ** (1 / 3)), FEWEST_EPOCHS, MOST_EPOCHS))


def _sparing(choice: Choice, counts: npt.NDArray[np.int64]) -> Choice:
    """Return a sample that leaves enough of the tokens, where the one that was chosen does not."""
    for sample in (choice.value, 1e-3, 1e-2):
        if sample >= choice.value and kept_share(counts, sample) >= LEAST_TRAINED:
            reason = choice.reason if sample == choice.value else f"{choice.value:g} would pass over most of the text"
            return choice._replace(value=sample, reason=reason)
    return choice._replace(value=0.0, reason="so few words, all of them frequent: thinning out would leave little")


def least_count(settings: TrainSettings, counts: npt.NDArray[np.int64]) -> tuple[int, str]:
    """Return the min-count to read with, and a note where it is not the usual one.

    counts  int64 of all different words that were read, in any order
    """
    given: int | AutoInt = settings.min_count
    if not isinstance(given, AutoInt):
        return given, ""
    most = given.plain()
    counted = np.bincount(np.minimum(counts, most), weights=counts, minlength=most + 1)
    dropped = np.cumsum(counted) / max(counts.sum(), 1)  # of the words that occur up to so often
    least = next((least for least in range(most, 1, -1) if dropped[least - 1] <= 1 - LEAST_KEPT), 1)
    if least == most:
        return most, ""
    return least, f"--min-count {least}: the usual {most} would drop {dropped[most - 1]:.0%} of so small a text"


TOPICS_WINDOW = Choice("window", 12, "words of one subject stand some way apart")
SYNTAX_WINDOW = Choice("window", 2, "words that can replace each other have the same next neighbours")
PRESETS: dict[str, Callable[[Size], list[Choice]]] = {
    "text": _for_text,
    "topics": lambda size: [TOPICS_WINDOW, *_for_text(size)],
    "syntax": lambda size: [SYNTAX_WINDOW, *_for_text(size)],
    "items": _for_items,
    "graph": _for_graph,
}
TEXTS = ("text", "topics", "syntax")  # presets of them
