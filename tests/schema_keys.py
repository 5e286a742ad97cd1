"""Every key of our schemas, with documents around it: what the generated tests are generated from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator

from paaslint.diagnostic import SchemaProblem
from paaslint.nodes import Node
from paaslint.schema import DEPRECATED_KEY, check
from paaslint.schemas import definition, load, published
from paaslint.text import SourceFile
from paaslint.yaml import parse

FILES = ("application", "applications", "services", "routes", "upsun")
"""The schemas of configuration files."""

NAME, ITEM = "*", "-"
"""Steps of a key path: under a name of the author's choice, and in a list."""

REFEREES = {name: Draft202012Validator(published(name)) for name in FILES}


class Level(NamedTuple):
    """A mapping with known keys: the schema of the file, the way to the mapping, and what the schema says of it."""

    file: str
    path: tuple[str, ...]
    shape: dict[str, Any]

    @property
    def keys(self) -> dict[str, dict[str, Any]]:
        """The keys that may stand here, with their schemas."""
        known = {name: resolve(schema) for name, schema in self.shape["properties"].items()}
        return {n: s for n, s in known.items() if "not" not in s and "deprecated" not in s}

    @property
    def is_closed(self) -> bool:
        rest = self.shape.get("additionalProperties", True)
        return rest is False or (rest is not True and "not" in rest)

    def __str__(self) -> str:
        return ".".join((self.file, *self.path))


def resolve(schema: Any) -> dict[str, Any]:
    while isinstance(schema, dict) and "$ref" in schema:
        schema = definition(schema["$ref"])
    return schema if isinstance(schema, dict) else {}


def shapes(schema: Any) -> list[dict[str, Any]]:
    """A schema and its alternatives."""
    whole = resolve(schema)
    return [whole, *map(resolve, whole.get("oneOf", whole.get("anyOf", ())))]


def levels(file: str) -> list[Level]:
    return list(_levels(file, load(file), ()))


def _levels(file: str, schema: Any, path: tuple[str, ...]) -> Iterator[Level]:
    for shape in shapes(schema):
        if "properties" in shape:
            level = Level(file, path, shape)
            yield level
            for name, subschema in level.keys.items():
                yield from _levels(file, subschema, (*path, name))
        for keyword, step in (("additionalProperties", NAME), ("items", ITEM)):
            inner = shape.get(keyword)
            if isinstance(inner, dict) and "not" not in inner:
                yield from _levels(file, inner, (*path, step))


def sample(schema: Any) -> Any:
    """A value that fits a schema."""
    for shape in shapes(schema):
        if shape.get("examples"):
            return shape["examples"][0]
        if shape.get("enum"):
            return shape["enum"][0]
        types = shape.get("type", [])
        kind = types if isinstance(types, str) else next(iter(types), "")
        plain = {
            "object": base(shape),
            "array": [],
            "string": "some text",
            "integer": shape.get("minimum", 1),
            "boolean": True,
        }
        if kind in plain:
            return plain[kind]
    return "some text"


def base(shape: dict[str, Any]) -> dict[str, Any]:
    """What a mapping holds at least."""
    return {name: sample(shape["properties"][name]) for name in required(shape)}


def required(shape: dict[str, Any]) -> list[str]:
    names = list(shape.get("required", ()))
    alternatives = shape.get("anyOf", [])
    if alternatives and "required" in alternatives[0]:
        names += alternatives[0]["required"]
    if "allOf" in shape:  # a route
        names.append("upstream")
    return names


def with_key(level: Level, key: str, value: Any) -> dict[str, Any]:
    """What a mapping holds that has `key`."""
    holder = base(level.shape)
    if key == "to" and "allOf" in level.shape:
        holder = {"type": "redirect"}
    if "name" in level.keys and "web" in level.keys:
        holder["name"] = "app"
    return {**holder, key: value}


def document(file: str, path: tuple[str, ...], inner: Any) -> Any:
    """A file whose only content at `path` is `inner`."""
    return _around(load(file), path, inner)


def _around(schema: Any, path: tuple[str, ...], inner: Any) -> Any:
    if not path:
        return inner
    step, *rest = path
    for shape in shapes(schema):
        if step == NAME and isinstance(shape.get("additionalProperties"), dict):
            if "not" not in shape["additionalProperties"]:
                return {"sample": _around(shape["additionalProperties"], tuple(rest), inner)}
        elif step == ITEM and "items" in shape:
            return [_around(shape["items"], tuple(rest), inner)]
        elif step in shape.get("properties", ()):
            return with_key(Level("", (), shape), step, _around(shape["properties"][step], tuple(rest), inner))
    raise AssertionError(path)


def read(data: Any) -> Node | None:
    """The nodes of a file that holds `data`."""
    parsed = parse(SourceFile("file.yaml", json.dumps(data)))
    assert not parsed.problems
    return parsed.root


def problems(file: str, data: Any) -> list[SchemaProblem]:
    return check(read(data), load(file))


def is_accepted(file: str, data: Any) -> bool:
    return REFEREES[file].is_valid(data)


def errors(found: list[SchemaProblem]) -> list[SchemaProblem]:
    """Without what is merely outdated, which JSON Schema does not refuse."""
    return [problem for problem in found if problem.kind != DEPRECATED_KEY]


def told(found: list[SchemaProblem]) -> str:
    return "\n".join(f"{p.place.path} {p.kind} {p.owner}: {p.message} | {p.help}" for p in found)
