"""RT: routes, which URL leads to what."""

from __future__ import annotations

from paaslint import facts
from paaslint.endpoints import endpoints_of, image_of
from paaslint.model import Application, Project, Route, Service, Worker, text_of
from paaslint.names import nearest, quoted
from paaslint.nodes import MappingNode, Node, Place, ScalarNode
from paaslint.rule import ERROR, INFO, WARNING, Change, Finding, Iterator, Repair, finding, rule

HTTP = facts.APPLICATION_ENDPOINT
MAX_SUGGESTIONS = 200
"""For so many unknown names a near one is looked for: nobody misspells more."""
Target = Application | Service


def _where(project: Project) -> str:
    return "under `routes`" if project.is_upsun else "in `.platform/routes.yaml`"


def _upstreams(project: Project) -> Iterator[tuple[Route, ScalarNode, str, Target | None]]:
    """The routes that say what answers, each with that text, the name in it, and the one thing of that name."""
    defined: dict[str, list[Target]] = {}
    for application in project.applications:
        defined.setdefault(application.name, []).append(application)
    for service in project.services:
        defined.setdefault(service.name, []).append(service)
    for route in project.routes:
        node = route.upstream
        name = route.upstream_name
        if route.type in (None, "upstream") and node is not None and name and not _is_url(node):
            found = defined.get(name, [])
            yield route, node, name, found[0] if len(found) == 1 else None


def _is_url(node: ScalarNode) -> bool:
    return "/" in node.text


def _name_place(node: ScalarNode, name: str) -> Place:
    start = node.text.index(name)
    return node.part(start, start + len(name))


@rule("RT001", "unknown-upstream", where="Route")
def unknown_upstream(project: Project) -> Iterator[Finding]:
    """A route leads to something that the project does not define.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "ap:http"    # <- here

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app:http"

    Source: Define routes, "Route configuration reference"; Set multiple apps, "Routes"
    Source: the vendor's own linter, routes
    """
    applications = [application.name for application in project.applications if application.name]
    if not applications or not project.names_known or project.files.unknown:
        return
    names = {*applications, *(service.name for service in project.services)}
    refused = {name.lower() for name in names if name != name.lower()}
    suggestions = MAX_SUGGESTIONS
    for route, node, name, _ in _upstreams(project):
        if name in names or name in refused:
            continue  # of a name in upper case, the name itself is the mistake
        suggestions -= 1
        meant = nearest(name, names, loose=True) if suggestions >= 0 else None
        if meant is None and len(applications) == 1:
            meant = applications[0]
        yield finding(
            _name_place(node, name),
            f"route `{route.name}` leads to `{name}`, which is neither an application nor a service of this project: "
            "nothing answers there, and the platform refuses the route",
            help=f"did you mean `{meant}`?"
            if meant
            else f"write the name of an application, such as {quoted(applications, limit=4)}",
            related=[(p.key, "defined here") for p in (*project.applications, *project.services) if p.name == meant],
        )


@rule("RT002", "upstream-form", also=(WARNING,), where="Route")
def upstream_form(project: Project) -> Iterator[Finding]:
    """The upstream of a route has not the form that the platform wants.

    It is `NAME:http` for an application, whose only endpoint is `http`. For a service that answers requests, such as
    Varnish, it is the service's name and its endpoint. A URL belongs into `to` of a `proxy` route. A service that
    does not speak HTTP, such as a database, is a warning, since no page says what becomes of it.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: app    # <- here
        "https://www.{default}/":
            type: upstream
            upstream: "app:https"    # <- here

    Fixed:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: app:http
        "https://www.{default}/":
            type: upstream
            upstream: "app:http"

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "http://app"    # <- here
        "https://www.{default}/":
            type: upstream
            upstream: ":http"    # <- here

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        hub: {type: "mercure:0", disk: 512}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}
        "https://hub.{default}/": {type: upstream, upstream: "hub:mercure"}

    Source: Define routes, "Route configuration reference"; the vendor's own linter, routes
    """
    for route in project.routes:
        if route.type in (None, "upstream") and route.upstream is not None and _is_url(route.upstream):
            yield finding(
                route.upstream,
                f"the `upstream` of route `{route.name}` is no name: the platform takes only an application or service "
                "of this project there",
                help="write `APPLICATION:http`; to forward requests to another site, write `type: proxy` and `to: URL`",
            )
        elif (
            route.type in (None, "upstream")
            and route.upstream is not None
            and route.upstream.text.strip().startswith(":")
        ):
            yield finding(
                route.upstream,
                f"the `upstream` of route `{route.name}` names nothing: the platform expects `NAME:ENDPOINT`",
                help=f"write `APPLICATION{route.upstream.text.strip()}`",
            )
    for route, node, name, target in _upstreams(project):
        endpoint = node.text.partition(":")[2]
        if isinstance(target, Application) and endpoint != HTTP:
            yield _application_upstream(route, node, endpoint)
        elif isinstance(target, Service):
            yield from _service_upstream(route, node, endpoint, target)
        elif target is None and not endpoint:
            yield finding(
                node,
                f"the `upstream` of route `{route.name}` names no endpoint: the platform expects `NAME:ENDPOINT`",
                help=f"write `{name}:{HTTP}`",
            )


