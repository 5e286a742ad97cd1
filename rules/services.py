"""SV: services, the databases, caches and search engines beside the applications."""

from __future__ import annotations

import re
from collections.abc import Mapping

from paaslint import facts
from paaslint.endpoints import defined_endpoints, endpoints_of, image_of
from paaslint.model import Project, Relationship, Route, Service, once, value_of
from paaslint.names import nearest, quoted
from paaslint.nodes import MappingNode, Node, ScalarNode, SequenceNode, UnknownNode
from paaslint.rule import ERROR, INFO, WARNING, Finding, Iterator, finding, rule

NETWORK_STORAGE, VARNISH, CLICKHOUSE = "network-storage", "varnish", "clickhouse"

_SAME_SOFTWARE = ("mariadb", "oracle-mysql")
"""Images whose pages say that with endpoints of one's own there is no default one."""

_EXTENSIONS = {"pgvector": "vector", "uuid": "uuid-ossp", "trgm": "pg_trgm", "pg_trigram": "pg_trgm"}
"""Names that people write for a PostgreSQL extension, and the extension."""

_NOT_CODE = r'(?s)/\*.*?\*/|(?:#|//)[^\n]*|\{".*?"\}|"[^"\n]*"'
_VCL_FILE = r"\s*[\w./-]+\.vcl\s*\Z"
_VCL_WRONG = (
    (r"(?m)^[ \t]*(vcl[ \t]+\d[\d.]*[ \t]*;)", "a version line"),
    (r"\bsub\s+(vcl_init)\b", "`vcl_init`"),
    (r"\b(import\s+std\b[^;\n]*;?)", "an import of `std`"),
    (r"\b(import\s+directors\b[^;\n]*;?)", "an import of `directors`"),
)
"""What a VCL must not have, as its group 1, and what that is called."""
_BACKEND = r"\b(\w+)\s*\.\s*backend\s*\("
_NEW_OBJECT = r"\bnew\s+(\w+)\s*="
_CHOICE = r"\breq\s*\.\s*backend_hint\b"


def _family(image: facts.Image) -> str:
    return image.replica_of or image.alias_of or image.name


def _problems(service: Service, kind: str) -> Iterator[Finding]:
    """What is wrong under `configuration`, of one kind: `unknown`, `target` or `value`."""
    if service.get("configuration") is not None:
        from paaslint.configuration import check

        yield from (found for its_kind, found in check(service) if its_kind == kind)


def _configuration(service: Service, name: str) -> Node | None:
    """The value under a key of the configuration, also under a misspelt one."""
    node = service.get("configuration")
    settings = facts.configuration(service.type.name) if service.type and isinstance(node, MappingNode) else None
    if isinstance(node, MappingNode) and settings:
        from paaslint.configuration import meant_entry

        entry = meant_entry(node, name, settings)
        if entry is not None and isinstance(entry.key, ScalarNode):
            return value_of(node, entry.key.text)
    return value_of(node, name)


@rule("SV001", "disk-missing", flavour="platform")
def disk_missing(service: Service) -> Iterator[Finding]:
    """A service that stores data has no `disk`.

    `disk` is required for every image that keeps its data on disk, and has no default.

    Bad:
        db:    # <- here
            type: "postgresql:17"

    Good:
        db:
            type: "postgresql:17"
            disk: 512

    Good:
        # file: .platform/services.yaml
        db:
            type: "postgresql:17"
            disk: 512
        cache:
            type: "redis:8.0"
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:postgresql", cache: "cache:redis"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: Add services, "Service options" and "Disk"
    """
    image = image_of(service)
    if image is None or not image.needs_disk or service.get("disk") is not None:
        return
    if image.replica_of:
        least = ", at least as large as the primary's"
    else:
        figures = image.minimum_disk and (image.minimum_disk.documented, image.minimum_disk.table)
        least = f", at least {max(figure or 0 for figure in figures)}" if figures else ""
    yield finding(
        service.key_of("disk"),
        f"service `{service.name}` has no `disk`: `{image.name}` keeps its data on one, and there is no default",
        help=f"add `disk:` with its size in MB{least}",
    )


