"""`w2v train --cluster`: the same file of vectors, and one line for what is wrong."""

from __future__ import annotations

import json
import sys

import pytest
from where import DATA


@pytest.mark.parametrize("address", ["local", "local:0", "localhost:10001", "local:four", ""])
def test_an_address_of_no_known_form_is_wrong_usage(w2v, tmp_path, address):
    result = w2v("train", DATA / "demo.txt", "-o", tmp_path / "v.txt", "--cluster", address)
    assert result.exit_code == 2
    assert result.stderr == f"Error: --cluster must be auto, local:N or ray://host:port, not {address!r}\n"
    assert not list(tmp_path.iterdir())


def test_without_ray_the_extra_is_named(w2v, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    result = w2v("train", DATA / "demo.txt", "-o", tmp_path / "v.txt", "--cluster", "local:2")
    assert (result.exit_code, result.stderr) == (1, "Error: --cluster needs an extra: pip install 'w2v[cluster]'\n")


def test_no_cluster_here_and_one_that_cannot_be_reached(w2v, tmp_path, monkeypatch):
    ray = pytest.importorskip("ray", reason="needs Ray: pip install 'w2v[cluster]'")

    def fail(**more):
        raise ConnectionError("Could not find any running Ray instance.\nPlease specify the one to connect to")

    monkeypatch.setattr(ray, "init", fail)
    here = w2v("train", DATA / "demo.txt", "-o", tmp_path / "v.txt", "--cluster", "auto")
    assert here.stderr == (
        "Error: --cluster auto: no Ray cluster here; start one with `ray start --head`, or say where it is:"
        " ray://host:10001\n"
    )
    there = w2v("train", DATA / "demo.txt", "-o", tmp_path / "v.txt", "--cluster", "ray://nowhere:10001")
    assert there.stderr == (
        "Error: --cluster ray://nowhere:10001: cannot be reached (Could not find any running Ray instance.);"
        " is `ray start --head` running there?\n"
    )
    assert (here.exit_code, there.exit_code) == (1, 1)


@pytest.mark.slow
def test_a_run_on_a_cluster_writes_the_vectors_of_one_on_a_machine(w2v, tmp_path, nodes, monkeypatch):
    from w2v.training import session

    class Connected:
        """The cluster of the other tests; its start and end are theirs."""

        def __init__(self, address):
            assert address == "local:3"

        def __enter__(self):
            return nodes

        def __exit__(self, *error):
            pass

    monkeypatch.setattr(session, "Nodes", Connected)
    common = ["train", DATA / "demo.txt", "--threads", "4", "--epochs", "2"]
    assert w2v(*common, "-o", tmp_path / "here.bin", "--report", tmp_path / "here.json").exit_code == 0
    result = w2v(*common, "-o", tmp_path / "there.bin", "--cluster", "local:3", "--report", tmp_path / "run.json")
    assert result.exit_code == 0, result.stderr
    assert result.stderr.startswith("cluster     3 workers as processes of this machine")
    assert (tmp_path / "here.bin").read_bytes() == (tmp_path / "there.bin").read_bytes()
    report, here = (json.loads((tmp_path / name).read_text()) for name in ("run.json", "here.json"))
    # What the driver never had, it accounts for: checksum, loss, and each file's tokens.
    assert (report["corpus"], report["by_file"]) == (here["corpus"], here["by_file"])
    assert sum(worker["tokens"] for worker in report["workers"]) == 2 * report["corpus"]["kept"]
    assert sum(worker["trained"] for worker in report["workers"]) == report["training"]["trained"]
