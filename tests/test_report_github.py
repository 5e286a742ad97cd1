"""Workflow commands: what GitHub's runner reads is what was found."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from reports import APP, HOSTILE_PATHS, HOSTILE_TEXT, diagnostic, everything, hostile, place, report

from paaslint.diagnostic import INFO, WARNING, Location
from paaslint.report import Style, render
from paaslint.report.text import printable

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner takes it apart."""
    match = COMMAND.fullmatch(line)
    assert match, line
    properties = dict(pair.split("=", 1) for pair in match[2].split(","))
    return match[1], {name: _unescaped(value) for name, value in properties.items()}, _unescaped(match[3])


def _unescaped(value: str) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        value = value.replace(code, character)
    return value


def test_a_command_for_each_finding() -> None:
    assert render("github", report(everything(), folder="shop"), Style()) == (
        "::error file=shop/.platform.app.yaml,line=8,endLine=8,col=13,endColumn=17,title=WK001 name-of-wk001::"
        "shop/.platform.app.yaml:8:13: WK001 `strt` is no key of `commands`: the worker has no start command, and the push is refused.%0AWrite `start`.\n"
        "::warning file=shop/.platform.app.yaml,line=9,endLine=9,col=33,endColumn=35,title=YM002 name-of-ym002::"
        "shop/.platform.app.yaml:9:33: YM002 `A` stands twice.%0AKeep one.\n"
        "::notice file=shop/.platform.app.yaml,line=12,title=WK009 name-of-wk009::"
        "shop/.platform.app.yaml:12:20: WK009 The second command only runs when the first has ended.\n"
        "Found 1 error, 1 warning, 1 info in 1 project (2 files).\n"
        "[*] 1 fixable with --fix, 1 more with --fix --unsafe.\n"
    )


def test_nothing_found_is_nothing() -> None:
    assert render("github", report([]), Style()) == ""


def test_hostile_text_comes_through_as_it_is() -> None:
    lines = render("github", report(hostile()), Style()).splitlines()
    commands = [read(line) for line in lines[: len(HOSTILE_PATHS)]]
    assert {properties["file"].replace("\ufffd", "?") for _, properties, _ in commands} == {
        re.sub("[\ud800-\udfff]", "?", path) for path in HOSTILE_PATHS
    }
    assert {text for _, _, text in commands} == {
        f"{printable(path)}:1:2: WK001 {printable(HOSTILE_TEXT)}\n{printable(HOSTILE_TEXT)}" for path in HOSTILE_PATHS
    }
    assert not any(line.startswith("::") for line in lines[len(HOSTILE_PATHS) :])


def test_the_gravest_are_shown_and_the_rest_is_text() -> None:
    found = [diagnostic(place(APP, "app"), f"info {number}", severity=INFO) for number in range(3)]
    found += [diagnostic(Location("::stop-commands::x", 1, 1, 1, 2), "w", severity=WARNING) for _ in range(11)]
    found += [diagnostic(place(APP, "queue"), f"##[error]{number:02}") for number in range(25)]
    lines = render("github", report(found), Style()).splitlines()
    levels = [read(line)[0] for line in lines[:23]]
    assert levels == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 3
    assert lines[23] == "::group::16 more not shown as annotations"
    assert lines[24] == "- .platform.app.yaml:4:5: error[WK001] ## [error]10"
    assert lines[39] == "- ::stop-commands::x:1:1: warning[WK001] w"
    assert lines[40] == "::endgroup::"
    assert lines[41:] == ["Found 25 errors, 11 warnings, 3 infos in 1 project (2 files)."]


@given(st.lists(st.tuples(st.text(max_size=20), st.text(min_size=1, max_size=20)), max_size=15))
def test_no_text_becomes_a_command(pairs: list[tuple[str, str]]) -> None:
    found = [diagnostic(Location(path or "a", 1, 1, 1, 1), text) for path, text in pairs]
    lines = render("github", report(found), Style()).split("\n")
    commands = [line for line in lines if line.lstrip().startswith("::") and not line.startswith(("::group", "::endg"))]
    assert len(commands) == min(len(pairs), 10)
    assert all(read(line)[1]["line"] == "1" for line in commands)
    assert not any("##[" in line for line in lines if line not in commands)