@rule("SV002", "disk-forbidden", severity=WARNING, flavour="platform", where="disk")
def disk_forbidden(service: Service) -> Iterator[Finding]:
    """A service that keeps everything in memory has a `disk`.

    Bad:
        # file: .platform/services.yaml
        db:
            type: "postgresql:17"
            disk: 512
        cache:
            type: "memcached:1.6"
            disk: 256    # <- here
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:postgresql", cache: "cache:memcached"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        db:
            type: "postgresql:17"
            disk: 512

    Source: Add services, "Service options" and "Disk"
    """
    image = image_of(service)
    if image is None or not image.disk_forbidden or isinstance(service.get("disk"), (UnknownNode, type(None))):
        return
    lasting = image.persistent_variant
    yield finding(
        service.key_of("disk"),
        f"service `{service.name}` has a `disk`, and `{image.name}` keeps nothing on disk: none can be set for it",
        help="remove `disk`"
        + (f"; to keep data over a restart, define a new service of type `{lasting}`" if lasting else ""),
    )


@rule("SV003", "unknown-configuration", severity=WARNING, where="configuration")
def unknown_configuration(service: Service) -> Iterator[Finding]:
    """`configuration` of a service has a key that its image does not document.

    Bad:
        db:
            type: "postgresql:17"
            disk: 512
            configuration:
                extention:    # <- here
                    - hstore

    Bad:
        # file: .platform/services.yaml
        db:
            type: "mariadb:11.4"
            disk: 512
            configuration:
                max_allowed_packet: 64    # <- here
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:mysql"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        db:
            type: "postgresql:17"
            disk: 512
            configuration:
                extensions:
                    - hstore

    Source: each service's page, its configuration
    """
    yield from _problems(service, "unknown")


@rule("SV004", "endpoint-target", also=(WARNING,), where="configuration")
def endpoint_target(service: Service) -> Iterator[Finding]:
    """An endpoint of a service leads to something that is not defined, or with a privilege that there is not.

    An endpoint's schemas, databases or core must be listed beside `endpoints`. Without such a list there is one, called
    `main`. For ClickHouse, whose form is inferred, this is a warning.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:mysql"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        db:
            type: "mariadb:11.4"
            disk: 512
            configuration:
                schemas: [main, legacy]
                endpoints:
                    mysql:
                        default_schema: main
                        privileges:
                            main: admin
                            legcy: ro    # <- here
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Bad:
        db:
            type: "postgresql:17"
            disk: 512
            configuration:
                endpoints:
                    postgresql:
                        default_database: main
                        privileges:
                            main: write    # <- here

    Good:
        db:
            type: "postgresql:17"
            disk: 512
            configuration:
                databases: [main]
                endpoints:
                    postgresql:
                        default_database: main
                        privileges:
                            main: rw

    Source: MariaDB and PostgreSQL, "Multiple databases"; Solr, "Solr 6 and later"
    """
    yield from _problems(service, "target")


@rule("SV005", "endpoint-unused", severity=INFO, where="configuration")
def endpoint_unused(service: Service) -> Iterator[Finding]:
    """An endpoint that a service defines is used by no relationship.

    Bad:
        db:
            type: "postgresql:17"
            disk: 512
            configuration:
                endpoints:
                    postgresql:
                        default_database: main
                        privileges: {main: rw}
                    reporter:    # <- here
                        default_database: main
                        privileges: {main: ro}

    Good:
        db:
            type: "postgresql:17"
            disk: 512
            configuration:
                endpoints:
                    postgresql:
                        default_database: main
                        privileges: {main: rw}

    Source: MariaDB and PostgreSQL, "Multiple databases"
    """
    endpoints, offer = defined_endpoints(service), endpoints_of(service)
    if not isinstance(endpoints, MappingNode) or offer is None:
        return
    used = _used_endpoints(service)
    if not used or _has_lost_replica(service):
        return
    names = {name.removesuffix(suffix) for name in used for suffix in ("", *offer.suffixes)}
    for name, entry in endpoints.index().items():
        if name in offer.names and name not in names:
            yield finding(
                entry.key,
                f"no relationship uses the endpoint `{name}` of `{service.name}`: nothing can connect with its privileges",
                help="remove it, or name it as the `endpoint` of the relationship that it is meant for",
            )


def _has_lost_replica(service: Service) -> bool:
    """Whether a replica lacks the way to its primary, which may be this one: that is told of the replica."""
    project = service.project

    def find() -> bool:
        replicas = (other for other in project.services if (image := image_of(other)) and image.replica_of)
        return any(all(r.name != facts.REPLICATION_RELATIONSHIP for r in replica.relationships) for replica in replicas)

    return once(project.answers, "lost_replica", find)


