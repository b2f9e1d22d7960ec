"""What all tests share: the command line as a function, small corpora, the shared data."""

from __future__ import annotations

from typing import NamedTuple

import hypothesis
import pytest
from click.testing import CliRunner
from where import DATA, SHARED

# A first call may compile a kernel: that is no slow test.
hypothesis.settings.register_profile("w2v", deadline=None)
hypothesis.settings.load_profile("w2v")


class Outcome(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


@pytest.fixture
def w2v(monkeypatch):
    """Run a command as a user would; anything but our own errors is raised."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("LANG", "C.UTF-8")
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments, input=None):
        from w2v.cli import cli

        result = CliRunner().invoke(
            cli, [str(argument) for argument in arguments], prog_name="w2v", input=input, catch_exceptions=False
        )
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def shared():
    """Return a file of the shared data, or skip the test where it is not there."""

    def find(name):
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"needs {path}: the development data, not part of the repository")
        return path

    return find


@pytest.fixture(scope="session")
def demo_vectors(tmp_path_factory):
    """Return a file of vectors of the demonstration corpus, trained once for all tests."""
    import w2v

    path = tmp_path_factory.mktemp("demo") / "vectors.txt"
    settings = w2v.TrainSettings(threads=1)
    w2v.save(w2v.train(w2v.read([DATA / "demo.txt"], settings), settings), path)
    return path


def pytest_make_parametrize_id(val, argname):
    """Name archives by their argument: they hold the second they were made in, and both workers need the same names."""
    return argname if isinstance(val, bytes) and val.startswith((b"\x1f\x8b", b"PK")) else None
