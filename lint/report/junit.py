"""JUnit XML: a test suite for each file and a test case for each finding, for GitLab, Jenkins, Azure and others.

A finding that does not fail the run is a test that passes and says something. Readers take test cases of one class
and name for one, so the name holds the place; some read a failure's attributes and some its content, so both hold
the text. A file without findings is a test that passes: a report without tests would look like a run that did nothing.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from ..diagnostic import Diagnostic
from ..quick import TYPE_CHECKING, regex
from .prose import cut, remark

if TYPE_CHECKING:
    from . import Report, Style

MAX_CASES = 25_000
"""Keeps the file below the 30 MB that GitLab reads."""

MAX_MESSAGE, MAX_CONTENT = 255, 1024
ILLEGAL = regex("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no document in XML 1.0 can hold."""


def render(report: Report, style: Style) -> str:
    """One document, the same for the same findings: times are zero, and there is neither date nor host.

    ASCII only, so that no encoding of a stream can spoil it.
    """
    listed = report.worst_first()[:MAX_CASES]
    by_path: dict[str, list[Diagnostic]] = {path: [] for path in report.files}
    for diagnostic in listed:
        by_path.setdefault(diagnostic.location.path, []).append(diagnostic)
    suites = [_suite(path, by_path[path], report) for path in sorted(by_path)]
    if left_out := len(report.diagnostics) - len(listed):
        case = _case({"classname": "paaslint", "name": "more"}, _output(f"{left_out} more findings are not listed."))
        suites.append(_element("testsuite", {"name": "paaslint", **_counts(1, 0)}, case))
    failures = sum(map(report.fails, listed))
    tests = sum(max(len(found), 1) for found in by_path.values()) + bool(left_out)
    root = _element("testsuites", {"name": "paaslint", **_counts(tests, failures)}, "".join(suites))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}'.encode("ascii", "xmlcharrefreplace").decode()


def _suite(path: str, found: list[Diagnostic], report: Report) -> str:
    failures = sum(map(report.fails, found))
    seen: dict[tuple[str, str], int] = {}
    cases: list[str] = []
    for diagnostic in sorted(found, key=Diagnostic.sort_key):
        place = diagnostic.location
        name = f"{path}:{place.line}:{place.column} {diagnostic.name}"
        count = seen[diagnostic.code, name] = seen.get((diagnostic.code, name), 0) + 1
        identity = {
            "classname": diagnostic.code,
            "name": name if count == 1 else f"{name} ({count})",
            "file": path,
            "line": str(place.line),
        }
        cases.append(_case(identity, _failure(diagnostic) if report.fails(diagnostic) else _output(_text(diagnostic))))
    if not cases:
        cases.append(_case({"classname": "paaslint", "name": path, "file": path}, ""))
    return _element("testsuite", {"name": path, **_counts(len(cases), failures)}, "".join(cases))


def _counts(tests: int, failures: int) -> dict[str, str]:
    return {"tests": str(tests), "failures": str(failures), "errors": "0", "skipped": "0", "time": "0"}


def _case(identity: dict[str, str], content: str) -> str:
    return _element("testcase", {**identity, "time": "0"}, content)


def _failure(diagnostic: Diagnostic) -> str:
    message = cut(" ".join(diagnostic.message.split()), MAX_MESSAGE)
    return _leaf("failure", {"message": message, "type": diagnostic.severity}, _text(diagnostic))


def _output(text: str) -> str:
    return _leaf("system-out", {}, text)


def _text(diagnostic: Diagnostic) -> str:
    place = diagnostic.location
    head = f"{place.path}:{place.line}:{place.column}: {diagnostic.severity}[{diagnostic.code}]"
    return f"{head} {remark(diagnostic, MAX_CONTENT)} {diagnostic.url}".rstrip()


def _element(name: str, attributes: dict[str, str], content: str) -> str:
    """An element with elements inside, each on lines of its own."""
    start = f"<{name}{_attributes(attributes)}"
    return f"{start}>\n{content}</{name}>\n" if content else f"{start}/>\n"


def _leaf(name: str, attributes: dict[str, str], text: str) -> str:
    return f"<{name}{_attributes(attributes)}>{escape(_legal(text))}</{name}>\n"


def _attributes(attributes: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(_legal(value))}" for name, value in attributes.items())


def _legal(text: str) -> str:
    return ILLEGAL.sub("\ufffd", text)