def _used_endpoints(service: Service) -> set[str] | None:
    """The endpoints of a service that relationships and routes name, and the one that they mean without naming any;
    None where some of them cannot be told, or where one leads to an endpoint that is not there."""
    project, offer = service.project, endpoints_of(service)
    if not _links_known(project) or offer is None:
        return None
    links = _links(project)
    if links is None:
        return None
    used: set[str] = set()
    for is_route, endpoint in links.get(service.name, ()):
        name = endpoint if is_route else endpoint or offer.default
        if name is None or not (is_route or offer.has(name)):
            return None
        used.add(name)
    return used


_Links = dict[str, list[tuple[bool, str | None]]]


def _links(project: Project) -> _Links | None:
    """By the name of what they lead to, the endpoint that each route and relationship names, and whether it is a
    route's; None where a relationship leads nowhere, for it may be meant for any service. Gathered once for all."""
    return once(project.answers, "links", lambda: _gather_links(project))


def _gather_links(project: Project) -> _Links | None:
    links: _Links = {}
    for relationship in project.relationships:
        target = relationship.target
        if target is None or not (project.service(target) or project.application(target)):
            return None
        links.setdefault(target, []).append((False, relationship.endpoint))
    for route in project.routes:
        if route.upstream and route.upstream_name:
            links.setdefault(route.upstream_name, []).append((True, route.upstream.text.partition(":")[2].strip()))
    return links


def _links_known(project: Project) -> bool:
    """Whether every relationship and route of the project can be read."""
    return once(project.answers, "links_known", lambda: _are_links_known(project))


def _are_links_known(project: Project) -> bool:
    if not (project.names_known and project.routes.known) or project.files.unknown:
        return False
    holders = [service.relationships for service in project.services]
    for application in project.applications:
        if not application.workers.known:
            return False
        holders += [application.relationships, *(c.relationships for c in application.web_and_workers)]
    return all(relationships.known for relationships in holders)


@rule("SV007", "unknown-extension", also=(WARNING,), where="configuration")
def unknown_extension(service: Service) -> Iterator[Finding]:
    """An extension or plugin is not offered for the service's version.

    The list of PostgreSQL's extensions is closed. Elasticsearch and OpenSearch have official plugins, and others only
    on request.

    Bad:
        db:
            type: "postgresql:17"
            disk: 512
            configuration:
                extensions:
                    - hstor    # <- here

    Bad:
        # file: .platform/services.yaml
        db:
            type: "postgresql:17"
            disk: 512
        search:
            type: "opensearch:3"
            disk: 512
            configuration:
                plugins:
                    - analysis-icuu    # <- here
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:postgresql", search: "search:opensearch"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        db:
            type: "postgresql:17"
            disk: 512
            configuration:
                extensions:
                    - hstore

    Source: PostgreSQL, "Available extensions"; Elasticsearch and OpenSearch, "Plugins"
    """
    image = image_of(service)
    settings = facts.configuration(image.name) if image and service.get("configuration") is not None else None
    version = (service.type.version if service.type else None) or ""
    if image is None or not settings:
        return
    if "extensions" in settings:
        for item in _items(service, "extensions"):
            yield from _check_extension(service, item, version)
    for setting in settings.values():
        if setting.values_by_major:
            for item in _items(service, setting.name):
                yield from _check_plugin(service, item, setting.values_by_major, version)


def _items(service: Service, name: str) -> list[ScalarNode]:
    """The texts in a list of the configuration."""
    node = _configuration(service, name)
    items = node.items if isinstance(node, SequenceNode) else []
    return [item for item in items if isinstance(item, ScalarNode) and not item.is_null]


def _check_extension(service: Service, item: ScalarNode, version: str) -> Iterator[Finding]:
    known, name = facts.postgresql_extensions(), item.text
    extension = known.get(name)
    if extension is None:
        meant = _EXTENSIONS.get(name.lower()) or nearest(name, known, loose=True)
        yield finding(
            item,
            f"PostgreSQL extension `{name}` of `{service.name}` is not on the platform's list: it cannot be added",
            help=f"did you mean `{meant}`?" if meant else "remove it: the list of extensions is closed",
        )
    elif extension.offered_in(version) is False:
        if extension.only_versions:
            when = f"for version {quoted(extension.only_versions)} only"
        elif extension.min_version and extension.below_version is None:
            when = f"from version {extension.min_version} on"
        else:
            when = f"before version {extension.below_version}"
        yield finding(
            item,
            f"PostgreSQL extension `{name}` is offered {when}, and `{service.name}` has version {version}: it cannot be "
            "added",
            help="remove it, or choose a version that has it",
        )


