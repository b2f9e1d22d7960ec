"""Where the standard question sets come from. None of them is shipped: their licences differ."""

from __future__ import annotations

from typing import NamedTuple


class Source(NamedTuple):
    """A set that people use, and by which name to look for it.

    language  ISO 639-1 codes
    found     the project or paper that gives it away
    note      what to do before it can be read; "" if nothing
    """

    name: str
    kind: str
    language: str
    found: str
    note: str = ""


SOURCES = (
    Source("Google analogies", "analogies", "en", "questions-words.txt in the word2vec C program; Mikolov et al. 2013"),
    Source(
        "MSR syntactic analogies",
        "analogies",
        "en",
        "Mikolov, Yih & Zweig 2013, Linguistic Regularities",
        "write question and answer on one line, four words",
    ),
    Source("BATS 3.0", "analogies", "en", "Vecto project; Gladkova, Drozd & Matsuoka 2016", "give the folder"),
    Source("jBATS", "analogies", "ja", "Vecto project; Karpinska et al. 2018", "give the folder"),
    Source(
        "fastText analogies",
        "analogies",
        "fr hi pl",
        "fastText, page on vectors for 157 languages; Grave et al. 2018",
    ),
    Source("CA8", "analogies", "zh", "Chinese Word Vectors project; Li et al. 2018"),
    Source(
        "German analogies",
        "analogies",
        "de",
        "University of Stuttgart, IMS; Köper, Scheible & Schulte im Walde 2015",
    ),
    Source("WordSim-353", "similarities", "en", "Finkelstein et al. 2002; its two halves: Agirre et al. 2009"),
    Source("SimLex-999", "similarities", "en", "Hill, Reichart & Korhonen 2015"),
    Source("MEN", "similarities", "en", "Bruni, Tran & Baroni 2014"),
    Source("Rubenstein-Goodenough 65", "similarities", "en", "Rubenstein & Goodenough 1965"),
    Source("Rare Words (RW)", "similarities", "en", "Stanford NLP group; Luong, Socher & Manning 2013"),
    Source("SimVerb-3500", "similarities", "en", "Gerz et al. 2016"),
    Source("Multilingual SimLex, WordSim", "similarities", "de en it ru", "Leviant & Reichart 2015"),
    Source("Multi-SimLex", "similarities", "13 languages", "Multi-SimLex project; Vulić et al. 2020"),
    Source("AP", "categories", "en", "Almuhareb & Poesio 2005", "two columns: word, category"),
    Source("Battig", "categories", "en", "Battig & Montague 1969; Baroni et al. 2010", "two columns: word, category"),
    Source("BLESS", "categories", "en", "Baroni & Lenci 2011", "two columns: word, category"),
    Source("ESSLLI 2008", "categories", "en", "ESSLLI 2008 workshop on distributional semantics, concrete nouns"),
    Source(
        "8-8-8 outlier detection",
        "odd one out",
        "en",
        "Camacho-Collados & Navigli 2016",
        "a line for each outlier: the eight words, then it",
    ),
)
