"""The text report, in lines and at length."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import APP, diagnostic, everything, place, report

from paaslint.diagnostic import Fix, Location, Related
from paaslint.report import Style, render, text
from paaslint.text import SourceFile

PLAIN = Style()
TERMINAL = Style(terminal=True)
ANSI = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\")


def shown(source: str, *location: int, style: Style = TERMINAL, **others: object) -> list[str]:
    """The excerpt of a finding: the lines between the arrow and the notes."""
    file = SourceFile("app.yaml", source)
    found = diagnostic(Location("app.yaml", *location), "wrong", **others)  # type: ignore[arg-type]
    lines = render("text", report([found], (file,)), style).splitlines()
    start = next(index for index, line in enumerate(lines) if "-->" in line)
    return lines[start + 2 : next(i for i, line in enumerate(lines) if line.strip().startswith("= ")) - 1]


def test_a_line_for_each_finding() -> None:
    assert render("text", report(everything(), folder="shop", suppressed=1), PLAIN) == (
        "shop/.platform.app.yaml:8:13: error[WK001] `strt` is no key of `commands`: the worker has no start command,"
        " and the push is refused.\n"
        "shop/.platform.app.yaml:9:33: warning[YM002] `A` stands twice.\n"
        "shop/.platform.app.yaml:12:20: info[WK009] The second command only runs when the first has ended.\n"
        "Found 1 error, 1 warning, 1 info in 1 project (2 files), 1 suppressed.\n"
        "[*] 1 fixable with --fix, 1 more with --fix --unsafe.\n"
    )


def test_at_length_on_a_terminal() -> None:
    assert (
        render("text", report(everything()), TERMINAL)
        == """\
error[WK001] [*] `strt` is no key of `commands`: the worker has no start command, and the push is refused.
 --> .platform.app.yaml:8:13
  |
3 | workers:
4 |     queue:
...
7 |         commands:
8 |             strt: echo "日本" && python worker.py
  |             ^^^^
  |
  = help: Write `start`.
  = fix: Rename to `start`
  = rule: https://example.org/WK001

warning[YM002] `A` stands twice.
 --> .platform.app.yaml:9:33
  |
3 | workers:
4 |     queue:
...
9 |         variables: {env: {A: 1, A: 2}}
  |                           -- first here
  |                                 ^^
  |
  = help: Keep one.
  = rule: https://example.org/YM002

info[WK009] The second command only runs when the first has ended.
  --> .platform.app.yaml:12:20
   |
 3 | workers:
...
10 |     mail:
   |     ---- of this worker
11 |         commands:
12 |             start: |
   |                    ^ to line 14
   |
  ::: .platform/services.yaml:1:1
   |
 1 | db:
   | -- beside this
   |
   = fix: Rename the file (--unsafe)
   = rule: https://example.org/WK009