def _application_upstream(route: Route, node: ScalarNode, endpoint: str) -> Finding:
    name, _, rest = node.text.partition(":")
    what = f"has no endpoint `{endpoint}`, only `{HTTP}`" if endpoint else f"needs its endpoint `{HTTP}` written out"
    start = len(name.rstrip())
    place = node.part(len(name) + 1, len(node.text)) if endpoint else node
    end = len(node.text) if endpoint or not rest else len(name) + 1
    return finding(
        place,
        f"an application {what}: the platform refuses the `upstream` of route `{route.name}`",
        help=f"write `{name.strip()}:{HTTP}`",
        fix=Repair(f"write the endpoint `{HTTP}`", (Change(node.part(start, end), f":{HTTP}"),)),
    )


def _service_upstream(route: Route, node: ScalarNode, endpoint: str, service: Service) -> Iterator[Finding]:
    image, offer = image_of(service), endpoints_of(service)
    if image is None or offer is None or (endpoint and offer.has(endpoint) and image.routable):
        return
    described = f"service `{service.name}` ({image.name})"
    severity = ERROR if offer.certain else WARNING
    if endpoint and offer.has(endpoint):
        message = f"{described} does not answer HTTP requests: nothing can be shown at route `{route.name}`"
        severity = WARNING
    elif endpoint:
        message = f"{described} has no endpoint `{endpoint}`: route `{route.name}` leads nowhere"
    else:
        message = f"the `upstream` of route `{route.name}` names no endpoint: the platform refuses it"
        severity = ERROR
    remedy = "name an application, which then uses the service by a relationship"
    if image.routable and offer.default:
        remedy = f"write `{service.name}:{offer.default}`"
    yield finding(node, message, help=remedy, severity=severity, related=[(service.key, "the service")])


@rule("RT003", "upstream-is-worker", before=("RT001",), where="Worker")
def upstream_is_worker(project: Project) -> Iterator[Finding]:
    """A route leads to a worker.

    Nothing can connect to a worker, neither the router nor another container.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        workers: {queue: {commands: {start: python queue-worker.py}}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app--queue:http"    # <- here

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        workers: {queue: {commands: {start: python queue-worker.py}}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app:http"

    Source: Work with workers, "Objective"
    """
    workers: dict[str, Worker] = {}
    for application in project.applications:
        for worker in application.workers:
            workers.setdefault(worker.name, worker)
            workers[f"{application.name}--{worker.name}"] = worker
    defined = {part.name for part in (*project.applications, *project.services)}
    for route, node, name, _ in _upstreams(project):
        if name in workers and name not in defined:
            application = workers[name].application
            yield finding(
                _name_place(node, name),
                f"route `{route.name}` leads to the worker `{workers[name].name}`: nothing can connect to a worker",
                help=f"write `{application.name}:{HTTP}`, or make the worker an application of its own",
                related=[(workers[name].key, "the worker")],
            )


@rule("RT004", "missing-upstream", before=("SC002", "SC004"))
def missing_upstream(route: Route) -> Iterator[Finding]:
    """A route does not say where it leads.

    A route of type `upstream` needs `upstream`, one of type `redirect` or `proxy` needs `to`.

    Bad:
        "https://www.{default}/":    # <- here
            type: upstream

    Bad:
        "https://www.{default}/":
            type: redirect
            to:    # <- here

    Good:
        "https://www.{default}/":
            type: redirect
            to: "https://{default}/"

    Source: Define routes, "Route configuration reference"; the vendor's own linter, routes
    """
    wanted = {"upstream": "upstream", "redirect": "to", "proxy": "to"}.get(route.type or "")
    if wanted is None or not isinstance(route.node, MappingNode):
        return
    value = route.get(wanted)
    if value is None or (isinstance(value, ScalarNode) and not value.text.strip()):
        example = "`upstream: APPLICATION:http`" if wanted == "upstream" else "`to: URL`"
        yield finding(
            route.key_of(wanted),
            f"route `{route.name}` is of type `{route.type}` and has no `{wanted}`: the platform refuses it",
            help=f"add {example}, or another `type`",
        )


