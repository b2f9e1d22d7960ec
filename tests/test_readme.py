"""What the documentation shows is what happens, its numbers included."""

from __future__ import annotations

import ast
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
    monkeypatch.setattr("w2v.cli.progress.PLAIN_SECONDS", float("inf"))  # a slow machine would show how far it is
    program, *arguments = shlex.split(command)
    assert program == "w2v"
    outcome = w2v(*arguments)
    assert outcome.exit_code == 0
    printed = (outcome.stderr + outcome.stdout).splitlines()
    assert len(printed) == len(shown)
    for line, wanted in zip(printed, shown):
        assert_alike(line, wanted)


NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
SECONDS = re.compile(r"\d+\.\d+ s\b")  # how long a training took, this time


def assert_alike(line, wanted):
    """Fail where words, layout or counts differ at all, or a score by more than other processors' rounding."""
    line, wanted = (SECONDS.sub("some s", text) for text in (line, wanted))
    assert NUMBER.sub("#", line) == NUMBER.sub("#", wanted)
    for number, ours in zip(NUMBER.findall(line), NUMBER.findall(wanted)):
        if "." in ours:
            # With 4, 8 and 16 lanes the scores agree to four digits; one question of 150 is 0.0067.
            assert float(number) == pytest.approx(float(ours), abs=0.002), f"{line!r}, and the README has {wanted!r}"
        else:
            assert number == ours, f"{line!r}, and the README has {wanted!r}"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("queen  0.8443", "queen  0.8393"),
        ("total  0.9343  2100/2100", "total  0.9343  2099/2100"),
        ("v.txt: 2,492 words x 100, in 9.5 s", "v.txt: 2,493 words x 100, in 1.5 s"),
        ("queen   0.8393", "queen  0.8393"),
        ("[2, 422]", "[2, 423]"),
    ],
)
def test_a_number_that_has_changed_is_noticed(line, wanted):
    with pytest.raises(AssertionError):
        assert_alike(line, wanted)


def test_the_readme_shows_each_command_with_its_output():
    assert len(EXAMPLES) >= 5
    assert all(shown for _, shown in EXAMPLES)


PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_lines_of_python_work(newcomer, monkeypatch, capsys):
    monkeypatch.chdir(newcomer)
    exec(PYTHON[0], {})  # noqa: S102  # running the README's own lines is the test
    assert capsys.readouterr().out == "queen\n"


def test_a_table_becomes_recommendations(tmp_path, monkeypatch, capsys):
    pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    scenes = [["Sigur Rós", "Björk", "múm", "Amiina", "Sóley"], ["Bach", "Händel", "Vivaldi", "Telemann", "Purcell"]]
    rows = [f"{user},{artist},{play}" for user in range(60) for play, artist in enumerate(scenes[user % 2])]
    (tmp_path / "plays.csv").write_text("\n".join(["user,artist,time", *rows]))
    exec("import w2v\n" + PYTHON[1], {})  # noqa: S102  # as above
    assert set(ast.literal_eval(capsys.readouterr().out)) == {"múm", "Amiina", "Sóley"}


def test_the_readme_is_read_in_five_minutes():
    assert len(README.splitlines()) < 200
    assert README.count("![") == 3


def test_the_counts_in_the_readme_of_the_data_are_those_of_the_files():
    import w2v

    settings = w2v.TrainSettings()
    corpus = w2v.read([DATA / "demo.txt"], settings)
    account, words = corpus.account, corpus.vocabulary.words
    lines = (DATA / "questions.txt").read_text().splitlines()
    sections = sum(line.startswith(":") for line in lines)
    table = (DATA / "README.md").read_text()
    assert f"{account.sentences:,} sentences, {account.tokens:,} words, {account.types:,} of them different" in table
    assert f"{len(words):,} of these seen at least {settings.min_count} times" in table
    assert f"{len(lines) - sections:,} questions in {sections} sections" in table


@pytest.mark.parametrize("table", ["peers", "kernel", "defaults", "formats", "explore"])
def test_each_table_of_the_benchmark_has_its_place(table):
    """`scripts/benchmark --write` puts the peers into the README, and the others beside itself."""
    place = README if table == "peers" else (DATA.parent / "scripts" / "README.md").read_text()
    assert place.count(f"<!-- benchmark {table} -->") == place.count(f"<!-- end of benchmark {table} -->") == 1


def test_every_command_stands_in_the_readme():
    from w2v.cli import COMMANDS

    for command in COMMANDS:
        assert f"w2v {command}" in README, f"the README does not show `w2v {command}`"
