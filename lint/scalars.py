"""Where each character of a scalar's text stands in the file.

The text is built again from what is written, character by character. If the result is not the text that the parser
gave, the answer is only near: it never leaves the span and never goes backwards.
"""

from __future__ import annotations

from itertools import pairwise

from .nodes import DOUBLE, FOLDED, LITERAL, PLAIN, SINGLE
from .quick import TYPE_CHECKING

if TYPE_CHECKING:
    from .nodes import ScalarNode

_BLANKS = " \t"
ESCAPED_LENGTHS = {"x": 2, "u": 4, "U": 8}
"""How many digits an escape in double quotes has, by its letter."""
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip


def offsets(node: ScalarNode) -> list[int]:
    """For each character of `node.text` its offset in the file, and one more for the end.

    A character that an escape stands for is at its backslash; a line break, or the space that folding makes of it, is
    at the end of the line where it was written.
    """
    source = node.source.text
    start, end = node.span
    if node.style == PLAIN:
        characters = _flow(source, start, end, PLAIN)
    elif node.style == SINGLE or node.style == DOUBLE:
        characters = _flow(source, start + 1, end - 1, node.style)
    elif node.style == LITERAL or node.style == FOLDED:
        characters = _block(source, start, end, len(node.text), folded=node.style == FOLDED)
    else:
        characters = [(c, start + i) for i, c in enumerate(source[start:end])]
    places = [place for _, place in characters]
    if "".join(character for character, _ in characters) == node.text:
        last = end - 1 if node.style in (SINGLE, DOUBLE) else end
        places.append(max(last, places[-1]) if places else last)
        return places
    return _near(node.text, source, start, end)


def _near(text: str, source: str, start: int, end: int) -> list[int]:
    """The characters of `text` found one after the other, each at most once."""
    places = []
    position = start
    for character in text:
        found = source.find(character, position, end) if character not in " \n" else position
        if found >= 0:
            position = found
        places.append(min(position, end))
        if found >= 0 and position < end:
            position += 1
    places.append(end)
    return places


def _line_break(source: str, position: int) -> int:
    """The offset behind the line break at `position`."""
    return position + 2 if source.startswith("\r\n", position) else position + 1


def _flow(source: str, position: int, end: int, style: str) -> list[tuple[str, int]]:
    """The characters of a plain or quoted scalar between `position` and `end`."""
    result: list[tuple[str, int]] = []
    kept = 0  # characters that are never trimmed: they stand before an escaped line break, or are escapes
    while position < end:
        character = source[position]
        if character in "\r\n":
            while len(result) > kept and result[-1][0] in _BLANKS:
                result.pop()
            breaks = []
            while position < end and source[position] in "\r\n \t":
                if source[position] in "\r\n":
                    breaks.append(position)
                    position = _line_break(source, position)
                else:
                    position += 1
            if len(breaks) == 1:
                result.append((" ", breaks[0]))
            else:
                result.extend(("\n", place) for place in breaks[1:])
            kept = len(result)
        elif character == "'" and style == SINGLE:
            result.append(("'", position))
            position += 2
        elif character == "\\" and style == DOUBLE:
            position = _escape(source, position, end, result)
            kept = len(result)
        else:
            result.append((character, position))
            position += 1
    return result


def _escape(source: str, position: int, end: int, result: list[tuple[str, int]]) -> int:
    """Take the escape at `position`; the offset behind it."""
    code = source[position + 1 : position + 2]
    length = ESCAPED_LENGTHS.get(code)
    if length is not None:
        digits = source[position + 2 : position + 2 + length]
        try:
            result.append((chr(int(digits, 16)), position))
        except (ValueError, OverflowError):
            result.append(("\ufffd", position))
        return position + 2 + length
    if code and code in "\r\n":
        position = _line_break(source, position + 1)
        while position < end and source[position] in " \t\r\n":
            if source[position] in "\r\n":
                result.append(("\n", position))
                position = _line_break(source, position)
            else:
                position += 1
        return position
    result.append((_ESCAPES.get(code, code), position))
    return position + 2


