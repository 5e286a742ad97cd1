"""From the text of a file to nodes and problems. Whatever the text, the answer is a `Document`.

libyaml's events (through ruamel.yaml) are composed into our nodes; where the C parser is missing, ruamel's own parser
gives the same events. Of their marks only `index` is used, which counts code points. Limits act while events are
pulled, because both parsers need minutes or crash on text that is made to hurt them.
"""

from __future__ import annotations

import re
from functools import cache

from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from . import libyaml
from .diagnostic import INFO, YamlProblem
from .nodes import (
    DOUBLE,
    FOLDED,
    LITERAL,
    PLAIN,
    SINGLE,
    Entry,
    IncludeNode,
    MappingNode,
    Node,
    Place,
    ScalarNode,
    SequenceNode,
    UnknownNode,
    walk,
)
from .quick import TYPE_CHECKING, Any, NamedTuple, regex
from .text import Span
from .tree import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from .text import SourceFile

C_PARSER = libyaml.parser_class()
"""ruamel's binding of libyaml; None where it is not installed."""

MAX_DEPTH = 200
"""Collections inside one another, with what aliases and includes stand for."""
MAX_NODES = 1_000_000
"""Keys and values of a file, with what aliases stand for."""
MAX_REPAIRS = 20
"""How often a file is read again after a part that is not YAML was taken out."""
MAX_REREAD = 4_000_000
"""Characters that are read again, over all repairs of a file."""

INCLUDE_TYPES = ("string", "binary", "yaml")

_STYLES = {"": PLAIN, None: PLAIN, "'": SINGLE, '"': DOUBLE, "|": LITERAL, ">": FOLDED}
_YAML_TAG = "tag:yaml.org,2002:"
_KNOWN_TAGS = frozenset(
    ["!"]
    + [
        _YAML_TAG + name
        for name in (
            "binary", "bool", "float", "int", "map", "merge", "null", "omap", "pairs", "seq", "set", "str",
            "timestamp", "value", "yaml",
        )
    ]
)  # fmt: skip

_CONTROL = regex("[^\t\n\r -~]")
_ACCEPTED = "\x85\u2028\u2029\ufeff"
_STAND_INS = 0xF0000

_PLAIN_COLON = regex(
    r"""(?:(?<=[^\s"'\]},\[{])|(?<=\w[ ])(?=:[$\d])|(?<=[\w=][ ]["'])|(?<=\w=["'])):(?=[^\s,\[\]{}])"""
)
_FLOW = regex(r"[\[{][^\n]*")
_TAG = regex(r"!(?:<[^>\s]*>|[^\s,\[\]{}]*)")
_GAP = regex(r"\s*(?:#[^\r\n]*\s*)*")


class Document:
    """What was read from one file.

    `root` is None for a file that says nothing, an `UnknownNode` where nothing of it could be read. `includes` are
    its `!include` and `!archive` nodes, in the order of the file; `merges` are the mappings that merge one of them.
    """

    __slots__ = ("includes", "merges", "problems", "root", "source")

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.root: Node | None = None
        self.problems: list[YamlProblem] = []
        self.includes: list[IncludeNode] = []
        self.merges: list[tuple[MappingNode, IncludeNode]] = []


class Failure(NamedTuple):
    """Where a parser gave up.

    `offset` is the place, `context` the begin of what it was reading there (None if it does not say), `scalar` the
    span of the last key or value before.
    """

    offset: int
    context: int | None
    scalar: Span


def parse(source: SourceFile, *, depth: int = 0) -> Document:
    """Read a file; `depth` is how deep the place is at which it is included."""
    document = Document(source)
    _check_encoding(document)
    if _too_long(source):
        document.root = UnknownNode(source, Span(0, len(source.text)), "limit")
        message = "the file is larger than 16 MiB, and is not read"
        place = Place(source, Span(0, 0))
        document.problems.append(
            YamlProblem("too-deep", place, message, help="remove what is not configuration, or include it as text")
        )
        return document
    text, restore = _readable(document)
    reading = _Reading(document, text, restore, depth)
    failure = reading.run()
    if failure is not None and (hidden := _colons_hidden(text, restore)):
        text, restore = hidden
        reading = _Reading(document, text, restore, depth)
        failure = reading.run()
    if failure is not None:
        reading = _recover(document, text, restore, depth, failure)
    document.root = reading.root
    document.includes = reading.includes
    document.merges = reading.merges
    document.problems += reading.problems
    return document