def _check_plugin(
    service: Service, item: ScalarNode, offered: Mapping[str, list[str]], version: str
) -> Iterator[Finding]:
    major = version.partition(".")[0]
    majors = offered.get(item.text)
    if majors is None:
        meant = nearest(item.text, offered, loose=True)
        yield finding(
            item,
            f"plugin `{item.text}` of `{service.name}` is not among the documented ones: others are there on request only",
            help=f"did you mean `{meant}`?" if meant else "remove it, or ask the support whether it can be enabled",
            severity=WARNING,
        )
    elif major not in majors and any(major in others for others in offered.values()):
        yield finding(
            item,
            f"plugin `{item.text}` is documented for version {quoted(majors)} only, and `{service.name}` has {version}",
            help="remove it, or choose a version that has it",
            severity=WARNING,
        )


@rule("SV008", "varnish", also=(WARNING,), before=("SC002",))
def varnish(service: Service) -> Iterator[Finding]:
    """A Varnish service lacks what it needs, or its VCL has what it must not have.

    Varnish needs `relationships` to the applications behind it, and a VCL that chooses one of them in `vcl_recv`. The
    platform adds the version line, the imports of `std` and `directors`, and `vcl_init` itself. The router's own cache
    should be off on the route that leads to Varnish.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        varnish:    # <- here
            type: "varnish:9.0"
            relationships: {app: "app:http"}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "varnish:http"
            cache: {enabled: false}

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        varnish:
            type: "varnish:9.0"
            relationships: {app: "app:http"}
            configuration:
                vcl: |
                    vcl 4.0;    # <- here
                    sub vcl_recv {
                        set req.backend_hint = app.backend();
                    }
        # file: .platform/routes.yaml
        "https://{default}/":    # <- here
            type: upstream
            upstream: "varnish:http"

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        varnish:
            type: "varnish:9.0"
            relationships: {app: "app:http"}
            configuration:
                vcl: !include
                    type: string
                    path: config.vcl
        # file: .platform/config.vcl
        sub vcl_recv {
            set req.backend_hint = app.backend();
        }
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "varnish:http"
            cache: {enabled: false}

    Source: Varnish, "Configure the service", "Create a VCL template" and "Route incoming requests to Varnish"
    """
    if service.type is None or service.type.name != VARNISH:
        return
    relationships, vcl = service.get("relationships"), _configuration(service, "vcl")
    if relationships is None or (isinstance(relationships, MappingNode) and not relationships.entries):
        both = vcl is None and not isinstance(relationships, MappingNode)
        yield finding(
            service.key_of("relationships"),
            f"Varnish `{service.name}` has no `relationships`{' and no `configuration.vcl`' if both else ''}: it has no "
            "application to pass requests on to",
            help='add `relationships:` with an entry such as `app: "app:http"`'
            + (", and `configuration: {vcl: …}` that chooses it" if both else ""),
        )
    if vcl is None:
        holder = service.get("configuration")
        yield finding(
            holder.key_of("vcl") or service.key_of("configuration")
            if isinstance(holder, MappingNode)
            else service.key_of("configuration"),
            f"Varnish `{service.name}` has no `configuration.vcl`: nothing tells it what to do with a request",
            help="add `vcl: !include {type: string, path: config.vcl}` with the path of a VCL file beside the services",
        )
    elif isinstance(vcl, ScalarNode):
        yield from _check_vcl(service, vcl)
    yield from _check_router_cache(service)


