import sys
from pathlib import Path

import numpy as np
import pytest
from toy_vectors import toy  # noqa: F401  # a fixture

from w2v import formats
from w2v.cli import shell
from w2v.vectors import Vectors

pytestmark = pytest.mark.usefixtures("toy")


def test_the_shell_answers_shows_errors_and_goes_on(w2v):
    pytest.importorskip("prompt_toolkit")
    lines = """similar king -n 1

expr king - man + woman -n 1
similar 'New York' -n 1
similar kng
nonsense
similar 'king
odd king
vector -v other.txt x
analogy king man woman -n 1
exit
similar never
"""
    result = w2v("shell", input=lines)
    assert result.exit_code == 0
    assert result.stdout == "国王  1.0000\nqueen  0.9586\nman  0.0000\nqueen  0.9586\n"
    assert result.stderr == (
        "vectors.txt: 7 words x 4. help lists the commands, Ctrl-D ends.\n"
        "Note: 'New York' is not in the vocabulary, 'new_york' is: used that.\n"
        "Error: 'kng' is not in the vocabulary. Did you mean king?\n"
        "Error: there is no command 'nonsense' here; help lists them\n"
        "Error: a quote does not end\n"
        "Error: which of them does not belong? That takes three words or more, not 1\n"
        "Error: other.txt: no such file; make one: w2v train CORPUS\n"
    )


def test_wrong_usage_and_help_do_not_end_the_shell(w2v):
    pytest.importorskip("prompt_toolkit")
    result = w2v("shell", input="similar --nonsense\nhelp\nsimilar --help\nsimilar king -n 1\n")
    assert result.exit_code == 0
    assert "No such option" in result.stderr
    assert "\nencode    Turn each TEXT" in result.stdout
    assert "List the words nearest to WORD" in result.stdout
    assert result.stdout.endswith("国王  1.0000\n")


def test_the_vectors_are_read_once(capsys):
    held = {Path("vectors.txt"): formats.load("vectors.txt")}
    Path("vectors.txt").unlink()
    shell.answer("similar king -n 1", Path("vectors.txt"), held)
    assert capsys.readouterr() == ("国王  1.0000\n", "")


def test_without_the_extra_it_is_named(w2v, monkeypatch):
    monkeypatch.setitem(sys.modules, "prompt_toolkit", None)
    assert w2v("shell") == (1, "", "Error: w2v shell needs an extra: pip install 'w2v[shell]'\n")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "",
            (
                0,
                [
                    *[
                        "similar",
                        "analogy",
                        "odd",
                        "compare",
                        "expr",
                        "axis",
                        "vector",
                        "words",
                        "sentence",
                        "encode",
                        "recommend",
                    ]
                ],
            ),
        ),
        ("an", (2, ["analogy"])),
        ("similar ki", (2, ["king"])),
        ("analogy king 国", (1, ["国王"])),
        ("expr (wo", (2, ["woman"])),
        ("similar king --min", (5, ["--min-cosine", "--min-count"])),
        ("similar ", (0, [])),
        ("similar zzz", (3, [])),
    ],
)
def test_commands_options_and_words_are_completed(line, expected):
    assert shell.Completions(formats.load("vectors.txt")).find(line) == expected


def test_the_most_frequent_words_are_proposed_first():
    words = tuple(f"x{i}" for i in range(99, 0, -1))
    found = shell.Completions(Vectors(words, np.ones((99, 1), np.float32))).find("similar x")[1]
    assert found == list(words[:20])


def test_the_prompt_gives_the_lines_typed_and_remembers_them():
    prompt_toolkit = pytest.importorskip("prompt_toolkit")
    from prompt_toolkit.application import create_app_session
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput

    assert prompt_toolkit
    with create_pipe_input() as typed, create_app_session(input=typed, output=DummyOutput()):
        typed.send_text("similar king\nlost\x03odd\n\x04")
        assert list(shell.prompted(formats.load("vectors.txt"))) == ["similar king", "odd"]
    assert "+similar king" in Path("cache", "shell-history").read_text()
