"""The JSON report keeps its promises."""

from __future__ import annotations

import json
from typing import Any

from reports import APP, diagnostic, everything, place, report

from paaslint.report import Style, render


def read(*arguments: Any, **options: Any) -> dict[str, Any]:
    text = render("json", report(*arguments, **options), Style())
    assert text.isascii()
    assert text.endswith("}\n")
    data: dict[str, Any] = json.loads(text)
    return data


def test_every_field_is_there() -> None:
    data = read(everything(), folder="shop", suppressed=2)
    assert list(data) == ["version", "diagnostics", "summary"]
    assert data["version"] == 1
    assert data["summary"] == {
        "projects": 1,
        "files": 2,
        "errors": 1,
        "warnings": 1,
        "infos": 1,
        "suppressed": 2,
        "fixable": 1,
    }
    start = {"path": "shop/.platform.app.yaml", "line": 8, "column": 13, "end_line": 8, "end_column": 17}
    assert data["diagnostics"][0] == {
        "project": "shop",
        **start,
        "code": "WK001",
        "name": "name-of-wk001",
        "severity": "error",
        "message": "`strt` is no key of `commands`: the worker has no start command, and the push is refused.",
        "help": "Write `start`.",
        "url": "https://example.org/WK001",
        "fingerprint": "0123",
        "related": [],
        "fix": {"title": "Rename to `start`", "safe": True, "edits": [{**start, "text": "start"}]},
    }
    assert data["diagnostics"][1]["fix"] is None
    assert data["diagnostics"][1]["related"] == [
        {
            "path": "shop/.platform.app.yaml",
            "line": 9,
            "column": 27,
            "end_line": 9,
            "end_column": 29,
            "message": "first here",
        }
    ]
    assert data["diagnostics"][2]["fix"]["edits"] == [
        {"path": "shop/.platform/services.yaml", "rename_to": "shop/.platform/other.yaml"}
    ]


def test_a_clean_run() -> None:
    data = read([])
    assert data["diagnostics"] == []
    assert not any(data["summary"][name] for name in ("errors", "warnings", "infos", "suppressed", "fixable"))


def test_columns_count_code_points() -> None:
    data = read([diagnostic(place(APP, "&&"), "x")])
    assert (data["diagnostics"][0]["column"], data["diagnostics"][0]["end_column"]) == (29, 31)


def test_a_project_in_the_working_folder_is_a_dot() -> None:
    assert read(everything())["diagnostics"][0]["project"] == "."


def test_text_of_any_kind_survives() -> None:
    message = 'quote " backslash \\ line\nfeed \x1b \ud800 日本 😀'
    assert read([diagnostic(place(APP, "app"), message)])["diagnostics"][0]["message"] == message
