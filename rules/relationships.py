"""RL: relationships, what a container may connect to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from paaslint import facts
from paaslint.endpoints import Endpoints, defined_endpoints, endpoints_of, image_of
from paaslint.model import Application, Container, Part, Project, Relationship, Service, Worker, value_of
from paaslint.names import nearest, quoted
from paaslint.nodes import MappingNode, Node, Place, ScalarNode, SequenceNode, UnknownNode
from paaslint.rule import ERROR, INFO, WARNING, Change, Finding, Iterator, Repair, finding, rule
from paaslint.text import Span

HTTP = facts.APPLICATION_ENDPOINT

MAX_SUGGESTIONS = 50
"""Relationships of a project for which it is looked what was meant: nobody misspells more."""

MAX_NAMES = 500
"""Services and applications among which it is looked."""

_CLIENTS = {
    "postgresql": ("pdo_pgsql", "pgsql"),
    "postgres-replica": ("pdo_pgsql", "pgsql"),
    "postgresql-replica": ("pdo_pgsql", "pgsql"),
    "redis": ("redis",),
    "redis-persistent": ("redis",),
}
"""PHP extensions by the service that they connect to; one of them is enough."""

_OTHER_DATABASES = ("mariadb", "mysql", "oracle-mysql")

_PLAIN_CLIENTS = (b"predis/predis", b"colinmollenhour/", b"magento/", b"amphp/redis", b"clue/redis", b"wordpress")
"""Composer packages that reach Redis without an extension, or bring something that does."""


def _project(relationship: Relationship) -> Project:
    owner = relationship.owner
    return owner.application.project if isinstance(owner, Container) else owner.project


def _target(relationship: Relationship) -> Application | Service | None:
    """What the relationship leads to, where one thing only has that name."""
    project, name = _project(relationship), relationship.target or ""
    application, service = project.application(name), project.service(name)
    return None if application and service else application or service


def _is_defined(relationship: Relationship) -> bool:
    project, name = _project(relationship), relationship.target or ""
    return project.application(name) is not None or project.service(name) is not None


def _dangling(project: Project) -> Iterator[tuple[Relationship, str | None]]:
    """The relationships whose target surely is not defined, each with what it was meant to lead to."""
    if not project.names_known or project.lacks_services:
        return
    offers = {service.name: endpoints_of(service) for service in project.services}
    applications = [application.name for application in project.applications]
    defined = {*offers, *applications}
    suggestions = MAX_SUGGESTIONS if len(offers) + len(applications) <= MAX_NAMES else 0
    for relationship in project.relationships:
        target = relationship.target
        if target is None or target in defined:
            continue
        if project.files.unknown and relationship.endpoint in (None, HTTP):
            continue  # it may be an application in a submodule
        yield relationship, _suggestion(relationship, offers, applications) if suggestions > 0 else None
        suggestions -= 1


def _suggestion(
    relationship: Relationship, offers: Mapping[str, Endpoints | None], applications: Sequence[str]
) -> str | None:
    """What a relationship to something undefined was meant to lead to, by its endpoint or by its spelling."""
    target = relationship.target or ""
    endpoint = relationship.endpoint or target
    fitting = [service for service, offer in offers.items() if offer and offer.has(endpoint)]
    if len(fitting) == 1 and endpoint != HTTP:
        return fitting[0]
    fitting += [service for service, offer in offers.items() if offer is None]
    names = list(offers)
    if relationship.endpoint in (None, HTTP):
        others = [name for name in applications if name and name != relationship.owner.name]
        names += others
        fitting += others
    by_name = nearest(target, fitting, loose=True) or nearest(target, names, loose=relationship.endpoint is None)
    alone = relationship.form == "default" and len(offers) == 1
    return by_name or (next(iter(offers)) if alone else None)


@rule("RL001", "unknown-target", where="Relationship")
def unknown_target(project: Project) -> Iterator[Finding]:
    """A relationship leads to something that the project does not define.

    Bad:
        relationships:
            database: "mysqldb:postgresql"    # <- here

    Good:
        relationships:
            database: "db:postgresql"

    Source: Relationships; the vendor's own linter, relationships
    """
    parts: list[Part] = [*project.services, *project.applications]
    file = "under `services`" if project.is_upsun else "in `.platform/services.yaml`"
    for relationship, meant in _dangling(project):
        others = quoted([part.name for part in parts[:MAX_NAMES] if part is not relationship.owner])
        yield finding(
            relationship.target_place or relationship.node,
            f"relationship `{relationship.name}` leads to `{relationship.target}`, which is neither a service nor an "
            "application of this project: there is nothing to connect to",
            help=f"did you mean `{meant}`?"
            if meant
            else f"define it {file}" + (f", or write {others}" if others else ""),
            related=[(part.key, "defined here") for part in parts if meant and part.name == meant],
        )


@rule("RL002", "unknown-endpoint", also=(WARNING,))
def unknown_endpoint(relationship: Relationship) -> Iterator[Finding]:
    """A relationship names an endpoint that its service does not have.

    An image has endpoints of its own; `configuration.endpoints` replaces them. Where the names are only inferred, or
    sources disagree, this is a warning.

    Bad:
        relationships:
            database: "db:mysql"    # <- here

    Good:
        relationships:
            database: "db:postgresql"

    Source: Add services, "Connect the service"; MariaDB and PostgreSQL, "Multiple databases"
    """
    service = _target(relationship)
    offer = endpoints_of(service) if isinstance(service, Service) else None
    place, name = relationship.endpoint_place, relationship.endpoint
    if not isinstance(service, Service) or offer is None or place is None or not name or offer.has(name):
        return
    meant = nearest(name, offer.names) or (offer.names[0] if len(offer.names) == 1 else None)
    if meant:
        remedy = f"did you mean `{meant}`?"
    elif offer.names:
        remedy = f"write one of {quoted(offer.names)}"
    else:
        remedy = "define it under `configuration.endpoints` of the service"
    own = defined_endpoints(service)
    image = service.type.name if service.type else ""
    yield finding(
        place,
        f"service `{service.name}` ({image}) has no endpoint `{name}`: relationship `{relationship.name}` leads nowhere",
        help=remedy,
        severity=ERROR if offer.certain else WARNING,
        related=[(own or service.key, "its endpoints" if own else "the service")],
    )


@rule("RL003", "missing-endpoint", severity=WARNING, before=("RL004",))
def missing_endpoint(relationship: Relationship) -> Iterator[Finding]:
    """A relationship written as text names no endpoint.

    The text form is `SERVICE:ENDPOINT`; what the platform makes of one half is not documented. To leave the endpoint
    out, write a mapping with `service` alone.

    Bad:
        relationships:
            database: "db"    # <- here

    Good:
        relationships:
            database:
                service: db

    Source: Relationships, "Legacy"
    """
    target = _target(relationship)
    if relationship.form != "text" or relationship.endpoint or target is None:
        return
    offer = endpoints_of(target) if isinstance(target, Service) else None
    only = HTTP if isinstance(target, Application) else offer.names[0] if offer and len(offer.names) == 1 else None
    yield finding(
        relationship.node,
        f"relationship `{relationship.name}` names no endpoint: in this form the platform expects `SERVICE:ENDPOINT`",
        help=f"write `{target.name}:{only or 'ENDPOINT'}`"
        + (f", where ENDPOINT is one of {quoted(offer.names)}" if offer and offer.names and not only else ""),
        fix=_complete(relationship, only) if only and (not offer or offer.certain) else None,
    )


def _complete(relationship: Relationship, endpoint: str) -> Repair | None:
    node = relationship.node
    if not isinstance(node, ScalarNode):
        return None
    colon = "" if node.text.rstrip().endswith(":") else ":"
    end = len(node.text.rstrip())
    return Repair(f"add the endpoint `{endpoint}`", (Change(node.part(end, end), colon + endpoint),))


@rule("RL004", "application-endpoint", also=(WARNING,), before=("RL002", "RL011"))
def application_endpoint(relationship: Relationship) -> Iterator[Finding]:
    """A relationship to an application does not name its endpoint `http`.

    `http` is the only endpoint of an application, and it has no default one: it must be written out.

    Bad:
        # file: front/.platform.app.yaml
        name: front
        type: "nodejs:24"
        relationships:
            api:    # <- here
        web: {commands: {start: node server.js}}
        # file: api/.platform.app.yaml
        name: api
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "front:http"}

    Fixed:
        # file: front/.platform.app.yaml
        name: front
        type: "nodejs:24"
        relationships:
            api: {service: api, endpoint: http}
        web: {commands: {start: node server.js}}
        # file: api/.platform.app.yaml
        name: api
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "front:http"}

    Good:
        # file: front/.platform.app.yaml
        name: front
        type: "nodejs:24"
        relationships:
            api:
                service: api
                endpoint: http
        web: {commands: {start: node server.js}}
        # file: api/.platform.app.yaml
        name: api
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "front:http"}

    Source: Relationships between applications; Relationships, the note on application containers
    """
    application = _target(relationship)
    if not isinstance(application, Application) or relationship.endpoint == HTTP or application is relationship.owner:
        return
    image = facts.image(application.type.name) if application.type else None
    # The images table lists an endpoint `php`; the pages say that an application has `http` alone.
    disputed = relationship.endpoint is not None and (image is None or relationship.endpoint in image.endpoints)
    if relationship.endpoint:
        message = f"`{application.name}` is an application and has no endpoint `{relationship.endpoint}`, only `{HTTP}`"
    else:
        message = f"`{application.name}` is an application, and applications have no default endpoint"
    whole = relationship.key
    yield finding(
        relationship.endpoint_place
        or (whole if relationship.form == "mapping" else relationship.target_place)
        or whole,
        f"{message}: relationship `{relationship.name}` leads nowhere",
        help=f"write `{relationship.name}: {{service: {application.name}, endpoint: {HTTP}}}`",
        severity=WARNING if disputed else None,
        related=[(application.key, "the application")],
        fix=Repair(f"write the endpoint `{HTTP}`", (_with_http(relationship),)),
    )


def _with_http(relationship: Relationship) -> Change:
    """The edit that makes `http` the endpoint of a relationship."""
    node, place = relationship.node, relationship.endpoint_place
    if place is not None:
        return Change(place, HTTP)
    whole = f"{{service: {relationship.target}, endpoint: {HTTP}}}"
    service = node.entry("service") if isinstance(node, MappingNode) else None
    if service is not None and isinstance(node, MappingNode):
        end = Place(node.source, Span(service.value.span.end, service.value.span.end), service.value)
        indent = " " * (node.source.position(service.key.span.start)[1] - 1)
        return Change(end, f", endpoint: {HTTP}" if node.flow else f"\n{indent}endpoint: {HTTP}")
    if isinstance(node, ScalarNode) and not node.text:
        return Change(node, (": " if node.span.start == relationship.key.span.end else " ") + whole)
    return Change(node, whole)


@rule("RL005", "points-at-worker", before=("RL001",), where="Relationship")
def points_at_worker(project: Project) -> Iterator[Finding]:
    """A relationship leads to a worker.

    Nothing can connect to a worker: it takes no requests, from outside or from other containers.

    Bad:
        relationships:
            queue: "app--queue:http"    # <- here
            database: "db:postgresql"
        workers:
            queue:
                commands: {start: python queue-worker.py}

    Good:
        relationships:
            database: "db:postgresql"
        workers:
            queue:
                commands: {start: python queue-worker.py}

    Source: Work with workers, "Objective"
    """
    workers: dict[str | None, Worker] = {}
    for application in project.applications:
        for worker in application.workers:
            workers[f"{application.name}--{worker.name}"] = worker
            if project.names_known:
                workers.setdefault(worker.name, worker)
    for relationship in project.relationships:
        aim = workers.get(relationship.target)
        is_service = relationship.endpoint not in (None, HTTP) and project.lacks_services
        if aim is not None and relationship.form != "default" and not is_service and not _is_defined(relationship):
            yield finding(
                relationship.target_place or relationship.node,
                f"relationship `{relationship.name}` leads to the worker `{aim.name}`: nothing can connect to a worker",
                help="hand work to it through a service such as a queue or database, or make it an application",
                related=[(aim.key, "the worker")],
            )


@rule("RL006", "points-at-itself", severity=WARNING)
def points_at_itself(relationship: Relationship) -> Iterator[Finding]:
    """An application or a service has a relationship to itself.

    Circular relationships are not supported.

    Bad:
        relationships:
            database: "db:postgresql"
            self: "app:http"    # <- here

    Good:
        relationships:
            database: "db:postgresql"

    Source: Relationships between applications
    """
    owner = relationship.owner
    if isinstance(owner, Service) and isinstance(owner.node, MappingNode) and "relationships" not in owner.node.index():
        return  # it stands elsewhere, and was understood as the service's
    itself = owner.application if isinstance(owner, Container) else owner
    if not isinstance(owner, Worker) and _target(relationship) is itself:
        yield finding(
            relationship.target_place or relationship.key,
            f"relationship `{relationship.name}` leads from `{itself.name}` to itself: circles are not supported",
            help="remove it: inside its container an application reaches itself at `localhost`"
            if isinstance(itself, Application)
            else "remove it, or name what the service is to reach",
        )


@rule("RL007", "cycle", severity=WARNING, where="Relationship")
def cycle(project: Project) -> Iterator[Finding]:
    """Relationships form a circle.

    Circles between applications, or between an application and the Varnish in front of it, are not supported; with
    Varnish one of the two relationships is skipped.

    Bad:
        # file: front/.platform.app.yaml
        name: front
        type: "nodejs:24"
        relationships: {api: "api:http"}    # <- here
        web: {commands: {start: node server.js}}
        # file: api/.platform.app.yaml
        name: api
        type: "python:3.13"
        relationships: {front: "front:http"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "front:http"}

    Good:
        # file: front/.platform.app.yaml
        name: front
        type: "nodejs:24"
        relationships: {api: "api:http"}
        web: {commands: {start: node server.js}}
        # file: api/.platform.app.yaml
        name: api
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "front:http"}

    Source: Relationships between applications; Varnish, "Circular relationships"
    """
    links: dict[str, list[Relationship]] = {}
    for application in project.applications:
        links[application.name] = [r for r in application.web.relationships if r.target != application.name]
    for service in project.services:
        links[service.name] = [r for r in service.relationships if r.target != service.name]
    for circle in _circles(links):
        through = any(isinstance(relationship.owner, Service) for relationship in circle)
        # Varnish has to reach its application: it is the other way that is too much.
        last = next((r for r in reversed(circle) if not isinstance(r.owner, Service)), circle[-1])
        others = [relationship for relationship in circle if relationship is not last]
        fate = "one of them is skipped, and does not connect" if through else "the platform does not support this"
        names = [relationship.target or "" for relationship in circle]
        yield finding(
            last.target_place or last.key,
            f"the relationships between {quoted(names, 'and')} form a circle: {fate}",
            help="remove one of them, or let one side reach the other through its public URL",
            related=[(other.target_place or other.key, f"leads on to `{other.target}`") for other in others],
        )


def _circles(links: dict[str, list[Relationship]]) -> Iterator[list[Relationship]]:
    """For each relationship that closes a circle on a walk through all of them: the circle, that one last."""
    done: set[str] = set()
    for start in links:
        trail: list[Relationship] = []
        depth = {start: 0}
        pending = [] if start in done else [(start, iter(links[start]))]
        while pending:
            name, rest = pending[-1]
            relationship = next(rest, None)
            if relationship is None:
                pending.pop()
                done.add(name)
                del depth[name]
                del trail[-1:]
            elif relationship.target in depth:
                yield [*trail[depth[relationship.target] :], relationship]
            elif relationship.target in links and relationship.target not in done:
                depth[relationship.target] = len(pending)
                trail.append(relationship)
                pending.append((relationship.target, iter(links[relationship.target])))


@rule("RL008", "unused-service", severity=WARNING, where="Service")
def unused_service(project: Project) -> Iterator[Finding]:
    """A service that nothing uses.

    No relationship, mount or route leads to it, and it takes its resources all the same.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:postgresql"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        db:
            type: "postgresql:17"
            disk: 512
        cache:    # <- here
            type: "redis:8.0"
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:postgresql", cache: "cache:redis"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        db:
            type: "postgresql:17"
            disk: 512
        cache:
            type: "redis:8.0"
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: Add services, "Connect the service"; the vendor's own linter, relationships
    """
    linked = {relationship.target for relationship in project.relationships}
    linked |= {mount.service for mount in project.mounts if mount.source == "service"}
    linked |= {route.upstream_name for route in project.routes if route.upstream}
    defined = {part.name for part in (*project.services, *project.applications)}
    storages = {service.name for service in project.services if service.type and service.type.name == "network-storage"}
    mounted = {mount.service for mount in project.mounts if mount.source == "service"}
    if not _links_known(project) or not linked <= defined or not mounted <= storages:
        return  # what leads nowhere, or cannot be read, may be meant for the service that seems unused
    for service in project.services:
        if service.name not in linked and service.type is not None:  # else it may be no service, but a lost key
            yield finding(
                service.key,
                f"nothing uses the service `{service.name}`: no relationship, mount or route leads to it, "
                "and it takes its resources all the same",
                help="add a relationship to it, or remove it; removing a deployed service deletes its data",
            )


def _containers(project: Project) -> list[Container]:
    return [container for application in project.applications for container in application.web_and_workers]


def _links_known(project: Project) -> bool:
    """Whether everything that may lead to a service could be read."""
    if not project.applications or project.files.unknown or not (project.applications.known and project.routes.known):
        return False
    owners: list[Part] = [*project.applications, *project.services]
    owners += _containers(project)
    values = [value for owner in owners for value in (owner.get("relationships"), owner.get("mounts"))]
    if any(route.upstream is None and route.get("upstream") is not None for route in project.routes):
        return False
    values += [node for mount in project.mounts for node in (mount.node, mount.get("service"))]
    if any(isinstance(value, UnknownNode) or (isinstance(value, MappingNode) and value.partial) for value in values):
        return False
    if not all(container.relationships.known and container.mounts.known for container in _containers(project)):
        return False
    return all(relationship.form != "unknown" for relationship in project.relationships)


@rule("RL009", "endpoint-privilege", severity=INFO, where="Relationship")
def endpoint_privilege(project: Project) -> Iterator[Finding]:
    """A container connects with all privileges although a narrower endpoint is there for it.

    It speaks where a worker of its own choice takes the endpoint with `admin`, and where no relationship uses the
    narrower one.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:postgresql"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        workers:
            report:
                commands: {start: python report-worker.py}
                relationships:
                    database: "db:postgresql"    # <- here
            export:
                commands: {start: python export-worker.py}
                relationships:
                    database: "db:reader"
        # file: .platform/services.yaml
        db:
            type: "postgresql:17"
            disk: 512
            configuration:
                databases: [main]
                endpoints:
                    postgresql: {default_database: main, privileges: {main: admin}}
                    reader: {default_database: main, privileges: {main: ro}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:postgresql"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        workers:
            report:
                commands: {start: python report-worker.py}
                relationships:
                    database: "db:reader"
        # file: .platform/services.yaml
        db:
            type: "postgresql:17"
            disk: 512
            configuration:
                databases: [main]
                endpoints:
                    postgresql: {default_database: main, privileges: {main: admin}}
                    reader: {default_database: main, privileges: {main: ro}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: MariaDB, "Define permissions"; PostgreSQL, "Multiple databases"
    """
    used: dict[str | None, set[str | None]] = {}
    for relationship in project.relationships:
        used.setdefault(relationship.target, set()).add(relationship.endpoint)
    for relationship in project.relationships if _links_known(project) else ():
        service, place, owner = _target(relationship), relationship.endpoint_place, relationship.owner
        endpoints = defined_endpoints(service) if isinstance(service, Service) else None
        if place is None or not isinstance(service, Service) or not isinstance(endpoints, MappingNode):
            continue
        taken = used[service.name]
        if isinstance(owner, Worker):
            taken = {other.endpoint for other in owner.relationships if other.target == service.name}
        narrower = _narrower(endpoints, relationship.endpoint or "", taken)
        if narrower is not None:
            yield finding(
                place,
                f"relationship `{relationship.name}` may do everything in `{service.name}`, "
                f"and the narrower endpoint `{narrower}` is defined beside it",
                help=f"write `{service.name}:{narrower}`, if that is enough here",
                related=[(endpoints.key_of(narrower) or endpoints, "the narrower endpoint")],
            )


def _narrower(endpoints: MappingNode, name: str, taken: set[str | None]) -> str | None:
    """An endpoint that nothing takes and that may only read or write where the endpoint `name` may do everything."""
    owned = {schema for schema, right in _privileges(endpoints.get(name)) if right == "admin"}
    for other, node in endpoints if owned else ():
        rights = dict(_privileges(node))
        if other not in taken and owned & rights.keys() and set(rights.values()) <= {"ro", "rw"}:
            return other
    return None


def _privileges(endpoint: Node | None) -> Iterator[tuple[str, str]]:
    """The schemas or databases of an endpoint, each with its privilege."""
    privileges = value_of(endpoint, "privileges")
    for schema, node in privileges if isinstance(privileges, MappingNode) else ():
        yield schema, node.text if isinstance(node, ScalarNode) else ""


@rule("RL011", "default-name-mismatch", before=("RL001",), where="Relationship")
def default_name_mismatch(project: Project) -> Iterator[Finding]:
    """A relationship without a value whose name is no service.

    `NAME:` alone means the service of that very name, at its default endpoint.

    Bad:
        relationships:
            database:    # <- here

    Good:
        relationships:
            database:
                service: db

    Source: Relationships, "Using default endpoints"
    """
    services = [service.name for service in project.services]
    for relationship, meant in _dangling(project):
        name = relationship.name
        if relationship.form != "default":
            continue
        yield finding(
            relationship.key,
            f"`{name}:` alone means the service `{name}`, and no service has this name: there is nothing to connect to",
            help=f"write `{name}: {{service: {meant}}}`, or name the service that is meant"
            if meant in services
            else f"write `{name}: {{service: SERVICE}}`" + (f" with one of {quoted(services)}" if services else ""),
        )


@rule("RL012", "default-endpoint-doubtful", severity=INFO)
def default_endpoint_doubtful(relationship: Relationship) -> Iterator[Finding]:
    """A relationship relies on a default endpoint that the image may not have.

    Some versions of some images do not mark their default endpoint, and the short form can fail with "targets a
    service without a valid default endpoint configuration".

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships:
            kafka:    # <- here
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        kafka:
            type: "kafka:4.3"
            disk: 512
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships:
            kafka: {service: kafka, endpoint: kafka}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        kafka:
            type: "kafka:4.3"
            disk: 512
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: Relationships, "Availability"
    """
    service = _target(relationship)
    if relationship.form not in ("default", "mapping") or relationship.endpoint or not isinstance(service, Service):
        return
    image, offer = image_of(service), endpoints_of(service)
    if image is None or offer is None or offer.default is None or service.type is None:
        return
    if service.type.version in image.default_unflagged_versions:
        yield finding(
            relationship.target_place or relationship.key,
            f"`{image.name}` {service.type.version} may not say which endpoint is its default one, and then the "
            f"deployment fails at relationship `{relationship.name}`",
            help=f"write `{relationship.name}: {{service: {service.name}, endpoint: {offer.default}}}`",
        )


@rule("RL013", "client-extension-missing", severity=WARNING)
def client_extension_missing(application: Application) -> Iterator[Finding]:
    """A PHP application lacks the extension that its service is reached with.

    PostgreSQL needs `pdo_pgsql` or `pgsql`, Redis needs `redis`; neither is on by default. As there are Redis clients
    in plain PHP, it speaks of Redis only where a `composer.json` is there to say that none is used. An application
    that has MySQL beside PostgreSQL may do without the latter in PHP.

    Bad:
        type: "php:8.4"
        relationships:
            database: "db:postgresql"    # <- here
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Bad:
        type: "php:8.4"
        runtime:
            extensions: [apcu]    # <- here
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Good:
        type: "php:8.4"
        runtime:
            extensions: [pdo_pgsql]
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Source: PostgreSQL and Redis, "Define the relationship"; PHP, "Extensions"
    """
    kind, runtime = application.type, application.get("runtime")
    offered = facts.php_extensions(kind.version) if kind and kind.name == "php" and kind.version else None
    enabled = _extensions(value_of(runtime, "extensions"))
    if kind is None or offered is None or enabled is None or application.get("stack") is not None:
        return
    loaded = value_of(value_of(application.get("variables"), "php"), "extension")
    missing: dict[str, Relationship] = {}
    strange = enabled - set(offered.names())  # misspelt ones are told by RN001
    lists = {id(container.relationships): container.relationships for container in application.web_and_workers}
    related = [(one, _image(one)) for relationships in lists.values() for one in relationships]
    images = {image for _, image in related}
    for relationship, image in related:
        clients = _CLIENTS.get(image, ())
        have = (
            name in enabled or nearest(name, strange) or offered.state(name) in ("default", "built-in")
            for name in clients
        )
        if clients and clients[0] in offered.names() and not any(have) and _is_needed(application, image, images):
            missing.setdefault(clients[0], relationship)
    if missing and loaded is None:
        place = runtime.key_of("extensions") if isinstance(runtime, MappingNode) else None
        yield finding(
            place or (next(iter(missing.values())).key if runtime is None else application.key_of("runtime")),
            f"{'PHP extensions' if len(missing) > 1 else 'the PHP extension'} {quoted(list(missing), 'and')} "
            f"{'are' if len(missing) > 1 else 'is'} not enabled, and relationships lead to services that PHP reaches "
            f"with {'them' if len(missing) > 1 else 'it'}",
            help=f"write `runtime: {{extensions: [{', '.join(missing)}]}}`, beside what is there already",
            related=[(relationship.key, f"needs `{name}`") for name, relationship in missing.items()],
        )


def _image(relationship: Relationship) -> str:
    service = _target(relationship)
    return service.type.name if isinstance(service, Service) and service.type else ""


def _extensions(node: Node | None) -> set[str] | None:
    """The names under `runtime.extensions`; None where they cannot be told."""
    if node is None:
        return set()
    if not isinstance(node, SequenceNode):
        return None
    names: set[str] = set()
    for item in node.items:
        name = value_of(item, "name") if isinstance(item, MappingNode) else item
        if not isinstance(name, ScalarNode):
            return None
        names.add(name.text.lower())
    return names


def _is_needed(application: Application, image: str, others: Set[str]) -> bool:
    """Whether the application surely has no client of its own for the service; `others` are all images it leads to."""
    if not image.startswith("redis"):
        return others.isdisjoint(_OTHER_DATABASES)
    if application.root is None:
        return False
    tree, folder = application.project.tree, application.root
    files = [tree.read(f"{folder}/{name}".lstrip("/")) for name in ("composer.json", "composer.lock")]
    return files[0] is not None and not any(client in data for data in files if data for client in _PLAIN_CLIENTS)
