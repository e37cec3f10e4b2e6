"""The stage of the edge's tests: a node in this process whose clock stands still."""

from tests.edge.conftest import empty_root, stage

__all__ = ["empty_root", "stage"]
