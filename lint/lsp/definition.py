"""From a name to what it names: a service, an application, an endpoint, an anchor, an included file."""

from __future__ import annotations

import re

from ..endpoints import defined_endpoints
from ..model import Project, text_of
from ..nodes import MappingNode, Node, Place, ScalarNode
from ..text import Span
from .spot import node_at, upwards

_ALIAS = r"(?:^|(?<=[\s,\[{]))\*([^\s,\[\]{}]+)"
_COMMENT = r"(?:^|[ \t])#"


def definition(project: Project, path: str, offset: int) -> Node | Place | None:
    """Where what is named at a place is defined; None where nothing is named, or it is defined nowhere."""
    for relationship in project.relationships:
        if _holds(relationship.endpoint_place, path, offset):
            return endpoint(project, relationship.target, relationship.endpoint)
        if any(_holds(place, path, offset) for place in (relationship.target_place, relationship.key)):
            return target(project, relationship.target)
    node = node_at(project, path, offset)
    for mount in project.mounts:
        if mount.service and _is_value(node, mount.node, "service"):
            return target(project, mount.service)
    for route in project.routes:
        upstream = route.upstream
        if upstream is not None and upstream is node:
            name, _, port = upstream.text.partition(":")
            behind = _holds(upstream.part(len(name) + 1, len(upstream.text)), path, offset) if port else False
            return endpoint(project, name, port) if behind else target(project, name)
        if route.to is not None and route.to is node:
            return next((other.key for other in project.routes if other.name == route.to.text), None)
    return _anchor(project, node, path, offset) or _included(project, node, path, offset)


def target(project: Project, name: str | None) -> Node | None:
    """The name of a service or application where it is given."""
    if name is None:
        return None
    service = project.service(name)
    if service is not None:
        return service.key
    application = project.application(name)
    if application is None:
        return None
    own = application.get("name")
    return own if text_of(own) == name else application.key


def endpoint(project: Project, name: str | None, wanted: str | None) -> Node | None:
    """An endpoint where it is defined: under `configuration`, else with its service or application."""
    service = project.service(name) if name else None
    own = defined_endpoints(service) if service else None
    key = own.key_of(wanted) if isinstance(own, MappingNode) and wanted else None
    return key or target(project, name)


def _holds(place: Node | Place | None, path: str, offset: int) -> bool:
    return place is not None and place.source.path == path and place.span.start <= offset <= place.span.end


def _is_value(node: Node | None, holder: Node, name: str) -> bool:
    entry = holder.entry(name) if isinstance(holder, MappingNode) else None
    return entry is not None and node is not None and node in (entry.key, entry.value)


def _anchor(project: Project, node: Node | None, path: str, offset: int) -> Place | None:
    """The anchor that an alias stands for. What is an alias has no node of its own at its place."""
    source = project.sources.get(path)
    if source is None or isinstance(node, ScalarNode):
        return None
    start, end = source.line_span(source.position(offset)[0])
    for alias in re.finditer(_ALIAS, source.text[start:end]):
        at = start + alias.start()
        if at <= offset <= start + alias.end() and not re.search(_COMMENT, source.text[start:at]):
            named = (n for n in project.nodes if n.anchor == alias[1] and n.source is source and n.span.start < at)
            found = max(named, key=lambda each: each.span.start, default=None)
            if found is not None:
                name = "&" + alias[1]
                begin = source.text.rfind(name, 0, found.span.start)
                return Place(source, Span(begin, begin + len(name)))
    return None


def _included(project: Project, node: Node | None, path: str, offset: int) -> Place | None:
    """The file behind an `!include`: what stands for it comes from another file than its key."""
    for holder in upwards(node):
        if not isinstance(holder, MappingNode) or holder.source.path != path:
            continue
        for entry in holder.entries:
            key, value = entry.key, entry.value
            if key.source.path != path or value.source.path == path or entry.via != "own":
                continue
            line = key.source.position(offset)[0]
            if key.source.position(key.span.start)[0] == line and offset > key.span.end:
                return Place(value.source, Span(0, 0))
    return None