def _check_vcl(service: Service, vcl: ScalarNode) -> Iterator[Finding]:
    text = re.sub(_NOT_CODE, lambda match: re.sub(r"[^\n]", " ", match[0]), vcl.text)
    holder = service.get("configuration")
    key = holder.key_of("vcl") if isinstance(holder, MappingNode) else None
    if re.match(_VCL_FILE, vcl.text):
        yield finding(
            vcl,
            f"`{vcl.text.strip()}` is taken for the VCL itself, not for the name of a file: it is no VCL",
            help=f"write `vcl: !include {{type: string, path: {vcl.text.strip()}}}`",
            severity=WARNING,
        )
        return
    for pattern, what in _VCL_WRONG:
        for match in re.finditer(pattern, text):
            yield finding(
                vcl.part(*match.span(1)),
                f"the VCL of `{service.name}` has {what}: the platform adds it itself, and it must not stand here",
                help="remove it",
                severity=WARNING,
            )
    if not re.search(_CHOICE, text):
        yield finding(
            key or vcl,
            f"the VCL of `{service.name}` chooses no backend: Varnish does not know where to pass a request on to",
            help="write `set req.backend_hint = NAME.backend();` in `vcl_recv`, where NAME is one of its relationships",
            severity=WARNING,
        )
    yield from _check_backends(service, vcl, text)


def _check_backends(service: Service, vcl: ScalarNode, text: str) -> Iterator[Finding]:
    names = {relationship.name for relationship in service.relationships}
    known = names | {name.replace("-", "_") for name in names} | set(re.findall(_NEW_OBJECT, text))
    for match in re.finditer(_BACKEND, text):
        if names and service.relationships.known and match[1] not in known:
            known.add(match[1])
            meant = nearest(match[1], names, loose=True)
            yield finding(
                vcl.part(*match.span(1)),
                f"the VCL of `{service.name}` passes requests on to `{match[1]}`, which is none of its relationships",
                help=f"did you mean `{meant}`?" if meant else f"name one of its relationships: {quoted(sorted(names))}",
                severity=WARNING,
            )


def _check_router_cache(service: Service) -> Iterator[Finding]:
    for route in service.project.routes:
        place = _cached_at(route) if route.upstream_name == service.name else None
        if place is not None:
            yield finding(
                place,
                f"route `{route.name}` leads to Varnish `{service.name}`, and the router's own cache is on in front of it: "
                "Varnish does not see every request",
                help="write `cache: {enabled: false}` on this route",
                severity=WARNING,
            )


def _cached_at(route: Route) -> Node | None:
    """Where a route has the router's cache on, which it is by default; None where it has not, or that is unknown."""
    cache = route.get("cache")
    enabled = value_of(cache, "enabled")
    if not isinstance(route.node, MappingNode):
        return None
    if not isinstance(cache, MappingNode) and (cache is not None or route.node.entry("cache")):
        return None
    if isinstance(enabled, UnknownNode) or (isinstance(enabled, ScalarNode) and enabled.value is not True):
        return None
    return enabled or route.key_of("cache")


@rule("SV009", "not-linked-endpoint", also=(WARNING,), before=("RL002", "RL003"))
def not_linked_endpoint(relationship: Relationship) -> Iterator[Finding]:
    """A relationship leads to a default endpoint that is not there.

    `endpoints` of one's own take the place of the default one, and so do `schemas` (MariaDB) and `databases`
    (PostgreSQL), as far as the pages show. A vault has no default endpoint, and a network storage none at all: it is
    used by mounts.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships:
            database: "db:mysql"    # <- here
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        db:
            type: "mariadb:11.4"
            disk: 512
            configuration:
                schemas: [main]
                endpoints:
                    admin: {default_schema: main, privileges: {main: admin}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships:
            database: "db:admin"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        db:
            type: "mariadb:11.4"
            disk: 512
            configuration:
                schemas: [main]
                endpoints:
                    admin: {default_schema: main, privileges: {main: admin}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: MariaDB and PostgreSQL, "Multiple databases"; Vault KMS, "Configure the service"; Network storage
    """
    service = _target(relationship)
    image, offer = (image_of(service), endpoints_of(service)) if service else (None, None)
    if service is None or image is None or offer is None or relationship.form == "unknown":
        return
    place = relationship.endpoint_place or relationship.target_place or relationship.key
    if image.name == NETWORK_STORAGE:
        yield finding(
            place,
            f"relationship `{relationship.name}` leads to the network storage `{service.name}`, which has no endpoint: "
            "nothing connects to it, it is mounted",
            help=f"remove it, and write `source: service` and `service: {service.name}` in a mount",
            severity=WARNING,
        )
        return
    if relationship.form == "text" and not relationship.endpoint:
        return
    default, named = image.default_endpoint, relationship.endpoint
    own = defined_endpoints(service)
    strict = _family(image) in _SAME_SOFTWARE
    if named is None and offer.default is None:
        severity = ERROR if image.custom_endpoints_required or (strict and own is not None) else WARNING
    elif named == default and not offer.has(default or "") and (strict or not offer.certain):
        severity = ERROR if strict and own is not None else WARNING
    else:
        return
    if own is not None:
        why = f"`configuration.endpoints` of `{service.name}` " + ("takes its place" if offer.names else "defines none")
    elif default is None:
        why = f"`{image.name}` has none by itself"
    else:
        why = f"`configuration` of `{service.name}` lists databases of its own, without `endpoints`"
    what = f"the default endpoint `{default}`" if default else "a default endpoint"
    if offer.names:
        remedy = (
            f"write `endpoint: {offer.names[0]}`" if len(offer.names) == 1 else f"name one of {quoted(offer.names)}"
        )
        remedy += f", or define `{default}` under `endpoints`" if default else ""
    else:
        remedy = f"define `{default or 'NAME'}` under `configuration.endpoints` of the service"
    yield finding(
        place,
        f"relationship `{relationship.name}` leads to {what}, which is not there: {why}",
        help=remedy,
        severity=severity,
        related=[(own or service.key, "the endpoints" if own else "the service")],
    )