@rule("RT008", "two-primaries", where="Route")
def two_primaries(project: Project) -> Iterator[Finding]:
    """Two routes claim to be the primary one, or have the same `id`.

    At most one route of a project is primary; without any it is the first of type `upstream`. By its `id` an
    application finds a route in every environment, so it has to be unique.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            id: main
            primary: true
        "https://api.{default}/":
            type: upstream
            upstream: "app:http"
            id: main    # <- here
            primary: true    # <- here

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            id: main
            primary: true
        "https://api.{default}/":
            type: upstream
            upstream: "app:http"
            id: api

    Source: Define routes, "Route configuration reference" and "Route identifiers"
    """
    primary: tuple[Route, Node] | None = None
    ids: dict[str, tuple[Route, Node]] = {}
    for route in project.routes:
        node, id_node = route.get("primary"), route.get("id")
        if isinstance(node, ScalarNode) and node.value is True:
            if primary:
                yield finding(
                    node,
                    f"route `{route.name}` is primary, and so is `{primary[0].name}`: a project has one primary route",
                    help="remove `primary` from all but one",
                    related=[(primary[1], "the other one")],
                )
            primary = primary or (route, node)
        name = text_of(id_node)
        if name and id_node is not None:
            if name in ids:
                yield finding(
                    id_node,
                    f"two routes have the id `{name}`: an id has to be unique, as applications find a route by it",
                    help="give this route an id of its own",
                    related=[(ids[name][1], f"the id of `{ids[name][0].name}`")],
                )
            ids.setdefault(name, (route, id_node))


@rule("RT012", "application-unreachable", severity=INFO, where="Route")
def application_unreachable(project: Project) -> Iterator[Finding]:
    """An application has a server, and nothing leads to it.

    That is legal. Still, a server that neither a route nor a relationship of another application leads to answers
    nobody. Applications with workers or crons have a reason to be there without.

    Bad:
        # file: app/.platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: api/.platform.app.yaml
        name: api    # <- here
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT api:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        # file: app/.platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {api: "api:http"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: api/.platform.app.yaml
        name: api
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT api:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: Set multiple apps, "Routes"
    """
    if len(project.applications) < 2 or not project.routes or not project.routes.known or not project.names_known:
        return
    if any(route.upstream is None and route.type not in ("redirect", "proxy") for route in project.routes):
        return
    if any(relationship.target is None for relationship in project.relationships):
        return
    if len(project.files.applications) > 1 and ".platform/applications.yaml" in project.files.applications:
        return  # which of the files are read is not documented
    reached = {route.upstream_name for route in project.routes}
    reached.update(relationship.target for relationship in project.relationships)
    defined = {part.name for part in (*project.applications, *project.services)}
    if not {route.upstream_name for route in project.routes if route.upstream} <= defined:
        return  # what leads nowhere may be meant for the application that seems unreachable
    for route, node, _, target in _upstreams(project):
        if isinstance(target, Service) and any(_service_upstream(route, node, node.text.partition(":")[2], target)):
            return  # likewise
    for application in project.applications:
        start = application.web.start
        if application.name in reached or start is None or start.text.split()[:1] in ([], ["sleep"]):
            continue
        if all(application.get(name) is None for name in ("workers", "crons")):
            yield finding(
                application.key,
                f"application `{application.name}` runs a server, and no route and no relationship leads to it: nobody "
                "reaches it",
                help=f"add a route with `upstream: {application.name}:{HTTP}` {_where(project)}, or a relationship to it",
                related=[(start.key, "the server")],
            )


@rule("RT017", "route-without-app", severity=WARNING)
def route_without_app(project: Project) -> Iterator[Finding]:
    """A project with several applications has no route.

    For one application the platform makes a default route. Which of several gets it is not documented.

    Bad:
        # tree: complete
        # file: .platform/applications.yaml
        -    # <- here
            name: app
            type: "python:3.13"
            source: {root: /}
            web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        -
            name: blog
            type: "python:3.13"
            source: {root: /}
            web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT blog:application"}}

    Good:
        # file: app/.platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: blog/.platform.app.yaml
        name: blog
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT blog:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}
        "https://blog.{default}/": {type: upstream, upstream: "blog:http"}

    Source: Define routes, "Default route definition"; the vendor's own linter, routes
    """
    names = [application.name for application in project.applications]
    if len(set(names)) < 2 or project.routes or not project.routes.known or not project.applications.known:
        return
    if not project.is_upsun and not project.files.routes and project.tree.exists(".platform/routes.yaml") is not False:
        return
    keys = [root.key_of("routes") for root in project.roots.values() if isinstance(root, MappingNode)]
    place = next((key for key in keys if key is not None), None) or project.file_start(
        (*project.files.routes, *project.files.upsun, *project.files.applications)[0]
    )
    if place is not None:
        yield finding(
            place,
            f"there is no route, and {len(set(names))} applications: which one answers requests is not documented",
            help=f"add a route for each application that visitors reach, {_where(project)}",
        )
