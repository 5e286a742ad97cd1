"""The table in Markdown: a row for each finding whatever its text is, and an end before GitHub's."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from reports import APP, HOSTILE_PATHS, HOSTILE_TEXT, diagnostic, everything, hostile, place, report

from paaslint.diagnostic import Location
from paaslint.report import Report, Style, markdown, render
from paaslint.report.text import printable

ROW = re.compile(r"\| (?:error|warning|info) \|[^|]*\|[^|]*\|[^|]*\|")


def rows(made: Report) -> list[str]:
    table = render("markdown", made, Style()).partition("| --- |\n")[2]
    return [line for line in table.split("\n") if line.startswith("|")]


def test_a_row_for_each_finding() -> None:
    assert (
        render("markdown", report(everything()), Style())
        == """\
### paaslint

Found 1 error, 1 warning, 1 info in 1 project (2 files). &#91;&#42;&#93; 1 fixable with --fix, 1 more with --fix --unsafe.

| Severity | Place | Rule | Finding |
| --- | --- | --- | --- |
| error | <code>.platform.app.yaml:8:13</code> | [WK001](https://example.org/WK001)<br>name-of-wk001 | \
<code>strt</code> is no key of <code>commands</code>: the worker has no start command, and the push is refused.\
<br>Write <code>start</code>. |
| warning | <code>.platform.app.yaml:9:33</code> | [YM002](https://example.org/YM002)<br>name-of-ym002 | \
<code>A</code> stands twice.<br>Keep one. |
| info | <code>.platform.app.yaml:12:20</code> | [WK009](https://example.org/WK009)<br>name-of-wk009 | \
The second command only runs when the first has ended. |
"""
    )


def test_nothing_found_is_said() -> None:
    assert render("markdown", report([]), Style()) == "### paaslint\n\nNo findings in 1 project (2 files).\n"


def test_hostile_text_stays_in_its_cell() -> None:
    made = rows(report(hostile()))
    assert len(made) == len(HOSTILE_PATHS)
    for row in made:
        assert ROW.fullmatch(row)
        assert "<b>" not in row and "*z*" not in row and "[x]" not in row and "$z$" not in row


def test_a_reader_of_markdown_sees_the_very_text() -> None:
    made = (
        MarkdownIt("commonmark")
        .enable(["table", "strikethrough"])
        .render(render("markdown", report(hostile()), Style()))
    )
    cells = [unescape(re.sub("<br ?/?>", "\n", cell)) for cell in re.findall("<td>(.*?)</td>", made, re.DOTALL)]
    assert len(cells) == 4 * len(HOSTILE_PATHS)
    seen = [re.sub("</?code>", "", cell) for cell in cells]
    text = printable(HOSTILE_TEXT).replace("`", "")
    assert seen[3::4] == [f"{text}.\n{text}."] * len(HOSTILE_PATHS)
    assert sorted(seen[1::4]) == sorted(f"{printable(path)}:1:2" for path in HOSTILE_PATHS)


def test_an_odd_backtick_is_a_backtick() -> None:
    (row,) = rows(report([diagnostic(place(APP, "app"), "a ` b `` c")]))
    assert row.endswith("| A &#96; b &#96;&#96; c. |")


def test_a_summary_ends_before_github_drops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "MAX_BYTES", 500)
    made = render("markdown", report(everything()), Style())
    assert len(made.encode()) < 1000
    assert "| error |" in made and "| info |" not in made
    assert made.endswith("\n\n... and 1 more.\n")


@given(st.text(max_size=20), st.text(min_size=1, max_size=40))
def test_any_text_is_a_row(path: str, message: str) -> None:
    (row,) = rows(report([diagnostic(Location(path or "a", 1, 1, 1, 1), message, help=message)]))
    assert ROW.fullmatch(row)
