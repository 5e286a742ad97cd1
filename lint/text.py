"""Text and positions: a file as the parser reads it, and spans of it.

Offsets are 0-based indexes of Unicode code points in `SourceFile.text`; lines and columns shown to people are
1-based, and the end of a span is exclusive.
"""

from __future__ import annotations

from bisect import bisect_right

from .quick import NamedTuple

BYTE_ORDER_MARK = "\ufeff"


class Span(NamedTuple):
    """A half-open range of offsets in one file."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """True where the two share a character; an empty span overlaps what it touches."""
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end


class SourceFile:
    """One file: its path, its text, and where its lines begin.

    `path` is relative to the tree that it was read from, with `/`. `text` has no byte-order mark (`has_bom` says
    whether the file has one) and keeps its line ends. `readable` is False where bytes could not be decoded: they
    stand as U+FFFD in the text, and such a file is never rewritten.
    """

    __slots__ = ("_starts", "has_bom", "path", "readable", "text")

    def __init__(self, path: str, text: str, *, has_bom: bool = False, readable: bool = True) -> None:
        self.path = path
        self.text = text
        self.has_bom = has_bom
        self.readable = readable
        self._starts: list[int] | None = None

    @classmethod
    def decode(cls, path: str, data: bytes) -> SourceFile:
        """The file behind `data`: UTF-8, or UTF-16 where a byte-order mark says so; never fails."""
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return cls(path, data.decode("utf-16", "replace").removeprefix(BYTE_ORDER_MARK), readable=False)
        has_bom = data.startswith(b"\xef\xbb\xbf")
        if has_bom:
            data = data[3:]
        try:
            return cls(path, data.decode(), has_bom=has_bom)
        except UnicodeDecodeError:
            return cls(path, data.decode("utf-8", "replace"), has_bom=has_bom, readable=False)

    @property
    def line_starts(self) -> list[int]:
        """The offset of the first character of each line; `\\n`, `\\r\\n` and a lone `\\r` end a line."""
        if self._starts is None:
            text = self.text
            starts = [0]
            position = text.find("\n")
            while position >= 0:
                starts.append(position + 1)
                position = text.find("\n", position + 1)
            if "\r" in text:
                lone = [i + 1 for i, c in enumerate(text) if c == "\r" and text[i + 1 : i + 2] != "\n"]
                starts = sorted(starts + lone)
            self._starts = starts
        return self._starts

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based line and column of an offset."""
        starts = self.line_starts
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a 1-based line and column, kept inside the text."""
        starts = self.line_starts
        if line > len(starts):
            return len(self.text)
        return min(starts[max(line, 1) - 1] + max(column, 1) - 1, len(self.text))

    def line_span(self, line: int) -> Span:
        """The span of a 1-based line without its line end."""
        starts = self.line_starts
        start = starts[line - 1]
        end = starts[line] if line < len(starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)

    @property
    def indent_step(self) -> str:
        """The spaces of one level, as the first indented line of the file has them; four where none is."""
        for line in range(1, len(self.line_starts) + 1):
            text = self.line_text(line)
            content = text.lstrip(" ")
            if content != text and content.strip() and content[0] not in "#-":
                return text[: len(text) - len(content)]
        return "    "

    def line_text(self, line: int) -> str:
        """The text of a 1-based line without its line end."""
        start, end = self.line_span(line)
        return self.text[start:end]
