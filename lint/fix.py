"""Mends what can be mended: the edits of fixes, laid over texts, checked again, and only then written.

`apply` is one pass over texts in memory, `mend` repeats it until nothing is left to do, `diff` shows the outcome and
`write` puts it on disk. Only `write` touches the file system, so an editor can use the rest on unsaved buffers.

A text has no byte-order mark of its own (`SourceFile.has_bom` holds it), so no range can name it: the edit that
replaces nothing by nothing at 1:1, `Edit(Location(path, 1, 1, 1, 1), "")`, removes the mark.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

from .diagnostic import ERROR, Edit, Rename
from .text import BYTE_ORDER_MARK, SourceFile, Span
from .tree import OverlayTree, normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from .diagnostic import Diagnostic, Fix
    from .tree import Tree

MAX_PASSES = 10
YAML_TEXT = "YM"
"""The rules about text that is not YAML: what they speak of hides findings behind it."""


class Checked(Protocol):
    """What `mend` must know of a checked project."""

    @property
    def diagnostics(self) -> Sequence[Diagnostic]: ...
    @property
    def sources(self) -> Mapping[str, SourceFile]: ...
    @property
    def faults(self) -> Sequence[object]: ...


C = TypeVar("C", bound=Checked)


class Pass(NamedTuple):
    """What one pass made: new files by path, the renames (old to new), whose findings were mended, and how many wait.

    A renamed file stands in `files` under its new path.
    """

    files: dict[str, SourceFile]
    renames: dict[str, str]
    fixed: list[Diagnostic]
    waiting: int


class FileChange(NamedTuple):
    """A file before and after: its paths in the tree and its bytes."""

    path: str
    new_path: str
    before: bytes
    after: bytes


class Mended(Generic[C]):
    """The outcome of `mend`.

    `before` is the check of what was there, `result` that of what `changes` lead to. `fixed` are the findings that
    were mended, in order; `refused` those whose fix would have added an error; `finished` is False where fixes were
    left after the last pass.
    """

    __slots__ = ("before", "changes", "finished", "fixed", "refused", "result")

    def __init__(self, result: C) -> None:
        self.before = result
        self.result = result
        self.changes: list[FileChange] = []
        self.fixed: list[Diagnostic] = []
        self.refused: list[Diagnostic] = []
        self.finished = True


class _Plan(NamedTuple):
    edits: dict[str, list[tuple[Span, str]]]
    renames: dict[str, str]


def encode(file: SourceFile) -> bytes:
    """The bytes of a file, with its byte-order mark."""
    return ((BYTE_ORDER_MARK if file.has_bom else "") + file.text).encode()


def line_end(text: str) -> str:
    """The line end that a text uses: that of its first line, else a line feed."""
    for index, character in enumerate(text):
        if character == "\n":
            return "\n"
        if character == "\r":
            return "\r\n" if text[index + 1 : index + 2] == "\n" else "\r"
    return "\n"


def apply(
    files: Mapping[str, SourceFile],
    diagnostics: Iterable[Diagnostic],
    *,
    allow_unsafe: bool = False,
    only: Collection[str] | None = None,
    exists: Callable[[str], bool | None] = lambda path: None,
) -> Pass:
    """One pass of the fixes of `diagnostics`, in their order, over `files`.

    A fix is taken whole or not at all. One that overlaps a fix taken before it waits for the next pass; one that
    reaches a file that is not in `files`, not in `only` (where given) or not readable, or that renames a file to a
    path that `exists`, is left out. `files` itself stays as it is.
    """
    edits: dict[str, list[tuple[Span, str]]] = {}
    renames: dict[str, str] = {}
    fixed: list[Diagnostic] = []
    waiting = 0
    for diagnostic in diagnostics:
        fix = diagnostic.fix
        if fix is None or not (fix.safe or allow_unsafe):
            continue
        plan = _plan(fix, files, only, exists)
        if plan is None:
            continue
        if _collides(plan, edits, renames):
            waiting += 1
            continue
        for path, wanted in plan.edits.items():
            edits.setdefault(path, []).extend(wanted)
        renames.update(plan.renames)
        fixed.append(diagnostic)
    changed: dict[str, SourceFile] = {}
    for path in sorted(edits.keys() | renames.keys()):
        new_path = renames.get(path, path)
        changed[new_path] = _edited(files[path], edits.get(path, []), new_path)
    return Pass(changed, renames, fixed, waiting)


def _plan(
    fix: Fix,
    files: Mapping[str, SourceFile],
    only: Collection[str] | None,
    exists: Callable[[str], bool | None],
) -> _Plan | None:
    """The fix with offsets, or None where it cannot be applied."""
    edits: dict[str, list[tuple[Span, str]]] = {}
    renames: dict[str, str] = {}
    for change in fix.edits:
        path = change.path if isinstance(change, Rename) else change.location.path
        file = files.get(path)
        if file is None or not file.readable or (only is not None and path not in only):
            return None
        if isinstance(change, Rename):
            target = normalise(change.rename_to)
            if not target or target in files or exists(target) or path in renames:
                return None
            renames[path] = target
        elif (edit := _located(file, change)) is None:
            return None
        else:
            edits.setdefault(path, []).append(edit)
    for wanted in edits.values():
        wanted.sort(key=lambda edit: edit[0])
        if any(first.end > second.start for (first, _), (second, _) in pairwise(wanted)):
            return None
    return _Plan(edits, renames) if edits or renames else None


def _located(file: SourceFile, edit: Edit) -> tuple[Span, str] | None:
    place = edit.location
    span = Span(file.offset(place.line, place.column), file.offset(place.end_line, place.end_column))
    try:
        edit.text.encode()
    except UnicodeEncodeError:
        return None
    return (span, edit.text) if span.start <= span.end else None


def _collides(plan: _Plan, edits: Mapping[str, list[tuple[Span, str]]], renames: Mapping[str, str]) -> bool:
    if any(path in renames or target in renames.values() for path, target in plan.renames.items()):
        return True
    return any(
        span.overlaps(taken)
        for path, wanted in plan.edits.items()
        for span, _ in wanted
        for taken, _ in edits.get(path, ())
    )


def _edited(file: SourceFile, edits: list[tuple[Span, str]], path: str) -> SourceFile:
    """The file with edits that do not overlap; what they insert gets the file's line end."""
    end_of_line = line_end(file.text)
    pieces: list[str] = []
    position = 0
    has_bom = file.has_bom
    for span, text in sorted(edits, key=lambda edit: edit[0]):
        if span == (0, 0) and not text:
            has_bom = False
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        pieces += (file.text[position : span.start], lines.replace("\n", end_of_line))
        position = span.end
    pieces.append(file.text[position:])
    return SourceFile(path, "".join(pieces), has_bom=has_bom)


