"""The lines that an explanation ends with do what it says, and all of its lines fit a terminal."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from w2v import explanation, formats
from w2v.explanation import Code
from w2v.languages import columns
from w2v.vectors import Vectors

SENTENCES = {
    "en": "the king lived in the castle",
    "es": "el rey vivía en el castillo",
    "zh": "国王 住 在 城堡 里",
    "ja": "王 は 城 に 住ん で い た",
}


@pytest.mark.parametrize(
    ("library", "looked_up"),
    [
        ("keras", "layer(np.array([0, 1, 2, 4])).detach().numpy()"),
        ("torch", "layer(torch.tensor([0, 1, 2, 4])).numpy()"),
    ],
)
def test_the_lines_put_the_matrix_into_a_layer(library, looked_up, tmp_path):
    for name in {library, "torch"}:  # Keras calculates with torch here
        pytest.importorskip(name)
    matrix = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    vectors = Vectors(("the", "king", "castle"), matrix)
    formats.save(vectors, tmp_path / "my.txt")
    explained = explanation.explain(["the king"], vectors, name="my.txt")
    load, *layers = [part.text for part in explained.steps[2].parts if isinstance(part, Code)]
    (layer,) = [text for text in layers if text.startswith(f"import {library}")]
    result = subprocess.run(
        [sys.executable, "-c", f"{load}\n{layer}\nprint({looked_up}.tolist())"],
        cwd=tmp_path, env=os.environ | {"KERAS_BACKEND": "torch"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    wanted = [np.zeros(5), matrix.mean(axis=0), matrix[0], matrix[2]]
    np.testing.assert_allclose(np.array(eval(result.stdout.splitlines()[-1])), wanted, rtol=1e-6)  # noqa: S307  # our own


@pytest.mark.parametrize("width", [50, 80])
@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize(("objective", "loss"), [("skipgram", "ns"), ("cbow", "ns"), ("cbow", "hs"), ("glove", "ns")])
def test_every_line_fits_the_terminal(language, width, objective, loss):
    explained = explanation.explain(
        ["the old king lived in the castle by the river", SENTENCES[language]], language=language, objective=objective,
        loss=loss,
    )  # fmt: skip
    lines = explanation.render(explained.steps, width).splitlines()
    assert [line for line in lines if columns(line) > width] == []


def test_the_lines_of_a_narrow_terminal_are_python_still():
    lines = explanation.render(explanation.explain(["the king"]).steps, 50).splitlines()
    first = lines.index("  import numpy as np, w2v")
    last = next(row for row, line in enumerate(lines) if line.startswith("`w2v encode`"))
    compile("\n".join(line.removeprefix("  ") for line in lines[first:last]), "lines", "exec")
