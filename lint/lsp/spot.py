"""What stands at a place in a file of a project: the node, what it is a part of, and what the schemas say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .. import schemas
from ..model import Container, Project
from ..nodes import MappingNode, Node, Path, ScalarNode

Schema = Mapping[str, Any]


def node_at(project: Project, path: str, offset: int) -> Node | None:
    """The innermost key or value of a file around an offset; a cursor behind its last character still counts."""
    best: Node | None = None
    for node in project.nodes:
        if node.source.path == path and node.span.start <= offset <= node.span.end:
            size = node.span.end - node.span.start
            if best is None or size <= best.span.end - best.span.start:
                best = node
    return best


def upwards(node: Node | None) -> Iterator[Node]:
    """A node and what holds it, from the inside out."""
    while node is not None:
        yield node
        node = node.parent


def is_inside(node: Node | None, whole: Node) -> bool:
    """Whether a node is a part of another, or the same."""
    return any(each is whole for each in upwards(node))


def container_of(project: Project, node: Node) -> Container | None:
    """The web container or the worker whose settings, or whose name, a node is."""
    for application in project.applications:
        for container in application.web_and_workers:
            if node is container.key or is_inside(node, container.node):
                return container
    return None


def schemas_of(project: Project, node: Node) -> list[Schema]:
    """What the schemas say of a value (of a key: of the value under it), each form that it may have by itself."""
    top = list(upwards(node))[-1]
    path: Path = node.path
    file = next((name for name, root in project.roots.items() if root is top), None)
    if file is None:
        return []
    name = _schema_name(project, file)
    for wrapper in project.wrappers:
        if wrapper.path == file and path[:1] == (wrapper.kind,):
            name, path = wrapper.kind, path[1:]
    found = list(_forms(schemas.load(name)))
    for step in path:
        found = [form for schema in found for form in _below(schema, step)]
    return found


def properties(forms: list[Schema]) -> dict[str, Schema]:
    """The keys that a mapping may have, with the schemas of their values; forbidden ones are left out."""
    known = {name: schema for form in forms for name, schema in form.get("properties", {}).items()}
    return {name: schema for name, schema in known.items() if "not" not in resolved(schema)}


def resolved(schema: Schema) -> Schema:
    """The schema that references lead to."""
    while "$ref" in schema:
        schema = schemas.definition(schema["$ref"])
    return schema


def forms_of(schema: Schema) -> list[Schema]:
    """A schema and the alternatives that it allows, each by itself; forbidden ones are left out."""
    return list(_forms(schema))


def types_of(form: Schema) -> list[str]:
    """The types that a value may have, as JSON Schema calls them."""
    types = form.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def named(node: Node | None, *path: str) -> bool:
    """Whether the last keys that lead to a node are these; `*` is any."""
    steps = node.path[-len(path) :] if node is not None else ()
    return len(steps) == len(path) and all(
        want in ("*", step) for want, step in zip(path, map(str, steps), strict=True)
    )


def sibling_text(node: Node, name: str) -> str | None:
    """The text beside a value, under another key of the same mapping."""
    other = node.parent.get(name) if isinstance(node.parent, MappingNode) else None
    return other.text if isinstance(other, ScalarNode) else None


def _schema_name(project: Project, file: str) -> str:
    files = project.files
    if file in files.upsun:
        return "upsun"
    if file in files.services:
        return "services"
    if file in files.routes:
        return "routes"
    return "applications" if file.endswith("applications.yaml") else "application"


def _forms(schema: Schema) -> Iterator[Schema]:
    whole = resolved(schema)
    if "not" in whole:
        return
    yield whole
    for branch in whole.get("oneOf") or whole.get("anyOf") or ():
        yield from _forms(branch)


def _below(schema: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, int):
        below = schema.get("items")
    else:
        below = schema.get("properties", {}).get(step)
        if below is None:
            patterns = schema.get("patternProperties", {}).items()
            below = next((each for pattern, each in patterns if re.search(pattern, step)), None)
        if below is None:
            below = schema.get("additionalProperties")
    if isinstance(below, dict):
        yield from _forms(below)
