"""The page of a map in a real browser, as a reader would open it."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from urllib.parse import quote

import numpy as np
import pytest

from w2v import maps
from w2v.maps.map import Map

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt install chromium")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--dump-dom", "--virtual-time-budget=2000",
    "--enable-logging=stderr",
)  # fmt: skip
HOSTILE = "<img src=x onerror=document.title='broken'>"


def opened(page, word, tmp_path):
    """Return the document after its script has run, and what it wrote to the console."""
    result = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", f"{page.as_uri()}#{quote(word, safe='')}"],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return result.stdout, [line for line in result.stderr.split("\n") if "CONSOLE" in line]


def test_a_link_to_a_word_shows_it_with_its_neighbors_and_hostile_words_are_text(tmp_path):
    words = ("国家", HOSTILE, "king", "queen")
    neighbors = tuple(tuple((j, 0.5) for j in range(4) if j != i) for i in range(4))
    map = Map("four words", words, np.eye(4, 2), clusters=np.array([0, 0, 1, 1]), names=("a", HOSTILE),
              neighbors=neighbors)  # fmt: skip
    page = tmp_path / "map.html"
    maps.save(map, page)
    document, console = opened(page, "国家", tmp_path)
    assert console == []
    assert '<h2 id="word">国家</h2>' in document
    (near,) = re.findall(r'<ol id="near">(.*?)</ol>', document)
    shown = [html.unescape(word) for word in re.findall(r"<button[^>]*>(.*?)</button>", near)]
    assert shown == [HOSTILE, "king", "queen"]
    assert "<img" not in document
    assert "<title>four words</title>" in document
