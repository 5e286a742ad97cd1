"""What a YAML file says, as plain data with exact places.

A value is a `MappingNode`, a `SequenceNode`, a `ScalarNode`, or an `UnknownNode` where it cannot be known (an
include that is missing, a part that is not YAML). A mapping that has an unreadable part answers `UnknownNode` for
each key that it does not list: unknown is never taken for absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .quick import TYPE_CHECKING
from .text import Span

if TYPE_CHECKING:
    from .text import SourceFile

PLAIN, SINGLE, DOUBLE, LITERAL, FOLDED = "plain", "single", "double", "literal", "folded"
INCLUDED = "included"
"""The style of a scalar whose text is a whole included file."""

Path = tuple[str | int, ...]
"""The keys and list positions that lead from a document's root to a node."""

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = r"[-+]?[0-9]+\Z"
_BASED = r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"
_SPECIAL_FLOAT = r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z"


class Node:
    """A value or a key of a file.

    `span` is the text of the value alone, without its tag, anchor, or the blank lines behind it; `tag_span` is the
    tag's own. `parent` and `key` say where the node stands: a key in a mapping, or a position in a sequence. A key
    node and its value have the same path. What an alias stands for is one node in several places; it belongs to
    the place of its anchor.
    """

    __slots__ = ("anchor", "key", "parent", "source", "span", "tag", "tag_span")

    def __init__(self, source: SourceFile, span: Span) -> None:
        self.source = source
        self.span = span
        self.parent: MappingNode | SequenceNode | None = None
        self.key: str | int = ""
        self.tag: str | None = None
        self.tag_span: Span | None = None
        self.anchor: str | None = None

    @property
    def path(self) -> Path:
        """The key path from the root of the document that the platform reads (through includes)."""
        keys: list[str | int] = []
        node: Node = self
        while node.parent is not None:
            keys.append(node.key)
            node = node.parent
        return tuple(reversed(keys))

    @property
    def is_key(self) -> bool:
        """Whether this is a key and no value."""
        parent = self.parent
        if not isinstance(parent, MappingNode) or not isinstance(self.key, str):
            return False
        entry = parent.index().get(self.key)
        return (entry is not None and entry.key is self) or any(earlier is self for earlier, _ in parent.duplicates)

    @property
    def kind(self) -> str:
        """What people call this value: `mapping`, `list`, `text`, `number`, `true or false`, `nothing`."""
        return "unknown"


class UnknownNode(Node):
    """A value that cannot be read. `reason` is `include`, `broken`, `limit` or `tag`, and `type` for what would stand
    below a value that is no mapping."""

    __slots__ = ("reason",)

    def __init__(self, source: SourceFile, span: Span, reason: str) -> None:
        super().__init__(source, span)
        self.reason = reason


class IncludeNode(UnknownNode):
    """An `!include` or `!archive` that is not replaced by what it stands for.

    Includes of type `yaml` and `string` are replaced once their file was read; what stays is a missing file, a
    `binary` one, or a folder (`archive`). `type` is one of these, or `unknown`; `target` is the path as written, None
    where it is not given as text; `resolved` is the path in the tree that it led to, None until it is found.
    """

    __slots__ = ("argument", "resolved", "target", "type")

    def __init__(self, source: SourceFile, span: Span, *, type: str, target: ScalarNode | None, argument: Node) -> None:
        super().__init__(source, span, "include")
        self.type = type
        self.target = target
        self.argument = argument
        self.resolved: str | None = None


class ScalarNode(Node):
    """A piece of text, or what plain text stands for in the YAML 1.2 core schema.

    `text` is the content after quotes, escapes, indentation and folding; `value` is what it means: text, a number,
    a boolean, or None.
    """

    __slots__ = ("_offsets", "style", "text")

    def __init__(self, source: SourceFile, span: Span, text: str, style: str) -> None:
        # What `Node` does, written out: nearly all nodes are scalars, and the call took a hundredth of a fleet's time.
        self.source = source
        self.span = span
        self.parent = None
        self.key = ""
        self.tag = None
        self.tag_span = None
        self.anchor = None
        self.text = text
        self.style = style
        self._offsets: list[int] | None = None

    @property
    def value(self) -> str | int | float | bool | None:
        if self.style != PLAIN or (self.tag is not None and self.tag.endswith("str")):
            return self.text
        return plain_value(self.text)

    @property
    def is_null(self) -> bool:
        """True for an empty value, `~` and `null`."""
        return self.style == PLAIN and self.text in _NULL and not (self.tag or "").endswith("str")

    @property
    def kind(self) -> str:
        value = self.value
        if value is None:
            return "nothing"
        if isinstance(value, bool):
            return "true or false"
        return "text" if isinstance(value, str) else "number"

    def at(self, index: int) -> int:
        """The offset in the file of character `index` of `text`; the index behind the last one is the end."""
        if self.style == INCLUDED or (self.style == PLAIN and self.span.end - self.span.start == len(self.text)):
            return self.span.start + index
        if self._offsets is None:
            from .scalars import offsets

            self._offsets = offsets(self)
        return self._offsets[index]

    def part(self, start: int, end: int) -> Place:
        """The place of `text[start:end]`."""
        first = self.at(start)
        last = self._end(self.at(end - 1)) if end > start else first
        return Place(self.source, Span(first, last), self)

    def _end(self, offset: int) -> int:
        """The offset behind a character of the value, which may be written as an escape."""
        text = self.source.text
        if self.style == SINGLE and text.startswith("''", offset):
            return offset + 2
        if self.style == DOUBLE and text.startswith("\\", offset):
            from .scalars import ESCAPED_LENGTHS

            return offset + 2 + ESCAPED_LENGTHS.get(text[offset + 1], 0)
        return offset + 1


