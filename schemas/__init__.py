"""The JSON Schemas of the configuration files, and of paaslint's own settings.

They are standard JSON Schemas (draft 2020-12) with references from file to file (`application.json#/$defs/hooks`);
`published` makes one that stands alone. Beyond the standard they carry keywords for `paaslint.schema`. Where a value
is a mapping, it goes by what is wrong: `missing` (the key is required and absent), `null` (there is nothing behind
it), `beside` (the key that was meant is there as well), `scalar` (of the severity alone: a scalar is of a wrong type,
where another value of a wrong type is worse), or the standard keyword that fails.

- `x-rule`: the code of the rule that speaks in place of the schema check; a code, or codes by what is wrong.
- `x-severity`: how grave a problem is, if it is no error; a severity, or severities by what is wrong.
- `x-where`: what a file as a whole is called in a message, if that is not its title.
- `x-message`, `x-help`: the end of the message, behind the key or value that is wrong, and the remedy.
- `x-replacement`: of a deprecated key, the path of the key that has taken its place.
- `x-instead`: of a key that must not stand here, the key that its author meant.
- `x-foreign`: keys of other systems, with the path of the key that one of them means here (`to`), or with the remedy
  (`help`); or a reference to such keys.
- `x-wrappers`: of a whole file, the keys that wrap what the file should hold itself, and the schemas of their values.
"""

from __future__ import annotations

import os
from functools import cache

from ..quick import Any, parse_json

Schema = dict[str, Any]

NAMES = ("application", "applications", "services", "routes", "upsun", "settings")


@cache
def load(name: str) -> Schema:
    """The schema called `name`, its references made absolute. Raises ValueError where there is none of that name."""
    if name not in NAMES:
        raise ValueError(f"there is no schema `{name}`; there are {', '.join(NAMES)}")
    with open(os.path.join(os.path.dirname(__file__), name + ".json"), encoding="utf-8") as file:
        text = file.read()
    # An absolute reference can be followed without knowing in which file it stands.
    schema: Schema = parse_json(text.replace('"$ref": "#/', f'"$ref": "{name}.json#/'))
    return schema


@cache
def definition(reference: str) -> Schema:
    """What an absolute reference such as `application.json#/$defs/hooks` stands for."""
    file, _, pointer = reference.partition("#")
    schema = load(file.removesuffix(".json"))
    for step in pointer.split("/")[1:]:
        schema = schema[step]
    return schema


def published(name: str) -> Schema:
    """The schema called `name` in one piece and without our own keywords, as editors and other tools want it."""
    needed: dict[str, Schema] = {}
    root: Schema = _standard({k: v for k, v in load(name).items() if k != "$defs"}, name, needed)
    done: dict[str, Schema] = {}
    while needed:
        short, schema = needed.popitem()
        if short not in done:
            done[short] = _standard(schema, name, needed)
    return {**root, "$defs": dict(sorted(done.items()))} if done else root


def _standard(schema: Any, name: str, needed: dict[str, Schema]) -> Any:
    """A copy of `schema` in which references point into the `$defs` of the schema `name`; what they need is added."""
    if isinstance(schema, list):
        return [_standard(item, name, needed) for item in schema]
    if not isinstance(schema, dict):
        return schema
    copy: Schema = {}
    for keyword, value in schema.items():
        if keyword == "$ref":
            file, _, pointer = value.partition(".json#/$defs/")
            short = pointer if file == name else f"{file}-{pointer}"
            needed[short] = definition(value)
            copy[keyword] = f"#/$defs/{short}"
        elif keyword in ("examples", "enum"):
            copy[keyword] = value
        elif not keyword.startswith("x-"):
            copy[keyword] = _standard(value, name, needed)
    return copy
