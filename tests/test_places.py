"""The user's cache."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from w2v.places import user_cache


@pytest.mark.skipif("os.name == 'nt'", reason="the customs of Unix")
@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"W2V_CACHE": "/chosen"}, "/chosen"),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/w2v"),
        ({"HOME": "/home/ana"}, "/home/ana/.cache/w2v"),
    ],
)
def test_the_cache_is_where_the_environment_says(environment, folder, monkeypatch):
    for name in ("W2V_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert user_cache() == Path(folder)


def test_a_user_without_a_home_gets_a_temporary_cache(monkeypatch):
    for name in ("W2V_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    assert user_cache() == Path(tempfile.gettempdir()) / "w2v"