def _recover(document: Document, text: str, restore: dict[int, str] | None, depth: int, failure: Failure) -> _Reading:
    """Take out the parts that are not YAML, one after the other, so that the rest can be read."""
    from .syntax import Recovery

    recovery = Recovery(document.source, text)
    attempts = min(MAX_REPAIRS, MAX_REREAD // max(len(text), 1))
    while True:
        readable = recovery.take_out(failure)
        if not readable or attempts <= 0:
            break
        attempts -= 1
        reading = _Reading(document, recovery.text, restore, depth)
        next_failure = reading.run()
        if next_failure is None:
            document.problems += recovery.finish(lambda changed: _reads(document, changed))
            reading.name(recovery.keys)
            for hole in recovery.holes:
                reading.mark(hole)
            reading.forgive(recovery.holes)
            return reading
        failure = next_failure
    document.problems += recovery.finish(lambda changed: _reads(document, changed))
    reading = _Reading(document, text, restore, depth)
    reading.root = UnknownNode(document.source, Span(0, len(text)), "broken")
    return reading


def _reads(document: Document, text: str) -> bool:
    """Whether a changed text of the file is YAML without problems."""
    reading = _Reading(document, text, None, 0)
    return reading.run() is None and not reading.problems


def _check_encoding(document: Document) -> None:
    source = document.source
    if source.has_bom:
        document.problems.append(
            YamlProblem(
                "bad-encoding",
                Place(source, Span(0, 0)),
                "the file begins with a byte-order mark, which UTF-8 does not need and some readers take for text",
                help="save it as UTF-8 without a byte-order mark",
                severity=INFO,
            )
        )
    if not source.readable:
        at = source.text.find("\ufffd")
        if at >= 0:
            message = "the file is not valid UTF-8 here, so the platform cannot read it"
            place = Place(source, Span(at, at + 1))
        else:
            message = "the file is encoded in UTF-16; YAML files of the platform are UTF-8"
            place = Place(source, Span(0, 0))
        document.problems.append(YamlProblem("bad-encoding", place, message, help="save it as UTF-8"))


def _too_long(source: SourceFile) -> bool:
    text = source.text
    return len(text) > MAX_FILE_BYTES // 4 and len(text.encode("utf-8", "surrogatepass")) > MAX_FILE_BYTES


@cache
def _unusual() -> re.Pattern[str]:
    """Everything that a YAML reader refuses, what libyaml alone takes for a line break, and byte-order marks."""
    return re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def _readable(document: Document) -> tuple[str, dict[int, str] | None]:
    """The text with stand-ins for characters that parsers refuse or take for a line break, and the way back."""
    source = document.source
    text = source.text
    # Compiling the whole pattern takes 3 ms, so a plain file goes without it.
    if _CONTROL.search(text) is None:
        return text, None
    unusual = _unusual()
    if unusual.search(text) is None:
        return text, None
    refused = [match.start() for match in unusual.finditer(text) if match.group() not in _ACCEPTED]
    if refused:
        count = f" and {len(refused) - 1} more like it" if len(refused) > 1 else ""
        document.problems.append(
            YamlProblem(
                "bad-encoding",
                Place(source, Span(refused[0], refused[0] + 1)),
                f"the control character U+{ord(text[refused[0]]):04X}{count} must not stand in a YAML file, "
                "so the platform cannot read it",
                help='remove it, or write it as an escape such as `"\\0"` in double quotes',
            )
        )
    present = set(text)
    forth: dict[int, str] = {}
    back: dict[int, str] = {}
    candidate = _STAND_INS
    for character in sorted(set(unusual.findall(text))):
        while chr(candidate) in present:
            candidate += 1
        forth[ord(character)] = chr(candidate)
        back[candidate] = character
        candidate += 1
    return text.translate(forth), back


def _colons_hidden(text: str, restore: dict[int, str] | None) -> tuple[str, dict[int, str]] | None:
    """The text with stand-ins for colons inside words of flow collections, and the way back; None without any.

    YAML allows `{type: mysql:8}` and `{start: serve --listen ":$PORT"}`, and older versions of libyaml refuse them.
    """
    candidate = _STAND_INS + 1000
    while chr(candidate) in text:
        candidate += 1
    hidden = _FLOW.sub(lambda flow: _PLAIN_COLON.sub(chr(candidate), flow[0]), text)
    return None if hidden == text else (hidden, {**(restore or {}), candidate: ":"})


def _pull(text: str) -> Callable[[], Any]:
    """A function that gives the next event of `text`."""
    if C_PARSER is not None:
        pull: Callable[[], Any] = C_PARSER(text).get_event
        return pull
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    _, parser = yaml.get_constructor_parser(text)
    pure: Callable[[], Any] = parser.get_event
    return pure


def _properties(text: str, start: int, end: int, anchor: str | None) -> tuple[int, Span | None]:
    """Where a value begins behind its tag and anchor, and the span of the tag."""
    tag_span = None
    while start < end:
        if text[start] == "!" and tag_span is None:
            match = _TAG.match(text, start, end)
            start = match.end() if match is not None else end
            tag_span = None if match is None else Span(*match.span())
        elif text[start] == "&" and anchor is not None:
            start += 1 + len(anchor)
            anchor = None
        else:
            break
        gap = _GAP.match(text, start, end)
        start = gap.end() if gap is not None else end
    return start, tag_span


def _tag_before(text: str, start: int, end: int) -> Span | None:
    """The span of a tag that stands before an anchor, where a parser's mark does not include it."""
    found = [match.span() for match in _TAG.finditer(text, start, end)]
    return Span(*found[-1]) if found else None


class _Reading:
    """One reading of a text: the nodes that its events make, and what is wrong with them."""

    __slots__ = ("depth", "document", "includes", "merges", "problems", "restore", "root", "source", "text")

    def __init__(self, document: Document, text: str, restore: dict[int, str] | None, depth: int) -> None:
        self.document = document
        self.source = document.source
        self.text = text
        self.restore = restore
        self.depth = depth
        self.root: Node | None = None
        self.problems: list[YamlProblem] = []
        self.includes: list[IncludeNode] = []
        self.merges: list[tuple[MappingNode, IncludeNode]] = []

    def run(self) -> Failure | None:
        """Pull all events of the first document; tells where the parser gave up, if it did."""
        pull = _pull(self.text)
        text, source, restore = self.text, self.source, self.restore
        anchors: dict[str, Node] = {}
        measures: dict[str, tuple[int, int]] = {}  # of a finished anchored node: its nodes and its depth
        stack: list[tuple[Any, ...]] = []
        container: Any = None
        is_mapping = False
        key: Node | None = None
        name: str | int = ""
        end = 0
        depth = peak = self.depth
        count = 0
        documents = 0
        scalar = Span(0, 0)
        node: Any
        while True:
            try:
                event = pull()
            except Exception as error:  # the parsers' own, and what slips through the pure one on strange text
                return _failure(error, end, scalar)
            kind = event.__class__
            via = "own"
            opens = None
            if kind is ScalarEvent:
                start, before_end, end = event.start_mark.index, end, event.end_mark.index
                style = _STYLES[event.style]
                value = event.value
                tag, anchor = event.ctag, event.anchor
                tag_span = None
                if tag is not None or anchor is not None:
                    start, tag_span = _properties(text, start, end, anchor)
                    if tag is not None and tag_span is None:
                        tag_span = _tag_before(text, before_end, start)
                if style is PLAIN:
                    if not value:
                        if tag is None and anchor is None:
                            end = _empty(text, before_end, ":" if key is not None else "?" if is_mapping else "-")
                        start = end
                elif style is LITERAL or style is FOLDED:
                    end = _block_end(text, start, end)
                if restore is not None:
                    value = value.translate(restore)
                scalar = Span(start, end)
                node = ScalarNode(source, scalar, value, style)
                if tag is not None:
                    node.tag = str(tag)
                    node.tag_span = tag_span
                if anchor is not None:
                    node.anchor = anchor
                    anchors[anchor] = node
                    measures[anchor] = (1, 0)
                count += 1
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                if event.end_mark.index > event.start_mark.index:
                    end = event.end_mark.index
                node = container
                node.span = Span(node.span.start, max(end, node.span.start))
                container, is_mapping, key, name, before, outer_peak = stack.pop()
                depth -= 1
                if before is not None:
                    if anchors[node.anchor] is node:
                        measures[str(node.anchor)] = (count - before, peak - depth)
                    peak = max(peak, outer_peak)
                if node.__class__ is MappingNode:
                    self._finish(node)
                if key is node:
                    name = text[node.span.start : node.span.end]
                    node.key = name
                if node.tag is not None:
                    replaced = self._tagged(node)
                    if replaced is not node:
                        if node.anchor is not None and anchors[node.anchor] is node:
                            anchors[node.anchor] = replaced
                        if container is None:
                            self.root = replaced
                        elif not is_mapping:
                            container.items[-1] = replaced
                        elif key is node:
                            key = replaced
                        else:
                            container.entries[-1].value = replaced
                continue
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                first, start = event.start_mark.index, event.end_mark.index
                flow = bool(event.flow_style)
                if kind is MappingStartEvent:
                    node = MappingNode(source, Span(start, start), flow=flow)
                else:
                    node = SequenceNode(source, Span(start, start), flow=flow)
                # The mark is behind a bracket, and behind the dash of a list that is not indented.
                if start > first if flow else kind is SequenceStartEvent and text[start : start + 1] != "-":
                    node.span = Span(start - 1, start)
                tag, anchor = event.ctag, event.anchor
                before = None
                if tag is not None:
                    node.tag = str(tag)
                    node.tag_span = _properties(text, first, node.span.start, anchor)[1] or _tag_before(
                        text, end, first
                    )
                if anchor is not None:
                    node.anchor = anchor
                    anchors[anchor] = node
                    measures.pop(anchor, None)
                    before = count
                end = node.span.start + (flow and start > first)
                opens = (before, peak)
                depth += 1
                count += 1
                if before is not None or depth > peak:
                    peak = depth
                if depth > MAX_DEPTH:
                    return self._stop(node.span, f"the file nests deeper than {MAX_DEPTH} levels")
            elif kind is AliasEvent:
                span = Span(event.start_mark.index, event.end_mark.index)
                end = span.end
                count += 1
                target = anchors.get(event.anchor)
                if target is None:
                    node = self._undefined(span)
                elif event.anchor in measures:
                    node = target
                    via = "alias"
                    size, height = measures[event.anchor]
                    count += size
                    if depth + height > peak:
                        peak = depth + height
                    if peak > MAX_DEPTH:
                        return self._stop(
                            span, f"with its aliases expanded, the file nests deeper than {MAX_DEPTH} levels"
                        )
                else:
                    node = self._endless(span)
            elif kind is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._second_document(event.start_mark.index)
                    return None
                continue
            elif kind is StreamEndEvent:
                return None
            else:
                continue
            if count > MAX_NODES:
                return self._stop(
                    Span(event.start_mark.index, event.end_mark.index),
                    f"with its aliases expanded, the file has more than {MAX_NODES:,} values",
                )

            if via == "own":
                node.parent = container
                if kind is ScalarEvent and node.tag is not None:
                    if container is not None:
                        node.key = len(container.items) if not is_mapping else node.text if key is None else name
                    node = self._tagged(node)
                    if node.anchor is not None:
                        anchors[node.anchor] = node
            if is_mapping:
                if key is None:
                    key = node
                    name = node.text if node.__class__ is ScalarNode else text[node.span.start : node.span.end]
                    if via == "own":
                        node.key = name
                else:
                    container.entries.append(Entry(key, node, via))
                    if via == "own":
                        node.key = name
                    if opens is None:
                        key = None
            elif container is not None:
                if via == "own":
                    node.key = len(container.items)
                else:
                    container.aliased.add(len(container.items))
                container.items.append(node)
            else:
                self.root = node
            if opens is not None:
                # A value's key has done its work once the value begins; a key that is a collection has not.
                stack.append((container, is_mapping, key if key is node else None, name, *opens))
                container = node
                is_mapping = kind is MappingStartEvent
                key = None

    def _say(self, kind: str, place: Node | Place | Span, message: str, help: str, **more: Any) -> None:
        if isinstance(place, Span):
            place = Place(self.source, place)
        self.problems.append(YamlProblem(kind, place, message, help=help, **more))

    def _stop(self, span: Span, message: str) -> Failure | None:
        """A limit is reached: nothing of the file is believed, and nothing can be taken out to help."""
        self.root = UnknownNode(self.source, Span(0, len(self.text)), "limit")
        self.includes = []
        self.merges = []
        self.problems = []
        self._say("too-deep", span, message, "nest less, and use fewer aliases of aliases")
        return None

    def _undefined(self, span: Span) -> UnknownNode:
        name = self.text[span.start : span.end]
        self._say(
            "undefined-alias",
            span,
            f"`{name}` is an alias, but no anchor `&{name[1:]}` stands before it: the platform refuses the file",
            f"quote it if text is meant (`'{name}'`), or define the anchor further up",
        )
        return UnknownNode(self.source, span, "broken")

    def _endless(self, span: Span) -> UnknownNode:
        name = self.text[span.start : span.end]
        self._say(
            "too-deep",
            span,
            f"`{name}` stands inside the value that it names, so expanding it never ends",
            "write the value out, or move the anchor",
        )
        return UnknownNode(self.source, span, "limit")

    def _second_document(self, start: int) -> None:
        marker = self.text.find("---", start)
        self._say(
            "several-documents",
            Span(marker, marker + 3) if marker >= 0 else Span(start, start),
            "a second YAML document begins here; the platform expects one per file",
            "delete the `---`, or move what follows to a file of its own",
        )

    # Mappings -------------------------------------------------------------------------------------------------------

    def _finish(self, mapping: MappingNode) -> None:
        """Settle what concerns a mapping's keys among themselves."""
        entries = mapping.entries
        index = {e.key.text: e for e in entries if e.key.__class__ is ScalarNode}
        mapping._index = index
        if len(index) != len(entries):
            self._duplicates(mapping)
            _unite(mapping)
        if "<<" in index:
            self._merge(mapping)

    def _duplicates(self, mapping: MappingNode) -> None:
        seen: dict[str, Node] = {}
        for entry in mapping.entries:
            key = entry.key
            if not isinstance(key, ScalarNode):
                continue
            earlier = seen.get(key.text)
            seen[key.text] = key
            if earlier is None:
                continue
            mapping.duplicates.append((earlier, key))
            self._say(
                "duplicate-key",
                key,
                f"the key `{key.text}` stands twice in this mapping, which YAML forbids; "
                "most readers keep the last one without a word and drop the other",
                "merge the two, or rename one"
                if key.text != "<<"
                else "give `<<` a list of all that is to be merged: `<<: [*first, *second]`",
                related=[(earlier, f"`{key.text}` is first defined here")],
            )

    def _merge(self, mapping: MappingNode) -> None:
        """Put what `<<` names behind the mapping's own entries."""
        own: list[Entry] = []
        merges: list[Entry] = []
        for entry in mapping.entries:
            is_merge = isinstance(entry.key, ScalarNode) and entry.key.text == "<<" and entry.key.style == PLAIN
            (merges if is_merge else own).append(entry)
        if not merges:
            return
        mapping.entries = own
        names = {e.key.text for e in own if isinstance(e.key, ScalarNode)}
        for merge in merges:
            value = merge.value
            for part in value.items if isinstance(value, SequenceNode) else (value,):
                if isinstance(part, MappingNode):
                    merge_entries(mapping, part, names)
                elif isinstance(part, UnknownNode):
                    mapping.partial = True
                    if isinstance(part, IncludeNode):
                        self.merges.append((mapping, part))
                else:
                    mapping.partial = True
                    self._say(
                        "syntax-error",
                        part if part.parent is mapping or part.parent is value else merge.key,
                        f"`<<` merges mappings, and this is {_a(part.kind)}: readers refuse the file",
                        "give it an alias of a mapping, as in `<<: *defaults`, or a list of such aliases",
                    )
        mapping.forget_index()

    # Tags -----------------------------------------------------------------------------------------------------------

    def _tagged(self, node: ScalarNode | MappingNode | SequenceNode) -> Node:
        """The node that a tag makes of a value."""
        tag = node.tag or ""
        if tag in ("!include", "!archive"):
            return self._include(node, tag)
        if tag in _KNOWN_TAGS:
            return node
        shown = "!!" + tag[len(_YAML_TAG) :] if tag.startswith(_YAML_TAG) else tag
        near = "`!include`" if "incl" in tag.lower() else "`!archive`" if "arch" in tag.lower() else ""
        self._say(
            "unknown-tag",
            node.tag_span or node,
            f"`{shown}` is no tag that the platform knows, so it refuses the file",
            f"write {near}" if near else "use `!include` or `!archive`, or quote the value if it begins with `!`",
        )
        return _moved(node, UnknownNode(self.source, node.span, "tag"))

    def _include(self, node: ScalarNode | MappingNode | SequenceNode, tag: str) -> IncludeNode:
        type = "archive" if tag == "!archive" else "yaml"
        target: ScalarNode | None = None
        if isinstance(node, ScalarNode):
            target = node if node.text.strip() else None
            if target is None:
                what = "folder" if type == "archive" else "file"
                self._shape(node, f"`{tag}` names no {what}, so that nothing is read", f"write `{tag} {what}`")
        elif type == "archive":
            self._shape(node, f"`!archive` takes the path of a folder, not {_a(node.kind)}", "write `!archive folder`")
        elif isinstance(node, MappingNode):
            type, target = self._include_mapping(node)
        else:
            self._shape(
                node,
                f"`!include` takes a path, or a mapping with `type` and `path`, not {_a(node.kind)}",
                "write `!include {type: string, path: file}`",
            )
        include = IncludeNode(self.source, node.span, type=type, target=target, argument=node)
        _moved(node, include)
        self.includes.append(include)
        return include

    def _include_mapping(self, node: MappingNode) -> tuple[str, ScalarNode | None]:
        type, target = "yaml", None
        for entry in node.entries:
            key, value = entry.key, entry.value
            name = key.text if isinstance(key, ScalarNode) else ""
            text = value.text if isinstance(value, ScalarNode) and not value.is_null else None
            if name == "path":
                if text:
                    target = value if isinstance(value, ScalarNode) else None
                elif not isinstance(value, UnknownNode):
                    self._shape(value, "the `path` of this `!include` is not text", "give the path of a file")
            elif name == "type":
                if isinstance(value, UnknownNode):
                    type = "unknown"
                elif text == "archive":
                    type = text
                    self._say(
                        "include-shape",
                        value,
                        "`type: archive` is an old form that the documentation no longer lists",
                        "write `!archive` and the path",
                        severity=INFO,
                    )
                elif text in INCLUDE_TYPES:
                    type = text
                else:
                    type = "unknown"
                    self._shape(
                        value,
                        f"`{text or ''}` is no type of `!include`",
                        "write `string`, `binary` or `yaml`, which is the default",
                    )
            else:
                self._shape(
                    key,
                    f"`{name}` means nothing in an `!include`",
                    "remove it: `type` and `path` are all that it takes",
                )
        if node.get("path") is None:
            self._shape(node, "this `!include` has no `path`", "add `path:` with the file to include")
        return type, target

    def _shape(self, place: Node, message: str, help: str) -> None:
        self._say("include-shape", place, message, help)

    def name(self, keys: dict[int, Span]) -> None:
        """Give the keys that the recovery gave a colon their names; `keys` are their spans by where they begin."""
        if not keys:
            return
        for mapping in [node for node in walk(self.root) if isinstance(node, MappingNode)]:
            for entry in mapping.entries:
                span = keys.get(entry.key.span.start)
                if span is not None and isinstance(entry.key, ScalarNode):
                    entry.key.span, entry.key.text = span, self.source.text[slice(*span)]
                    entry.key.key = entry.key.text
                    if entry.value.parent is mapping:
                        entry.value.key = entry.key.text
            mapping.forget_index()

    # Holes ----------------------------------------------------------------------------------------------------------

    def _is_next(self, value: Node, hole: Span) -> bool:
        """Whether nothing stands between a value and a hole, which may be meant to stand below its key, then."""
        return not self.text[value.span.end : hole.start].strip()

    def mark(self, hole: Span) -> None:
        """Let the nodes around a part that was taken out know that something is missing there."""
        unknown = UnknownNode(self.source, hole, "broken")
        line = self._line_start(hole.start)
        # How deep a tab was meant to be nobody knows: the hole may be in anything that is open there.
        column = len(self.text) if "\t" in self.source.text[line : hole.start] else hole.start - line

        def inside(value: Node, edge: int) -> bool:
            """Whether the hole lies in `value`, whose key or dash stands at `edge`."""
            return hole.start < value.span.end or edge >= line or column > edge - self._line_start(edge)

        node = self.root
        if node is None or _is_empty(node):
            self.root = unknown
            return
        while isinstance(node, (MappingNode, SequenceNode)):
            value: Node | None
            if isinstance(node, MappingNode):
                entry = next((e for e in reversed(node.entries) if _own_before(e, node, hole.start)), None)
                value = None if entry is None else entry.value
                if entry is not None and value is not None and inside(value, entry.key.span.start):
                    if _is_empty(value) or (isinstance(value, ScalarNode) and hole.start < value.span.end):
                        entry.value = _moved(value, unknown)
                        return
                    if isinstance(value, (MappingNode, SequenceNode)) and value.parent is node:
                        aligned = column == value.span.start - self._line_start(value.span.start)
                        node.partial = node.partial or not (aligned or hole.start < value.span.end)
                        node = value
                        continue
                elif entry is not None and _is_empty(entry.value) and self._is_next(entry.value, hole):
                    entry.value = _moved(entry.value, unknown)
                node.partial = True
                return
            value = next((i for i in reversed(node.items) if i.parent is node and i.span.start <= hole.start), None)
            if value is not None and inside(value, node.span.start):
                if (_is_empty(value) and value.span.start >= line) or (
                    isinstance(value, ScalarNode) and hole.start < value.span.end
                ):
                    node.items[node.items.index(value)] = _moved(value, unknown)
                    return
                if isinstance(value, (MappingNode, SequenceNode)):
                    node = value
                    continue
            unknown.parent = node
            unknown.key = len(node.items)
            node.items.append(unknown)
            return

    def forgive(self, holes: list[Span]) -> None:
        """Drop what was said of an include that lacks something because a part of it was taken out."""
        lines = [self.source.position(hole.start)[0] for hole in holes]

        def cut(problem: YamlProblem) -> bool:
            first, last = (self.source.position(offset)[0] for offset in problem.place.span)
            return problem.kind == "include-shape" and any(first - 1 <= line <= last + 1 for line in lines)

        self.problems = [problem for problem in self.problems if not cut(problem)]

    def _line_start(self, offset: int) -> int:
        return max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1


def merge_entries(mapping: MappingNode, merged: MappingNode, names: set[str]) -> None:
    """Put the entries of `merged` behind those of `mapping`, except for the keys in `names`, which grow."""
    mapping.partial = mapping.partial or merged.partial
    for name, entry in list(merged.index().items()):
        if name not in names:
            names.add(name)
            mapping.entries.append(Entry(entry.key, entry.value, "merge"))
    mapping.forget_index()


def _unite(mapping: MappingNode) -> None:
    """Let the last of several mappings under one key hold what those before alone have: it was meant to count."""
    last: dict[str | int | None, tuple[MappingNode, set[str]]] = {}
    for entry in reversed(mapping.entries):
        value = entry.value
        if not isinstance(value, MappingNode) or value.parent is not mapping:
            continue
        if value.key not in last:
            last[value.key] = value, set(value.index())
        else:
            merge_entries(last[value.key][0], value, last[value.key][1])


def _own_before(entry: Entry, mapping: MappingNode, offset: int) -> bool:
    return entry.via != "merge" and entry.key.parent is mapping and entry.key.span.start < offset


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and not node.text and node.span.start == node.span.end


def _empty(text: str, end: int, sign: str) -> int:
    """Where an empty value stands whose predecessor ends at `end`: behind its `sign`, if it has one."""
    gap = _GAP.match(text, end)
    behind = end if gap is None else gap.end()
    return behind + 1 if text.startswith(sign, behind) else end


def _moved(old: Node, new: UnknownNode) -> UnknownNode:
    new.parent, new.key = old.parent, old.key
    new.tag, new.tag_span, new.anchor = old.tag, old.tag_span, old.anchor
    return new


def _a(kind: str) -> str:
    return kind if kind in ("text", "nothing", "true or false") else f"a {kind}"


def _block_end(text: str, start: int, end: int) -> int:
    """The end of the last line of a block scalar that is not blank."""
    limit = end
    while end > start and text[end - 1] in " \t\r\n":
        end -= 1
    while end < limit and text[end] in " \t":
        end += 1
    return end


def _failure(error: Exception, end: int, scalar: Span) -> Failure:
    problem = getattr(error, "problem_mark", None)
    context = getattr(error, "context_mark", None)
    return Failure(
        end if problem is None else problem.index,
        None if context is None else context.index,
        scalar,
    )
