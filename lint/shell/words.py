"""The words of a shell script: quote removal, and what they expand.

Works on text alone. Positions are indexes into the raw text that is given.
"""

from __future__ import annotations

import re

from ..quick import NamedTuple, regex

_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_BRACED = regex(r"\$\{([#!]?)([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])(:?[-=?+]|%%?|##?)?")
_SPECIAL = regex(r"['\"\\$`]")
_SPECIAL_QUOTED = regex(r"[\"\\$`]")
_SPECIAL_DOCUMENT = regex(r"[\\$`]")
_LITERAL = regex(r"[^'\"\\$`*?\[{]*\Z")
_GLOB = regex(r"[*?]|\[[^\]]+\]|\{[^{}]*(?:,|\.\.)[^{}]*\}")
_ARITHMETIC_NAME = regex(r"(?<![\w$#])[A-Za-z_]\w*")
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "E": "\x1b"}

NESTING = 60
"""How deep expansions may stand in each other; what lies deeper is taken as text."""


class Expansion(NamedTuple):
    """A variable that a word reads: `$NAME`, `${NAME:-default}`, a name in `$(( ))`.

    `operator` is what stands behind the name in braces (`:-`, `-`, `:?`, `:+`, `%`, …; `#` in front of the name is
    `length`), empty for none; `argument` the raw text behind it.
    """

    name: str
    start: int
    end: int
    operator: str
    argument: str
    quoted: bool

    @property
    def defaulted(self) -> bool:
        """True where an unset variable is provided for: `:-`, `-`, `:=`, `=`, `:+`, `+`."""
        return self.operator[-1:] in ("-", "=", "+") and self.operator != ""


class Piece(NamedTuple):
    """A run of a word's value. One to one with the raw text unless `escaped`; an expansion stands as written."""

    text: str
    start: int
    escaped: bool


class Decoded:
    """A raw word taken apart.

    `text` is the value after quote removal; an expansion stands in it as it is written. `literal` says that there
    is none. `pattern` says that file names or braces are matched unquoted.
    """

    __slots__ = ("_pieces", "expansions", "literal", "pattern", "quoted", "text")

    def __init__(self, text: str | None = None) -> None:
        self.text = text or ""
        self.literal = True
        self.quoted = False
        self.pattern = False
        self.expansions: list[Expansion] = []
        self._pieces: list[Piece] | None = [] if text is None else None

    @property
    def pieces(self) -> list[Piece]:
        """The runs of its value; of a word that is text and nothing else, there is one."""
        if self._pieces is None:
            self._pieces = [Piece(self.text, 0, False)]
        return self._pieces

    def offsets(self) -> list[int]:
        """For each character of `text`, and for its end, where it stands in the raw word."""
        result: list[int] = []
        end = 0
        for text, start, escaped in self.pieces:
            if escaped:
                result.extend([start] * len(text))
            else:
                result.extend(range(start, start + len(text)))
            end = result[-1] + 1 if result else start
        result.append(end)
        return result


def decode(raw: str) -> Decoded:
    """Take a raw word apart."""
    if _LITERAL.match(raw):
        return Decoded(raw)
    result = Decoded()
    _unquoted(raw, result)
    result.text = "".join(piece.text for piece in result.pieces)
    return result


def decode_document(raw: str) -> Decoded:
    """Take the body of a here-document apart whose delimiter is not quoted: quotes are text in it."""
    result = Decoded()
    _quoted(raw, 0, len(raw), result, _SPECIAL_DOCUMENT)
    result.text = "".join(piece.text for piece in result.pieces)
    return result


def _unquoted(raw: str, result: Decoded) -> None:
    position, size = 0, len(raw)
    pieces = result.pieces
    while position < size:
        match = _SPECIAL.search(raw, position)
        stop = match.start() if match else size
        if stop > position:
            pieces.append(Piece(raw[position:stop], position, False))
            if not result.pattern and _GLOB.search(raw, position, stop):
                result.pattern = True
        if stop == size:
            break
        char = raw[stop]
        if char == "\\":
            following = raw[stop + 1 : stop + 2]
            if following != "\n":
                pieces.append(Piece(following or "\\", stop + 1 if following else stop, False))
                result.quoted = True
            position = stop + 2
        elif char == "'":
            end = raw.find("'", stop + 1)
            end = size if end < 0 else end
            pieces.append(Piece(raw[stop + 1 : end], stop + 1, False))
            result.quoted = True
            position = end + 1
        elif char == '"':
            end = quote_end(raw, stop)
            _quoted(raw, stop + 1, max(end - 1, stop + 1), result, _SPECIAL_QUOTED)
            result.quoted = True
            position = end
        elif raw.startswith("$'", stop):
            position = _ansi(raw, stop, result)
        elif raw.startswith('$"', stop):
            position = stop + 1
        else:
            position = _expansion(raw, stop, result, False)


