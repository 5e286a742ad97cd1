"""The outline of a file: its applications with their containers, jobs and hooks, its services and its routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..model import Application, Part, Project
from ..nodes import Node
from ..text import Span


class Symbol(NamedTuple):
    """A named part of a file. `kind` is what it is: `application`, `web`, `worker`, `cron`, `hook`, `relationship`,
    `mount`, `service` or `route`. `span` is all of it, `name_span` its name."""

    name: str
    kind: str
    detail: str
    span: Span
    name_span: Span
    children: tuple[Symbol, ...] = ()


def symbols(project: Project, path: str) -> list[Symbol]:
    """The outline of one file, in its order."""
    found = [
        *(_application(each, path) for each in project.applications if each.node.source.path == path),
        *_parts(project.services, "service", path),
        *_parts(project.routes, "route", path),
    ]
    return sorted(found, key=lambda symbol: symbol.span)


def _application(application: Application, path: str) -> Symbol:
    children = [
        *_parts([application.web] if application.web.declared else [], "web", path),
        *_parts(application.workers, "worker", path),
        *_parts(application.crons, "cron", path),
        *_parts(application.hooks, "hook", path),
        *_parts(application.relationships, "relationship", path),
        *_parts(application.mounts, "mount", path),
    ]
    children.sort(key=lambda symbol: symbol.span)
    key, node = application.key, application.node
    inside = key.source.path == path and node.span.start <= key.span.start <= key.span.end <= node.span.end
    span = node.span if inside else _whole(key, node, path)
    return Symbol(application.name or "?", "application", _detail(application), span, key.span, tuple(children))


def _parts(parts: Iterable[Part], kind: str, path: str) -> Iterator[Symbol]:
    for part in parts:
        if part.key.source.path == path:
            yield Symbol(part.name or '""', kind, _detail(part), _whole(part.key, part.node, path), part.key.span)


def _detail(part: Part) -> str:
    kind = getattr(part, "type", None)
    if isinstance(kind, str):
        return kind
    if kind is not None:
        return str(kind.node.text)
    spec = getattr(part, "spec", None)
    return str(spec.text) if spec is not None else ""


def _whole(key: Node, node: Node, path: str) -> Span:
    """From a key to the end of its value, as far as it stands in this file behind the key."""
    end = node.span.end if node.source.path == path and node.span.start >= key.span.end else key.span.end
    return Span(key.span.start, end)
