"""What an editor says of the key or value under the cursor, in Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from .. import facts, simulation
from ..containers import INHERITED_ORIGIN, OWN, Instance, instances
from ..endpoints import endpoints_of
from ..example import read_doc
from ..model import INHERITED, Container, Cron, Project, Relationship, Type, text_of
from ..nodes import FOLDED, INCLUDED, LITERAL, Node, ScalarNode
from ..rule import all_rules
from ..schedule import duration_text
from ..text import SourceFile, Span
from ..timetable import Entry
from .spot import Schema, container_of, node_at, resolved, schemas_of, types_of

TYPES = {
    "object": "mapping", "array": "list", "string": "text", "integer": "whole number", "number": "number",
    "boolean": "`true` or `false`", "null": "nothing",
}  # fmt: skip
SHOWN_OF_WORKER = ("size", "disk", "relationships", "mounts", "variables", "access")
MAX_VALUE = 160
NEXT_RUNS = 3
SCRIPTS = (LITERAL, FOLDED, INCLUDED)
"""Styles of values in which a cursor is about a command rather than about the value."""

_CODE = r"[A-Z]{2}\d{3}"
_COMMENT = r"#[ \t]*paaslint:[^\r\n]*"


class Hover(NamedTuple):
    """Markdown about a span of the file."""

    text: str
    span: Span


def hover(project: Project, path: str, offset: int, now: datetime | None = None) -> Hover | None:
    """What is known of a place in a file. With `now`, a cron's next runs are told."""
    source = project.sources.get(path)
    if source is None:
        return None
    about_rule = _rule(source, offset)
    if about_rule is not None:
        return about_rule
    node = node_at(project, path, offset)
    if not isinstance(node, ScalarNode) or (node.style in SCRIPTS and not node.is_key):
        return None
    parts = [
        *_meaning(project, node),
        *_value(project, node, now),
        *_effective(project, node),
    ]
    return Hover("\n\n".join(parts), node.span) if parts else None


def describe(forms: list[Schema]) -> list[str]:
    """What a schema says of a value: its meaning, what it may be, and an example."""
    meaning = next((form["description"] for form in forms if form.get("description")), None)
    if meaning is None:
        return []
    parts = [str(meaning)]
    allowed = list(
        dict.fromkeys(_shown(value) for form in forms for value in form.get("enum", ()) if value is not None)
    )
    types = list(dict.fromkeys(TYPES[name] for form in forms for name in types_of(form) if name != "null"))
    bounds = [
        f"{words} {form[keyword]}"
        for form in forms
        for keyword, words in (("minimum", "at least"), ("maximum", "at most"))
        if keyword in form
    ]
    if allowed:
        parts.append("Values: " + ", ".join(f"`{value}`" for value in allowed))
    elif types:
        parts.append("Value: " + ", ".join([" or ".join(types), *bounds]))
    example = next((form["examples"][0] for form in forms if form.get("examples")), None)
    if example is not None and not allowed:
        parts.append(f"Example: `{_shown(example)}`")
    if all("deprecated" in form for form in forms if "type" in form) and any("deprecated" in form for form in forms):
        parts.append("**Outdated**")
    return parts


def _meaning(project: Project, node: ScalarNode) -> Iterator[str]:
    """The key and what the schemas, or the tables of an image's configuration, say of it."""
    key = str(node.key)
    setting = _setting(project, node)
    if setting is not None:
        yield f"**{setting.name}**"
        yield from describe_setting(setting)
        return
    said = describe(schemas_of(project, node))
    if said:
        yield f"**{key}**: {said[0]}" if isinstance(node.key, str) else said[0]
        yield from said[1:]
    elif _forbidden(project, node):
        yield f"**{key}**: {_forbidden(project, node)}"


def _forbidden(project: Project, node: ScalarNode) -> str:
    """Why a known key must not stand where it does."""
    for form in schemas_of(project, node.parent) if node.parent else ():
        schema = form.get("properties", {}).get(node.key)
        if schema is not None:
            return str(resolved(schema).get("description", ""))
    return ""


def describe_setting(setting: facts.Setting) -> list[str]:
    """What is documented of a key under `configuration`."""
    kinds = {"text": "text", "integer": "whole number", "boolean": "`true` or `false`", "archive": "`!archive` folder"}
    parts = ["Value: " + kinds.get(setting.type, setting.type)]
    if setting.values:
        parts = ["Values: " + ", ".join(f"`{value}`" for value in setting.values)]
    if setting.minimum is not None and setting.maximum is not None:
        parts.append(f"From {setting.minimum} to {setting.maximum}")
    if setting.default is not None:
        parts.append(f"Default: `{_shown(setting.default)}`")
    if setting.required:
        parts.append("Required")
    if setting.min_version:
        parts.append(f"Since version {setting.min_version}")
    return parts


def settings_at(project: Project, node: Node) -> dict[str, facts.Setting]:
    """The keys that may stand beside a key or value under `configuration` of a service."""
    service = next((s for s in project.services if node.path[: len(s.node.path)] == s.node.path), None)
    steps = node.path[len(service.node.path) :] if service else ()
    known = facts.configuration(service.type.name) if service and service.type else None
    if known is None or steps[:1] != ("configuration",):
        return {}
    names = [str(step) for step in steps[1:-1]]
    while names:
        setting = known.get(names.pop(0))
        if setting is None or setting.members is None:
            return {}
        known = setting.members
        if setting.entries:
            if not names:
                return {}
            names.pop(0)
    return dict(known)


def _setting(project: Project, node: ScalarNode) -> facts.Setting | None:
    return settings_at(project, node).get(str(node.key))


