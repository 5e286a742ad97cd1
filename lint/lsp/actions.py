"""What an editor can do about a finding: mend it, ignore it here, explain it; and mend all that is safe in a file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from ..diagnostic import Diagnostic, Edit, Location, Rename
from ..engine import Result
from ..fix import line_end
from ..model import Project
from ..nodes import INCLUDED, LITERAL, MappingNode, Node, ScalarNode
from ..shell import parse
from ..text import SourceFile, Span
from .spot import upwards

QUICK_FIX, FIX_ALL = "quickfix", "source.fixAll.paaslint"

_IGNORE = r"#[ \t]*paaslint:[ \t]*ignore[ \t]*\[(?P<codes>[^\]\r\n]*)\]"


class TextEdit(NamedTuple):
    """A span of a file of the project that gets another text."""

    path: str
    span: Span
    text: str


class Action(NamedTuple):
    """Something that an editor offers. `explains` is the code of a rule to be explained, in place of edits."""

    title: str
    kind: str
    finding: Diagnostic | None = None
    edits: tuple[TextEdit | Rename, ...] = ()
    preferred: bool = False
    explains: str = ""


Try = Callable[[str, str], tuple[Project, Result]]
"""Reads and lints the project with another text of one file."""


def fixes(found: Iterable[Diagnostic], source_of: Callable[[str], SourceFile | None]) -> Iterator[Action]:
    """The fixes of findings, safe ones first. What may change behaviour says so."""
    for finding in sorted(found, key=lambda each: each.fix is not None and not each.fix.safe):
        edits = _edits(finding, source_of)
        if finding.fix is not None and edits:
            title = finding.fix.title[:1].upper() + finding.fix.title[1:]
            if not finding.fix.safe:
                title += " (may change what the project does)"
            yield Action(f"{title} ({finding.code})", QUICK_FIX, finding, edits, finding.fix.safe)


def explain(finding: Diagnostic) -> Action:
    """The offer to show the page of a finding's rule."""
    return Action(f"Explain {finding.code}: {finding.name}", QUICK_FIX, finding, explains=finding.code)


def differences(path: str, before: str, after: str) -> tuple[TextEdit, ...]:
    """The edits that make one text of a file the other, whole lines only, so that cursors elsewhere stay."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    return tuple(
        TextEdit(path, Span(starts[a], starts[b]), "".join(new[c:d]))
        for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    )


def ignore(finding: Diagnostic, project: Project, before: Result, attempt: Try) -> Action | None:
    """The comment that takes a finding away, where one can; it was tried out, and nothing else changes by it."""
    place = finding.location
    source = project.sources.get(place.path)
    if source is None or not source.readable:
        return None
    for edit in _comments(project, source, source.offset(place.line, place.column), finding.code):
        text = source.text[: edit.span.start] + edit.text + source.text[edit.span.end :]
        after, result = attempt(place.path, text)
        if _is_gone(finding, before, result) and _content(project) == _content(after):
            return Action(f"Ignore {finding.code} here", QUICK_FIX, finding, (edit,))
    return None


def _edits(finding: Diagnostic, source_of: Callable[[str], SourceFile | None]) -> tuple[TextEdit | Rename, ...]:
    made: list[TextEdit | Rename] = []
    for change in finding.fix.edits if finding.fix is not None else ():
        if isinstance(change, Rename):
            made.append(change)
            continue
        source = source_of(change.location.path)
        if source is None or not source.readable:
            return ()
        edit = _located(source, change)
        if edit.text or edit.span.start != edit.span.end:  # a byte-order mark is none of the editor's text
            made.append(edit)
    return tuple(made)


def _located(source: SourceFile, edit: Edit) -> TextEdit:
    place: Location = edit.location
    span = Span(source.offset(place.line, place.column), source.offset(place.end_line, place.end_column))
    return TextEdit(source.path, span, edit.text.replace("\n", line_end(source.text)))


def _comments(project: Project, source: SourceFile, offset: int, code: str) -> Iterator[TextEdit]:
    """Where a comment may be meant to stand, the nearest place first."""
    line, _ = source.position(offset)
    for number in (line, line - 1):
        if number > 0 and (number == line or source.line_text(number).lstrip().startswith("#")):
            span = source.line_span(number)
            there = re.search(_IGNORE, source.text[span.start : span.end])
            if there:
                end = span.start + there.end("codes")
                yield TextEdit(source.path, Span(end, end), f", {code}")
    comment = f"# paaslint: ignore[{code}]"
    scalar = _scalar(project, source.path, offset)
    end = source.line_span(line).end
    if not source.line_text(line).rstrip().endswith("\\"):
        yield TextEdit(source.path, Span(end, end), f"  {comment}")
    yield _above(source, line, comment)
    if scalar is not None and scalar.style not in (LITERAL, INCLUDED):
        key = next((n for n in (_key(each) for each in upwards(scalar)) if n and n.source is source), None)
        if key is not None:
            yield _above(source, source.position(key.span.start)[0], comment)
    yield TextEdit(source.path, Span(0, 0), f"# paaslint: ignore-file[{code}]{line_end(source.text)}")


def _above(source: SourceFile, line: int, comment: str) -> TextEdit:
    """A line of its own above another, as far in."""
    start = source.line_span(line).start
    text = source.line_text(line)
    indentation = text[: len(text) - len(text.lstrip())]
    return TextEdit(source.path, Span(start, start), f"{indentation}{comment}{line_end(source.text)}")


def _scalar(project: Project, path: str, offset: int) -> ScalarNode | None:
    """The value that has a character at an offset."""
    for node in project.nodes:
        if isinstance(node, ScalarNode) and node.source.path == path and node.span.start <= offset <= node.span.end:
            return node
    return None


def _key(node: Node) -> Node | None:
    return node.parent.key_of(node.key) if isinstance(node.parent, MappingNode) and isinstance(node.key, str) else None


def _is_gone(finding: Diagnostic, before: Result, after: Result) -> bool:
    """Whether a finding is there no more, perhaps with others of its code, and nothing else has come or gone."""
    old, new = (Counter(each.code for each in result.diagnostics) for result in (before, after))
    others = {code: count for code, count in new.items() if code != finding.code}
    return (
        new[finding.code] < old[finding.code]
        and others == {code: count for code, count in old.items() if code != finding.code}
        and len(after.faults) <= len(before.faults)
    )


def _content(project: Project) -> tuple[list[str], list[list[str]]]:
    """What a comment leaves as it is: the text of values and keys, and of scripts the commands and here-documents."""
    commands = [each for application in project.applications for each in application.commands]
    scripts = {id(each.node) for each in commands if each.node.style in (LITERAL, INCLUDED)}
    parsed = [parse(each.text) for each in commands]
    return (
        [node.text for node in project.nodes if isinstance(node, ScalarNode) and id(node) not in scripts],
        [
            [*(each.text[slice(*command.span)] for command in each.commands), *(doc.text for doc in each.documents)]
            for each in parsed
        ],
    )
