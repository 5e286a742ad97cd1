"""Files against JSON Schemas that users bring, with the library jsonschema: what does not fit, at its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from .diagnostic import ERROR, SchemaProblem
from .nodes import Entry, MappingNode, Node, SequenceNode, UnknownNode, has_unknown, to_data
from .quick import TYPE_CHECKING, Any
from .schema import place_of

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

    from .diagnostic import Severity

USER_SCHEMA = "user-schema"

Schema = Mapping[str, Any]


def user_check(
    root: Node | None, schema: Schema, *, name: str = "schema", severity: Severity = ERROR
) -> list[SchemaProblem]:
    """What in a file does not fit a JSON Schema of the user's own, called `name`; in the order of the file.

    Nothing is said where a part of the file that cannot be read may decide. Raises ValueError, in one line, where
    the schema itself is broken; references to other files and to the network are not followed.
    """
    from jsonschema.exceptions import SchemaError, best_match
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import EMPTY_REGISTRY

    if root is None or isinstance(root, UnknownNode):
        return []
    data: Any = to_data(root)
    problems = []
    try:
        kind = validator_for(dict(schema), default=Draft202012Validator)
        kind.check_schema(dict(schema))
        validator = kind(dict(schema), registry=EMPTY_REGISTRY)
        for error in sorted(validator.iter_errors(data), key=lambda e: [str(s) for s in e.absolute_path]):
            found = best_match([error]) or error
            node, entry = _at(root, found.absolute_path)
            if found.validator not in _CERTAIN and has_unknown(node):
                continue
            for place, message in _places(node, entry, found):
                problems.append(
                    SchemaProblem(
                        USER_SCHEMA,
                        place,
                        f"{message[:200]}, says {name}",
                        help=str(found.schema.get("description", "")) if isinstance(found.schema, dict) else "",
                        severity=severity,
                    )
                )
    except SchemaError as error:
        where = "/".join(map(str, error.absolute_path)) or "its top"
        raise ValueError(f"{name} is no valid JSON Schema: {error.message[:200]}, at {where}") from None
    except Unresolvable as error:
        raise ValueError(f"{name} refers to {error.ref!r}, which it does not hold") from None
    except RecursionError:
        raise ValueError(f"{name} refers to itself without end") from None
    except (re.error, TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"{name} cannot be used: {error}") from None
    return sorted(problems, key=lambda problem: problem.place.span)


_CERTAIN = ("type", "additionalProperties", "enum", "pattern")
"""What a user's schema may say of a value although a part of the value is unknown."""


def _at(root: Node, path: Iterable[str | int]) -> tuple[Node, Entry | None]:
    """The node at a path of `to_data`, which leaves out what is unknown, and its key."""
    node, entry = root, None
    for step in path:
        if isinstance(node, MappingNode):
            entry = node.index()[str(step)]
            node = entry.value
        elif isinstance(node, SequenceNode):
            node = [item for item in node.items if not isinstance(item, UnknownNode)][int(step)]
            entry = Entry(node, node)
    return node, entry


def _places(node: Node, entry: Entry | None, error: ValidationError) -> Iterator[tuple[Node, str]]:
    """Where to show an error: on each key that is not allowed, on the key that lacks one, or on the value."""
    if error.validator == "additionalProperties" and isinstance(node, MappingNode) and isinstance(error.schema, dict):
        patterns = error.schema.get("patternProperties", {})
        for name, own in node.index().items():
            if name not in error.schema.get("properties", {}) and not any(re.search(p, name) for p in patterns):
                yield own.key, f"`{name}` is not allowed here"
        return
    yield place_of(node, entry), error.message
