"""Trees: what is inside is read, what is outside is not there."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paaslint.tree import DiskTree, MemoryTree, OverlayTree, SubTree, Tree, normalise

FILES = {"a.txt": "a", "folder/b.txt": "b", "folder/deep/c.txt": "c"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    for path, text in FILES.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def trees(root: Path) -> list[Tree]:
    return [DiskTree(str(root), complete=True), MemoryTree(FILES, complete=True)]


def test_disk_and_memory_agree(root: Path) -> None:
    for path in ("a.txt", "/a.txt", "./folder/../a.txt", "folder", "folder/deep/c.txt", "missing", "", "../secret.txt"):
        disk, memory = trees(root)
        assert (disk.read(path), disk.exists(path)) == (memory.read(path), memory.exists(path)), path
    disk, memory = trees(root)
    assert list(disk.list("folder")) == list(memory.list("folder")) == [("b.txt", False), ("deep", True)]


@pytest.mark.parametrize("link", ["file", "folder"])
def test_a_link_out_of_the_root_leads_nowhere(root: Path, link: str) -> None:
    if link == "file":
        os.symlink(root.parent / "secret.txt", root / "folder" / "link.txt")
        path = "folder/link.txt"
    else:
        os.symlink(root.parent, root / "out")
        path = "out/secret.txt"
    tree = DiskTree(str(root), complete=True)
    assert tree.read(path) is None
    assert tree.exists(path) is False


def test_a_link_inside_the_root_is_followed(root: Path) -> None:
    os.symlink(root / "folder", root / "again")
    os.symlink("b.txt", root / "folder" / "same.txt")
    tree = DiskTree(str(root))
    assert tree.read("again/b.txt") == tree.read("folder/same.txt") == b"b"


def test_a_root_behind_a_link_is_a_root(root: Path) -> None:
    os.symlink(root, root.parent / "alias")
    assert DiskTree(str(root.parent / "alias")).read("folder/b.txt") == b"b"


def test_what_a_partial_tree_does_not_hold_is_unknown(root: Path) -> None:
    assert DiskTree(str(root)).exists("missing") is None
    assert DiskTree(str(root), complete=True, unknown=("module",)).exists("module/x") is None
    assert MemoryTree(FILES).exists("missing") is None


def test_a_disk_tree_pickles_as_its_root(root: Path) -> None:
    tree = pickle.loads(pickle.dumps(DiskTree(str(root), complete=True, unknown=("x",))))
    assert (tree.root, tree.complete, tree.unknown) == (str(root), True, ("x",))


def test_a_subtree_cannot_be_left() -> None:
    tree = SubTree(MemoryTree(FILES, complete=True), "folder")
    assert (tree.read("b.txt"), tree.read("../a.txt"), tree.exists("../a.txt")) == (b"b", None, False)


def test_buffers_lie_over_files() -> None:
    tree = OverlayTree(MemoryTree(FILES), {"a.txt": "new", "folder/d.txt": "d"})
    assert (tree.read("a.txt"), tree.read("folder/b.txt")) == (b"new", b"b")
    assert ("d.txt", False) in tree.list("folder")


@given(st.text(max_size=30))
def test_no_path_leaves_the_root(path: str) -> None:
    clean = normalise(path)
    assert clean is None or not (clean.startswith(("/", "../")) or clean == "..")
