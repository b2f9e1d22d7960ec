"""The help of the program and of its commands."""

from __future__ import annotations

import re

import pytest

from w2v.cli import COMMANDS, GROUPS


def test_commands_stand_in_groups_by_what_they_are_for(w2v):
    lines = w2v("--help").stdout.splitlines()
    assert [line for line in lines if line.endswith(":") and not line.startswith(" ")] == [
        "Options:", "Train:", "Ask:", "See:", "Files:",
    ]  # fmt: skip
    for title, names in GROUPS.items():
        after = lines[lines.index(f"{title}:") + 1 :]
        assert [line.split()[0] for line in after[: len(names)]] == list(names)


def test_a_misspelt_command_gets_the_right_suggestion(w2v):
    assert w2v("trian", "x").stderr == "Error: No such command 'trian'. Did you mean train?\n"
    assert w2v("xyz").stderr.startswith("Error: No such command 'xyz'")


@pytest.mark.parametrize("command", COMMANDS)
def test_wrong_usage_is_said_in_one_line(w2v, command):
    for arguments in ([command, "--no-such-option"], [command, "-"], ["--no-such-option"], [command]):
        result = w2v(*arguments)
        if result.exit_code == 2:
            assert re.fullmatch(r"Error: .*\n", result.stderr), arguments
    assert w2v(command, "--no-such-option").exit_code == 2


def test_where_an_argument_is_missing_the_help_is_named(w2v):
    assert w2v("train").stderr == "Error: Missing argument 'CORPUS...'. Try 'w2v train --help'.\n"
    assert w2v("explain").stderr == "Error: Missing argument 'SENTENCE...'. Try 'w2v explain --help'.\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_has_no_marks_of_its_formatting(w2v, command):
    shown = w2v(command, "--help").stdout
    assert "\\b" not in shown
    assert "\b" not in shown