def mend(
    tree: Tree,
    check: Callable[[Tree], C],
    *,
    allow_unsafe: bool = False,
    only: Collection[str] | None = None,
) -> Mended[C]:
    """Applies fixes pass by pass, checking after each, until none is left or `MAX_PASSES` are through.

    `check` looks at a project in a tree: first `tree`, then overlays of it. A pass that adds an error is rolled back
    and tried with the first half of its fixes, so that one bad fix does not cost the others; the fix that is to
    blame is refused. Nothing is written.
    """
    outcome: Mended[C] = Mended(check(tree))
    allowed = None if only is None else set(only)
    original: dict[str, SourceFile] = {}
    names: dict[str, str] = {}
    buffers: dict[str, bytes | None] = {}
    refused: set[tuple[str, str, str]] = set()

    def step(candidates: Iterable[Diagnostic]) -> Pass:
        return apply(
            outcome.result.sources,
            (diagnostic for diagnostic in candidates if _identity(diagnostic) not in refused),
            allow_unsafe=allow_unsafe,
            only=allowed,
            exists=OverlayTree(tree, buffers).exists,
        )

    for _ in range(MAX_PASSES):
        made = step(outcome.result.diagnostics)
        if not made.fixed:
            break
        after = check(OverlayTree(tree, _overlaid(buffers, made)))
        while adds_error(outcome.result, after) and len(made.fixed) > 1:
            made = step(made.fixed[: len(made.fixed) // 2])
            after = check(OverlayTree(tree, _overlaid(buffers, made)))
        if adds_error(outcome.result, after):
            refused.add(_identity(made.fixed[0]))
            outcome.refused += made.fixed
            continue
        former = {new: old for old, new in made.renames.items()}
        for path in made.files:
            before = former.get(path, path)
            first = names.pop(before, before)
            names[path] = first
            original.setdefault(first, outcome.result.sources[before])
        if allowed is not None:
            allowed.update(new for old, new in made.renames.items() if old in allowed)
        buffers = _overlaid(buffers, made)
        outcome.fixed += made.fixed
        outcome.result = after
    else:
        outcome.finished = not step(outcome.result.diagnostics).fixed
    for path, first in sorted(names.items(), key=lambda item: item[1]):
        change = FileChange(first, path, encode(original[first]), buffers[path] or b"")
        if change.path != change.new_path or change.before != change.after:
            outcome.changes.append(change)
    return outcome


def _overlaid(buffers: Mapping[str, bytes | None], made: Pass) -> dict[str, bytes | None]:
    return {**buffers, **dict.fromkeys(made.renames), **{path: encode(file) for path, file in made.files.items()}}


def _identity(diagnostic: Diagnostic) -> tuple[str, str, str]:
    return (diagnostic.code, diagnostic.fingerprint, diagnostic.fix.title if diagnostic.fix else "")


def adds_error(before: Checked, after: Checked) -> bool:
    """True where a change made a project worse: more errors of some code, or an internal fault.

    Text that is mended as YAML may bring errors to light that it hid before: those are not added.
    """
    old, new = (Counter(d.code for d in checked.diagnostics if d.severity == ERROR) for checked in (before, after))
    added = new - old
    if any(code.startswith(YAML_TEXT) for code in old - new):
        added = Counter({code: count for code, count in added.items() if code.startswith(YAML_TEXT)})
    return bool(added) or len(after.faults) > len(before.faults)


def diff(changes: Iterable[FileChange], display: Callable[[str], str] = str) -> str:
    """The changes as a unified diff that `git apply` takes; `display` turns a path of the tree into the one shown."""
    from difflib import unified_diff

    out: list[str] = []
    for change in changes:
        old, new = _quoted("a/" + display(change.path)), _quoted("b/" + display(change.new_path))
        if change.path != change.new_path:
            out.append(f"diff --git {old} {new}\nrename from {_quoted(display(change.path))}\n")
            out.append(f"rename to {_quoted(display(change.new_path))}\n")
        before, after = (_lines(data.decode("utf-8", "replace")) for data in (change.before, change.after))
        for line in unified_diff(before, after, old, new):
            out.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(out)


def _lines(text: str) -> list[str]:
    """Lines as git sees them: only a line feed ends one."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _quoted(path: str) -> str:
    """A path as git writes it in a diff: with control characters it stands in quotes."""
    if not any(character < " " or character in '"\\\x7f' for character in path):
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\{ord(c):03o}" if c < " " or c == "\x7f" else c for c in escaped) + '"'


class WriteError(Exception):
    """A file could not be rewritten; the message says which and why, and nothing of its project was changed."""


def write(root: str, changes: Sequence[FileChange]) -> None:
    """Puts changes on disk below the folder `root`, each file replaced atomically, its mode kept.

    A symbolic link stays one: the file it points at is rewritten, if it is inside of `root`. Everything that can
    fail is tried before the first file is replaced. Raises `WriteError`.
    """
    import tempfile

    temporary: list[tuple[str, str]] = []
    path = ""
    try:
        for path, new_path, before, after in changes:
            target = os.path.realpath(os.path.join(root, path))
            if not target.startswith(os.path.join(os.path.realpath(root), "")):
                raise WriteError(f"{path} is outside of the project and was not changed")
            with open(target, "rb") as file:
                if file.read() != before:
                    raise WriteError(f"{path} was changed by somebody else meanwhile; nothing was fixed")
            if path != new_path and os.path.lexists(os.path.join(root, new_path)):
                raise WriteError(f"{path} was not renamed: {new_path} is already there")
            handle, name = tempfile.mkstemp(prefix=".paaslint-", dir=os.path.dirname(target))
            temporary.append((name, target))
            with open(handle, "wb") as file:
                file.write(after)
            _copy_mode(target, name)
        for (path, new_path, _, _), (name, target) in zip(changes, list(temporary), strict=True):
            os.replace(name, target)
            temporary.remove((name, target))
            if path != new_path:
                os.rename(os.path.join(root, path), os.path.join(root, new_path))
    except OSError as error:
        raise WriteError(f"{path} could not be written: {error.strerror or error}") from error
    finally:
        for name, _ in temporary:
            os.unlink(name)


def _copy_mode(source: str, target: str) -> None:
    status = os.stat(source)
    os.chmod(target, status.st_mode & 0o7777)
    if hasattr(os, "chown") and (status.st_uid, status.st_gid) != (os.getuid(), os.getgid()):
        with contextlib.suppress(OSError):
            os.chown(target, status.st_uid, status.st_gid)
