"""Training on more than one machine: executors whose workers are on the machines of a Ray cluster."""

from __future__ import annotations

from w2v.settings import TrainSettings
from w2v.training.cluster import strata, worker
from w2v.training.cluster.executor import Cluster, StrataCluster
from w2v.training.cluster.nodes import Nodes
from w2v.training.cluster.readers import Readers, readable

__all__ = ["Cluster", "Nodes", "Readers", "StrataCluster", "compile_ahead", "readable"]


def compile_ahead(settings: TrainSettings) -> None:
    """Compile what a worker runs; does nothing the second time."""
    (strata if settings.objective == "glove" else worker).compile_ahead(settings)
