"""The numbers of a training run: each default and each limit is here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any, TypeGuard

from w2v import encodings
from w2v.errors import SettingsError
from w2v.peers import ELSEWHERE

# The C program lets the rate fall to this share of its start, not to zero.
LAST_RATE = 1e-4
LONGEST_WINDOW = 1_000
LONGEST_NGRAM, MOST_BUCKETS = 1000, 1 << 28

AUTO = "auto"
PRESETS = (AUTO, "text", "topics", "syntax", "items", "graph")


class AutoInt(int):
    """A number that nobody gave: `w2v.defaults` chooses it once the corpus is known; until then it is what it holds."""

    __str__ = int.__repr__  # in a message it is the number that counts

    def __repr__(self) -> str:
        return AUTO

    def plain(self) -> int:
        """Return the number, as if it had been given."""
        return int(self)


class AutoFloat(float):
    """As AutoInt."""

    __str__ = float.__repr__

    def __repr__(self) -> str:
        return AUTO

    def plain(self) -> float:
        """Return the number, as if it had been given."""
        return float(self)


def available_threads() -> int:
    """CPUs that this process may use; containers and `taskset` can allow fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _setting(
    default: Any,
    option: str,
    help: str,
    low: float | None = None,
    high: float | None = None,
    *,
    choices: tuple[str, ...] = (),
    shaping: bool = False,
    reading: bool = False,
) -> Any:
    given = {"default_factory" if callable(default) else "default": default}
    return field(
        **given,
        metadata={
            "option": option, "help": help, "low": low, "high": high, "choices": choices, "shaping": shaping,
            "reading": reading,
        },
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """Everything that decides what a training run computes; checked once, at birth.

    What is not given, or given as "auto", is chosen once the corpus is known, see `w2v.defaults`; what is given is
    obeyed. The numbers here in its place are those of the C program.

    The metadata of each field holds the name of its option on the command line, its help text, its limits (inclusive)
    or the values that it may have, whether it shapes a model (then text that is added to the model later must have the
    same) and whether it decides how text is read, so that the option, the check and the message agree.
    Raises SettingsError for a value of another type or outside the limits.

    >>> TrainSettings(dim=50).dim
    50

    The fields, with their options on the command line:
    """

    objective: str = _setting(
        "skipgram", "--objective", "Learn to predict a word from each near word (skipgram) or from their mean (cbow),"
        " or how often words occur near each other (glove).", choices=("skipgram", "cbow", "glove"), shaping=True,
    )  # fmt: skip
    loss: str = _setting(
        "ns", "--loss", "Negative sampling (ns), or hierarchical softmax with a Huffman tree (hs).",
        choices=("ns", "hs"), shaping=True,
    )  # fmt: skip
    negatives_per: str = _setting(
        "window", "--negatives-per", "Draw negatives once for each window (fast), or for each pair (classic).",
        choices=("window", "pair"),
    )  # fmt: skip
    dim: int = _setting(100, "--dim", "Numbers in each vector.", 1, 10_000, shaping=True)
    subwords: str = _setting(
        "", "--subwords", "Lengths of character n-grams, such as 3-6, that are a part of a word's vector (fastText):"
        " then words never seen have vectors.", shaping=True,
    )  # fmt: skip
    buckets: int = _setting(
        2_000_000, "--buckets", "Rows that the n-grams of --subwords are hashed to.", 1, MOST_BUCKETS, shaping=True
    )
    window: int = _setting(AutoInt(5), "--window", "Furthest context word on either side.", 1, LONGEST_WINDOW)
    window_mode: str = _setting(
        "shrink", "--window-mode", "shrink: each center draws from 1 to --window; fixed: all take --window; line: the"
        f" whole line, up to {LONGEST_WINDOW:,} words on either side.", choices=("shrink", "fixed", "line"),
    )  # fmt: skip
    negatives: int = _setting(AutoInt(5), "--negative", "Noise words drawn for each center word.", 1, 100)
    epochs: int = _setting(AutoInt(5), "--epochs", "Passes over the corpus.", 1, 100_000)
    min_count: int = _setting(
        AutoInt(5), "--min-count", "Drop words that occur fewer times.", 1, 2**31 - 1, reading=True
    )
    max_vocab: int = _setting(
        2**31 - 1, "--max-vocab", "Keep at most this many words, the most frequent.", 1, 2**31 - 1, reading=True
    )
    sample: float = _setting(
        AutoFloat(1e-3), "--sample", "Thin out words more frequent than this share; 0 keeps all.", 0.0, 1.0
    )
    rate: float = _setting(
        AutoFloat(0.025),
        "--alpha",
        "Learning rate at the start; falls linearly to 1/10000 of it, or for glove as AdaGrad has it.",
        1e-9,
        10.0,
    )
    min_rate: float = _setting(
        0.0, "--min-alpha", "The learning rate falls no lower than this; 0: 1/10000 of --alpha.", 0.0, 10.0
    )
    x_max: float = _setting(
        AutoFloat(100.0), "--x-max", "GloVe: a pair that co-occurs more often than this weighs no more.", 1e-3, 1e12
    )
    ns_exponent: float = _setting(
        AutoFloat(0.75), "--ns-exponent", "Noise words are drawn by count to this power.", -10.0, 10.0
    )
    threads: int = _setting(
        available_threads, "--threads", "Threads; the same number gives exactly the same vectors.", 1, 1_024
    )
    groups: int = _setting(
        1, "--groups", "Groups of threads that merge seldom with each other: one for each machine of a cluster.", 1, 128
    )
    seed: int = _setting(1, "--seed", "Seed of all random numbers.", 0, 2**63 - 1)
    tokenizer: str = _setting(
        "words", "--tokenizer", "How text is split: words, whitespace, characters, jieba (Chinese), mecab (Japanese).",
        shaping=True, reading=True,
    )  # fmt: skip
    keep_case: bool = _setting(
        False, "--keep-case", "Distinguish Rose from rose; else words are lower-cased.", shaping=True, reading=True
    )
    encoding: str = _setting(
        "auto", "--encoding", "Encoding of the text, as Python names it: latin-1, gb18030, shift_jis ... A byte"
        " order mark has precedence; auto is UTF-8, and anything else is refused.", reading=True,
    )  # fmt: skip
    vocab: str = _setting(
        "", "--vocab", "Train only the words of this file, lines of `word count`; they are counted again.", reading=True
    )
    phrases: int = _setting(
        0, "--phrases", "Passes that join words into phrases, such as new_york; each may double their length.", 0, 5,
        shaping=True, reading=True,
    )  # fmt: skip
    phrase_score: str = _setting(
        "word2phrase", "--phrase-score", "How pairs are scored: word2phrase, or npmi (from -1 to 1).", reading=True,
        choices=("word2phrase", "npmi"),
    )  # fmt: skip
    phrase_threshold: float = _setting(
        0.0, "--phrase-threshold", "Join pairs that score higher; 0 is 100 for word2phrase and 0.5 for npmi.",
        -1.0, 1e9, reading=True,
    )  # fmt: skip
    phrase_min_count: int = _setting(
        5, "--phrase-min-count", "Join pairs that occur at least this often.", 1, 2**31 - 1, reading=True
    )

    documents: str = _setting(
        "none", "--documents", "Vectors of documents beside those of the words: one for each file, or each line.",
        choices=("none", "file", "line"),
    )  # fmt: skip
    # 16 times the C program's. Analogies / WordSim-353 / SimLex-999 with 2, 4, 8 and 16, 20 MB of enwiki-clean, 5
    # epochs, one thread, 3 or 4 seeds (GloVe, 25 epochs, with 0.5, 2, 4 and 8, 6 seeds):
    #     skip-gram      .116 / .534 / .242   .118 / .546 / .242   .116 / .562 / .240   .110 / .583 / .228
    #     pair by pair   .109 / .506 / .250   .112 / .518 / .250   .113 / .534 / .249   .109 / .560 / .243
    #     with a tree    .137 / .623 / .209   .137 / .625 / .211   .141 / .623 / .210   .146 / .625 / .200
    #     CBOW           .097 / .524 / .236   .108 / .535 / .232   .117 / .547 / .223   .122 / .555 / .206
    #     with a tree    .088 / .589 / .178   .088 / .581 / .178   .088 / .583 / .174
    #     GloVe          .075 / .334 / .127   .080 / .335 / .127   .081 / .331 / .130   .085 / .338 / .131
    # With subwords, two threads, .525 / .502 / .217 with 2 and .517 / .512 / .220 with 8, rare words .168 and .170 (4).
    # Where a corpus is read often enough it makes no difference: without options 20 MB have .164 / .631 / .246 with 2
    # and .166 / .640 / .246 with 8 (4 seeds), 100 MB .448 / .672 / .299 and .447 / .681 / .298 (2 seeds).
    initial: float = _setting(
        8.0, "--initial", "Vectors begin as random numbers up to this / --dim (in the C program 0.5).", 1e-6, 100.0
    )
    start_from: str = _setting("", "--start-from", "Begin with the vectors of this file, for the words that it has.")
    add_output: bool = _setting(
        False, "--add-output", "Add the output row of each word to its vector (w + c of Pennington et al. 2014)."
    )
    end_of_sentence: bool = _setting(
        False, "--end-of-sentence", "Begin the file with the row </s>, where the C program's tools expect it."
    )

    preset: str = _setting(
        AUTO, "--preset", "What the vectors are for: chooses defaults that go together.", choices=PRESETS
    )

    def __post_init__(self) -> None:
        for setting in fields(self):
            given = getattr(self, setting.name)
            if isinstance(given, str) and given == AUTO and is_auto(setting.default):
                given = setting.default
            object.__setattr__(self, setting.name, value := _of_type(setting.name, str(setting.type), given))
            low, high = setting.metadata["low"], setting.metadata["high"]
            if low is not None and not low <= value <= high:
                option = setting.metadata["option"]
                raise SettingsError(f"{option} must be from {low:g} to {high:g}, not {value}")
            choices = setting.metadata["choices"]
            if choices and value not in choices:
                raise SettingsError(f"{setting.metadata['option']} must be {' or '.join(choices)}, not {value}")
        if self.encoding != "auto":
            encodings.check(self.encoding)
        if self.add_output and self.loss == "hs":
            raise SettingsError("--add-output: with --loss hs a word has no output row, the nodes of its path have")
        if self.documents == "line" and self.phrases:
            raise SettingsError(
                "--documents line goes with --phrases 0: where words are joined, the ends of lines are lost"
            )
        shortest, longest = self.ngrams
        if self.subwords and (
            not 1 <= shortest <= longest <= LONGEST_NGRAM or self.subwords != f"{shortest}-{longest}"
        ):
            raise SettingsError(
                f"--subwords must be lengths of n-grams such as 3-6, from 1 to {LONGEST_NGRAM}, not {self.subwords}"
            )
        if self.subwords and self.add_output:
            raise SettingsError("--add-output: the n-grams of --subwords have no output rows to add")
        if self.subwords and self.start_from:
            raise SettingsError("--start-from begins with the rows of words, and --subwords has those of n-grams too")
        if self.min_rate > self.rate:
            raise SettingsError(f"--min-alpha {self.min_rate:g} is above --alpha {self.rate:g}")

    @property
    def reach(self) -> int:
        """The furthest context on either side."""
        return LONGEST_WINDOW if self.window_mode == "line" else self.window

    @property
    def ngrams(self) -> tuple[int, int]:
        """Characters of the shortest and the longest n-grams of --subwords; zeros without."""
        shortest, _, longest = self.subwords.partition("-")
        numbers = [int(length) if length.isascii() and length.isdigit() else 0 for length in (shortest, longest)]
        return numbers[0], numbers[1]

    @property
    def last_rate(self) -> float:
        """The share of the rate at the start that it falls to; AdaGrad has its own way."""
        if self.objective == "glove":
            return 1.0
        return self.min_rate / self.rate if self.min_rate else LAST_RATE

    def rate_left(self, done: float) -> float:
        """Return the share of the rate at the start that is left when a share of the run is done."""
        return max(1 - done, self.last_rate)


TrainSettings.__doc__ = (TrainSettings.__doc__ or "").rstrip() + "".join(
    f"\n    {setting.name:<18}{setting.metadata['option']:<20}{setting.metadata['help']}"
    for setting in fields(TrainSettings)
)


def is_auto(value: object) -> TypeGuard[AutoInt | AutoFloat]:
    """Return whether this value of a setting was left to `w2v.defaults`.

    >>> is_auto(TrainSettings().epochs), is_auto(TrainSettings(epochs=5).epochs)
    (True, False)
    """
    return isinstance(value, (AutoInt, AutoFloat))


def _of_type(name: str, kind: str, value: Any) -> Any:
    """Return `value` as the type of its field; NumPy's whole numbers and floats become Python's."""
    if is_auto(value):
        return value
    is_bool = isinstance(value, bool)
    if kind == "int" and isinstance(value, Integral) and not is_bool:
        return int(value)
    if kind == "float" and isinstance(value, Real) and not is_bool:
        return float(value)
    if (kind == "bool" and is_bool) or (kind == "str" and isinstance(value, str)):
        return value
    wanted = {"int": "a whole number", "float": "a number", "bool": "True or False", "str": "a text (str)"}[kind]
    raise SettingsError(f"{name} must be {wanted}, not {value!r}")


def describe(name: str) -> dict[str, Any]:
    """Return default, limits, option name and help text of the setting `name`, and whether it is `shaping`."""
    setting = next(setting for setting in fields(TrainSettings) if setting.name == name)
    return {"default": getattr(TrainSettings(), name), **setting.metadata}


def names(kind: str = "") -> tuple[str, ...]:
    """Return the names of all settings; or of those that are "shaping" or "reading", see TrainSettings."""
    return tuple(setting.name for setting in fields(TrainSettings) if not kind or setting.metadata[kind])


def gathered(settings: TrainSettings | None, more: Mapping[str, Any]) -> TrainSettings:
    """Return settings given as one object or by name. Raises TypeError for both, or for a name that there is not.

    >>> gathered(None, {"vector_size": 50})
    Traceback (most recent call last):
    TypeError: there is no setting 'vector_size'; did you mean dim?
    """
    for name in more.keys() - set(names()):
        like = get_close_matches(name, names(), 1)
        meant = ELSEWHERE.get(name, like[0] if like else "")
        hint = f"did you mean {meant}?" if meant else f"there are {', '.join(names())}"
        raise TypeError(f"there is no setting {name!r}; {hint}")
    if settings is None:
        return TrainSettings(**more)
    if not isinstance(settings, TrainSettings):
        raise TypeError(f"settings must be a TrainSettings, not {type(settings).__name__}; or by name: dim=100")
    if more:
        raise TypeError(f"settings are given once: in a TrainSettings, or by name ({', '.join(more)})")
    return settings
