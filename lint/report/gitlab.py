"""A code quality report of GitLab: a JSON array in the form of Code Climate's issues.

GitLab compares the fingerprints of two reports, and takes equal ones in a report for one finding. Source: "Code
Quality", "Code Quality report format".
"""

from __future__ import annotations

from ..diagnostic import ERROR, INFO, WARNING
from ..quick import TYPE_CHECKING, Any
from .prose import remark, whole

if TYPE_CHECKING:
    from . import Report, Style

SEVERITY = {ERROR: "major", WARNING: "minor", INFO: "info"}
MAX_DESCRIPTION = 1024


def render(report: Report, style: Style) -> str:
    """The array, empty where nothing was found; ASCII only, so that no encoding of a stream can spoil it."""
    import json

    seen: dict[str, int] = {}
    issues: list[dict[str, Any]] = []
    for diagnostic in report.worst_first():
        count = seen[diagnostic.fingerprint] = seen.get(diagnostic.fingerprint, 0) + 1
        issues.append(
            {
                "description": f"{diagnostic.code}: {remark(diagnostic, MAX_DESCRIPTION)}",
                "check_name": diagnostic.code,
                "fingerprint": diagnostic.fingerprint if count == 1 else f"{diagnostic.fingerprint}-{count}",
                "severity": SEVERITY[diagnostic.severity],
                "location": {"path": whole(diagnostic.location.path), "lines": {"begin": diagnostic.location.line}},
            }
        )
    return json.dumps(issues, indent=2) + "\n"