def _value(project: Project, node: ScalarNode, now: datetime | None) -> Iterator[str]:
    """What the value under the cursor stands for."""
    for kind in (*(each.type for each in project.applications), *(each.type for each in project.services)):
        if kind is not None and node in (kind.node, kind.key):
            yield from _image(kind)
    for relationship in project.relationships:
        if node in (relationship.key, relationship.node) or node.parent is relationship.node:
            yield from _relationship(project, relationship)
    for application in project.applications:
        for cron in application.crons:
            if node is cron.spec or (cron.spec is not None and node is cron.key_of("spec")):
                yield from _cron(cron, now)
    for route in project.routes:
        if route.upstream is not None and node is route.upstream:
            name = route.upstream_name or ""
            there = project.application(name) or project.service(name)
            if there is not None and there.type is not None:
                yield f"Leads to `{name}` ({text_of(there.type.node)})"


def _image(kind: Type) -> Iterator[str]:
    image = facts.image(kind.name)
    if image is None:
        return
    version = image.version(kind.version or "")
    if version is not None:
        end = f", end of life {version.end_of_life}" if version.end_of_life else ""
        yield f"`{image.name}:{version.name}` is **{version.status}**{end} (as of {facts.as_of()})"
    for status in (facts.SUPPORTED, facts.DEPRECATED):
        names = [each.name for each in image.versions.values() if each.status == status]
        if names:
            yield f"{status.capitalize()}: " + ", ".join(f"`{name}`" for name in names)
    if image.kind == "service" and image.endpoints:
        yield "Endpoints: " + ", ".join(f"`{name}`" for name in image.endpoints)


def _relationship(project: Project, relationship: Relationship) -> Iterator[str]:
    service = project.service(relationship.target or "")
    application = project.application(relationship.target or "")
    if service is not None:
        kind = f" ({text_of(service.type.node)})" if service.type else ""
        yield f"Leads to the service `{service.name}`{kind}; the host is `{relationship.name}.internal`"
        offered = endpoints_of(service)
        if offered is not None and offered.names:
            chosen = relationship.endpoint or offered.default
            yield (f"Endpoint: `{chosen}`; offered: " if chosen else "Endpoints: ") + ", ".join(
                f"`{name}`" for name in offered.names
            )
    elif application is not None:
        yield f"Leads to the application `{application.name}`; the host is `{relationship.name}.internal`"


def _cron(cron: Cron, now: datetime | None) -> Iterator[str]:
    reading = cron.reading
    plan = reading.schedule if reading is not None else None
    if plan is None:
        return
    interval = plan.interval
    if interval is None:
        yield "It never runs"
        return
    yield f"Least time between two runs: {duration_text(interval)}"
    name = text_of(cron.application.get("timezone")) or "UTC"
    zone = simulation.zone(name)
    if now is None or zone is None:
        return
    runs = Entry(cron).next_runs(now, NEXT_RUNS, zone)
    about = "about, as the platform chooses the moment of `H`: " if plan.hashed else ""
    yield f"Next runs ({name}): {about}" + ", ".join(f"{run:%a %Y-%m-%d %H:%M}" for run in runs)


def _effective(project: Project, node: ScalarNode) -> Iterator[str]:
    """What takes effect in the containers that the cursor is about."""
    container = container_of(project, node)
    every = [each for each in instances(project) if isinstance(each.part, Container)]
    if container is not None:
        instance = next((each for each in every if each.part.node is container.node), None)
        if instance is None:
            return
        if node is container.key:
            if container.kind == "worker":
                yield f"What takes effect in `{instance.name}`:\n" + "\n".join(
                    f"- `{name}`: {_takes_effect(instance, name)}"
                    for name in SHOWN_OF_WORKER
                    if name in instance.properties
                )
            return
        depth = len(container.node.path)
        name = str(node.path[depth]) if len(node.path) > depth else ""
        if name in INHERITED and name in instance.properties and len(node.path) == depth + 1:
            yield f"In `{instance.name}`: {_takes_effect(instance, name)}"
        return
    for application in project.applications:
        if isinstance(node.key, str) and node.key in INHERITED and node.parent is application.node:
            own = [each for each in every if each.application is application and node.key in each.properties]
            if len(own) > 1 or (own and own[0].setting(node.key).origin == OWN):
                yield "\n".join(f"- in `{each.name}`: {_takes_effect(each, node.key)}" for each in own)


def _takes_effect(instance: Instance, name: str) -> str:
    found = instance.properties[name]
    if not found.known:
        return "not known"
    value = "not set" if found.value is None else f"`{_shown(found.value)}`"
    place = ""
    if found.key is not None and found.origin == INHERITED_ORIGIN and instance.application is not None:
        line, _ = found.key.source.position(found.key.span.start)
        place = f" from `{instance.application.name}`, {found.key.source.path}:{line}"
    return f"{value}, {found.origin}{place}"


def _rule(source: SourceFile, offset: int) -> Hover | None:
    """What a rule is about, where a comment that suppresses it names it."""
    line, _ = source.position(offset)
    span = source.line_span(line)
    for comment in re.finditer(_COMMENT, source.text[span.start : span.end]):
        for code in re.finditer(_CODE, comment[0]):
            start = span.start + comment.start() + code.start()
            rule = next((each for each in all_rules() if each.code == code[0]), None)
            if rule is not None and start <= offset <= start + len(code[0]):
                text = f"**{rule.code}** {rule.name}\n\n{read_doc(rule).summary}\n\n[{rule.url}]({rule.url})"
                return Hover(text, Span(start, start + len(code[0])))
    return None


def _shown(value: object) -> str:
    """A value on one line, as JSON, which is YAML; text without quotes."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.split()).replace("`", "'")
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"