PlainScalar = ScalarNode
"""What rules visit of the scalars: values without quotes and tag, whose meaning is left to the reader."""


class SequenceNode(Node):
    """A list. `aliased` holds the positions of items that stand there by an alias."""

    __slots__ = ("aliased", "flow", "items")

    def __init__(self, source: SourceFile, span: Span, *, flow: bool) -> None:
        super().__init__(source, span)
        self.items: list[Node] = []
        self.flow = flow
        self.aliased: set[int] = set()

    @property
    def kind(self) -> str:
        return "list"


class Entry:
    """A key and its value in a mapping. `via` says how it came there: `own`, `alias` (the value) or `merge`.

    The key of a merged entry is the key node where it was written.
    """

    __slots__ = ("key", "value", "via")

    def __init__(self, key: Node, value: Node, via: str = "own") -> None:
        self.key = key
        self.value = value
        self.via = via


class MappingNode(Node):
    """A mapping. `entries` are in the order of the file, merged ones last; of a key written twice the last counts,
    and a mapping there also holds what the one before it alone has.

    `partial` says that a part of it could not be read. `duplicates` are the earlier and the later key node of each
    key that is written twice. `meant` holds entries under the key that their author meant, where the schema check
    found a misspelt or misplaced key: `get` reads them, iteration does not.
    """

    __slots__ = ("_index", "duplicates", "entries", "flow", "meant", "partial")

    def __init__(self, source: SourceFile, span: Span, *, flow: bool) -> None:
        super().__init__(source, span)
        self.entries: list[Entry] = []
        self.flow = flow
        self.partial = False
        self.duplicates: list[tuple[Node, Node]] = []
        self.meant: dict[str, Entry] = {}
        self._index: dict[str, Entry] | None = None

    @property
    def kind(self) -> str:
        return "mapping"

    def index(self) -> dict[str, Entry]:
        """The entries whose key is a scalar, by the key's text."""
        if self._index is None:
            self._index = {e.key.text: e for e in self.entries if isinstance(e.key, ScalarNode)}
        return self._index

    def forget_index(self) -> None:
        """To be called by whoever changes `entries` after they were read."""
        self._index = None

    def entry(self, name: str) -> Entry | None:
        """The entry under `name`, or the one that its author meant to write there; None where there is none."""
        return (self.index() if self._index is None else self._index).get(name) or self.meant.get(name)

    def get(self, name: str) -> Node | None:
        """The value under `name`; an UnknownNode where a part of the mapping is unreadable, None where absent."""
        # `entry` is written out here, and in `value_of` what comes of nothing: rules ask this 120 times for a project.
        entry = (self.index() if self._index is None else self._index).get(name) or self.meant.get(name)
        if entry is not None:
            return entry.value
        return UnknownNode(self.source, self.span, "broken") if self.partial else None

    @property
    def is_template(self) -> bool:
        """Whether it is what YAML makes of `{{ name }}` without quotes."""
        key = self.entries[0].key if len(self.entries) == 1 and self.flow else None
        return isinstance(key, MappingNode) and key.flow and self.source.text.startswith("{{", self.span.start)

    def key_of(self, name: str) -> Node | None:
        """The key node of `name`, where it is present."""
        entry = self.entry(name)
        return None if entry is None else entry.key

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        """Name and value of each entry that has a scalar key, a key written twice once."""
        for name, entry in self.index().items():
            yield name, entry.value


class Place:
    """Somewhere in a file that is not a whole node: a word of a command, or a file's first character.

    `node` is the scalar that it is a part of, if any.
    """

    __slots__ = ("node", "source", "span")

    def __init__(self, source: SourceFile, span: Span, node: Node | None = None) -> None:
        self.source = source
        self.span = span
        self.node = node

    @property
    def path(self) -> Path:
        return () if self.node is None else self.node.path


def plain_value(text: str) -> str | int | float | bool | None:
    """What unquoted text means in the YAML 1.2 core schema."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if text[0] not in "+-.0123456789":
        return text
    if text.isdecimal() and text.isascii() and len(text) < 20:
        return int(text)
    try:
        if re.match(_INTEGER, text):
            return int(text)
        if re.match(_BASED, text):
            return int(text, 0)
    except ValueError:  # more digits than Python converts
        return float("inf")
    if re.match(_FLOAT, text):
        return float(text)
    if re.match(_SPECIAL_FLOAT, text):
        return float(text.lower().replace(".", ""))
    return text


def to_data(node: Node) -> object:
    """The plain Python value of a node, as a JSON Schema validator wants it.

    Unknown values are left out of mappings and lists; keys are text as written; of a key written twice the last
    counts.
    """
    if isinstance(node, MappingNode):
        return {name: to_data(value) for name, value in node if not isinstance(value, UnknownNode)}
    if isinstance(node, SequenceNode):
        return [to_data(item) for item in node.items if not isinstance(item, UnknownNode)]
    if isinstance(node, ScalarNode):
        return node.value
    return None


def walk(node: Node | None, seen: set[int] | None = None) -> list[Node]:
    """A node and everything below it, keys included, each once however many aliases lead to it."""
    seen = set() if seen is None else seen
    pending = [] if node is None else [node]
    found: list[Node] = []
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        found.append(node)
        if isinstance(node, MappingNode):
            for entry in reversed(node.entries):
                pending.append(entry.value)
                pending.append(entry.key)
        elif isinstance(node, SequenceNode):
            pending.extend(reversed(node.items))
    return found


def has_unknown(node: Node | None) -> bool:
    """Whether a value, or something in it, could not be read."""
    return any(isinstance(n, UnknownNode) or (isinstance(n, MappingNode) and n.partial) for n in walk(node))
