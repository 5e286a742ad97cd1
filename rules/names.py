"""NM: the names of applications, services, relationships and variables."""

from __future__ import annotations

import re
from collections.abc import Callable

from paaslint.model import (
    Application,
    Container,
    Project,
    Relationship,
    Service,
    Web,
    Worker,
    value_of,
    variable_prefix,
)
from paaslint.nodes import MappingNode, Node, ScalarNode
from paaslint.rule import WARNING, Finding, Iterator, finding, rule

MAX_LENGTH = 32
"""The longest name of an application or service."""

MAX_HOST_LENGTH = 63
"""The longest name of a network storage, which is used as a host name (RFC 1123)."""

_NAME = r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\Z"
_HOST = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z"
_RELATIONSHIP = r"[a-z0-9_-]+\Z"


@rule("NM001", "bad-name", also=(WARNING,))
def bad_name(part: Application | Worker | Service | Relationship) -> Iterator[Finding]:
    """A name has characters or a form that the platform does not take.

    Names of applications, workers and services are made of lower-case letters, digits, `-` and `_`, begin and end with
    a letter or digit, have no `--`, and at most 32 characters. Names of relationships take the same characters. The
    documentation of Platform.sh advises plain letters and digits for an application, and a `network-storage` service is used as a
    host name, which cannot have an underscore. In `applications.yaml`, the key of an application is its name.

    Bad:
        # file: .platform.app.yaml
        name: My-App    # <- here
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Bad:
        # file: .platform.app.yaml
        name: my_app    # <- here
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Bad:
        relationships:
            Main Database: "db:postgresql"    # <- here

    Bad:
        workers:
            mail--queue: {commands: {start: "python mail.py"}}    # <- here

    Good:
        # file: .platform.app.yaml
        name: my-app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Source: Top-level properties, "name"; Add services, "Configure the service" and "Connect the service"
    Source: Network storage, "Configure the service"
    Source: the vendor's own linter, names
    """
    name = part.name
    written = part.get("name") if isinstance(part, Application) else None
    if isinstance(part, Application) and written is not None and _is_named_twice(part, written):
        yield finding(
            written,
            f"the key `{name}` is the application's name: the platform's own linter refuses a `name` beside it",
            help="remove `name`",
        )
    if not name:
        if isinstance(written, ScalarNode):
            yield finding(
                written,
                "the application's name is empty: the platform's own linter refuses it, and nothing can lead to it",
                help="write a name in lower-case letters, digits and single hyphens, such as `app`",
            )
        return
    if isinstance(part, Relationship):
        if not re.match(_RELATIONSHIP, name):
            yield finding(
                part.key,
                f"the relationship name `{name}` has characters that are not documented for it, and becomes a host name",
                help=_rename(name, "lower-case letters, digits, `-` and `_`"),
                severity=WARNING,
            )
        return
    kind = type(part).__name__.lower()
    if not re.match(_NAME, name) or "--" in name or len(name) > MAX_LENGTH:
        yield finding(
            part.key,
            f"the {kind} name `{name}` {_fault(name)}: the platform's own linter refuses it",
            help=_rename(name, "lower-case letters, digits and single hyphens"),
        )
    elif isinstance(part, Application) and "_" in name and not part.project.is_upsun:
        yield finding(
            part.key,
            f"the application name `{name}` has an underscore: the documentation allows lower-case letters and digits",
            help="name a new application without it; renaming a deployed one deletes its data",
            severity=WARNING,
        )
    elif isinstance(part, Service) and part.type and part.type.name == "network-storage" and not re.match(_HOST, name):
        yield finding(
            part.key,
            f"the name `{name}` of a network storage has an underscore: it is used as a host name, which cannot have one",
            help="name a new service without it; renaming a deployed one starts with an empty volume",
            severity=WARNING,
        )


def _is_named_twice(application: Application, written: Node) -> bool:
    """Whether an application of the map form of `applications.yaml` has a `name` next to its key."""
    return application.path.endswith(".platform/applications.yaml") and written is not application.key


def _fault(name: str) -> str:
    if len(name) > MAX_LENGTH:
        return f"has {len(name)} characters, more than {MAX_LENGTH}"
    if any(letter.isupper() for letter in name):
        return "has upper-case letters"
    if "--" in name:
        return "has two hyphens in a row"
    if re.match(_RELATIONSHIP, name):
        return "does not begin and end with a letter or digit"
    return "has other characters than lower-case letters, digits, `-` and `_`"


def _rename(name: str, allowed: str) -> str:
    others = r"[^a-z0-9_]+" if "`_`" in allowed else r"[^a-z0-9]+"
    plain = re.sub(others, "-", name.lower()).strip("-_")[:MAX_LENGTH]
    return f"use {allowed}" + (f", such as `{plain}`" if plain else "")


