"""JUnit XML: counts agree with content, names are unique, and any text gives a document."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import APP, HOSTILE_PATHS, SERVICES, diagnostic, everything, hostile, place, report

from paaslint.diagnostic import ERROR, INFO, WARNING, Location
from paaslint.report import Report, Style, junit, render


def parse(made: Report) -> ElementTree.Element:
    """The document, after a look at its counts and names."""
    text = render("junit", made, Style())
    assert text.isascii()
    root = ElementTree.fromstring(text)
    cases = root.findall("./testsuite/testcase")
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(set(names)) == len(names)
    for part in (root, *root):
        assert part.get("tests") == str(len(part.findall(".//testcase")))
        assert part.get("failures") == str(len(part.findall(".//failure")))
    return root


def test_a_document_in_full() -> None:
    made = report(everything())
    parse(made)
    path = ".platform.app.yaml"
    assert (
        render("junit", made, Style())
        == f"""\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="paaslint" tests="4" failures="1" errors="0" skipped="0" time="0">
<testsuite name="{path}" tests="3" failures="1" errors="0" skipped="0" time="0">
<testcase classname="WK001" name="{path}:8:13 name-of-wk001" file="{path}" line="8" time="0">
<failure message="`strt` is no key of `commands`: the worker has no start command, and the push is refused." \
type="error">{path}:8:13: error[WK001] `strt` is no key of `commands`: the worker has no start command, and the push \
is refused. Write `start`. https://example.org/WK001</failure>
</testcase>
<testcase classname="YM002" name="{path}:9:33 name-of-ym002" file="{path}" line="9" time="0">
<system-out>{path}:9:33: warning[YM002] `A` stands twice. Keep one. https://example.org/YM002</system-out>
</testcase>
<testcase classname="WK009" name="{path}:12:20 name-of-wk009" file="{path}" line="12" time="0">
<system-out>{path}:12:20: info[WK009] The second command only runs when the first has ended. \
https://example.org/WK009</system-out>
</testcase>
</testsuite>
<testsuite name=".platform/services.yaml" tests="1" failures="0" errors="0" skipped="0" time="0">
<testcase classname="paaslint" name=".platform/services.yaml" file=".platform/services.yaml" time="0"/>
</testsuite>
</testsuites>
"""
    )


def test_files_without_findings_pass() -> None:
    root = parse(report([], folder="shop"))
    assert [case.get("name") for case in root.iter("testcase")] == [f"shop/{APP.path}", f"shop/{SERVICES.path}"]


@pytest.mark.parametrize(("fail_on", "failures"), [(ERROR, 1), (WARNING, 2), (INFO, 3), ("never", 0)])
def test_what_fails_the_run_is_a_failure(fail_on: str, failures: int) -> None:
    made = report(everything())
    made.fail_on = fail_on
    assert parse(made).get("failures") == str(failures)


def test_two_findings_at_one_place_have_two_names() -> None:
    root = parse(report([diagnostic(place(APP, "app"), "one"), diagnostic(place(APP, "app"), "two")]))
    assert [case.get("name") for case in root[0]] == [
        f"{APP.path}:1:7 name-of-wk001",
        f"{APP.path}:1:7 name-of-wk001 (2)",
    ]


def test_hostile_text_is_text() -> None:
    root = parse(report(hostile()))
    assert len(list(root.iter("failure"))) == len(HOSTILE_PATHS)
    assert {failure.text.count("##[error]no ]]> <b> &") for failure in root.iter("failure") if failure.text} == {2}


def test_a_report_ends_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit, "MAX_CASES", 1)
    root = parse(report(everything()))
    assert root.get("failures") == "1"
    assert root[-1][0][0].text == "2 more findings are not listed."


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_gives_a_document(path: str, message: str) -> None:
    parse(report([diagnostic(Location(path or "a", 1, 1, 1, 1), message, help=message)]))
