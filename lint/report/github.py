"""Workflow commands of GitHub Actions, which become annotations of a commit or pull request.

Of each level, GitHub shows the first ten of a step and drops the rest without a word: the gravest come first, and
what will not be shown is printed as text in a group of the log. Sources: "Workflow commands for GitHub Actions";
actions/toolkit, packages/core/src/command.ts (escapes) and docs/problem-matchers.md (limits).
"""

from __future__ import annotations

from ..diagnostic import ERROR, INFO, SEVERITIES, WARNING
from ..quick import TYPE_CHECKING
from . import Style, text
from .prose import cut, whole

if TYPE_CHECKING:
    from ..diagnostic import Diagnostic
    from . import Report

LEVEL = {ERROR: "error", WARNING: "warning", INFO: "notice"}
PLAIN = Style()
MAX_ANNOTATIONS = 10
MAX_MESSAGE = 4096
"""Far below GitHub's 64 KB, which count the escapes."""


def render(report: Report, style: Style) -> str:
    """A command for each finding that will be shown, the others in a group, and the summary."""
    if not report.diagnostics:
        return ""
    left = dict.fromkeys(SEVERITIES, MAX_ANNOTATIONS)
    lines: list[str] = []
    hidden: list[Diagnostic] = []
    for diagnostic in report.worst_first():
        if left[diagnostic.severity]:
            left[diagnostic.severity] -= 1
            lines.append(_command(diagnostic))
        else:
            hidden.append(diagnostic)
    if hidden:
        lines.append(f"::group::{len(hidden)} more not shown as annotations")
        lines += [_harmless(text.line(diagnostic, PLAIN).rstrip()) for diagnostic in hidden]
        lines.append("::endgroup::")
    return "\n".join(lines) + "\n" + text.summary(report.summary, PLAIN)


def _command(diagnostic: Diagnostic) -> str:
    """One annotation. Columns are taken within one line only, and a range of lines is shown at its last: its first
    is what is meant. The log of the job shows the message alone, so that it names the place and the rule as well.
    """
    place = diagnostic.location
    properties = {"file": whole(place.path), "line": str(place.line)}
    if place.line == place.end_line:
        properties |= {"endLine": str(place.line), "col": str(place.column), "endColumn": str(place.end_column)}
    properties["title"] = f"{diagnostic.code} {diagnostic.name}"
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    said = f"{text.place(place)}: {diagnostic.code} {text.printable(diagnostic.message)}"
    parts = (cut(part, MAX_MESSAGE) for part in (said, text.printable(diagnostic.help)) if part)
    return f"::{LEVEL[diagnostic.severity]} {written}::" + _data("\n".join(parts))


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def _harmless(line: str) -> str:
    """A line of the log that is no command: neither of today's form, at the beginning, nor of the old one, anywhere."""
    return "- " + line.replace("##[", "## [")
