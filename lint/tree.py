"""Where files come from: a folder on disk, a dictionary, or unsaved buffers over either.

Nothing else in paaslint touches the file system, except the report that is written and the fixes that are asked
for. Paths are relative to the tree's root, with `/`; the root itself is `""`. A path that leaves the root does not
exist for a tree, nor does what a symbolic link outside of it points at.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Mapping, Sequence
from functools import lru_cache

MAX_FILE_BYTES = 16 * 1024 * 1024

_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""How a file is opened: without waiting for somebody to write into it, should it be a pipe."""


@lru_cache(maxsize=512)
def normalise(path: str) -> str | None:
    """`path` without `.`, `..` and doubled slashes; None where it leaves the root. A leading `/` is the root."""
    clean = posixpath.normpath(path.strip("/") or ".")
    if clean == ".." or clean.startswith("../"):
        return None
    return "" if clean == "." else clean


def odd_character(path: str) -> str:
    """The first quote or backslash in a path; empty where there is none. To the platform it is a part of a name, and
    nobody names a folder like that: quotes were written twice, or the path is one of Windows."""
    return next((character for character in path if character in "\\\"'"), "")


class Tree:
    """Files by path. `complete` says whether a file that is not there is known to be absent."""

    complete: bool = False

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, at most `MAX_FILE_BYTES` + 1 of them; None where there is no such readable file."""
        raise NotImplementedError

    def exists(self, path: str) -> bool | None:
        """Whether a file or folder is there; None where the tree is not complete and does not hold it."""
        raise NotImplementedError

    def list(self, folder: str) -> Sequence[tuple[str, bool]]:
        """The names in a folder, sorted, each with whether it is a folder; empty where there is none."""
        raise NotImplementedError

    def is_executable(self, path: str) -> bool | None:
        """Whether a file may be executed; None where the tree cannot tell."""
        raise NotImplementedError


class DiskTree(Tree):
    """A folder on disk. Pickles as its root; `unknown` are paths whose content the tree does not have."""

    __slots__ = ("_linked", "_names", "complete", "root", "unknown")

    def __init__(self, root: str, *, complete: bool = False, unknown: tuple[str, ...] = ()) -> None:
        self.root = os.path.abspath(root)
        self._linked = {"": False}
        self._names: dict[str, bool] | None = None
        self.complete = complete
        self.unknown = unknown

    def __reduce__(self) -> tuple[object, ...]:
        return _disk_tree, (self.root, self.complete, self.unknown)

    def _locate(self, path: str) -> str | None:
        """The path on disk; None where it is outside of the root, by itself or through a link, and where the root
        holds nothing of its first name."""
        clean = normalise(path)
        if clean is None or "\0" in clean:
            return None
        if not clean:
            return self.root
        full = f"{self.root}/{clean}"
        names = self._names if self._names is not None else self._list_root()
        if names:
            # One look at the root answers for most of what is asked: what is not there, and what is no link.
            first, slash, _ = clean.partition("/")
            is_link = names.get(first)
            if is_link is None:
                return None
            if not (is_link or slash):
                return full
        # Nearly nothing is a link, and where there is none, nothing leads outside.
        if self._is_linked(clean.rpartition("/")[0]) or os.path.islink(full):
            root = os.path.realpath(self.root)
            real = os.path.realpath(full)
            return full if real == root or real.startswith(root.rstrip(os.sep) + os.sep) else None
        return full

    def _list_root(self) -> dict[str, bool]:
        """The names in the root, each with whether it is a symbolic link; empty where they cannot be listed."""
        try:
            with os.scandir(self.root) as entries:
                self._names = {entry.name: entry.is_symlink() for entry in entries}
        except OSError:
            self._names = {}
        return self._names

    def _is_linked(self, folder: str) -> bool:
        """Whether a folder is a symbolic link or lies behind one; asked once for all the files in it."""
        found = self._linked.get(folder)
        if found is None:
            path = self.root
            found = any(os.path.islink(path := f"{path}/{name}") for name in folder.split("/"))
            self._linked[folder] = found
        return found

    def read(self, path: str) -> bytes | None:
        full = self._locate(path)
        if full is None:
            return None
        try:
            # The system's own calls: of a fleet's time, a file object for each file took a fiftieth.
            file = os.open(full, _READING)
            try:
                found = os.fstat(file)
                if not stat.S_ISREG(found.st_mode):
                    return None
                return _read(file, min(found.st_size, MAX_FILE_BYTES + 1))
            finally:
                os.close(file)
        except (OSError, ValueError):
            return None

    def exists(self, path: str) -> bool | None:
        full = self._locate(path)
        if full is not None and os.path.exists(full):
            return True
        clean = normalise(path)
        if clean is not None and any(clean == u or clean.startswith(u + "/") for u in self.unknown):
            return None
        return False if self.complete else None

    def list(self, folder: str) -> Sequence[tuple[str, bool]]:
        full = self._locate(folder)
        if full is None:
            return []
        try:
            with os.scandir(full) as entries:
                return sorted((e.name, e.is_dir(follow_symlinks=False)) for e in entries)
        except OSError:
            return []

    def is_executable(self, path: str) -> bool | None:
        full = self._locate(path)
        if full is None or os.name == "nt" or not os.path.isfile(full):
            return None
        return os.access(full, os.X_OK)


def _read(file: int, size: int) -> bytes:
    """At most `size` bytes of an open file."""
    data = os.read(file, size)
    while len(data) < size and (more := os.read(file, size - len(data))):
        data += more
    return data


def stamp(path: str) -> tuple[int, int] | None:
    """When a file or folder was written last, in nanoseconds, and its size; None where there is none."""
    try:
        state = os.stat(path)
    except (OSError, ValueError):
        return None
    return state.st_mtime_ns, state.st_size


def _disk_tree(root: str, complete: bool, unknown: tuple[str, ...]) -> DiskTree:
    return DiskTree(root, complete=complete, unknown=unknown)


class MemoryTree(Tree):
    """Files given as a dictionary from path to text or bytes."""

    __slots__ = ("_files", "complete")

    def __init__(self, files: Mapping[str, str | bytes], *, complete: bool = False) -> None:
        self._files = {
            path: content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
            for path, content in files.items()
        }
        self.complete = complete

    def read(self, path: str) -> bytes | None:
        clean = normalise(path)
        return None if clean is None else self._files.get(clean)

    def exists(self, path: str) -> bool | None:
        clean = normalise(path)
        if clean is not None and (
            not clean or clean in self._files or any(name.startswith(clean + "/") for name in self._files)
        ):
            return True
        return False if self.complete else None

    def list(self, folder: str) -> Sequence[tuple[str, bool]]:
        clean = normalise(folder)
        if clean is None:
            return []
        prefix = clean + "/" if clean else ""
        names: dict[str, bool] = {}
        for path in self._files:
            if path.startswith(prefix):
                name, slash, _ = path[len(prefix) :].partition("/")
                names[name] = bool(slash) or names.get(name, False)
        return sorted(names.items())

    def is_executable(self, path: str) -> bool | None:
        return None


class OverlayTree(Tree):
    """Unsaved buffers over another tree: what an editor sees. A buffer that is None hides a file of the base."""

    __slots__ = ("_base", "_buffers", "_hidden", "complete")

    def __init__(self, base: Tree, buffers: Mapping[str, str | bytes | None]) -> None:
        self._base = base
        self._buffers = MemoryTree({path: content for path, content in buffers.items() if content is not None})
        self._hidden = {path for path, content in buffers.items() if content is None}
        self.complete = base.complete

    def read(self, path: str) -> bytes | None:
        buffered = self._buffers.read(path)
        return self._base.read(path) if buffered is None and normalise(path) not in self._hidden else buffered

    def exists(self, path: str) -> bool | None:
        if self._buffers.exists(path):
            return True
        return False if normalise(path) in self._hidden else self._base.exists(path)

    def list(self, folder: str) -> Sequence[tuple[str, bool]]:
        names = {**dict(self._base.list(folder)), **dict(self._buffers.list(folder))}
        prefix = f"{clean}/" if (clean := normalise(folder)) else ""
        return sorted((name, is_folder) for name, is_folder in names.items() if prefix + name not in self._hidden)

    def is_executable(self, path: str) -> bool | None:
        return self._base.is_executable(path)


class SubTree(Tree):
    """A folder of another tree as a tree of its own."""

    __slots__ = ("_base", "_prefix", "complete")

    def __init__(self, base: Tree, folder: str) -> None:
        self._base = base
        self._prefix = folder + "/" if folder else ""
        self.complete = base.complete

    def _path(self, path: str) -> str:
        """The path in the other tree; one that leaves this tree becomes one that leaves any."""
        clean = normalise(path)
        return ".." if clean is None else (self._prefix + clean).rstrip("/")

    def read(self, path: str) -> bytes | None:
        return self._base.read(self._path(path))

    def exists(self, path: str) -> bool | None:
        return self._base.exists(self._path(path))

    def list(self, folder: str) -> Sequence[tuple[str, bool]]:
        return self._base.list(self._path(folder))

    def is_executable(self, path: str) -> bool | None:
        return self._base.is_executable(self._path(path))
