"""What git knows of a folder: where its work tree begins, what it ignores, which parts are submodules.

Read from git's own files wherever that is possible: git itself is started by `ignored` alone, and only where an
ignore file could match. Whatever goes wrong with git is silent: then nothing is ignored.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

TIMEOUT_SECONDS = 20
MAX_CHARACTERS = 1_000_000


def is_work_tree(folder: str) -> bool:
    """Whether a git work tree begins in this folder: `.git` is a folder, or the file of a worktree or submodule."""
    return os.path.exists(os.path.join(folder, ".git"))


def is_sparse(repository: str) -> bool:
    """Whether only a part of the files may be checked out."""
    return os.path.exists(os.path.join(_git_folder(repository), "info", "sparse-checkout"))


def submodules(repository: str) -> tuple[str, ...]:
    """The paths that `.gitmodules` names, relative to the work tree's root."""
    found: list[str] = []
    for line in _lines(os.path.join(repository, ".gitmodules")):
        key, _, value = line.partition("=")
        if key.strip() == "path" and (path := value.strip().strip('"').strip("/")):
            found.append(path)
    return tuple(found)


def ignored(repository: str, paths: Iterable[str]) -> frozenset[str]:
    """Those of the paths that git ignores; all are relative to the work tree's root, with `/`.

    Files under version control are never ignored. git is asked once, for all of them, and only if an ignore file
    on the way to one of them has a pattern that could match; a user's global ignore file alone does not count.
    """
    asked = [path for path in paths if path]
    if not _could_match(repository, asked):
        return frozenset()
    import subprocess

    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-c", "core.fsmonitor=false", "-C", repository, "check-ignore", "-z", "--stdin"]
    try:
        answer = subprocess.run(
            command,
            input=b"\0".join(map(os.fsencode, asked)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(map(os.fsdecode, answer.stdout.split(b"\0"))).intersection(asked)


def _could_match(repository: str, paths: Sequence[str]) -> bool:
    """Whether an ignore file has a pattern that may match one of the paths or a folder on the way to it."""
    known: dict[str, list[str]] = {}
    for path in paths:
        parts = path.split("/")
        for depth in range(len(parts)):
            folder = "/".join(parts[:depth])
            if folder not in known:
                known[folder] = _patterns(repository, folder)
            if any(_may_match(pattern, parts[depth:]) for pattern in known[folder]):
                return True
    return False


def _patterns(repository: str, folder: str) -> list[str]:
    """The lines of the ignore files whose patterns are relative to a folder."""
    lines = _lines(os.path.join(repository, folder, ".gitignore"))
    return lines if folder else lines + _lines(os.path.join(_git_folder(repository), "info", "exclude"))


def _may_match(pattern: str, parts: Sequence[str]) -> bool:
    """A cheap over-estimate of whether an ignore pattern matches a path below its folder, or a folder of it."""
    pattern = pattern.rstrip()
    if not pattern or pattern[0] in "#!":
        return False
    if "\\" in pattern:
        return True
    segments = pattern.strip("/").split("/")
    if len(segments) == 1 and pattern[0] != "/":
        return any(_alike(segments[0], part) for part in parts)
    for segment, part in zip(segments, parts, strict=False):
        if segment == "**":
            return True
        if not _alike(segment, part):
            return False
    return len(segments) <= len(parts)


def _alike(pattern: str, name: str) -> bool:
    """Whether a name begins and ends as the pattern does outside its wildcards."""
    wild = [position for position, character in enumerate(pattern) if character in "*?[]"]
    if not wild:
        return pattern.casefold() == name.casefold()
    return name.casefold().startswith(pattern[: wild[0]].casefold()) and name.casefold().endswith(
        pattern[wild[-1] + 1 :].casefold()
    )


def _git_folder(repository: str) -> str:
    """The folder with git's own files; of a worktree or submodule, the one that its `.git` file names."""
    path = os.path.join(repository, ".git")
    first = next(iter(_lines(path)), "")
    return os.path.join(repository, first.removeprefix("gitdir:").strip()) if first.startswith("gitdir:") else path


def _lines(path: str) -> list[str]:
    if not os.path.isfile(path):  # a pipe would be waited for
        return []
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read(MAX_CHARACTERS).splitlines()
    except OSError:
        return []
