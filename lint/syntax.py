"""What is wrong with text that is not YAML, and which part of it must go so that the rest can be read.

A parser says where it gave up; people need the place where the mistake began, and what to write instead. Both are
derived from the text, so that every parser gives the same answer.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from itertools import pairwise

from .diagnostic import Change, Repair, YamlProblem
from .nodes import Place
from .quick import TYPE_CHECKING, NamedTuple, regex
from .text import SourceFile, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from .yaml import Failure

_KEY = regex(
    r"""(?P<lead>[ \t]*(?:-[ \t]+)*)
        (?P<key>"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\r\n]|'')*'|(?:[^\s\#\[\]{},&*!|>'"%@`-]|-(?=\S))[^\r\n\#]*?)
        (?P<colon>[ \t]*:)(?=[ \t\r\n]|\Z)""",
    re.VERBOSE,
)
_LEAD = regex(r"[ \t]*(?:-[ \t]+)*")
_PLAIN_KEY = regex(r"[ \t]*(?:-[ \t]+)*[\w.$/@-]+[ \t]*:(?=[ \t\r\n]|\Z)")
_TIGHT_COLON = regex(r"([\w.$-]+):(?=[^\s/:])")
_COLONLESS = regex(
    r"""(?P<key>"[^"]*"|'[^']*'|[\w./-]+)(?P<sign>[ \t]+=[ \t]+|;[ \t]*$|[ \t]+(?=[|>]))?(?P<value>.*)"""
)
_NAME = regex(r"[\w./-]{2,}")
_COLONLESS_HEADER = regex(r"[ \t]*[\w-]+[ \t]+[|>][-+0-9]*[ \t]*")
_BLOCK_HEADER = regex(r"[^\r\n]*?(?:[:-][ \t]+|^)(?:[!&]\S+[ \t]+)*[|>][-+0-9]*[ \t]*(?:#[^\r\n]*)?$")
_CONFLICT = regex(r"^<{7}(?: [^\r\n]*)?(?=[\r\n])(?s:.*?)(?:^>{7}[^\r\n]*|\Z)", re.MULTILINE)
_TAB = regex(r"[ ]*(?:-[ ]+)*-?[ ]*\t[ \t]*")
_TAB_BEFORE = regex(r"[ ]*\t")
_NOT_BREAK = regex(r"[^\r\n]")

_STAND_INS = 0xF8000

_MAX_KEY = 1024
"""How many characters a key that stands on one line with its value may have."""

_REFUSED = "the platform refuses the file"
_QUOTE_IT = "put the value in quotes: `'{}'`"


class Cause(NamedTuple):
    """A mistake: its place, what to say of it, and the range that has to be taken out with it.

    `key` is a key that lacks nothing but its colon: with one, the range can stay.
    """

    kind: str
    span: Span
    message: str
    help: str
    region: Span
    key: Span | None = None


class Recovery:
    """Takes mistakes out of a text, one after the other.

    `text` is what is left: as long as the original, with the same lines. `holes` are the parts taken out. `keys` are
    those that were given a colon, by where they begin: in `text` it takes the place of their last character.
    """

    __slots__ = (
        "_causes",
        "_given",
        "_last",
        "_original",
        "_source",
        "_starts",
        "_tabbed",
        "_tabs",
        "_whole",
        "holes",
        "keys",
        "text",
    )

    def __init__(self, source: SourceFile, text: str) -> None:
        self.text = text
        self.holes: list[Span] = []
        self.keys: dict[int, Span] = {}
        self._given: Cause | None = None
        self._original = text
        self._source = source
        self._starts = source.line_starts
        self._causes: list[Cause] = []
        self._last = -1
        self._whole = False
        self._tabs: Cause | None = None
        self._tabbed: str | None = None

    def take_out(self, failure: Failure) -> bool:
        """Take out what made a parser fail; False where there is nothing left to take out."""
        offset = min(failure.offset, len(self.text))
        at_end = not self.text[offset:].strip()
        if self._tabbed is not None and self._tabs is not None:
            # Spaces in place of the tabs do not line up with the rest.
            self.text, self._tabbed = self._tabbed, None
            self._blank(self._tabs.region)
            return True
        if self._given is not None and self._is_at_block(self._given, offset):
            del self.keys[self._given.span.start]
            self._blank(self._given.region)
            self._given = None
            return True
        repeated = offset <= self._last and not at_end
        self._last = offset
        if repeated:
            return self._widen()
        cause = self._diagnose(failure, offset)
        if self._known(cause):
            return self._widen()
        if cause.kind == "tab-indentation" and self._tabs is None:
            self._tabs = cause
            self._causes.append(cause)
            spaced = self._spaced(lambda tabs: " " * len(tabs))
            if spaced != self.text and not self._loses_lines(spaced):
                self.text, self._tabbed = spaced, self.text
                self._last = -1
                return True
        elif self._tabs is None or not self._had_tab(cause.span.start):
            self._causes.append(cause)
        if cause.key is not None:
            self._give_colon(cause, cause.key)
        else:
            self._blank(cause.region)
            self._whole = False
        return True

    def finish(self, reads: Callable[[str], bool]) -> list[YamlProblem]:
        """The problems; `reads` tells whether a text is YAML, which makes a repair certain."""
        problems = []
        for cause in self._causes:
            repair = None
            if cause is self._tabs and len(self._causes) == 1:
                repair = self._tab_repair(reads)
            place = Place(self._source, cause.span)
            problems.append(YamlProblem(cause.kind, place, cause.message, help=cause.help, repair=repair))
        return problems

    # Taking out -----------------------------------------------------------------------------------------------------

    def _known(self, cause: Cause) -> bool:
        """Whether a mistake lies where something is already taken out: then too little was."""
        return any(h.start <= cause.span.start < h.end or h.start == cause.region.start for h in self.holes)

    def _give_colon(self, cause: Cause, key: Span) -> None:
        """Make a key of one without a colon; stand-ins for its name keep it apart from the keys around it."""
        name = chr(_STAND_INS + len(self.keys)) * (key.end - key.start - 1)
        self.text = f"{self.text[: key.start]}{name}:{self.text[key.end :]}"
        self.keys[key.start] = key
        self._given = cause
        self._last = -1

    def _is_at_block(self, cause: Cause, offset: int) -> bool:
        """Whether a failure shows that what begins below a key is no value of it."""
        line = self._line(cause.region.start) + 1
        while line < len(self._starts) and self._blank_line(line):
            line += 1
        return cause.region.start <= offset and self._line(offset) <= line

    def _blank(self, region: Span) -> None:
        start, end = region
        text = self.text
        self.text = text[:start] + _NOT_BREAK.sub(" ", text[start:end]) + text[end:]
        while start < end and text[start] in " \t\r\n":
            start += 1
        while end > start and text[end - 1] in " \t\r\n":
            end -= 1
        self.holes = [h for h in self.holes if not start <= h.start <= h.end <= end]
        self.holes.append(Span(start, end))

    def _widen(self) -> bool:
        """Take out more around the last hole: its whole line, then the entry around it."""
        if not self.holes:
            return False
        hole = self.holes[-1]
        line = self._line(hole.start)
        column = self._indent(line, self._original)
        begin = self._starts[line] + column
        if not self._whole and begin < hole.start:
            self._blank(Span(begin, max(hole.end, self._extent(line, column))))
            self._whole = True
            return True
        while line > 0:
            line -= 1
            if self._blank_line(line) or self._indent(line) >= column:
                continue
            column = self._indent(line)
            match = _KEY.match(self.text, self._starts[line])
            begin = match.end() if match is not None else self._starts[line] + column
            self._blank(Span(begin, max(hole.end, self._extent(line, column))))
            self._whole = match is None
            return True
        return False

    # Lines ----------------------------------------------------------------------------------------------------------

    def _line(self, offset: int) -> int:
        """The 0-based line of an offset."""
        return bisect_right(self._starts, offset) - 1

    def _end(self, line: int) -> int:
        """The offset behind the last character of a line, without its line end."""
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        while end > self._starts[line] and self.text[end - 1] in "\r\n":
            end -= 1
        return end

    def _content(self, line: int) -> str:
        return self.text[self._starts[line] : self._end(line)]

    def _indent(self, line: int, text: str | None = None) -> int:
        """How many blanks a line begins with."""
        text = self.text if text is None else text
        start = position = self._starts[line]
        end = self._end(line)
        while position < end and text[position] in " \t":
            position += 1
        return position - start

    def _blank_line(self, line: int) -> bool:
        content = self._content(line).lstrip()
        return not content or content.startswith("#")

    def _previous(self, line: int) -> int | None:
        """The last line before that says something."""
        while line > 0:
            line -= 1
            if not self._blank_line(line):
                return line
        return None

    def _extent(self, line: int, column: int) -> int:
        """The end of what belongs to the entry that begins in `column` of `line`."""
        last = line
        own = self._indent(line)
        for number in range(line + 1, len(self._starts)):
            if self._blank_line(number):
                continue
            indent = self._indent(number)
            content = self._content(number).lstrip()
            below = indent > column
            item = (
                indent == column == own and content.startswith("-") and not self._content(line).lstrip().startswith("-")
            )
            closer = indent >= own and content[0] in "]}"
            if not (below or item or closer):
                break
            last = number
        return self._end(last)

    def _entry(self, offset: int) -> Span:
        """The range to take out for a mistake at `offset`: the value of its entry, or the lines that begin there."""
        line = self._line(offset)
        start = self._starts[line]
        match = _KEY.match(self.text, start, self._end(line))
        if match is not None and offset >= match.end():
            return Span(match.end(), self._extent(line, match.start("key") - start))
        lead = _LEAD.match(self.text, start, self._end(line))
        begin = lead.end() if lead is not None else start
        dashes = self.text[start:begin].rstrip()
        return Span(begin, self._extent(line, len(dashes) - 1 if dashes else begin - start))

    def _had_tab(self, offset: int) -> bool:
        return _TAB.match(self._original, self._starts[self._line(offset)]) is not None

    def _header_above(self, line: int) -> int | None:
        """The line with the `|` or `>` under which `line` seems to be meant."""
        indent = self._indent(line)
        above = self._previous(line)
        while above is not None:
            if _BLOCK_HEADER.match(self._content(above)):
                return above if indent >= self._indent(above) or self._slid_out(line, above) else None
            if self._indent(above) < indent or _PLAIN_KEY.match(self._content(above)):
                return None
            above = self._previous(above)
        return None

    def _slid_out(self, line: int, header: int) -> bool:
        """Whether a line left of the key with the `|` is still of its text, since what the key stands in goes on below;
        the end of a here-document, say. One word alone may be a key that lacks its colon."""
        if len(self._content(line).split()) < 2:
            return False
        for number in range(line + 1, len(self._starts)):
            if not self._blank_line(number) and self._indent(number) >= self._indent(header):
                return True
            if _PLAIN_KEY.match(self._content(number)):
                return False
        return False

    # Causes ---------------------------------------------------------------------------------------------------------

    def _cause(self, start: int, end: int, message: str, help: str, region: Span | None = None) -> Cause:
        end = min(max(end, start), len(self.text))
        if _REFUSED not in message:
            message += f", {'and' if ', so ' in message else 'so'} {_REFUSED}"
        return Cause("syntax-error", Span(start, end), message, help, region or self._entry(start))

    def _diagnose(self, failure: Failure, offset: int) -> Cause:
        text = self.text
        conflict = _CONFLICT.search(text)
        if conflict is not None:
            return self._cause(
                conflict.start(),
                self._end(self._line(conflict.start())),
                "an unresolved merge conflict stands here",
                "decide for one side, and delete the lines with `<<<<<<<`, `=======` and `>>>>>>>`",
                Span(*conflict.span()),
            )
        line = self._line(offset)
        if offset == self._starts[line] == len(text) and line > 0:
            line = self._previous(line) or 0
        tab = _TAB.match(text, self._starts[line])
        if tab is not None and tab.end() <= self._end(line):
            first = text.index("\t", tab.start())
            return Cause(
                "tab-indentation",
                Span(first, tab.end()),
                "a tab stands in the indentation, where YAML accepts spaces only: the platform refuses the file",
                "indent with spaces",
                self._tab_region(line),
            )
        above = self._previous(line)
        if above is not None and self._content(above).rstrip() == "...":
            begin = self._starts[above]
            return Cause(
                "several-documents",
                Span(begin, begin + 3),
                "the document ends here, and text follows; the platform expects one document per file",
                "delete the `...`, or what follows it",
                Span(self._starts[line], len(text)),
            )
        return (
            self._long_key(failure, line)
            or self._quoted(failure, offset)
            or self._bracket(failure, offset)
            or self._first_character(failure, offset, line)
            or self._below_no_key(line)
            or self._colon(failure, offset, line)
            or self._lost_line(failure, offset, line)
            or self._indentation(offset, line)
            or self._other(offset, line)
        )

    def _tab_region(self, line: int) -> Span:
        """A line with a tab, and what surely stands below it."""
        start = self._starts[line]
        above = self._previous(line)
        match = _KEY.match(self.text, start, self._end(line))
        if above is None or (match is not None and self.text[match.end() : self._end(line)].strip()):
            return Span(start, self._end(line))
        return Span(start, self._extent(line, self._indent(above)))

    def _long_key(self, failure: Failure, line: int) -> Cause | None:
        """A key longer than readers of YAML look for its colon."""
        for number in {line, line if failure.context is None else self._line(failure.context)}:
            key = self._key_in(number)
            if key is not None and len(key["key"]) > _MAX_KEY:
                return self._cause(
                    *key.span("key"),
                    f"this key has {len(key['key'])} characters, and YAML looks for its colon within {_MAX_KEY}",
                    "shorten the key",
                )
        return None

    def _quoted(self, failure: Failure, offset: int) -> Cause | None:
        """A quote that is never closed, text behind a closing quote, or a wrong escape."""
        text = self.text
        context, scalar = failure.context, failure.scalar
        if context is not None and text[context : context + 1] in ("'", '"') and not self._quoted_key(context, offset):
            quote = text[context]
            escape = offset if text[offset : offset + 1] == "\\" else offset - 1
            while escape > context and text[escape] not in "\\":
                escape -= 1
            same_line = self._line(escape) == self._line(context) or not self._key_follows(context)
            if quote == '"' and escape > context and offset - escape <= 9 and offset < len(text) and same_line:
                shown = text[escape : escape + 2]
                return self._cause(
                    escape,
                    escape + 2,
                    f"`{shown}` is no escape that YAML knows in double quotes, so the platform refuses the file",
                    f"use single quotes, where a backslash is text, or double it: `\\{shown}`",
                )
            if text[context - 1 : context] == text[context] and scalar.end == context:
                return self._cause(
                    scalar.start,
                    context + 1,
                    f"the value is closed by two `{text[context]}`; the second one begins another text",
                    f"delete one `{text[context]}` at the end",
                )
            return self._unclosed(context)
        if scalar.end <= offset and text[scalar.start : scalar.start + 1] in ("'", '"') and scalar.end > scalar.start:
            first, last = self._line(scalar.start), self._line(scalar.end - 1)
            if last != self._line(offset):
                return None
            if first != last:
                return self._unclosed(scalar.start)
            if text[scalar.end : offset].strip(" \t") == "":
                quote = text[scalar.start]
                help = "quote the whole value, or nothing of it"
                if quote == "'":
                    help += "; inside single quotes, write a single quote twice: `''`"
                return self._cause(
                    scalar.start,
                    self._end(first),
                    "the value goes on behind its closing quote, which YAML does not allow",
                    help,
                )
        return None

    def _quoted_key(self, context: int, offset: int) -> bool:
        """Whether the quotes at `context` are those of a key before the failure: a parser names the first one."""
        line = self._line(context)
        key = self._key_in(line)
        return key is not None and key.start("key") == context and offset > key.end()

    def _key_follows(self, offset: int) -> bool:
        """Whether the next line that says something looks like an entry of its own."""
        line = self._line(offset) + 1
        while line < len(self._starts) and self._blank_line(line):
            line += 1
        return line < len(self._starts) and self._key_in(line) is not None

    def _unclosed(self, start: int) -> Cause:
        quote = self.text[start]
        line = self._line(start)
        return self._cause(
            start,
            self._end(line),
            f"the quote `{quote}` that begins here is not closed on its line, and takes in what follows",
            f"close it with `{quote}` at the end of the value",
        )

    def _bracket(self, failure: Failure, offset: int) -> Cause | None:
        """A `{` or `[` that is not closed, or that was meant as text."""
        text, context = self.text, failure.context
        begun = self._line(failure.scalar.start)
        key = _KEY.match(text, self._starts[begun], self._end(begun))
        if key is not None and begun < self._line(offset):
            value = key.end()
            while text[value : value + 1] in (" ", "\t"):
                value += 1
            if text[value : value + 1] in ("{", "[") and self._outermost(value) is not None:
                context = value
        if context is None or text[context : context + 1] not in ("{", "["):
            return None
        opening = text[context]
        closing = "}" if opening == "{" else "]"
        name = "a mapping" if opening == "{" else "a list"
        same_line = self._line(offset) == self._line(context) and offset < self._end(self._line(context))
        if same_line or self._outermost(context) is None:
            message = f"`{opening}` begins {name} in YAML, and what stands between the brackets is none"
            help = f"put the value in quotes if text is meant; else separate the entries with commas up to `{closing}`"
        else:
            message = f"the `{opening}` that begins {name} here is never closed, so what follows is taken into it"
            help = f"close it with `{closing}`, or put the value in quotes if text is meant"
        return self._cause(context, context + 1, message, help)

    def _outermost(self, offset: int) -> int | None:
        """The offset itself, where the line has no closing bracket behind it."""
        rest = self.text[offset : self._end(self._line(offset))]
        closing = "}" if rest[:1] == "{" else "]"
        return offset if rest.count(rest[:1]) > rest.count(closing) else None

    def _first_character(self, failure: Failure, offset: int, line: int) -> Cause | None:
        """A key or value that begins with a character that means something to YAML."""
        start = self._starts[line]
        end = self._end(line)
        match = _KEY.match(self.text, start, end)
        lead = _LEAD.match(self.text, start, end)
        places = [m.end() for m in (match, lead) if m is not None]
        for place in places:
            while place < end and self.text[place] in " \t":
                place += 1
            if place > offset or place >= end:
                continue
            cause = self._indicator(place, end, offset)
            if cause is not None:
                return cause
        return None

    def _indicator(self, place: int, end: int, offset: int) -> Cause | None:
        text = self.text
        value = text[place:end].rstrip()
        comment = value.find(" #")
        if comment > 0:
            value = value[:comment].rstrip()
        if not value:
            return None
        first = value[0]
        length = len(value)
        value = _short(value)
        quoted = _QUOTE_IT.format(value.replace("'", "''"))
        if first == "*":
            message = f"`{value}` begins with `*`, which YAML takes for an alias, so the platform refuses the file"
        elif first == "@":
            message = f"`{value}` begins with `@`, which YAML reserves, so the platform refuses the file"
        elif first == "`":
            message = "the value begins with a backtick, which YAML reserves, so the platform refuses the file"
        elif first == "%" and place == self._starts[self._line(place)]:
            message = f"`{value}` begins with `%`, which YAML takes for a directive, and knows none of that name"
            quoted = "delete the line, or quote the key"
        elif first == "%":
            message = f"`{value}` begins with `%`, which must not begin a value in YAML"
        elif first == "&":
            message = f"`{value}` begins with `&`, which YAML takes for an anchor"
        elif first == "!":
            message = f"`{value}` begins with `!`, which YAML takes for a tag"
        elif first in "{[":
            closing = "}" if first == "{" else "]"
            name = "a mapping" if first == "{" else "a list"
            message = f"`{value}` begins with `{first}`, which YAML takes for {name}"
            message += ", and text follows its end" if closing in value else " that is never closed"
        elif first in "]},":
            message = f"`{value}` begins with `{first}`, which has nothing to close or to separate here"
        elif first in "|>":
            message = f"text stands behind `{first}` on the same line; the block of text begins on the next one"
            quoted = "put the text on the next line, indented deeper than its key, or delete the sign"
        elif value.startswith("- ") and text[:place].rstrip().endswith(":"):
            message = "a list cannot begin on the line of its key"
            quoted = "put each `- item` on a line of its own, or write `[item, item]`"
        else:
            return None
        return self._cause(place, place + length, message, quoted)

    def _below_no_key(self, line: int) -> Cause | None:
        """Something that is indented under a line without a colon, which cannot hold it."""
        owner = self._owner(line, self._indent(line) - 1)
        if owner is not None and _COLONLESS_HEADER.fullmatch(self._content(owner)):
            return self._without_colon(owner)
        if self._key_in(line) is None:
            return None
        if owner is None or self._content(owner).lstrip().startswith("-") or self._key_in(owner) is not None:
            return None
        while True:
            above = self._owner(owner, self._indent(owner))
            if above is None or self._indent(above) == self._indent(owner) or self._holds_block(above):
                return self._without_colon(owner)
            if self._key_in(above) is not None or self._content(above).lstrip().startswith("-"):
                return None  # the line goes on with the value above it
            owner = above  # a line without a colon itself

    def _holds_block(self, line: int) -> bool:
        """Whether the value of a line's key begins on the next line."""
        key = self._key_in(line)
        return key is not None and not self.text[key.end() : self._end(line)].strip()

    def _key_in(self, line: int) -> re.Match[str] | None:
        return _KEY.match(self.text, self._starts[line], self._end(line))

    def _owner(self, line: int, column: int) -> int | None:
        """The nearest line above that is indented by `column` blanks at most."""
        above = self._previous(line)
        while above is not None and self._indent(above) > column:
            above = self._previous(above)
        return above

    def _colon(self, failure: Failure, offset: int, line: int) -> Cause | None:
        """A `: ` where no key can be."""
        text = self.text
        if text[offset : offset + 1] != ":":
            return None
        begun = self._line(failure.scalar.start)
        if begun == line:
            match = _KEY.match(text, self._starts[line], self._end(line))
            if match is None or offset <= match.end("colon") - 1:
                return None
            place = match.end()
            while text[place] in " \t":
                place += 1
            value = text[place : self._end(line)].rstrip()
            return self._cause(
                place,
                place + len(value),
                "a colon and a space stand inside an unquoted value, where YAML takes them for another key",
                _QUOTE_IT.format(_short(value).replace("'", "''")),
            )
        # The value or key before runs over several lines.
        lead = _LEAD.match(text, self._starts[begun])
        if lead is not None and lead.end() == failure.scalar.start:
            return self._without_colon(begun)
        return self._too_deep_key(line, begun)

    def _too_deep_key(self, line: int, begun: int) -> Cause:
        """A line that is indented deeper than the one at `begun`, which has a value and so cannot hold it."""
        column = self._indent(begun)
        before = [begun]
        above = self._previous(begun)
        while above is not None and self._indent(above) >= column:
            if self._indent(above) == column:
                before.append(above)
            above = self._previous(above)
        indent = self._indent(line)
        run = self._run(line, indent)
        after = [number for number in run if self._indent(number) == indent]
        other = self._key_in(line)
        if other is not None and self._outvoted(above, column, len(before), indent, len(after)):
            start = self._starts[before[-1]] + column
            return self._misplaced(
                before[-1], indent, f"like `{other.group('key')}` below", Span(start, self._end(line - 1))
            )
        start = self._starts[line] + indent
        name = f"`{other.group('key')}`" if other is not None else "this line"
        key = self._key_in(begun)
        owner = f"`{key.group('key')}`" if key is not None else "the line above"
        return self._cause(
            start,
            other.end("key") if other is not None else self._end(line),
            f"{name} is indented deeper than {owner}, which has a value already: YAML reads it as more of that",
            f"indent it like {owner}, or remove the value of {owner} if it is to hold {name}",
            Span(start, self._end(run[-1] if run else line)),
        )

    def _outvoted(self, parent: int | None, column: int, before: int, indent: int, after: int) -> bool:
        """Whether, of two columns that clash, the first is the wrong one: fewer lines use it, or it fits the file less."""
        if before != after:
            return before < after
        base = self._indent(parent) if parent is not None else 0
        step = self._step()
        if (column - base == step) != (indent - base == step):
            return indent - base == step
        return (column - base) % 2 > (indent - base) % 2

    def _step(self) -> int:
        """By how much the lines of the file are usually indented deeper than the one above; 0 for no usual width."""
        steps: dict[int, int] = {}
        last = 0
        for number in range(len(self._starts)):
            if self._blank_line(number):
                continue
            indent = self._indent(number)
            if indent > last:
                steps[indent - last] = steps.get(indent - last, 0) + 1
            last = indent
        usual = max(steps, key=lambda step: (steps[step], -step), default=0)
        return usual if steps.get(usual, 0) > 1 else 0

    def _without_colon(self, line: int) -> Cause:
        start = self._starts[line]
        lead = _LEAD.match(self.text, start)
        begin = lead.end() if lead is not None else start
        value = self.text[begin : self._end(line)].rstrip()
        tight = _TIGHT_COLON.match(value)
        header = self._header_above(line)
        if header is not None:
            return self._under_block(line, header)
        if tight is not None:
            fixed = _short(value[: tight.end()] + " " + value[tight.end() :])
            return self._cause(
                begin,
                begin + tight.end(),
                f"no space stands behind the colon, so YAML does not see the key `{tight.group(1)}`",
                f"write `{fixed}`",
            )
        remedy = self._with_colon(line, value)
        cause = self._cause(
            begin,
            begin + len(value),
            f"`{_short(value)}` stands where a key is expected, but has no colon",
            remedy
            or "write `key: value`; if the line belongs to the text above, indent it deeper than the key of that text",
        )
        return cause._replace(key=cause.span) if remedy and self._is_key_of_block(line) else cause

    def _is_key_of_block(self, line: int) -> bool:
        """Whether what is indented below a line surely belongs to it, and not to a key above."""
        if _NAME.fullmatch(self._content(line).strip()) is None:
            return False
        above = self._previous(line)
        indent = self._indent(line)
        if above is not None and self._indent(above) == indent and self._holds_block(above):
            return False
        below = next((n for n in range(line + 1, len(self._starts)) if not self._blank_line(n)), line)
        return self._step() in (0, self._indent(below) - indent)

    def _with_colon(self, line: int, value: str) -> str:
        """What to write instead of a line that surely is a key; nothing where it may be a piece of text."""
        match = _COLONLESS.match(value)
        below = next((n for n in range(line + 1, len(self._starts)) if not self._blank_line(n)), line)
        if match is not None and (match["sign"] or (not match["value"] and self._indent(below) > self._indent(line))):
            return f"write `{_short(match['key'] + ': ' + match['value']).rstrip()}`"
        return ""

    def _under_block(self, line: int, header: int) -> Cause:
        key = self._key_in(header)
        name = f"`{key.group('key')}`" if key is not None else "the `|`"
        first = next((n for n in range(header + 1, line + 1) if not self._blank_line(n)), line)
        column = self._indent(first) if first != line else self._indent(header) + 2
        last = line
        for number in range(line + 1, len(self._starts)):
            if self._blank_line(number):
                continue
            outside = self._indent(number) < min(self._indent(header), self._indent(line))
            if outside or _PLAIN_KEY.match(self._content(number)):
                break
            last = number
        start = self._starts[line] + self._indent(line)
        region = self._entry(key.end() if key is not None else start)
        return self._cause(
            start,
            self._end(line),
            f"the line is indented too little to belong to the text of {name}, which ends before it",
            f"indent it by {column} spaces like the other lines of that text",
            Span(min(region.start, start), max(region.end, self._end(last))),
        )

    def _lost_line(self, failure: Failure, offset: int, line: int) -> Cause | None:
        """A line without a colon among keys."""
        context = failure.context
        if context is None or context >= offset or self._line(context) >= self._line(offset):
            return None
        begun = self._line(context)
        if _LEAD.match(self.text, self._starts[begun]) is None or self._header_start(begun) != context:
            return None
        if self._key_in(begun):
            return None
        return self._without_colon(begun)

    def _header_start(self, line: int) -> int:
        lead = _LEAD.match(self.text, self._starts[line])
        return lead.end() if lead is not None else self._starts[line]

    def _indentation(self, offset: int, line: int) -> Cause | None:
        """A line that fits none of the columns of what it stands among."""
        if offset > self._header_start(line) or self._blank_line(line):
            return None
        header = self._header_above(line)
        if header is not None:
            return self._under_block(line, header)
        indent = self._indent(line)
        above: list[int] = []  # lines that are indented deeper, nearest first
        sibling = self._previous(line)
        while sibling is not None and self._indent(sibling) > indent:
            above.append(sibling)
            sibling = self._previous(sibling)
        if sibling is not None and self._indent(sibling) == indent:
            return self._mixed(line, sibling)
        if not above:
            key = None if sibling is None else self._key_in(sibling)
            return None if sibling is None or key is None else self._too_deep_key(line, sibling)
        column = min(self._indent(number) for number in above)
        first = next(number for number in reversed(above) if self._indent(number) == column)
        before = [number for number in above if self._indent(number) == column]
        behind = self._run(line, indent)
        after = [number for number in behind if self._indent(number) == indent]
        if self._outvoted(sibling, column, len(before), indent, len(after)):
            start = self._starts[first] + column
            other = self._key_in(line)
            as_what = f"like `{other.group('key')}` below" if other is not None else "like the lines below"
            return self._misplaced(first, indent, as_what, Span(start, self._end(above[0])))
        nearer = next((number for number in behind if self._indent(number) == column), None)
        if sibling is not None and behind[1:2] == [nearer] and self._holds_block(line):
            column, nearer = self._indent(sibling), None  # the lines below are its own, not its siblings
        last = behind[-1] if nearer is None else max(n for n in behind if n < nearer)
        start = self._starts[line] + indent
        return self._misplaced(line, column, "like its siblings", Span(start, self._end(last)))

    def _run(self, line: int, indent: int) -> list[int]:
        """The lines from `line` on that are indented by `indent` or deeper."""
        run = []
        for number in range(line, len(self._starts)):
            if self._blank_line(number):
                continue
            if self._indent(number) < indent:
                break
            run.append(number)
        return run

    def _misplaced(self, line: int, right: int, as_what: str, region: Span) -> Cause:
        indent = self._indent(line)
        key = self._key_in(line)
        shown = f"`{key.group('key')}`" if key is not None else "this line"
        return self._cause(
            self._starts[line] + indent,
            key.end("key") if key is not None else self._end(line),
            f"{shown} is indented by {_spaces(indent)}, which fits nothing around it",
            f"indent it by {_spaces(right)}, {as_what}",
            region,
        )

    def _mixed(self, line: int, sibling: int) -> Cause | None:
        """A key and a list item in one column, or a line above that is neither."""
        start = self._starts[line] + self._indent(line)
        key = self._key_in(line)
        item_above = self._content(sibling).lstrip().startswith("-")
        if not item_above and self._key_in(sibling) is None:
            return self._without_colon(sibling)
        is_item = self._content(line).lstrip().startswith("-")
        alike = self._alike(line)
        if is_item:
            message = "a list item stands among keys; a mapping cannot hold both"
            help = "indent it under the key whose list it belongs to, and leave that key without another value"
            if key is not None:
                help = f"remove the dash if `{key.group('key')}` is a key like the others; else {help}"
        elif key is not None and item_above:
            item = self._key_in(sibling)
            if item is not None and self._is_first(sibling):
                return self._lone_dash(sibling, item.group("key"), key.group("key"))
            message = f"the key `{key.group('key')}` stands among list items, and a list cannot hold both"
            help = "indent it like the item that it belongs to, or put it where the key of the list stands"
        else:
            return None
        end = key.end("key") if key is not None else self._end(line)
        return self._cause(start, end, message, help, Span(start, self._end(alike)))

    def _lone_dash(self, line: int, name: str, other: str) -> Cause:
        """A dash before the first of several keys."""
        dash = self._starts[line] + self._indent(line)
        return self._cause(
            dash,
            dash + 1,
            f"the dash makes an item of a list of `{name}`, and `{other}` below it is a key: one block cannot hold both",
            f"remove the dash, and indent `{name}` like `{other}`",
            Span(dash, self._extent(line, self._indent(line))),
        )

    def _is_first(self, line: int) -> bool:
        """Whether no line stands in one column with it above."""
        above = self._owner(line, self._indent(line))
        return above is None or self._indent(above) < self._indent(line)

    def _alike(self, line: int) -> int:
        """The last line of what stands in one column with `line` without a break: all items, or all keys."""
        indent, is_item = self._indent(line), self._content(line).lstrip().startswith("-")
        last = line
        for number in self._run(line, indent):
            if self._indent(number) == indent and self._content(number).lstrip().startswith("-") != is_item:
                break
            last = number
        return last

    def _other(self, offset: int, line: int) -> Cause:
        start = min(offset, self._end(line))
        if not self._content(line)[start - self._starts[line] :].strip():
            start = self._header_start(line)
        content = self._content(line).strip()
        if content and ":" not in content:
            return self._without_colon(line)
        return self._cause(
            start,
            max(self._end(line), start),
            "this is not YAML, so the platform refuses the file",
            "look for a missing quote, colon or bracket here or just above, and for indentation that does not line up",
        )

    # Tabs -----------------------------------------------------------------------------------------------------------

    def _spaced(self, replacement: Callable[[str], str]) -> str:
        """The text with `replacement` for the tabs that lines begin with."""
        return re.sub(r"(?m)^([ ]*)(\t[ \t]*)", lambda m: m.group(1) + replacement(m.group(2)), self.text)

    def _loses_lines(self, spaced: str) -> bool:
        """Whether in a text with spaces for tabs a line that had one is more of the value before it, or goes on in the
        next: such a text is YAML, and says something else than was meant."""
        tabbed = {n for n in range(len(self._starts)) if _TAB_BEFORE.match(self._original, self._starts[n])}
        other = Recovery(SourceFile(self._source.path, spaced), spaced)
        lines = [number for number in range(len(other._starts)) if not other._blank_line(number)]
        return any(
            not tabbed.isdisjoint(pair)
            and other._indent(pair[1]) > other._value_column(pair[0])
            and other._header_above(pair[1]) is None
            for pair in pairwise(lines)
        )

    def _value_column(self, line: int) -> float:
        """The column behind which the next line would go on with the plain value of this one."""
        start, end = self._starts[line], self._end(line)
        key = self._key_in(line)
        begin = key.end() if key is not None else self._header_start(line)
        value = self.text[begin:end].split(" #")[0].strip()
        if not value or value[0] in "#|>&!*[]{}'\",":
            return math.inf
        dashes = self.text[start:begin].rstrip()
        return key.start("key") - start if key is not None else len(dashes) - 1 if dashes else math.inf

    def _tab_repair(self, reads: Callable[[str], bool]) -> Repair | None:
        indents = [len(m.group()) for m in re.finditer(r"(?m)^ +(?=[^\s#])", self._original)]
        width = min(indents, default=4)
        if not 2 <= width <= 8:
            return None
        self_text, self.text = self.text, self._original
        changed = self._spaced(lambda tabs: tabs.replace("\t", " " * width))
        self.text = self_text
        if not reads(changed) or self._loses_lines(changed):
            return None
        changes = [
            Change(Place(self._source, Span(*m.span(1))), m.group(1).replace("\t", " " * width))
            for m in re.finditer(r"(?m)^[ ]*(\t[ \t]*)", self._original)
        ]
        return Repair("replace the tabs by spaces", tuple(changes))


def _spaces(count: int) -> str:
    return "1 space" if count == 1 else f"{count} spaces"


def _short(value: str) -> str:
    return value if len(value) <= 60 else value[:57] + "..."
