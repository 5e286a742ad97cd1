"""The report for people: a line for each finding, or, at a terminal, the place itself with what to write instead."""

from __future__ import annotations

from ..diagnostic import ERROR, INFO, WARNING
from ..quick import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..diagnostic import Diagnostic, Location
    from ..text import SourceFile
    from . import Report, Style, Summary

COLOR = {ERROR: "1;31", WARNING: "1;33", INFO: "1;36"}
BOLD, DIM, GUTTER, RELATED, GOOD = "1", "2", "1;34", "1;34", "1;32"

MIN_EXCERPT = 30
MAX_ANCESTORS = 4
TAB = "    "
CUT = "..."


def render(report: Report, style: Style) -> str:
    """All findings in order, and a summary line; where there is nothing to say, only people are told so."""
    return findings(report, style, set()) + end(report.summary, style)


def findings(report: Report, style: Style, explained: set[str]) -> str:
    """All findings in order. `explained` are the rules that were spoken of at length before; it is brought up to date."""
    blocks: list[str] = []
    for diagnostic in report.diagnostics:
        if style.terminal:
            blocks.append(_block(diagnostic, report, style, diagnostic.code not in explained))
            explained.add(diagnostic.code)
        else:
            blocks.append(line(diagnostic, style))
    return "".join(blocks)


def end(counts: Summary, style: Style) -> str:
    """What stands below the findings: a summary, but where there are none, only for people."""
    found = counts.errors or counts.warnings or counts.infos
    return summary(counts, style) if found or style.terminal else ""