def _target(relationship: Relationship) -> Service | None:
    """The service that the relationship leads to, where one thing only has that name."""
    owner = relationship.owner
    project = owner.application.project if hasattr(owner, "application") else owner.project
    name = relationship.target or ""
    return None if project.application(name) else project.service(name)


@rule("SV011", "no-default-schema", severity=WARNING, where="configuration")
def no_default_schema(service: Service) -> Iterator[Finding]:
    """An endpoint of a database says no default schema or database.

    `path` of the relationship is then null: most applications find no database to use, and the CLI cannot connect.

    Bad:
        db:
            type: "postgresql:17"
            disk: 512
            configuration:
                endpoints:
                    postgresql:    # <- here
                        privileges: {main: admin}

    Good:
        db:
            type: "postgresql:17"
            disk: 512
            configuration:
                endpoints:
                    postgresql:
                        default_database: main
                        privileges: {main: admin}

    Source: MariaDB, "Define permissions"; PostgreSQL, "Multiple databases"
    """
    image, endpoints = image_of(service), defined_endpoints(service)
    if image is None or image.name == CLICKHOUSE or not isinstance(endpoints, MappingNode):
        return
    from paaslint.configuration import meant_entry

    members = (facts.configuration(image.name) or {})["endpoints"].members or {}
    key = next((name for name in members if name.startswith("default_")), None)
    if key is None:
        return
    if any(name in members for name in endpoints.index()):
        return  # an endpoint's name is missing, which is another mistake
    for name, entry in endpoints.index().items():
        value = entry.value
        if name.startswith(".") or name == facts.REPLICATION_ENDPOINT or not isinstance(value, MappingNode):
            continue
        if value.partial or meant_entry(value, key, members) or "replication" in value.index():
            continue
        privileges = value_of(value, "privileges")
        names = list(privileges.index()) if isinstance(privileges, MappingNode) else []
        yield finding(
            entry.key,
            f"endpoint `{name}` of `{service.name}` has no `{key}`: `path` of a relationship to it is empty, and the CLI "
            "cannot connect",
            help=f"add `{key}: {names[0] if len(names) == 1 else '…'}` to it",
        )


@rule("SV012", "configuration-value", severity=WARNING, where="configuration")
def configuration_value(service: Service) -> Iterator[Finding]:
    """A value in `configuration` of a service is none that its image documents, or stands in the wrong version.

    Bad:
        # file: .platform/services.yaml
        db:
            type: "postgresql:17"
            disk: 512
        cache:
            type: "redis:8.0"
            configuration:
                maxmemory_policy: allkeys-lruu    # <- here
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:postgresql", cache: "cache:redis"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        # file: .platform/services.yaml
        db:
            type: "postgresql:17"
            disk: 512
        cache:
            type: "redis:8.0"
            configuration:
                maxmemory_policy: allkeys-lru
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:postgresql", cache: "cache:redis"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: each service's page, its configuration
    """
    yield from _problems(service, "value")
