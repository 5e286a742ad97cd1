"""GitLab's code quality report: its fields, and fingerprints that tell findings apart."""

from __future__ import annotations

import json
from typing import Any

from reports import APP, HOSTILE_PATHS, diagnostic, everything, hostile, place, report

from paaslint.report import Report, Style, render


def read(made: Report) -> list[dict[str, Any]]:
    text = render("gitlab", made, Style())
    assert text.isascii()
    return list(json.loads(text))


def test_every_field_is_there() -> None:
    path = "shop/.platform.app.yaml"
    assert read(report(everything(), folder="shop")) == [
        {
            "description": "WK001: `strt` is no key of `commands`: the worker has no start command, and the push is "
            "refused. Write `start`.",
            "check_name": "WK001",
            "fingerprint": "0123",
            "severity": "major",
            "location": {"path": path, "lines": {"begin": 8}},
        },
        {
            "description": "YM002: `A` stands twice. Keep one.",
            "check_name": "YM002",
            "fingerprint": "0123-2",
            "severity": "minor",
            "location": {"path": path, "lines": {"begin": 9}},
        },
        {
            "description": "WK009: The second command only runs when the first has ended.",
            "check_name": "WK009",
            "fingerprint": "0123-3",
            "severity": "info",
            "location": {"path": path, "lines": {"begin": 12}},
        },
    ]


def test_nothing_found_is_an_empty_array() -> None:
    assert render("gitlab", report([]), Style()) == "[]\n"


def test_hostile_paths_are_text() -> None:
    paths = {issue["location"]["path"] for issue in read(report(hostile()))}
    assert len(paths) == len(HOSTILE_PATHS)
    assert all(path.encode() for path in paths)


def test_long_texts_are_cut() -> None:
    (issue,) = read(report([diagnostic(place(APP, "app"), "x" * 5000)]))
    assert len(issue["description"]) < 1100
