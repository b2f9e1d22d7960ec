"""The pictures of an explanation show the numbers of its tables."""

import numpy as np
import pytest

from w2v import explanation
from w2v.explanation.parts import Arrows, LookUp, Pairs, pairs_of
from w2v.explanation.terminal import render

SENTENCE = "the king lived in the castle"


@pytest.fixture(scope="module")
def explained():
    return explanation.explain([SENTENCE])


def picture(explained, kind):
    (found,) = [part for step in explained.steps for part in step.parts if isinstance(part, kind)]
    return found


def test_the_row_that_is_picked_is_that_of_the_word(explained):
    shown = picture(explained, LookUp)
    assert shown.word == "the"
    assert shown.id == explained.lookup.id("the")
    assert shown.rows == len(explained.toy.words) + 2
    np.testing.assert_allclose(shown.row, explained.toy.vectors["the"][: len(shown.row)], atol=1e-4)


@pytest.mark.parametrize("objective", ["skipgram", "cbow", "glove"])
def test_the_arrows_are_the_way_of_each_row_as_the_plane_sees_it(objective):
    explained = explanation.explain([SENTENCE], objective=objective)
    shown = picture(explained, Arrows)
    window, after = explained.window, explained.after
    assert shown.names == ("mean" if objective == "cbow" else window.word, *window.outputs)
    assert shown.targets == (1, *(answer < target for answer, target in zip(window.answers, window.targets)))
    arrows = (np.array(shown.after) - np.array(shown.before)) / shown.larger
    moved = np.vstack([after.row - window.row, after.others - window.others])[:, : explained.toy.settings.dim]
    # Its own way lies in the plane; what others lose by being looked at from the side is never negative.
    assert np.linalg.norm(arrows[0]) == pytest.approx(np.linalg.norm(moved[0]), rel=0.01)
    assert (np.linalg.norm(arrows, axis=1) <= np.linalg.norm(moved, axis=1) + 1e-5).all()
    extent = np.ptp(np.array(shown.before), axis=0).max()
    assert 0.2 * extent < np.linalg.norm(np.array(shown.after) - shown.before, axis=1).max() < 0.4 * extent
    assert f"{shown.larger} times" in shown.caption


def test_the_pairs_of_a_word_are_those_within_the_window(explained):
    shown = picture(explained, Pairs)
    assert [shown.words[at] for at in shown.contexts] == list(explained.window.outputs[: len(shown.contexts)])
    sentence = [f"w{number}" for number in range(40)]
    shown = pairs_of("", sentence, 39, 2)
    assert [shown.words[shown.center], *(shown.words[at] for at in shown.contexts)] == ["w39", "w37", "w38"]
    assert len(shown.words) == 12


def test_a_terminal_leaves_pictures_out(explained):
    assert picture(explained, Pairs).caption not in render(explained.steps, 80)


@pytest.mark.parametrize(
    "sentence", ["the king lived in the castle", "the dog and the cat and the queen", "a b a b a c", "el rey y el"]
)
def test_of_a_word_that_stands_there_several_times_the_pairs_are_those_of_the_table(sentence):
    explained = explanation.explain([sentence])
    shown, real = picture(explained, Pairs), int(explained.window.targets.sum())
    assert [shown.words[at] for at in shown.contexts] == list(explained.window.outputs[:real])
    assert shown.words[shown.center] == explained.window.word
