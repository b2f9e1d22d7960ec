"""Regions: every word is in one of each level, and their names are words of theirs."""

import numpy as np

from w2v.maps.regions import COUNTS, regions


def test_regions_of_each_level_hold_all_words_and_are_named_by_words_that_lie_there():
    rng = np.random.default_rng(0)
    corners = np.array([[-0.8, -0.8], [0.8, -0.8], [0, 0.8]], np.float32)
    group = np.arange(9000) % 3
    places = (corners[group] + rng.normal(scale=0.05, size=(9000, 2))).astype(np.float32)
    directions = np.eye(3, 8, dtype=np.float32)[group] + rng.normal(scale=0.1, size=(9000, 8)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    found = regions(
        [f"{'abc'[one]}{row}" for row, one in enumerate(group)], directions, places, np.random.default_rng(1)
    )
    for level, most in enumerate(reversed(COUNTS)):
        own = [region for region in found if region.level == level]
        assert 3 <= len(own) <= most
        assert sum(region.size for region in own) == 9000
        assert [region.size for region in own] == sorted((region.size for region in own), reverse=True)
        for region in own:
            at = np.hypot(*(corners - [region.x, region.y]).T).argmin()
            assert {name[0] for name in region.names} == {"abc"[at]}


def test_a_map_of_few_words_has_no_regions():
    rows = np.eye(4, dtype=np.float32)
    assert regions("abcd", rows, rows[:, :2], np.random.default_rng(0)) == []
