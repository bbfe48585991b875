"""x"""

from benchmarks.databases import Cluster
from benchmarks.figures import Record


def measure(clusters: list[Cluster | None]) -> Record:
    """x"""
    raise NotImplementedError