def statistics(report: Report, style: Style) -> str:
    """How often each rule speaks, the most frequent first, and a summary line."""
    counts: dict[tuple[str, str, str], int] = {}
    for diagnostic in report.diagnostics:
        key = (diagnostic.code, diagnostic.severity, diagnostic.name)
        counts[key] = counts.get(key, 0) + 1
    lines = [
        f"{count:>6}  {style.paint(f'{severity:<7}', COLOR[severity])}  {style.paint(code, BOLD)}  {name}\n"
        for (code, severity, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return "".join(lines) + summary(report.summary, style)


def summary(counts: Summary, style: Style) -> str:
    """What was found, suppressed and can be fixed, in a line or two."""
    found = [
        style.paint(_many(count, severity), COLOR[severity])
        for severity, count in ((ERROR, counts.errors), (WARNING, counts.warnings), (INFO, counts.infos))
        if count
    ]
    said = "Found " + ", ".join(found) if found else style.paint("No findings", GOOD)
    where = f"in {_many(counts.projects, 'project')} ({_many(counts.files, 'file')})"
    suppressed = f", {counts.suppressed} suppressed" if counts.suppressed else ""
    fixable = []
    if counts.fixable:
        fixable.append(f"{counts.fixable} fixable with --fix")
    if counts.unsafe:
        fixable.append(f"{counts.unsafe} {'more' if fixable else 'fixable'} with --fix --unsafe")
    return f"{said} {where}{suppressed}.\n" + (f"[*] {', '.join(fixable)}.\n" if fixable else "")


def printable(text: str) -> str:
    """The text in one line, with everything that a terminal would obey or hide written out."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in " ".join(text.splitlines()))


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def place(location: Location) -> str:
    """Where a finding stands, in one line."""
    return f"{printable(location.path)}:{location.line}:{location.column}"


def line(diagnostic: Diagnostic, style: Style) -> str:
    """A finding in one line."""
    where = style.paint(place(diagnostic.location), BOLD)
    head = style.paint(f"{diagnostic.severity}[{diagnostic.code}]", COLOR[diagnostic.severity])
    return f"{where}: {head} {printable(diagnostic.message)}\n"


class _Mark(NamedTuple):
    """A place in a file that is underlined, with a few words."""

    location: Location
    label: str
    primary: bool


def _block(diagnostic: Diagnostic, report: Report, style: Style, first: bool) -> str:
    """A finding at length; `first` says that no finding of this rule was shown before."""
    code = style.link(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.url)
    fixable = f" {style.paint('[*]', GOOD)}" if diagnostic.fix and diagnostic.fix.safe else ""
    lines = [
        f"{style.paint(code, COLOR[diagnostic.severity])}{fixable} {style.paint(printable(diagnostic.message), BOLD)}"
    ]

    marks = [_Mark(diagnostic.location, "", True)]
    marks += [_Mark(location, message, False) for location, message in diagnostic.related]
    by_path: dict[str, list[_Mark]] = {}
    for mark in marks:
        by_path.setdefault(mark.location.path, []).append(mark)
    excerpts = {path: _excerpt(report.shown(path), of_path) for path, of_path in by_path.items()}
    numbers = [number for excerpt in excerpts.values() for number in excerpt.shown]
    gutter = len(str(max(numbers, default=1)))
    bar = " " * gutter + " " + style.paint("|", GUTTER)
    for path, of_path in by_path.items():
        is_own = path == diagnostic.location.path
        if not is_own:
            lines.append(bar)
        arrow = "-->" if is_own else ":::"
        lines.append(" " * gutter + style.paint(arrow, GUTTER) + " " + place(of_path[0].location))
        if excerpts[path].source is None:
            lines += [f"{bar} {printable(mark.label)}" for mark in of_path if mark.label]
            continue
        lines.append(bar)
        lines += _drawn(excerpts[path], of_path, gutter, style, COLOR[diagnostic.severity])
    notes = [("help", diagnostic.help)]
    if diagnostic.fix:
        notes.append(("fix", diagnostic.fix.title + ("" if diagnostic.fix.safe else " (--unsafe)")))
    if first:
        notes.append(("rule", diagnostic.url))
    notes = [(name, text) for name, text in notes if text]
    if notes:
        lines.append(bar)
    for name, text in notes:
        head = " " * gutter + f" {style.paint('=', GUTTER)} {style.paint(name, BOLD)}: "
        indent = " " * (gutter + len(f" = {name}: "))
        lines.append(head + f"\n{indent}".join(printable(line) for line in text.splitlines()))
    return "\n".join(lines) + "\n\n"


class _Excerpt(NamedTuple):
    source: SourceFile | None
    shown: list[int]


def _excerpt(source: SourceFile | None, marks: Sequence[_Mark]) -> _Excerpt:
    """Which lines to show: the marked ones, and above the primary one the entries that it belongs to."""
    last = len(source.line_starts) if source else 0
    if source is None or any(mark.location.line > last for mark in marks):
        return _Excerpt(None, [])
    shown = {mark.location.line for mark in marks}
    for mark in marks:
        if mark.primary:
            shown.update(_ancestors(source, mark.location.line))
    shown.update(line + 1 for line in list(shown) if line + 2 in shown)
    return _Excerpt(source, sorted(shown))


def _ancestors(source: SourceFile, line: int) -> Iterator[int]:
    """The lines above that are indented less and less: at most the nearest `MAX_ANCESTORS`, not far away."""
    indent = _indent(source.line_text(line))
    found = 0
    for above in range(line - 1, max(0, line - 1000), -1):
        if indent == 0 or found == MAX_ANCESTORS:
            return
        text = source.line_text(above)
        content = text.lstrip()
        if content and not content.startswith("#") and _indent(text) < indent:
            indent = _indent(text)
            found += 1
            yield above


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" \t"))


def _drawn(excerpt: _Excerpt, marks: Sequence[_Mark], gutter: int, style: Style, color: str) -> Iterator[str]:
    source, shown = excerpt
    assert source is not None
    room = max(style.width - gutter - 3, MIN_EXCERPT)
    bar = style.paint("|", GUTTER)
    before = shown[0] - 1
    for number in shown:
        if number != before + 1:
            yield style.paint(CUT, GUTTER)
        before = number
        here = sorted((mark for mark in marks if mark.location.line == number), key=lambda mark: mark.location.column)
        focus = next((mark for mark in here if mark.primary), here[0] if here else None)
        text = source.line_text(number)
        window = _Window(text, focus.location.column - 1 if focus else 0, room)
        yield f"{style.paint(f'{number:>{gutter}}', GUTTER)} {bar} {window.text}".rstrip()
        for mark in here:
            ends_here = mark.location.end_line == number
            end = mark.location.end_column - 1 if ends_here else len(text)
            offset, length = window.place(mark.location.column - 1, end)
            label = printable(mark.label)
            if not ends_here:
                label = f"{label} (to line {mark.location.end_line})" if label else f"to line {mark.location.end_line}"
            line = style.paint(
                ("^" if mark.primary else "-") * length + (f" {label}" if label else ""),
                color if mark.primary else RELATED,
            )
            yield f"{' ' * gutter} {bar} {' ' * offset}{line}"


class _Window:
    """A line as it is shown, cut to `room` columns around the character `focus`."""

    __slots__ = ("_columns", "_start", "text")

    def __init__(self, text: str, focus: int, room: int) -> None:
        start = max(0, focus - room)
        cells = [_cell(character) for character in text[start : focus + room + 1]]
        widths = [_columns(cell) for cell in cells]
        begin, end = 0, len(cells)
        cut_after = focus + room + 1 < len(text)
        if start or cut_after or sum(widths) > room:
            lead = sum(widths[: focus - start])
            while begin < focus - start and lead > room // 2:
                lead -= widths[begin]
                begin += 1
            used, end = 0, begin
            while end < len(cells) and used + widths[end] <= room - 2 * len(CUT):
                used += widths[end]
                end += 1
        head = CUT if start + begin else ""
        tail = CUT if cut_after or end < len(cells) else ""
        self.text = head + "".join(cells[begin:end]) + tail
        self._start = start + begin
        self._columns = [len(head)]
        for width in widths[begin:end]:
            self._columns.append(self._columns[-1] + width)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The column and the width, at least 1, of what is visible of a range of characters."""
        last = len(self._columns) - 1
        left = self._columns[min(max(start - self._start, 0), last)]
        right = self._columns[min(max(end - self._start, 0), last)]
        return left, max(right - left, 1)


def _cell(character: str) -> str:
    return TAB if character == "\t" else printable(character) or " "


def _columns(cell: str) -> int:
    """How many columns a cell takes: none for what combines with the letter before, two for East Asian letters."""
    if cell.isascii():
        return len(cell)
    from unicodedata import category, east_asian_width

    return 0 if category(cell) in ("Mn", "Me") else 2 if east_asian_width(cell) in "WF" else 1
