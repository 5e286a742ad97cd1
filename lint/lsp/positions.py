"""Places as editors count them: lines from 0, and columns in units of the encoding that client and server agreed on."""

from __future__ import annotations

from typing import NamedTuple

from ..text import SourceFile, Span

UTF8, UTF16, UTF32 = "utf-8", "utf-16", "utf-32"


class Point(NamedTuple):
    """A 0-based line, and a column in units of some encoding."""

    line: int
    character: int


def units(text: str, encoding: str) -> int:
    """How many units of an encoding a text has: bytes, halves of UTF-16, or code points."""
    if encoding == UTF32 or text.isascii():
        return len(text)
    if encoding == UTF8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(character > "\uffff" for character in text)


def point(source: SourceFile, offset: int, encoding: str) -> Point:
    """The place of an offset."""
    line, _ = source.position(offset)
    return Point(line - 1, units(source.text[source.line_starts[line - 1] : offset], encoding))


def offset(source: SourceFile, line: int, character: int, encoding: str) -> int:
    """The offset of a place. Behind the end of a line it is that end; inside of a character, what comes after it."""
    if line >= len(source.line_starts):
        return len(source.text)
    start, end = source.line_span(line + 1)
    text = source.text[start:end]
    if encoding == UTF32 or text.isascii():
        return start + min(character, len(text))
    for index, each in enumerate(text):
        if character <= 0:
            return start + index
        character -= units(each, encoding)
    return end


def first_line(source: SourceFile, span: Span) -> Span:
    """The part of a span that stands on its first line: nobody wants half a file underlined."""
    line, _ = source.position(span.start)
    return Span(span.start, max(span.start, min(span.end, source.line_span(line).end)))
