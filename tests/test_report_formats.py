"""Whatever a project holds, every format is well formed for its readers."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from paaslint.discover import discover_tree
from paaslint.engine import lint_project
from paaslint.report import FORMATS, Outcome, Report, Style, render
from paaslint.settings import Settings
from paaslint.tree import MemoryTree

WORKERS = Path(__file__).resolve().parent.parent / "examples" / "workers"
FILES = {path.relative_to(WORKERS).as_posix(): path.read_text("utf-8") for path in sorted(WORKERS.rglob("*.yaml"))}
FOLDERS = ("", "a b", "日本", "::error::x", "a,b:c", "<b>&|`", "line\nfeed", "\udcff", "%2F#?", "[x](1)")
HOSTILE = (
    "::error::x", "\n::warning file=a::b\n", "##[error]x", "]]>", "<script>", "&amp;", "%0A", "a|b", "`", "\\[x](y)",
    "[1](2)", "![i](j)", "**x**", "\0", "\x1b[31m", "\u202e", "\u2028", "\x85", "\ufeff", "😀", "e\u0301", "\r", "\t",
    "\uffff", "x" * 1100, "{", "[", "]", "'", '"', "- ", "&a ", "*a", "<<: ", "!include x", "---\n", "|\n",
)  # fmt: skip
WORDS = [
    (path, *word.span())
    for path, text in FILES.items()
    for word in re.finditer(r"(?m)^[\w.-]+|(?<= )[\w.-]+(?=:|$)", text)
]
"""Keys, and the last words of lines."""

EMBEDDED_LINK = re.compile(r"(?<!\\)\[((?:\\.|[^\[\]\\])*)\]\((\d+)\)")
COMMAND = re.compile(
    r"::(error|warning|notice) file=[^,:]*,line=\d+(,endLine=\d+,col=\d+,endColumn=\d+)?,title=[^,:]*::.+"
)
GROUP = re.compile(r"::group::\d+ more not shown as annotations|::endgroup::")


def sarif(text: str, report: Report) -> None:
    (run,) = json.loads(text)["runs"]
    assert len(run["results"]) == len(report.diagnostics)
    for result in run["results"]:
        related = result.get("relatedLocations", [])
        links = [int(number) for _, number in EMBEDDED_LINK.findall(result["message"]["text"])]
        assert links == [place["id"] for place in related]
        for place in (*result["locations"], *related):
            region = place["physicalLocation"]["region"]
            assert (1, 1) <= (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])


def github(text: str, report: Report) -> None:
    for line in text.splitlines():
        assert line.isprintable()
        assert COMMAND.fullmatch(line) or GROUP.fullmatch(line) or not (line.startswith("::") or "##[" in line)


def gitlab(text: str, report: Report) -> None:
    issues = json.loads(text)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == len(report.diagnostics)


def junit(text: str, report: Report) -> None:
    root = ElementTree.fromstring(text)
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names) == int(root.get("tests") or 0)
    assert len(list(root.iter("failure"))) == int(root.get("failures") or 0) == report.summary.errors


def markdown(text: str, report: Report) -> None:
    page = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    assert page.count("<tr>") == len(report.diagnostics) + bool(report.diagnostics)
    assert page.count("<a ") == len(report.diagnostics)
    assert page.count("<br") == sum(2 if diagnostic.help else 1 for diagnostic in report.diagnostics)
    assert "<script" not in page and "<img" not in page


def plain(text: str, report: Report) -> None:
    assert all(line.isprintable() for line in text.splitlines())
    assert len(re.findall(r"^.*:\d+:\d+: (?:error|warning|info)\[", text, re.MULTILINE)) == len(report.diagnostics)


READERS: dict[str, Callable[[str, Report], None]] = {
    "sarif": sarif,
    "github": github,
    "gitlab": gitlab,
    "junit": junit,
    "markdown": markdown,
    "json": lambda text, report: json.loads(text)["diagnostics"],
    "text": plain,
}


def test_every_format_has_a_reader() -> None:
    assert READERS.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_hostile_projects(name: str, data: st.DataObject) -> None:
    files = dict(FILES)
    words = data.draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=10, unique=True))
    for path, start, end in sorted(words, reverse=True):  # places before stay as they are
        word = "".join(data.draw(st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=3))) + files[path][start:end]
        written = word if data.draw(st.integers(0, 9)) == 9 else json.dumps(word)  # mostly YAML still
        files[path] = files[path][:start] + written + files[path][end:]
    folder = data.draw(st.sampled_from(FOLDERS))
    tree = MemoryTree({f"{folder}/{path}".lstrip("/"): text for path, text in files.items()})
    outcomes = [
        Outcome(f"/work/{each.root}".rstrip("/"), lint_project(each, Settings(select=("ALL",)), tree))
        for each in discover_tree(tree)
    ]
    assert not any(outcome.result.faults for outcome in outcomes)
    report = Report(outcomes, "/work")
    READERS[name](render(name, report, Style()), report)
    if name == "text":
        shown = render(name, report, Style(terminal=True, width=60))
        assert all(line.isprintable() for line in shown.splitlines())
