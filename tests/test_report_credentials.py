"""What gives access to something is not repeated by a report."""

from __future__ import annotations

import pytest
from reports import diagnostic, report

from paaslint.diagnostic import Diagnostic, Location, Related
from paaslint.report import FORMATS, Style, render
from paaslint.text import SourceFile

SOURCE = SourceFile("app.yaml", "env:\n    KEY: s3cr3t-Value # ours\n    PEM: |\n        first\n\n        last\n")
TERMINAL = Style(terminal=True)


def secret(*region: int) -> Diagnostic:
    return diagnostic(Location("app.yaml", *region), "this looks like a credential", code="VR001")


def test_a_credential_is_masked_in_excerpts() -> None:
    output = render("text", report([secret(2, 10, 2, 22)], (SOURCE,)), TERMINAL)
    assert "2 |     KEY: ************ # ours\n" in output
    assert "  |          ^^^^^^^^^^^^\n" in output


def test_another_finding_on_its_line_does_not_show_it() -> None:
    other = diagnostic(
        Location("app.yaml", 1, 1, 1, 4), "wrong", related=(Related(Location("app.yaml", 2, 5, 2, 8), "this"),)
    )
    output = render("text", report([other, secret(2, 10, 2, 22)], (SOURCE,)), TERMINAL)
    assert output.count("KEY: ************ # ours") == 2


def test_lines_of_a_masked_text_stay_lines() -> None:
    last = diagnostic(Location("app.yaml", 6, 9, 6, 13), "wrong")
    output = render("text", report([secret(3, 10, 6, 13), last], (SOURCE,)), TERMINAL)
    assert "6 | ************\n" in output
    assert "first" not in output


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_prints_it(name: str) -> None:
    for style in (Style(), TERMINAL):
        output = render(name, report([secret(2, 10, 2, 22), secret(3, 10, 6, 13)], (SOURCE,)), style)
        assert output
        assert not any(word in output for word in ("s3cr3t", "first\n", "last\n"))
