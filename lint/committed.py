"""Which files of a folder the repository has: what lies there, less what a `.gitignore` may keep out of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from .tree import Tree, normalise

MAX_ENTRIES = 2000
"""Files and folders that are looked at for one question."""


def committed_files(tree: Tree, folder: str) -> Iterator[str]:
    """The paths of the files below a folder that are surely committed, at most `MAX_ENTRIES`; a folder's files first.

    A file that some pattern of a `.gitignore` on its way may match is left out, even where a later pattern takes it
    in again: a working copy is full of files that the repository never sees.
    """
    clean = normalise(folder)
    if clean is None:
        return
    rest = MAX_ENTRIES
    known: dict[str, list[str]] = {}
    pending = [clean]
    while pending and rest > 0:
        here = pending.pop()
        for name, is_folder in tree.list(here):
            rest -= 1
            path = f"{here}/{name}" if here else name
            if name == ".git" or _may_be_ignored(tree, path, known):
                continue
            if is_folder:
                pending.append(path)
            else:
                yield path


def _may_be_ignored(tree: Tree, path: str, known: dict[str, list[str]]) -> bool:
    parts = path.split("/")
    for depth in range(len(parts)):
        folder = "/".join(parts[:depth])
        if folder not in known:
            known[folder] = _patterns(tree, folder)
        if any(_may_match(pattern, parts[depth:]) for pattern in known[folder]):
            return True
    return False


def _patterns(tree: Tree, folder: str) -> list[str]:
    data = tree.read(f"{folder}/.gitignore" if folder else ".gitignore") or b""
    lines = (line.rstrip() for line in data.decode("utf-8", "replace").splitlines())
    return [line for line in lines if line and line[0] not in "#!"]


def _may_match(pattern: str, parts: Sequence[str]) -> bool:
    """Whether a pattern may match a path below its folder, or a folder on the way to it."""
    segments = pattern.strip("/").split("/")
    if len(segments) == 1 and pattern[0] != "/":
        return any(fnmatchcase(part, segments[0]) for part in parts)
    for segment, part in zip(segments, parts, strict=False):
        if segment == "**":
            return True
        if not fnmatchcase(part, segment):
            return False
    return len(segments) <= len(parts)