@rule("NM002", "name-taken", where="Service")
def name_taken(project: Project) -> Iterator[Finding]:
    """An application and a service have one name.

    Relationships and routes name their target, and could mean either.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        app:    # <- here
            type: "postgresql:17"
            disk: 512
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:postgresql"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        db:
            type: "postgresql:17"
            disk: 512
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: the vendor's own linter, relationships
    """
    applications = {application.name: application for application in reversed(project.applications)}
    for service in project.services:
        twin = applications.get(service.name)
        if twin is not None:
            yield finding(
                service.key,
                f"the service `{service.name}` has the name of an application: relationships and routes to it are ambiguous",
                help="give the service another name, and use that in `relationships`",
                related=[(twin.key, "the application of that name")],
            )


@rule("NM003", "reserved-name")
def reserved_name(part: Application | Service | Worker) -> Iterator[Finding]:
    """Something is called `router`, which is the name of the platform's own router.

    Bad:
        # file: .platform.app.yaml
        name: router    # <- here
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Good:
        # file: .platform.app.yaml
        name: gateway
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Source: the vendor's own linter, names
    """
    if part.name == "router":
        yield finding(
            part.key,
            "the name `router` is reserved: it is the platform's own container in front of the applications",
            help="choose another name, such as `gateway`",
        )


@rule("NM004", "variable-clash", severity=WARNING)
def variable_clash(part: Application | Web | Worker) -> Iterator[Finding]:
    """Two names become one environment variable.

    Names under `variables.env` are made upper-case. On Upsun each relationship becomes a prefix of variables, in
    upper case and with `_` for every other character.

    Bad:
        variables:
            env:
                app_env: production
                APP_ENV: staging    # <- here

    Good:
        variables:
            env:
                APP_ENV: production

    Source: Variables, "Top-level environment variables" and "Service environment variables"
    """
    node = part.node
    if not isinstance(node, MappingNode):
        return
    application = part.application if isinstance(part, Container) else part
    variables = value_of(node.index()["variables"].value, "env") if "variables" in node.index() else None
    for first, second in _twins(variables, str.upper):
        yield finding(
            second,
            f"`{second.text}` and `{first.text}` are one environment variable, `{second.text.upper()}`: "
            "which value it gets is not documented",
            help="keep one of them",
            related=[(first, "the other one")],
        )
    relationships = node.index().get("relationships") if application.project.is_upsun else None
    for first, second in _twins(relationships.value if relationships else None, variable_prefix):
        yield finding(
            second,
            f"the relationships `{second.text}` and `{first.text}` give the same variables, "
            f"`{variable_prefix(second.text)}_HOST` and so on: which of the two they describe is not documented",
            help="rename one of them",
            related=[(first, "the other one")],
        )


def _twins(node: Node | None, normal: Callable[[str], str]) -> Iterator[tuple[ScalarNode, ScalarNode]]:
    """The keys of a mapping that are the same in their normal form: the first of them, and each later one."""
    first: dict[str, ScalarNode] = {}
    for name, entry in node.index().items() if isinstance(node, MappingNode) else ():
        if isinstance(entry.key, ScalarNode) and not name.startswith("."):
            earlier = first.setdefault(normal(name), entry.key)
            if earlier is not entry.key:
                yield earlier, entry.key


@rule("NM005", "container-clash", severity=WARNING, before=("NM001",), where="Worker")
def container_clash(project: Project) -> Iterator[Finding]:
    """An application has the name of another application's worker container.

    The container of a worker is called `APPLICATION--WORKER`.

    Bad:
        # file: app/.platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        workers:
            queue: {commands: {start: python queue-worker.py}}
        # file: other/.platform.app.yaml
        name: app--queue    # <- here
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}
        "https://other.{default}/": {type: upstream, upstream: "app--queue:http"}

    Good:
        # file: app/.platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        workers:
            queue: {commands: {start: python queue-worker.py}}
        # file: other/.platform.app.yaml
        name: app-queue
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}
        "https://other.{default}/": {type: upstream, upstream: "app-queue:http"}

    Source: Work with workers, "Access the worker container"
    """
    containers = {f"{a.name}--{worker.name}": worker for a in project.applications for worker in a.workers}
    for application in project.applications:
        worker = containers.get(application.name)
        if worker is not None:
            yield finding(
                application.key,
                f"the application `{application.name}` has the name of the container of worker `{worker.name}` "
                f"of `{worker.application.name}`: the two cannot be told apart",
                help="rename the application, without two hyphens in a row",
                related=[(worker.key, "the worker")],
            )
