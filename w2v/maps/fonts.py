"""Fonts for the scripts of the words: found among those installed, with a note where none has a character."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from w2v.languages import language_of

BASE = "DejaVu Sans"  # comes with matplotlib: Latin, Greek, Cyrillic, Hebrew, Arabic and more

# Han characters have other shapes in Japan, Korea, Taiwan: a font of the text's own language comes first.
BY_LANGUAGE = {
    "ja": ("Noto Sans CJK JP", "Noto Sans JP", "IPAexGothic", "IPAGothic", "TakaoGothic", "VL Gothic",
           "Hiragino Sans", "Yu Gothic", "Meiryo", "MS Gothic"),
    "ko": ("Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "UnDotum", "Apple SD Gothic Neo", "Malgun Gothic"),
    "zh": ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei",
           "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "SimHei", "Noto Sans CJK JP"),
}  # fmt: skip
ADVICE = "on Debian: apt install fonts-noto-cjk for Chinese, Japanese and Korean, fonts-noto for other scripts"


class Fonts(NamedTuple):
    """Families in the order in which a character is looked for, and the characters that none of them has."""

    families: list[str]
    missing: str


def find_fonts(words: Iterable[str]) -> Fonts:
    """Return font families that together have all characters of `words`, as far as there are any."""
    characters = {char for word in words for char in word if not unicodedata.category(char).startswith("C")}
    families = [BASE]
    missing = characters - _charmap(BASE)
    candidates = [name for name in BY_LANGUAGE[_language(characters)] if name in _installed()]
    for family in (*candidates, *sorted(_installed())):
        if not missing:
            break
        if missing & _charmap(family):
            families.append(family)
            missing -= _charmap(family)
    return Fonts(families, "".join(sorted(missing)))


def note(fonts: Fonts) -> str:
    """Return a warning of characters that will be empty boxes, or nothing."""
    if not fonts.missing:
        return ""
    shown = " ".join(fonts.missing[:10]) + (" ..." if len(fonts.missing) > 10 else "")
    return (
        f"no installed font has {len(fonts.missing)} of the characters ({shown}); they show as boxes. "
        f"Install one ({ADVICE}), or write .html, where the browser finds its own"
    )


def _language(characters: set[str]) -> str:
    """Kana means Japanese, Hangul Korean; Han alone is taken for Chinese."""
    if language_of("".join(characters), "zh") == "ja":
        return "ja"
    return "ko" if any("\uac00" <= char <= "\ud7af" for char in characters) else "zh"


@lru_cache(maxsize=1)
def _installed() -> dict[str, str]:
    """Return the path of a regular face of each family."""
    from matplotlib import font_manager

    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in font_manager.findSystemFonts():
        # matplotlib keeps a list of fonts from its first run: one installed since is missing from it.
        if path not in known and Path(path).suffix.lower() in (".ttf", ".otf", ".ttc"):
            try:
                font_manager.fontManager.addfont(path)
            except (RuntimeError, OSError):  # a file that FreeType cannot read is no font of ours
                continue
    faces: dict[str, str] = {}
    for entry in sorted(font_manager.fontManager.ttflist, key=lambda entry: (entry.style != "normal", entry.fname)):
        if entry.style == "normal" and entry.weight in (400, "normal", "regular", 500):
            faces.setdefault(entry.name, entry.fname)
    return faces


@cache
def _charmap(family: str) -> frozenset[str]:
    from matplotlib.ft2font import FT2Font

    path = _installed().get(family)
    if path is None:
        return frozenset()
    try:
        return frozenset(map(chr, FT2Font(path).get_charmap()))
    except (RuntimeError, OSError, ValueError):
        return frozenset()
