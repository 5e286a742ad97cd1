"""The report for programs; its fields are promised (see `JSON_VERSION`)."""

from __future__ import annotations

import json

from ..diagnostic import Rename
from ..quick import TYPE_CHECKING, Any
from . import JSON_VERSION

if TYPE_CHECKING:
    from ..diagnostic import Diagnostic, Edit, Fix, Location
    from . import Report, Style


def render(report: Report, style: Style) -> str:
    """One JSON object; ASCII only, so that no encoding of a stream can spoil it."""
    summary = report.summary._asdict()
    del summary["unsafe"]
    data = {
        "version": JSON_VERSION,
        "diagnostics": [to_data(diagnostic) for diagnostic in report.diagnostics],
        "summary": summary,
    }
    return json.dumps(data, indent=2) + "\n"


def to_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """A finding as plain data."""
    return {
        "project": diagnostic.project,
        **_range(diagnostic.location),
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "url": diagnostic.url,
        "fingerprint": diagnostic.fingerprint,
        "related": [{**_range(location), "message": message} for location, message in diagnostic.related],
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
    }


def _range(location: Location) -> dict[str, Any]:
    return location._asdict()


def _fix(fix: Fix) -> dict[str, Any]:
    return {"title": fix.title, "safe": fix.safe, "edits": [_edit(edit) for edit in fix.edits]}


def _edit(edit: Edit | Rename) -> dict[str, Any]:
    if isinstance(edit, Rename):
        return {"path": edit.path, "rename_to": edit.rename_to}
    return {**_range(edit.location), "text": edit.text}
