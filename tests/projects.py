"""Projects in memory, for tests."""

from __future__ import annotations

from paaslint.discover import discover_tree
from paaslint.load import load
from paaslint.model import Application, Project
from paaslint.tree import MemoryTree, SubTree


def project(files: dict[str, str], *, complete: bool = False) -> Project:
    """The one project that the files define."""
    tree = MemoryTree(files, complete=complete)
    (found,) = discover_tree(tree)
    return load(found, SubTree(tree, found.root))


def application(text: str) -> Application:
    """The application of a `.platform.app.yaml`."""
    return project({".platform.app.yaml": text}).applications[0]
