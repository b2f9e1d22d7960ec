"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
import shutil

import pytest
from where import DATA

README = (DATA.parent / "README.md").read_text()
EXAMPLES = [
    (block[0], block[1:])
    for console in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for block in (part.splitlines() for part in re.split(r"^\$ ", console, flags=re.MULTILINE) if part)
]


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory, demo_vectors):
    """Return a folder as a newcomer has it after the first command."""
    folder = tmp_path_factory.mktemp("newcomer")
    shutil.copytree(DATA, folder / "data")
    for file in demo_vectors.parent.iterdir():
        shutil.copy(file, folder)
    return folder


@pytest.mark.parametrize(("command", "shown"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_a_command_of_the_readme_prints_what_the_readme_shows(command, shown, w2v, newcomer, monkeypatch):
    monkeypatch.chdir(newcomer)
    program, *arguments = shlex.split(command)
    assert program == "w2v"
    outcome = w2v(*arguments)
    assert outcome.exit_code == 0
    printed = (outcome.stderr + outcome.stdout).splitlines()
    # Other processors round otherwise: words and layout must be the same, numbers have the same form.
    assert [mask(line) for line in shown] == [mask(line) for line in printed]


def mask(line):
    return re.sub(r"\d+(\.\d+)?", "#", line)


def test_the_readme_shows_each_command_with_its_output():
    assert len(EXAMPLES) >= 5
    assert all(shown for _, shown in EXAMPLES)


def test_the_lines_of_python_work(newcomer, monkeypatch, capsys):
    monkeypatch.chdir(newcomer)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(code, {})  # noqa: S102  # running the README's own lines is the test
    assert capsys.readouterr().out == "queen\n"


def test_every_command_stands_in_the_readme():
    from w2v.cli import COMMANDS

    for command in COMMANDS:
        assert f"w2v {command}" in README, f"the README does not show `w2v {command}`"