def _lines(source: str, position: int) -> list[tuple[int, int]]:
    """The start of each line from `position` on, and where its line break (or the text) begins."""
    lines = []
    while position < len(source):
        start = position
        while position < len(source) and source[position] not in "\r\n":
            position += 1
        lines.append((start, position))
        if position < len(source):
            position = _line_break(source, position)
    return lines


def _block(source: str, start: int, end: int, length: int, *, folded: bool) -> list[tuple[str, int]]:
    """The characters of a literal or folded scalar whose header stands at `start`, at most `length` of them."""
    position = start + 1
    chomping, given = "", 0
    while position < len(source) and source[position] in "+-123456789":
        if source[position] in "+-":
            chomping = source[position]
        else:
            given = int(source[position])
        position += 1
    while position < len(source) and source[position] not in "\r\n":
        position += 1
    if position >= len(source):
        return []
    # Blank lines behind the span count where they are kept; a text cannot reach further than its length says.
    body = _line_break(source, position)
    window = source[: min(len(source), max(end, body) + 2 * length + 2)] if chomping == "+" else source[: end + 2]
    lines = _lines(window, body)
    indent = _indentation(source, lines, end, start, given)
    content: list[tuple[int, int, int]] = []  # first character, line break, behind the line break
    for first, stop in lines:
        blank = not source[first:stop].strip(" ")
        if first > end and not blank:
            break
        content.append((min(first + indent, stop), stop, _line_break(source, stop) if stop < len(source) else stop))
    last = max((i for i, (first, stop, _) in enumerate(content) if first < stop), default=-1)
    result: list[tuple[str, int]] = []
    for number, (first, stop, _) in enumerate(content[: last + 1]):
        result.extend((source[i], i) for i in range(first, stop))
        if number < last:
            result.append(("\n", stop))
    if folded:
        result = _fold(source, content[: last + 1])
    tail = [("\n", stop) for _, stop, _ in content[max(last, 0) :] if stop < len(source)]
    if chomping == "+":
        result.extend(tail)
    elif chomping == "" and last >= 0:
        result.extend(tail[:1])
    return result


def _indentation(source: str, lines: list[tuple[int, int]], end: int, start: int, given: int) -> int:
    """How many spaces each line of a block scalar begins with."""
    filled = [(first, stop) for first, stop in lines if first <= end and source[first:stop].strip(" ")]
    if not filled:
        return max((stop - first for first, stop in lines), default=0)
    first, stop = filled[0]
    own = stop - first - len(source[first:stop].lstrip(" "))
    if not given:
        return own
    # The indicator counts from the parent's column, which is the only one that the lines themselves may not show.
    line = max(source.rfind("\n", 0, start), source.rfind("\r", 0, start)) + 1
    header = source[line:start]
    parent = len(header) - len(header.lstrip(" "))
    rest = header[parent:]
    while rest.startswith("-") and rest[1:2] in (" ", "\t"):
        stripped = rest[1:].lstrip(" \t")
        if not stripped:
            break
        parent += len(rest) - len(stripped)
        rest = stripped
    return min(parent + given, own) if rest else given


def _fold(source: str, content: list[tuple[int, int, int]]) -> list[tuple[str, int]]:
    """The characters of folded lines, without what follows the last one."""
    result: list[tuple[str, int]] = []
    filled = [(first, stop) for first, stop, _ in content if first < stop]
    if not filled:
        return result
    breaks: list[list[int]] = [[]]
    for first, stop, _ in content:
        breaks[-1].append(stop)
        if first < stop:
            breaks.append([])
    leading = breaks[0][:-1]
    result.extend(("\n", place) for place in leading)
    result.extend((source[i], i) for i in range(*filled[0]))
    between = [[filled[i][1], *gap[:-1]] for i, gap in enumerate(breaks[1:-1])]
    for (above, below), gap in zip(pairwise(filled), between, strict=True):
        spaced = source[above[0]] in _BLANKS or source[below[0]] in _BLANKS
        if spaced:
            result.extend(("\n", place) for place in gap)
        elif len(gap) == 1:
            result.append((" ", gap[0]))
        else:
            result.extend(("\n", place) for place in gap[1:])
        result.extend((source[i], i) for i in range(*below))
    return result
