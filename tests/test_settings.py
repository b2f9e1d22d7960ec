"""Settings are whole when they exist: what is of another type, or out of its limits, is refused by name."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from w2v.errors import SettingsError
from w2v.settings import TrainSettings, describe, names


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dim": 10.5}, "dim must be a whole number, not 10.5"),
        ({"dim": "100"}, "dim must be a whole number, not '100'"),
        ({"epochs": True}, "epochs must be a whole number, not True"),
        ({"rate": None}, "rate must be a number, not None"),
        ({"sample": False}, "sample must be a number, not False"),
        ({"tokenizer": None}, "tokenizer must be a text (str), not None"),
        ({"keep_case": 1}, "keep_case must be True or False, not 1"),
        ({"dim": 0}, "--dim must be from 1 to 10000, not 0"),
        ({"sample": float("nan")}, "--sample must be from 0 to 1, not nan"),
    ],
)
def test_a_setting_of_another_type_or_out_of_range_is_refused_by_name(given, message):
    with pytest.raises(SettingsError) as caught:
        TrainSettings(**given)
    assert str(caught.value) == message


def test_numbers_of_numpy_are_numbers_and_a_whole_rate_is_a_float():
    settings = TrainSettings(dim=np.int64(7), rate=1, sample=np.float32(0.5))
    assert [type(value) for value in (settings.dim, settings.rate, settings.sample)] == [int, float, float]


def test_each_setting_says_its_option_and_what_it_does():
    assert all(describe(name)["option"].startswith("--") and describe(name)["help"] for name in names())
    assert names("shaping") == ("objective", "loss", "dim", "subwords", "buckets", "tokenizer", "keep_case", "phrases")


@pytest.mark.parametrize("name", ["klingon", "hex", "", "utf-8\0"])
def test_an_encoding_that_python_does_not_have_is_refused(name):
    with pytest.raises(SettingsError, match="--encoding: there is no encoding"):
        TrainSettings(encoding=name)


def test_what_is_left_open_is_auto_in_a_repr_and_a_number_in_a_message_and_in_json():
    settings = TrainSettings()
    assert "epochs=auto" in repr(settings)
    assert f"{settings.epochs} {settings.sample} {settings.rate:g}" == "5 0.001 0.025"
    assert json.loads(json.dumps(asdict(settings)))["sample"] == 0.001
