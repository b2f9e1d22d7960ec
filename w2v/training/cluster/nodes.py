"""The machines of a Ray cluster: how they are reached, and whether they can train together.

auto              the cluster that this machine, or this Ray job, is part of
ray://host:port   a cluster somewhere else, by Ray's own client
local:N           N workers as processes of this machine, to try it
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import w2v
from w2v import __version__
from w2v.errors import ClusterError, MissingExtraError, SettingsError, W2VError
from w2v.settings import available_threads
from w2v.training.cluster.mesh import LostWorkerError
from w2v.training.outputs import machine

PROBE_SECONDS = 120.0  # the first process on a node loads w2v and its libraries
STORE_BYTES = 256_000_000  # for parts of the corpus and of the tables that are on their way
COMPARED = ("w2v", "numpy", "numba", "llvmlite", "lanes")
FORM = re.compile(r"auto|local:[1-9][0-9]{0,3}|ray://\S+")


# Ray writes to standard output that a worker was lost (in 60 words), and warns of graphics cards.
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
}  # fmt: skip


class Node(NamedTuple):
    """A machine: its number in Ray, its name, and its cores."""

    id: str
    name: str
    threads: int


def check_address(address: str) -> None:
    """Raise SettingsError if this is no form of --cluster, MissingExtraError if Ray is not installed."""
    if not FORM.fullmatch(address):
        raise SettingsError(f"--cluster must be auto, local:N or ray://host:port, not {address!r}")
    import_ray()


def import_ray() -> ModuleType:
    """Return the library, if it is installed."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError as error:
        raise MissingExtraError("--cluster", "cluster") from error
    return ray


@dataclass
class Nodes:
    """A cluster that this process is connected with, as a context; `address` as --cluster has it."""

    address: str

    def __enter__(self) -> Nodes:
        check_address(self.address)
        self.ray = import_ray()
        self.local = self.address.startswith("local:")
        with _signals_kept():
            self._connect()
        try:
            self.all = self._probed()
        except BaseException:
            self.ray.shutdown()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        with _signals_kept():
            self.ray.shutdown()

    def _connect(self) -> None:
        quiet: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
        try:
            if self.local:
                # Ray must not count cores: the workers share those that there are.
                count = int(self.address.removeprefix("local:"))
                self.ray.init(
                    address="local", num_cpus=count, include_dashboard=False, object_store_memory=STORE_BYTES, **quiet
                )
            else:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # what it warns of it also raises
                    self.ray.init(address=self.address, **quiet)
        except ImportError as error:
            raise MissingExtraError("--cluster ray://...", "cluster") from error
        except (ConnectionError, TimeoutError) as error:
            if self.address == "auto":
                problem = "no Ray cluster here; start one with `ray start --head`, or say where it is: ray://host:10001"
            else:
                problem = f"cannot be reached ({_first_line(error)}); is `ray start --head` running there?"
            raise ClusterError(f"--cluster {self.address}", problem) from error
        except (RuntimeError, ValueError, OSError) as error:
            raise ClusterError(f"--cluster {self.address}", _first_line(error)) from error

    def _probed(self) -> list[Node]:
        """Return the machines that can train together. Raises ClusterError where one differs."""
        ray = self.ray
        alive = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
        if not alive:
            raise ClusterError(f"--cluster {self.address}", "no machine of it has a core to offer")
        probe = ray.remote(num_cpus=0, max_retries=0)(about)
        pinned = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        asked = [probe.options(scheduling_strategy=pinned(node["NodeID"], soft=False)).remote() for node in alive]
        here, nodes = about(), []
        for node, reference in zip(alive, asked):
            name = node.get("NodeManagerHostname") or node["NodeManagerAddress"]
            there = self.get(reference, name, PROBE_SECONDS)
            different = [f"{what} {there[what]} (here {here[what]})" for what in COMPARED if there[what] != here[what]]
            if different:
                advice = "W2V_LANES=8 makes processors agree" if there["lanes"] != here["lanes"] else ""
                advice = advice or "install the same versions there"
                raise ClusterError(name, f"has {', '.join(different)}, so the vectors would differ; {advice}")
            nodes.append(Node(node["NodeID"], name, int(node["Resources"]["CPU"])))
        if self.local:
            (node,) = nodes
            return [node._replace(threads=max(1, available_threads() // node.threads))] * node.threads
        return sorted(nodes, key=lambda node: node.name)

    def describe(self) -> str:
        """Say what the cluster is made of."""
        cores = sum(node.threads for node in self.all)
        if self.local:
            return f"{len(self.all)} workers as processes of this machine, {available_threads()} cores"
        count, names = len(self.all), ", ".join(node.name for node in self.all)
        return f"{count} machine{'s'[: count > 1]}, {cores} cores: {names}"

    def start(self, kind: type[Any], node: Node, *arguments: Any) -> Any:
        """Start an actor on a machine; where that is gone, on any other."""
        # It asks for no core: where all are taken, by others or since a machine is gone, it would wait without a word.
        pinned = self.ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        options = self.ray.remote(kind).options(
            num_cpus=0, max_concurrency=4, scheduling_strategy=pinned(node.id, soft=True)
        )
        return options.remote(*arguments)

    def get(self, call: Any, name: str, seconds: float | None = None) -> Any:
        """Return what a call on the machine `name` returned.

        Raises LostWorkerError where the process is gone, ClusterError for what is wrong there. Anything else is a bug.
        """
        failures = self.ray.exceptions
        try:
            return self.ray.get(call, timeout=seconds)
        except failures.GetTimeoutError as error:
            raise ClusterError(name, f"did not answer within {seconds:.0f} s") from error
        except failures.RayTaskError as error:
            if isinstance(error.cause, LostWorkerError):
                raise LostWorkerError(str(error.cause)) from error
            if isinstance(error.cause, W2VError):
                raise ClusterError(name, str(error.cause)) from error
            if isinstance(error.cause, MemoryError):
                raise ClusterError(
                    name, "no memory is left there; more machines, or a smaller --dim, need less"
                ) from error
            if "No module named 'w2v'" in str(error):
                raise self._missing(name) from error
            if isinstance(error.cause, failures.RayError):  # what was given to it was on a machine that is gone
                raise LostWorkerError(f"{name}: the process ended") from error
            raise
        except failures.RuntimeEnvSetupError as error:
            raise ClusterError(name, _first_line(error)) from error
        except failures.RayError as error:
            if "No module named 'w2v'" in str(error):
                raise self._missing(name) from error
            raise LostWorkerError(f"{name}: the process ended") from error
        except ConnectionError as error:
            raise ClusterError(f"--cluster {self.address}", "the connection is lost") from error

    @staticmethod
    def _missing(name: str) -> ClusterError:
        return ClusterError(name, f"w2v is not installed there: pip install 'w2v[cluster]=={__version__}'")


def about() -> dict[str, Any]:
    """Return what must be the same on all machines; of w2v the sources too, for not every change has a version."""
    sources = sorted(Path(w2v.__file__).parent.rglob("*.py"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    return {"w2v": f"{__version__}-{digest[:8]}", **machine()}


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0]


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Ray puts a handler of its own on SIGTERM; ours saves the run."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
