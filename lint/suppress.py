"""Comments that take findings away: `# paaslint: ignore[WK001, HK] reason` and `# paaslint: ignore-file[WK001] reason`.

Events of a YAML parser carry no comments, so they are looked for in the text. A comment at the end of a line speaks
of that line, one that stands alone of the next line that is neither empty nor a comment. Outside scalars it covers
the line and each entry of a mapping or list that begins there, to the end of its value, with the files that an
`!include` in it pulls in. In a script (a `|` block, or a file that is included as text) it covers the line, and the
lines that a backslash joins to it. In other scalars a `#` is a part of the text. Only the place that a finding points
at counts, not its related places; and codes must be named, by their beginning at least.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator

from .diagnostic import Change, Repair
from .names import nearest
from .nodes import FOLDED, INCLUDED, LITERAL, MappingNode, Node, Place, ScalarNode, SequenceNode, walk
from .quick import TYPE_CHECKING, NamedTuple, TypeVar
from .text import Span

if TYPE_CHECKING:
    from .text import SourceFile

T = TypeVar("T")

MAX_JOINED = 100
"""Lines of a command that are looked at in either direction."""

MAX_GUESSES = 200
"""Unknown codes for which it is looked what may have been meant."""

_MARK = "paaslint:"
# Texts, for most runs never compile them: `re` does on the first use, and remembers.
_COMMENT = (
    r"(?<!\S)\#[ \t]*paaslint:[ \t]*(?P<word>[\w-]*)[ \t]*(?:\[(?P<codes>[^\]\r\n]*)\])?"
    r"(?P<reason>(?:(?![ \t]\#[ \t])[^\r\n])*)"
)
_CODE = r"[^\s,]+"


class Named(NamedTuple):
    """A code, or the beginning of some, as a comment names it."""

    code: str
    place: Place


class Suppression:
    """One comment. `place` is the whole of it, `reason` what is said behind the codes.

    `fault` is `form` where the comment is neither `ignore` nor `ignore-file`, `codes` where it names none; such a
    comment covers nothing. `used` are the codes that took a finding away. After `Suppressions.judge`, `unused` are
    those that did not though their rules ran, and `unknown` those that no rule has, each with the nearest code.
    """

    __slots__ = ("codes", "fault", "file_wide", "place", "reason", "unknown", "unused", "used")

    def __init__(self, place: Place, codes: tuple[Named, ...], reason: str, *, file_wide: bool, fault: str) -> None:
        self.place = place
        self.codes = codes
        self.reason = reason
        self.file_wide = file_wide
        self.fault = fault
        self.used: set[str] = set()
        self.unused: tuple[Named, ...] = ()
        self.unknown: tuple[tuple[Named, str | None], ...] = ()

    def without(self, codes: Collection[Named]) -> Repair:
        """The comment without some of its codes; without any, the comment goes, and its line if that is all."""
        kept = [named.code for named in self.codes if named not in codes]
        source, (start, end) = self.place.source, self.place.span
        if kept:
            inside = Span(self.codes[0].place.span.start, self.codes[-1].place.span.end)
            names = "the code" if len(codes) == 1 else "the codes"
            return Repair(f"remove {names} from the comment", (Change(Place(source, inside), ", ".join(kept)),))
        text = source.text
        before = start
        while before > 0 and text[before - 1] in " \t":
            before -= 1
        ends_line = end == len(text) or text[end] in "\r\n"
        if ends_line and (before == 0 or text[before - 1] in "\r\n"):
            end += 2 if text.startswith("\r\n", end) else 1 if end < len(text) else 0
        return Repair("remove the comment", (Change(Place(source, Span(before, end)), ""),))


class Suppressions:
    """The comments of all files of a project. Iterates in the order of paths and places."""

    __slots__ = ("_all", "_ranges")

    def __init__(self, sources: Iterable[SourceFile], roots: Iterable[Node | None]) -> None:
        self._all: list[Suppression] = []
        self._ranges: dict[str, _Ranges] = {}
        covered: dict[str, dict[tuple[int, int], list[Suppression]]] = {}
        marked = {source.path: source for source in sources if _MARK in source.text}
        if not marked:
            return
        included: list[Node] = []
        layouts = {path: _Layout(marked[path], included) for path in sorted(marked)}
        seen: set[int] = set()
        for root in roots:
            for node in walk(root, seen):
                _lay_out(node, layouts)
                if node.parent is not None and node.parent.source is not node.source:
                    included.append(node)
        for layout in layouts.values():
            for match in re.finditer(_COMMENT, layout.source.text):
                self._add(match, layout, covered)
        self._ranges = {path: _Ranges(ranges) for path, ranges in covered.items()}

    def __iter__(self) -> Iterator[Suppression]:
        return iter(self._all)

    def _add(
        self, match: re.Match[str], layout: _Layout, covered: dict[str, dict[tuple[int, int], list[Suppression]]]
    ) -> None:
        if layout.is_text(match.start()):
            return
        made = _read(match, layout.source)
        self._all.append(made)
        if made.fault:
            return
        path = layout.source.path
        ranges = [(path, 0, len(layout.source.text))] if made.file_wide else layout.covered(match.start())
        for other, start, end in ranges:
            covered.setdefault(other, {}).setdefault((start, end), []).append(made)

    def suppresses(self, code: str, path: str, offset: int) -> bool:
        """Whether a comment takes away a finding of this code that begins there; each that does counts as used."""
        ranges = self._ranges.get(path)
        return ranges is not None and ranges.take(code, offset)

    def apply(self, findings: Iterable[T], where: Callable[[T], tuple[str, Node | Place]]) -> tuple[list[T], list[T]]:
        """The findings that stay and those that go; `where` gives the code and the place of one."""
        kept: list[T] = []
        gone: list[T] = []
        for finding in findings:
            code, place = where(finding)
            (gone if self.suppresses(code, place.source.path, place.span.start) else kept).append(finding)
        return kept, gone

    def judge(self, known: Collection[str], ran: Callable[[str, str], bool]) -> None:
        """Find out which codes are unknown or were not needed; `ran` says whether a rule ran on a file.

        The beginning of a code is called unused only where all rules that it stands for ran. Codes of the rules
        about suppressions themselves are never unused: those rules speak after this.
        """
        guesses: dict[str, str | None] = {}
        for suppression in self._all:
            path = suppression.place.source.path
            unused: list[Named] = []
            unknown: list[tuple[Named, str | None]] = []
            for named in suppression.codes:
                meant = [code for code in known if code.startswith(named.code)]
                if not meant:
                    if named.code not in guesses and len(guesses) < MAX_GUESSES:
                        guesses[named.code] = nearest(named.code, known)
                    unknown.append((named, guesses.get(named.code)))
                elif named.code in suppression.used or named.code.startswith("IG"):
                    continue
                elif all(ran(code, path) for code in meant):
                    unused.append(named)
            suppression.unused = tuple(unused)
            suppression.unknown = tuple(unknown)


class _Ranges:
    """What comments cover in one file. Most comments are far from a finding, so their ranges are looked up."""

    __slots__ = ("_codes", "_ends", "_starts", "_wider")

    def __init__(self, ranges: dict[tuple[int, int], list[Suppression]]) -> None:
        ordered = sorted(ranges)
        self._starts = [start for start, _ in ordered]
        self._ends = [end for _, end in ordered]
        self._codes: list[dict[str, list[Suppression]]] = []
        self._wider: list[int] = []
        """For each range the last one before it that ends behind it; -1 where there is none."""
        for number, (start, end) in enumerate(ordered):
            wider = number - 1
            while wider >= 0 and self._ends[wider] <= end:
                wider = self._wider[wider]
            self._wider.append(wider)
            codes: dict[str, list[Suppression]] = {}
            for suppression in ranges[start, end]:
                for code in {named.code for named in suppression.codes}:
                    codes.setdefault(code, []).append(suppression)
            self._codes.append(codes)

    def take(self, code: str, offset: int) -> bool:
        """Whether a range around an offset has a comment that names a code; each that does counts as used."""
        found = False
        beginnings = [code[:length] for length in range(1, len(code) + 1)]
        number = bisect_right(self._starts, offset) - 1
        while number >= 0:
            if self._ends[number] < offset:
                number = self._wider[number]
                continue
            for beginning in beginnings:
                for suppression in self._codes[number].get(beginning, ()):
                    suppression.used.add(beginning)
                    found = True
            number -= 1
        return found


def _read(match: re.Match[str], source: SourceFile) -> Suppression:
    word = match["word"]
    file_wide = word == "ignore-file"
    codes: tuple[Named, ...] = ()
    if match["codes"] is not None:
        start = match.start("codes")
        codes = tuple(
            Named(code[0].upper(), Place(source, Span(start + code.start(), start + code.end())))
            for code in re.finditer(_CODE, match["codes"])
        )
    fault = "form" if word != "ignore" and not file_wide else "" if codes else "codes"
    span = Span(match.start(), match.start() + len(match[0].rstrip()))
    return Suppression(Place(source, span), codes, match["reason"].strip(" \t-–—:,;"), file_wide=file_wide, fault=fault)


Range = tuple[str, int, int]
"""A path, and the first and last offset in it."""


def _lay_out(node: Node, layouts: dict[str, _Layout]) -> None:
    """Tell the layouts of files with comments what a node has for them."""
    if isinstance(node, MappingNode):
        for entry in node.entries:
            if entry.via != "merge" and entry.key.source.path in layouts:
                value = entry.value if entry.via == "own" else entry.key
                layouts[entry.key.source.path].begin(entry.key, value)
    elif isinstance(node, SequenceNode):
        for position, item in enumerate(node.items):
            if position not in node.aliased and item.source.path == node.source.path in layouts:
                layouts[item.source.path].begin(item, item)
    elif isinstance(node, ScalarNode) and node.source.path in layouts:
        layouts[node.source.path].scalars.append(node)


class _Layout:
    """What stands where in a file: its scalars, and the entries that begin on each line.

    `included` are the nodes of the project that another file holds than their parents.
    """

    __slots__ = ("_begins", "_entries", "_included", "_next", "_ranges", "scalars", "source")

    def __init__(self, source: SourceFile, included: Collection[Node]) -> None:
        self.source = source
        self._included = included
        self.scalars: list[ScalarNode] = []
        self._entries: dict[int, list[tuple[Node, Node]]] = {}
        self._begins: list[int] | None = None
        self._next: list[int] | None = None
        self._ranges: dict[int, list[Range]] = {}

    def begin(self, key: Node, value: Node) -> None:
        self._entries.setdefault(self.source.position(key.span.start)[0], []).append((key, value))

    def scalar_at(self, offset: int) -> ScalarNode | None:
        """The scalar whose text has a character at an offset; of a block scalar its first line is not text."""
        if self._begins is None:
            self.scalars.sort(key=lambda scalar: scalar.span.start)
            self._begins = [scalar.span.start for scalar in self.scalars]
        index = bisect_right(self._begins, offset) - 1
        scalar = self.scalars[index] if index >= 0 else None
        if scalar is None or offset >= scalar.span.end:
            return None
        is_block = scalar.style in (LITERAL, FOLDED)
        if is_block and self.source.position(offset)[0] == self.source.position(scalar.span.start)[0]:
            return None
        return scalar

    def is_text(self, offset: int) -> bool:
        """Whether a `#` there is a part of a text that is no script."""
        scalar = self.scalar_at(offset)
        return scalar is not None and scalar.style not in (LITERAL, INCLUDED)

    def covered(self, offset: int) -> list[Range]:
        """What a comment that begins at an offset covers."""
        line, column = self.source.position(offset)
        alone = not self.source.line_text(line)[: column - 1].strip()
        scalar = self.scalar_at(offset)
        if alone:
            line = self._next_line(line)
        if scalar is not None:
            return self._command(line, scalar)
        if line not in self._ranges:
            self._ranges[line] = list(self._entries_at(line))
        return self._ranges[line]

    def _next_line(self, line: int) -> int:
        """The next line that is neither empty nor a comment; the last line where there is none."""
        if self._next is None:
            count = len(self.source.line_starts)
            self._next = [count] * (count + 1)
            for number in range(count - 1, 0, -1):
                text = self.source.line_text(number + 1).strip()
                self._next[number] = number + 1 if text and text[0] != "#" else self._next[number + 1]
        return self._next[line]

    def _command(self, line: int, script: ScalarNode) -> list[Range]:
        """A line of a script with the lines that a backslash joins to it, as far as the script reaches."""
        first = last = line
        while first > max(line - MAX_JOINED, 1) and self._goes_on(first - 1):
            first -= 1
        while last < min(line + MAX_JOINED, len(self.source.line_starts)) and self._goes_on(last):
            last += 1
        start = max(self.source.line_span(first).start, script.span.start)
        end = min(self.source.line_span(last).end, script.span.end)
        return [(self.source.path, start, end)] if start <= end else []

    def _goes_on(self, line: int) -> bool:
        text = self.source.line_text(line)
        return (len(text) - len(text.rstrip("\\"))) % 2 == 1

    def _entries_at(self, line: int) -> Iterator[Range]:
        """A line, the entries that begin on it, and the files that they include."""
        path = self.source.path
        yield (path, *self.source.line_span(line))
        for key, value in self._entries.get(line, ()):
            end = value.span.end if value.source.path == path else key.span.end
            yield (path, key.span.start, max(key.span.end, end))
            for node in self._included:
                if _is_part(node, value):
                    yield (node.source.path, 0, len(node.source.text))


def _is_part(node: Node | None, whole: Node) -> bool:
    while node is not None and node is not whole:
        node = node.parent
    return node is not None