Found 1 error, 1 warning, 1 info in 1 project (2 files).
[*] 1 fixable with --fix, 1 more with --fix --unsafe.
"""
    )


def test_colours_change_nothing_but_colours() -> None:
    for style in (PLAIN, TERMINAL):
        colourful = render("text", report(everything()), style._replace(color=True, links=style.terminal))
        assert "\x1b[1;31m" in colourful
        assert ("\x1b]8;;https://example.org/WK001\x1b\\" in colourful) is style.terminal
        assert ANSI.sub("", colourful) == render("text", report(everything()), style)


def test_nothing_found_is_said_to_people_only() -> None:
    assert render("text", report([]), PLAIN) == ""
    assert render("text", report([], suppressed=3), TERMINAL) == "No findings in 1 project (2 files), 3 suppressed.\n"


def test_the_rule_is_linked_once() -> None:
    found = [diagnostic(place(APP, word), "wrong") for word in ("app", "queue", "mail")]
    assert render("text", report(found), TERMINAL).count("= rule:") == 1


@pytest.mark.parametrize(
    ("source", "location", "lines"),
    [
        ("a: b\n", (1, 4, 1, 5), ["1 | a: b", "  |    ^"]),
        ("a: b\n", (1, 5, 1, 5), ["1 | a: b", "  |     ^"]),
        ("", (1, 1, 1, 1), ["1 |", "  | ^"]),
        ("日本: 語x\n", (1, 5, 1, 6), ["1 | 日本: 語x", "  |       ^^"]),
        ("e\u0301: x\n", (1, 5, 1, 6), ["1 | e\u0301: x", "  |    ^"]),
        ("\ta: x\n", (1, 5, 1, 6), ["1 |     a: x", "  |        ^"]),
        ("a: \u200bx\n", (1, 4, 1, 5), ["1 | a: <U+200B>x", "  |    ^^^^^^^^"]),
        ("a: \x1b[31mx\n", (1, 9, 1, 10), ["1 | a: <U+001B>[31mx", "  |                ^"]),
        ("a:\r\n  b: x\r\n", (2, 6, 2, 7), ["1 | a:", "2 |   b: x", "  |      ^"]),
        ("a: [1,\n  2]\n", (1, 4, 2, 5), ["1 | a: [1,", "  |    ^^^ to line 2"]),
        ("a:\n# no\n\n  b:\n     c: x\n", (5, 6, 5, 7), ["1 | a:", "...", "4 |   b:", "5 |      c: x", "  |      ^"]),
    ],
)
def test_carets_stand_under_the_text(source: str, location: tuple[int, ...], lines: list[str]) -> None:
    assert shown(source, *location) == lines


def test_long_lines_are_cut_around_the_place() -> None:
    source = "a: " + "one " * 500 + "HERE " + "two " * 500 + "\n"
    column = source.index("HERE") + 1
    line, marker = shown(source, 1, column, 1, column + 4)
    assert len(line) <= TERMINAL.width
    assert line.startswith("1 | ...") and line.endswith("...")
    assert line[marker.index("^") : marker.rindex("^") + 1] == "HERE"


def test_only_the_end_of_a_long_line_is_cut_where_that_is_enough() -> None:
    line, marker = shown("key: " + "x" * 200 + "\n", 1, 1, 1, 4)
    assert line.startswith("1 | key: xxx") and line.endswith("x...")
    assert marker == "  | ^^^"


def test_a_huge_line_costs_nothing() -> None:
    line, _ = shown("a: " + "x" * 5_000_000 + "y\n", 1, 4, 1, 5_000_004)
    assert len(line) <= TERMINAL.width


def test_a_place_without_its_text_is_named_all_the_same() -> None:
    found = diagnostic(
        Location("gone.yaml", 7, 1, 7, 2), "wrong", related=(Related(Location("x.yaml", 9, 2, 9, 3), "because"),)
    )
    assert render("text", report([found]), TERMINAL).startswith(
        "error[WK001] wrong\n --> gone.yaml:7:1\n  |\n ::: x.yaml:9:2\n  | because\n"
    )


def test_nothing_that_a_terminal_obeys_gets_through() -> None:
    evil = "\x1b]0;title\x07\r\x9b"
    found = diagnostic(
        Location(evil, 1, 1, 1, 2),
        evil,
        help=evil,
        fix=Fix(evil, True, ()),
        related=(Related(place(APP, "app"), evil),),
    )
    for style in (PLAIN, TERMINAL):
        output = render("text", report([found], (SourceFile(evil, evil), APP)), style)
        assert all(character == "\n" or character.isprintable() for character in output)
        assert "<U+001B>" in output


def test_statistics_count_each_rule() -> None:
    found = [*everything(), diagnostic(place(APP, "name"), "wrong")]
    assert text.statistics(report(found), PLAIN) == (
        "     2  error    WK001  name-of-wk001\n"
        "     1  info     WK009  name-of-wk009\n"
        "     1  warning  YM002  name-of-ym002\n"
        "Found 2 errors, 1 warning, 1 info in 1 project (2 files).\n"
        "[*] 1 fixable with --fix, 1 more with --fix --unsafe.\n"
    )


@pytest.mark.parametrize(
    ("terminal", "environment", "option", "color"),
    [
        (True, {}, None, True),
        (False, {}, None, False),
        (True, {"TERM": "dumb"}, None, False),
        (True, {"CLICOLOR": "0"}, None, False),
        (True, {"NO_COLOR": "1"}, None, False),
        (True, {"NO_COLOR": ""}, None, True),
        (False, {"FORCE_COLOR": "1"}, None, True),
        (False, {"FORCE_COLOR": "0"}, None, False),
        (False, {"CLICOLOR_FORCE": "1"}, None, True),
        (False, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, None, False),
        (False, {"NO_COLOR": "1"}, True, True),
        (True, {"FORCE_COLOR": "1"}, False, False),
    ],
)
def test_colours_only_where_wanted(
    terminal: bool, environment: dict[str, str], option: bool | None, color: bool
) -> None:
    style = Style.detect(terminal, environment, option)
    assert style.color is color
    assert style.terminal is terminal
    assert style.links is False


@pytest.mark.parametrize(
    ("environment", "links"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM_PROGRAM": "iTerm.app"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"WT_SESSION": "1f"}, True),
        ({"VTE_VERSION": "7200"}, True),
        ({"VTE_VERSION": "4800"}, False),
        ({"VTE_VERSION": "new"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
        ({"FORCE_HYPERLINK": "0", "TERM": "xterm-kitty"}, False),
        ({"TERM": "tmux-256color", "VTE_VERSION": "7200"}, False),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux-0"}, False),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, False),
        ({"FORCE_HYPERLINK": "1", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb", "VTE_VERSION": "7200"}, False),
    ],
)
def test_links_are_for_terminals_that_are_known_to_make_them(environment: dict[str, str], links: bool) -> None:
    assert Style.detect(True, environment).links is links
    assert not Style.detect(False, environment).links
    assert not Style.detect(False, environment, color=True).links
    assert not Style.detect(True, environment, color=False).links


def test_the_code_is_a_link_and_nothing_else_changes() -> None:
    plain = render("text", report(everything()), Style(terminal=True))
    linked = render("text", report(everything()), Style(terminal=True, links=True))
    assert "\x1b]8;;https://example.org/WK001\x1b\\error[WK001]\x1b]8;;\x1b\\ [*]" in linked
    assert re.sub(r"\x1b\]8;;[^\x1b]*\x1b\\", "", linked) == plain


def test_the_width_of_the_terminal_counts() -> None:
    assert Style.detect(True, {"COLUMNS": "123"}).width == 123


@given(
    st.text("ab \t\r\n日\u0301\u200b😀:-", max_size=60),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(1, 60),
)
def test_any_place_in_any_text_is_shown(source: str, start: int, length: int, width: int) -> None:
    file = SourceFile("app.yaml", source)
    start = min(start, len(source))
    end = min(start + length, len(source))
    place = Location("app.yaml", *file.position(start), *file.position(end))
    found = diagnostic(place, "wrong", related=(Related(Location("app.yaml", 1, 1, 1, 1), "here"),))
    output = render("text", report([found], (file,)), TERMINAL._replace(width=width))
    assert "^" in output
