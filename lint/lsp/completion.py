"""What may be written at the cursor: keys, values, names of services, applications and endpoints, images and versions.

What is being typed is no YAML yet. So the text is completed with a mark at the cursor (`drafts`), read as ever, and
the place of the mark in the project says what may stand there (`items`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from .. import facts
from ..endpoints import endpoints_of, image_of
from ..model import Project, Relationship, Service, text_of, value_of
from ..nodes import FOLDED, INCLUDED, LITERAL, MappingNode, Node, ScalarNode, SequenceNode
from ..text import SourceFile, Span
from .hover import describe, describe_setting, settings_at
from .spot import Schema, forms_of, is_inside, named, properties, schemas_of, sibling_text, types_of

MARK = "\ue0f1"
"""A character of the private use area, which nobody writes."""

NETWORK_STORAGE = "network-storage"
"""The image whose services a mount may name."""

KEY, VALUE, REFERENCE = "key", "value", "reference"

_WORD = r"[^\s,{}\[\]\"'#]*"
_NAME = r"[^\s:,{}\[\]\"'#]*"
_BARE = r"[ \t]*(?:- +)*[^\s:,{}\[\]\"'#&*!|>]*"
_COMMENT = r"(?:^|[ \t])#"


class Item(NamedTuple):
    """A proposal: what is listed and what is inserted. `rank` sorts, lower first; `outdated` is struck through."""

    label: str
    kind: str
    insert: str
    detail: str = ""
    text: str = ""
    rank: int = 0
    outdated: bool = False


def complete(load: Callable[[str], Project], source: SourceFile, offset: int) -> tuple[Span, list[Item]]:
    """The word that a proposal replaces, and all proposals. `load` reads the project with another text of the file."""
    span = typed_span(source, offset)
    line, _ = source.position(offset)
    start, end = source.line_span(line)
    quoted = _open_quote(source.text[start:offset])
    rest = source.text[span.end : end]
    is_closed = quoted is not None and rest.startswith(quoted.mark)
    has_colon = rest[is_closed:].lstrip().startswith(":")
    found: list[Item] = []
    for text in drafts(source, offset):
        found += items(load(text), source.path, has_colon=has_colon)
        if found and "- " not in source.text[start:offset]:
            break
    if quoted is None:
        return span, found
    found = [_in_quotes(item, quoted.mark) for item in found]
    if is_closed and all(item.insert == item.label + quoted.mark for item in found):
        return span, [item._replace(insert=item.label) for item in found]
    return Span(span.start, span.end + is_closed), found


def typed_span(source: SourceFile, offset: int) -> Span:
    """The word around the cursor, which a proposal replaces; within quotes, all that they hold."""
    line, _ = source.position(offset)
    start, end = source.line_span(line)
    before, after = source.text[start:offset], source.text[offset:end]
    quoted = _open_quote(before)
    if quoted:
        closing = after.find(quoted.mark)
        return Span(start + quoted.start + 1, offset + max(closing, 0))
    word = re.search(_WORD + r"\Z", before)
    # Of a key, the colon behind it is none of the word.
    rest = re.match(_NAME if re.fullmatch(_BARE, before) else _WORD, after)
    behind = rest.end() if rest else 0
    return Span(offset - (len(before) - word.start() if word else 0), offset + behind)


def drafts(source: SourceFile, offset: int) -> Iterator[str]:
    """The text with the mark at the cursor, as a key and as a value, whichever it may become."""
    line, _ = source.position(offset)
    start, end = source.line_span(line)
    word = typed_span(source, offset)
    before, after = source.text[start:offset], source.text[word.end : end]
    quoted = _open_quote(before)
    if quoted:
        after = after.removeprefix(quoted.mark)
    if not quoted and re.search(_COMMENT, before):
        return
    marked = before + MARK + (quoted.mark if quoted else source.text[offset : word.end])

    def made(content: str) -> str:
        return source.text[:start] + content + source.text[end:]

    is_bare = re.fullmatch(_BARE, before[: quoted.start] if quoted else before)
    if is_bare and (after.lstrip().startswith(":") or not after.strip()):
        yield made(marked + (after if after.strip() else ":"))
    yield made(_closed(marked, after))


class _Quote(NamedTuple):
    """A quote that is open: which, and where in its line."""

    mark: str
    start: int


def _open_quote(before: str) -> _Quote | None:
    """The quote that a cursor stands in, given what its line has before it."""
    found: _Quote | None = None
    for index, character in enumerate(before):
        if found is None:
            if character in "\"'" and (not index or before[index - 1] in " \t,[{"):
                found = _Quote(character, index)
            elif character == "#" and (not index or before[index - 1] in " \t"):
                return None
        elif character == found.mark and (character == "'" or before[index - 1] != "\\"):
            found = None
    return found


def _in_quotes(item: Item, mark: str) -> Item:
    """What is inserted behind an opening quote: the closing one comes along."""
    rest = item.insert.removeprefix('"').removeprefix(item.label).removeprefix('"')
    return item._replace(insert=item.label + mark + rest)


def items(project: Project, path: str, *, has_colon: bool) -> list[Item]:
    """What may stand at the mark in a file. `has_colon` says that a key is already followed by its colon."""
    node = next(
        (n for n in project.nodes if n.source.path == path and isinstance(n, ScalarNode) and MARK in n.text), None
    )
    if node is None or node.style in (LITERAL, FOLDED, INCLUDED):
        return []
    found = _keys(project, node, has_colon) if node.is_key else _values(project, node)
    return list({item.label: item for item in reversed(list(found))}.values())[::-1]


def _closed(marked: str, after: str) -> str:
    """The line with the brackets that are still open closed behind the cursor."""
    line = marked + after
    if not after.strip() or after.lstrip()[0] not in ",]}\"'#":
        line = marked
    return line + _brackets(line)


def _brackets(text: str) -> str:
    closing = {"{": "}", "[": "]"}
    open_ones: list[str] = []
    for character in re.sub(r"\{default\}|\{all\}", "", text):
        if character in closing:
            open_ones.append(closing[character])
        elif open_ones and character == open_ones[-1]:
            open_ones.pop()
    return "".join(reversed(open_ones))


# Keys


def _keys(project: Project, node: ScalarNode, has_colon: bool) -> Iterator[Item]:
    holder = node.parent
    if not isinstance(holder, MappingNode):
        return
    present = {name for name in holder.index() if MARK not in name}
    colon = "" if has_colon else ":"
    for name, schema in properties(schemas_of(project, holder)).items():
        forms = forms_of(schema)
        if name not in present and forms:
            nested = not any(_is_scalar(form) for form in forms)
            insert = name if has_colon else f"{name}:" if nested else f"{name}: "
            said = describe(forms)
            outdated = any("deprecated" in form for form in forms)
            yield Item(name, KEY, insert, "", "\n\n".join(said), 2 if outdated else 0, outdated)
    for setting in settings_at(project, node).values():
        if setting.name not in present:
            text = "\n\n".join(describe_setting(setting))
            space = " " if colon and setting.type in ("text", "integer", "boolean") else ""
            yield Item(setting.name, KEY, setting.name + colon + space, "", text, 0 if setting.required else 1)
    if named(holder, "relationships"):
        for item in _targets(project, holder):
            name = item.label.partition(":")[0]
            if name not in present:
                yield item._replace(label=name, insert=name if has_colon else f'{name}: "{item.insert}"')
    elif any(node is route.key for route in project.routes):
        for url in ("https://{default}/", "https://www.{default}/"):
            if url not in present:
                yield Item(url, VALUE, f'"{url}"{colon}')


def _is_scalar(form: Schema) -> bool:
    return bool({"string", "integer", "number", "boolean"}.intersection(types_of(form)))


# Values


def _values(project: Project, node: ScalarNode) -> Iterator[Item]:
    typed = node.text.partition(MARK)[0]
    if re.search(r"\s", typed):
        return
    for form in schemas_of(project, node):
        for value in form.get("enum", ()):
            if value is not None:
                yield Item(str(value), VALUE, str(value), "", "", 0)
        if "boolean" in types_of(form):
            yield from (Item(word, VALUE, word) for word in ("true", "false"))
    setting = settings_at(project, node).get(str(node.key))
    if setting is not None:
        yield from (Item(str(value), VALUE, str(value)) for value in setting.values)
    yield from _images(project, node, typed)
    yield from _names(project, node, typed)
    yield from _of_runtimes(project, node)


def _images(project: Project, node: Node, typed: str) -> Iterator[Item]:
    if any(part.type is not None and part.type.node is node for part in project.applications):
        names: Iterable[str] = facts.runtimes()
    elif any(part.type is not None and part.type.node is node for part in project.services):
        names = facts.services()
    else:
        return
    chosen, colon, _ = typed.partition(":")
    for name in names:
        image = facts.image(name)
        if image is None or (colon and name != chosen):
            continue
        offered = [v for v in image.versions.values() if v.status in (facts.SUPPORTED, facts.DEPRECATED)]
        for version in offered if colon else offered[:1]:
            outdated = version.status == facts.DEPRECATED
            kind = f"{name}:{version.name}"
            yield Item(kind, VALUE, kind, version.status, "", 1 if outdated else 0, outdated)


def _names(project: Project, node: ScalarNode, typed: str) -> Iterator[Item]:
    """Names of services, applications and endpoints."""
    for relationship in project.relationships:
        if relationship.node is node:
            yield from _targets(project, node)
        elif node.parent is relationship.node and node.key == "service":
            names = (item.label.partition(":")[0] for item in _targets(project, node))
            yield from (Item(name, REFERENCE, name) for name in names)
        elif node.parent is relationship.node and node.key == "endpoint":
            yield from _endpoints(project, relationship, sibling_text(node, "service"))
    for mount in project.mounts:
        if node.parent is mount.node and node.key == "service":
            for service in project.services:
                image = image_of(service)
                if image is None or image.name == NETWORK_STORAGE:
                    yield Item(service.name, REFERENCE, service.name, _type_text(service))
    for route in project.routes:
        if node.parent is route.node and node.key == "upstream":
            yield from _upstreams(project)
        elif node.parent is route.node and node.key == "to":
            yield from (
                Item(other.name, REFERENCE, f'"{other.name}"') for other in project.routes if other is not route
            )


def _targets(project: Project, node: Node) -> Iterator[Item]:
    """What a relationship that is written at a node may lead to, each with every endpoint that it has."""
    for service in project.services:
        if is_inside(node, service.node):
            continue
        offered = endpoints_of(service)
        names = offered.names if offered else ()
        for rank, name in enumerate(names or ("",)):
            text = f"{service.name}:{name}" if name else service.name
            yield Item(text, REFERENCE, text, _type_text(service), "", min(rank, 1))
    for application in project.applications:
        if not is_inside(node, application.node) and application.name:
            text = f"{application.name}:{facts.APPLICATION_ENDPOINT}"
            yield Item(text, REFERENCE, text, _type_text(application), "", 1)


def _endpoints(project: Project, relationship: Relationship, target: str | None) -> Iterator[Item]:
    name = target or relationship.name
    service = project.service(name)
    offered = endpoints_of(service) if service else None
    if offered is not None:
        for endpoint in offered.names:
            yield Item(endpoint, REFERENCE, endpoint, "default" if endpoint == offered.default else "")
    elif project.application(name) is not None:
        yield Item(facts.APPLICATION_ENDPOINT, REFERENCE, facts.APPLICATION_ENDPOINT)


def _upstreams(project: Project) -> Iterator[Item]:
    for application in project.applications:
        if application.name:
            name = f"{application.name}:{facts.APPLICATION_ENDPOINT}"
            yield Item(name, REFERENCE, f'"{name}"', _type_text(application))
    for service in project.services:
        image = image_of(service)
        if image is not None and image.routable:
            offered = endpoints_of(service)
            for endpoint in offered.names if offered else ():
                yield Item(
                    f"{service.name}:{endpoint}", REFERENCE, f'"{service.name}:{endpoint}"', _type_text(service), "", 1
                )


def _of_runtimes(project: Project, node: ScalarNode) -> Iterator[Item]:
    """Time zones, extensions and composable runtimes, which tables list."""
    if named(node, "timezone"):
        yield from (Item(name, VALUE, name) for name in sorted(facts.timezone_names()))
    elif isinstance(node.parent, SequenceNode) and named(node, "runtime", "*", "*"):
        application = next((a for a in project.applications if is_inside(node, a.node)), None)
        version = application.type.version if application and application.type else None
        extensions = facts.php_extensions(version or "")
        taken = {text_of(item) for item in node.parent.items}
        if extensions is not None:
            disabled = named(node, "disabled_extensions", "*")
            for name in sorted(extensions.default if disabled else extensions.available | extensions.with_webp):
                if name not in taken:
                    yield Item(name, VALUE, name)
    elif isinstance(node.parent, SequenceNode) and (named(node, "runtimes", "*") or named(node, "stack", "*")):
        for name, versions in facts.composable_runtimes().items():
            yield from (Item(f"{name}@{v}", VALUE, f'"{name}@{v}"', "", "", rank) for rank, v in enumerate(versions))


def _type_text(part: Service | object) -> str:
    return text_of(value_of(getattr(part, "node", None), "type")) or ""