def _quoted(raw: str, position: int, size: int, result: Decoded, special: re.Pattern[str]) -> None:
    pieces = result.pieces
    if position >= size:
        pieces.append(Piece("", position, False))
    while position < size:
        match = special.search(raw, position, size)
        stop = match.start() if match else size
        if stop > position:
            pieces.append(Piece(raw[position:stop], position, False))
        if stop == size:
            break
        char = raw[stop]
        if char == "\\":
            following = raw[stop + 1 : stop + 2]
            if following == "\n":
                pass
            elif following and following in '\\$`"' and (following != '"' or special is _SPECIAL_QUOTED):
                pieces.append(Piece(following, stop, True))
            else:
                pieces.append(Piece(raw[stop : stop + 2], stop, False))
            position = stop + 2
        elif char == '"':
            position = stop + 1
        else:
            position = min(_expansion(raw, stop, result, True), size)


def _ansi(raw: str, start: int, result: Decoded) -> int:
    position, size = start + 2, len(raw)
    result.quoted = True
    while position < size and raw[position] != "'":
        if raw[position] == "\\" and position + 1 < size:
            result.pieces.append(Piece(_ANSI.get(raw[position + 1], raw[position + 1]), position, True))
            position += 2
        else:
            result.pieces.append(Piece(raw[position], position, False))
            position += 1
    return position + 1


def _expansion(raw: str, start: int, result: Decoded, quoted: bool) -> int:
    end = expansion_end(raw, start)
    if end == start + 1:
        result.pieces.append(Piece("$", start, False))
        return end
    result.literal = False
    result.pieces.append(Piece(raw[start:end], start, False))
    _read(raw, start, end, quoted, result.expansions, 0)
    return end


def _read(raw: str, start: int, end: int, quoted: bool, found: list[Expansion], depth: int) -> None:
    """Note the variables that `raw[start:end]` reads; commands in it are somebody else's."""
    if raw.startswith("$((", start):
        for match in _ARITHMETIC_NAME.finditer(raw, start + 3, end):
            found.append(Expansion(match[0], match.start(), match.end(), "", "", quoted))
        _read_inside(raw, start + 3, end, quoted, found, depth)
    elif raw.startswith("${", start):
        parameter = _BRACED.match(raw, start, end)
        if parameter is None:
            return
        prefix, name, operator = parameter.groups()
        rest = raw[parameter.end() : end].removesuffix("}")
        if not operator:
            operator = "length" if prefix == "#" else prefix or ""
            operator = operator or rest[:1]
        found.append(Expansion(name, start, end, operator, rest, quoted))
        _read_inside(raw, parameter.end(), end, quoted, found, depth)
    elif raw.startswith("$", start) and not raw.startswith("$(", start):
        found.append(Expansion(raw[start + 1 : end], start, end, "", "", quoted))


def _read_inside(raw: str, position: int, end: int, quoted: bool, found: list[Expansion], depth: int) -> None:
    while depth < NESTING:
        position = raw.find("$", position, end)
        if position < 0:
            return
        stop = min(expansion_end(raw, position), end)
        if stop > position + 1 and raw[position - 1] != "\\":
            _read(raw, position, stop, quoted, found, depth + 1)
        position = stop


def expansion_end(raw: str, start: int, depth: int = 0) -> int:
    """Where the expansion at `start` (`$` or a backquote) ends; `start + 1` where it is none."""
    if raw[start] == "`":
        position = start + 1
        while position < len(raw) and raw[position] != "`":
            position += 2 if raw[position] == "\\" else 1
        return min(position + 1, len(raw))
    following = raw[start + 1 : start + 2]
    if following == "{":
        return _closing(raw, start + 2, "{", "}", depth)
    if following == "(":
        return _closing(raw, start + 2, "(", ")", depth)
    match = _NAME.match(raw, start + 1)
    return match.end() if match else start + 1


def quote_end(raw: str, start: int, depth: int = 0) -> int:
    """Where the double-quoted string that begins at `start` ends, behind its closing quote."""
    position, size = start + 1, len(raw)
    while position < size:
        match = _SPECIAL_QUOTED.search(raw, position)
        if match is None:
            return size
        position = match.start()
        char = raw[position]
        if char == '"':
            return position + 1
        if char == "\\":
            position += 2
        elif depth < NESTING:
            position = expansion_end(raw, position, depth + 1)
        else:
            position += 1
    return size


_INSIDE = regex(r"['\"\\$`(){}]|(?<=[\s;&|(])#[^\n]*")


def _closing(raw: str, position: int, opening: str, closing: str, depth: int) -> int:
    level, size = 1, len(raw)
    while position < size:
        match = _INSIDE.search(raw, position)
        if match is None:
            return size
        position = match.start()
        char = raw[position]
        if char == closing:
            level -= 1
            position += 1
            if level == 0:
                return position
        elif char == opening and opening == "(":
            level += 1
            position += 1
        elif char == "\\":
            position += 2
        elif char == "'" and opening == "(":
            end = raw.find("'", position + 1)
            position = size if end < 0 else end + 1
        elif char == '"' and depth < NESTING:
            position = quote_end(raw, position, depth + 1)
        elif char in "$`" and depth < NESTING:
            position = expansion_end(raw, position, depth + 1)
        elif char == "#" and opening == "(":
            position = match.end()
        else:
            position += 1
    return size
