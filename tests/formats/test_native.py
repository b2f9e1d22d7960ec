"""Our own format keeps what others have no place for: output rows, and the titles of ids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from w2v import formats
from w2v.errors import FormatError, UnknownWordError
from w2v.formats import tidying


@pytest.fixture
def items(toy):
    output = np.random.default_rng(1).normal(size=toy.matrix.shape).astype(np.float32)
    return replace(toy, output=output, titles=("Björk", "", "New York", "Björk", "東京"))


@pytest.mark.parametrize(("dtype", "off"), [("float32", 0), ("float16", 2e-3), ("int8", 2e-2)])
def test_output_rows_and_titles_come_back(items, tmp_path, dtype, off):
    items = replace(items, matrix=items.output * np.float32(0.5))
    formats.save(items, tmp_path / "v.w2v", dtype=dtype)
    back = formats.load(tmp_path / "v.w2v")
    np.testing.assert_allclose(back.output, items.output, rtol=0, atol=off * np.abs(items.output).max())
    np.testing.assert_allclose(back.matrix, items.matrix, rtol=0, atol=off * np.abs(items.matrix).max())
    assert tuple(back.titles) == items.titles
    assert back.words == items.words


def test_an_id_is_found_as_it_stands_or_by_its_title_and_never_by_its_spelling(items):
    assert items.form("caf\u00e9") == "caf\u00e9"
    assert items.form("New York") == "caf\u00e9"
    assert items.form("Björk") == "the"  # of two with one title, the most frequent
    assert items.form("THE") is None
    assert items.form("") is None
    assert items.title("</s>") == "</s>"
    with pytest.raises(UnknownWordError) as caught:
        items.row("thee")
    assert caught.value.suggestions == ()
    with pytest.raises(UnknownWordError) as caught:
        items.row("new yrok")
    assert caught.value.suggestions == ("New York",)


def test_some_rows_keep_their_output_rows_and_titles(items):
    wanted = [items.output[0].copy(), items.output[2].copy()]
    first = tidying.first_of(items, 1)
    assert first.titles == ("Björk",)
    np.testing.assert_array_equal(first.output, wanted[:1])
    some, missing = tidying.selected(items, ["caf\u00e9", "the", "no"])
    assert (some.titles, missing) == (("Björk", "New York"), 1)
    np.testing.assert_array_equal(some.output, wanted)


def test_a_text_and_its_cache_hold_the_same(items, tmp_path):
    formats.save(items, tmp_path / "v.txt")
    assert formats.load(tmp_path / "v.txt").output is None
    assert formats.load(tmp_path / "v.txt").titles is None


def test_a_file_cut_short_behind_the_words_is_refused(items, tmp_path):
    formats.save(items, tmp_path / "v.w2v")
    (tmp_path / "v.w2v").write_bytes((tmp_path / "v.w2v").read_bytes()[:-3])
    with pytest.raises(FormatError, match="shorter than its header says"):
        formats.load(tmp_path / "v.w2v")


def test_by_title_what_is_shown_is_the_title_and_either_is_found(items):
    named = items.by_title()
    assert tuple(named.words) == ("Björk", "</s>", "New York", "Björk (a\u00a0b)", "東京")
    assert named.form("New York") == named.form("caf\u00e9") == "New York"
    np.testing.assert_array_equal(named["東京"], items["東京"])
