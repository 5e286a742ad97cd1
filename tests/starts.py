"""What is said of a command, wherever it stands and however it is written."""

from __future__ import annotations

import json
from typing import NamedTuple

from examples import lint_files
from paaslint.diagnostic import Diagnostic
from paaslint.settings import Settings

HEAD = 'name: app\ntype: "nodejs:24"\n'
PLACES = {
    "web": "web:\n    commands:\n        start: {}\n",
    "worker": "workers:\n    queue:\n        commands:\n            start: {}\n",
    "cron": 'crons:\n    queue:\n        spec: "0 * * * *"\n        commands:\n            start: {}\n',
}


class Told(NamedTuple):
    """A finding: what it says, and the text that it points at, with the file and the line."""

    code: str
    severity: str
    text: str
    path: str
    line: int
    column: int
    message: str
    help: str


def lint(text: str, files: dict[str, str] | None = None) -> list[Diagnostic]:
    """The findings of an application, without those of its version."""
    result = lint_files({".platform.app.yaml": text, **(files or {})}, Settings())
    assert not result.faults, result.faults[0].text
    return [d for d in result.diagnostics if not d.code.startswith("TY")]


def told(command: str, kind: str = "worker", more: str = "", files: dict[str, str] | None = None) -> list[Told]:
    """What is said of an application with this command."""
    return written(json.dumps(command), kind, more, files)


def written(scalar: str, kind: str = "worker", more: str = "", files: dict[str, str] | None = None) -> list[Told]:
    """What is said of an application with a command that is written like this."""
    all_files = {**(files or {})}
    text = HEAD + more + PLACES[kind].format(scalar)
    all_files[".platform.app.yaml"] = text
    found = []
    for one in lint(text, files):
        place = one.location
        lines = all_files[place.path].splitlines()[place.line - 1 : place.end_line]
        lines[-1] = lines[-1][: place.end_column - 1]
        lines[0] = lines[0][place.column - 1 :]
        found.append(
            Told(
                one.code,
                one.severity,
                "\n".join(lines),
                place.path,
                place.line,
                place.column,
                one.message,
                one.help or "",
            )
        )
    return found


def codes(found: list[Told]) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in found]


def forms(*lines: str) -> dict[str, tuple[str, dict[str, str], str, int]]:
    """A script of several lines in each of the forms that keep its lines: how it is written, with which files, and
    the path and line where its first line stands. The place is that of a worker's start."""
    indented = "".join(f"\n                {line}" for line in lines)
    script = "\n".join(lines) + "\n"
    app, first = ".platform.app.yaml", 6
    return {
        "literal": (f"|{indented}", {}, app, first + 1),
        "stripped": (f"|-{indented}", {}, app, first + 1),
        "included": ("!include {type: string, path: start.sh}", {"start.sh": script}, "start.sh", 1),
    }
