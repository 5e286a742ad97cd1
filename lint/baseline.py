"""Findings that are known already: a file of their fingerprints, to begin with a clean slate in an old project.

The file is JSON with one finding on each line, sorted, so that a diff shows what was added and what was mended.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from .diagnostic import Diagnostic
from .quick import NamedTuple
from .usage import UsageError

VERSION = 1


class BaselineError(UsageError):
    """A baseline file that cannot be read or written. The message is one line."""


class Entry(NamedTuple):
    """A known finding. Its fingerprint decides; `path`, from the folder of the baseline file, and `code` are for people."""

    path: str
    code: str
    fingerprint: str


class Split(NamedTuple):
    """Findings held against a baseline: `new` ones, `known` ones, and `stale` entries, which nothing matches any more."""

    new: list[Diagnostic]
    known: list[Diagnostic]
    stale: list[Entry]


def entry_of(diagnostic: Diagnostic, file: str) -> Entry:
    """What the baseline `file` holds for a finding."""
    full = os.path.abspath(os.path.join(diagnostic.project, diagnostic.location.path))
    try:
        path = os.path.relpath(full, os.path.dirname(os.path.abspath(file)))
    except ValueError:  # another drive
        path = full
    return Entry(path.replace(os.sep, "/"), diagnostic.code, diagnostic.fingerprint)


def split(
    diagnostics: Iterable[Diagnostic], baseline: Iterable[Entry], judged: Callable[[Entry], bool] = lambda entry: True
) -> Split:
    """Part new findings from known ones. `judged` says whether an entry's rule ran on its file: else it is not stale."""
    entries = list(baseline)
    fingerprints = {entry.fingerprint for entry in entries}
    result = Split([], [], [])
    seen: set[str] = set()
    for diagnostic in diagnostics:
        is_known = diagnostic.fingerprint in fingerprints
        (result.known if is_known else result.new).append(diagnostic)
        seen.add(diagnostic.fingerprint)
    result.stale.extend(entry for entry in entries if entry.fingerprint not in seen and judged(entry))
    return result


def read(file: str) -> list[Entry]:
    """The entries of a baseline file. Raises `BaselineError`."""
    import json

    try:
        with open(file, encoding="utf-8") as opened:
            data = json.load(opened)
    except FileNotFoundError:
        raise BaselineError(f"{file}: there is no such baseline; --write-baseline makes it") from None
    except OSError as error:
        raise BaselineError(f"{file}: the baseline cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{file}: the baseline is not JSON: {' '.join(str(error).split())}") from error
    version = data.get("version") if isinstance(data, dict) else None
    if version != VERSION:
        raise BaselineError(f"{file}: this is no baseline of version {VERSION}; write it anew with --write-baseline")
    findings = data.get("findings")
    if not isinstance(findings, list):
        raise BaselineError(f"{file}: the baseline has no list of `findings`; write it anew with --write-baseline")
    return [_entry(item, file) for item in findings]


def _entry(item: object, file: str) -> Entry:
    values = [item.get(name) for name in Entry._fields] if isinstance(item, dict) else []
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(Entry._fields):
        raise BaselineError(f"{file}: a finding of the baseline lacks `path`, `code` or `fingerprint`")
    return Entry(*texts)


def write(file: str, entries: Iterable[Entry]) -> None:
    """Write a baseline file, in one piece or not at all. Raises `BaselineError`."""
    import json

    lines = [json.dumps(entry._asdict()) for entry in sorted(set(entries))]
    findings = "[\n    " + ",\n    ".join(lines) + "\n  ]" if lines else "[]"
    draft = f"{file}.{os.getpid()}.tmp"
    try:
        with open(draft, "w", encoding="utf-8", newline="\n") as opened:
            opened.write(f'{{\n  "version": {VERSION},\n  "findings": {findings}\n}}\n')
        os.replace(draft, file)
    except OSError as error:
        if os.path.exists(draft):
            os.unlink(draft)
        raise BaselineError(f"{file}: the baseline cannot be written: {error.strerror or error}") from error
