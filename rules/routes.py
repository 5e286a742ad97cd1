"""RT: routes, which URL leads to what."""

from __future__ import annotations

import re
from collections.abc import Mapping

from paaslint import facts, pcre, urls
from paaslint.endpoints import endpoints_of, image_of
from paaslint.model import Application, Project, Route, Service, Worker, text_of, value_of, whole_number
from paaslint.names import nearest, quoted
from paaslint.nodes import MappingNode, Node, Place, ScalarNode, SequenceNode
from paaslint.rule import ERROR, INFO, WARNING, Change, Finding, Iterator, Repair, finding, rule
from paaslint.urls import Url

HTTP = facts.APPLICATION_ENDPOINT
MAX_SUGGESTIONS = 200
"""For so many unknown names a near one is looked for: nobody misspells more."""

MAX_STEPS = 20
"""Redirects that a browser follows before it gives up, as the common ones do."""

_REDIRECT_CODES = (301, 302, 307, 308)
_TLS_VERSIONS = ("TLSv1.2", "TLSv1.3")
_OLD_TLS_VERSIONS = ("TLSv1.0", "TLSv1.1")
_CLIENT_AUTHENTICATION = ("request", "require")
_UNCACHEABLE = ("accept-encoding", "connection", "cookie", "proxy-authorization", "te", "upgrade")
"""Request headers that cannot be a part of the cache key, in lower case (HTTP cache, "Header behaviors")."""

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


@rule("RT001", "unknown-upstream")
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
    suggestions = MAX_SUGGESTIONS
    for route, node, name, _ in _upstreams(project):
        if name in names:
            continue
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


@rule("RT002", "upstream-form", also=(WARNING,))
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
    for route, node, name, target in _upstreams(project):
        endpoint = node.text.partition(":")[2].strip()
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


@rule("RT003", "upstream-is-worker", before=("RT001",))
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


@rule("RT005", "bad-route-url", also=(WARNING,))
def bad_route_url(route: Route) -> Iterator[Finding]:
    """The URL of a route, or the one that it redirects to, cannot be right.

    A URL has a scheme, `http` or `https`, a host, and a path. `{default}` and `{all}` are the only placeholders; they
    stand for the domain and so end the host. The router listens on ports 80 and 443 only. Paths are plain prefixes.
    What no page calls refused is a warning: a missing scheme, a `*` elsewhere than in front, a regular expression as
    a path.

    Bad:
        "https://{defaut}/blog/":    # <- here
            type: upstream
            upstream: "app:http"

    Bad:
        "https://www.{default}:8080/":    # <- here
            type: redirect
            to: "https://{default/"    # <- here

    Bad:
        "www.{default}/":    # <- here
            type: redirect
            to: "https://{default}/"

    Good:
        "https://www.{default}/":
            type: redirect
            to: "https://{default}/"

    Source: Define routes, "Route placeholders", "Wildcard routes" and "Route limits"; HTTP cache, "Cache per route"
    """
    if isinstance(route.key, ScalarNode) and (route.type or "/" in route.name):
        for problem in _url_problems(route.key, is_key=True):
            yield _url_finding(route.key, f"the route `{route.name}`", *problem)
    if route.to is not None and route.type in ("redirect", "proxy"):
        for problem in _url_problems(route.to, is_key=False, port=route.type == "proxy"):
            yield _url_finding(route.to, f"the target `{route.to.text}`", *problem)
    for _, path in _redirects(route):
        target = value_of(path, "to")
        if text_of(target) is not None and isinstance(target, ScalarNode) and not target.text.startswith("/"):
            for problem in _url_problems(target, is_key=False):
                yield _url_finding(target, f"the target `{target.text}`", *problem)


_Problem = tuple[tuple[int, int] | None, str, str, str]
_BRACED = re.compile(r"\$?\{\{?\s*([^{}/]*?)\s*\}\}?")
_DOLLAR = re.compile(r"\$(default|all|domain)\b")
_CURLY_QUOTE = re.compile("[\u2018\u2019\u201c\u201d]")


def _url_finding(
    node: ScalarNode, what: str, span: tuple[int, int] | None, why: str, help: str, severity: str
) -> Finding:
    place: Node | Place = node if span is None else node.part(*span)
    return finding(place, f"{what} {why}", help=help, severity=severity)


def _url_problems(node: ScalarNode, *, is_key: bool, port: bool = False) -> Iterator[_Problem]:
    """What is wrong with a URL; one problem at a time, the gravest first. `port` says that one may be given."""
    text = node.text
    if not text.strip() or _CURLY_QUOTE.search(text):
        return  # lookalike characters are told as such
    domain = text if is_key else text[: urls.host_span(text)[1]]
    problem = _brace_problem(domain) or _space_problem(text) or _form_problem(text, is_key=is_key, port=port)
    if problem is None and is_key:
        problem = _path_problem(text)
    if problem is not None:
        yield problem


def _brace_problem(text: str) -> _Problem | None:
    for match in _BRACED.finditer(text):
        if match[0] not in urls.PLACEHOLDERS:
            meant = nearest(match[1], ("default", "all")) or (match[1] if match[1] in ("default", "all") else None)
            write = f"write `{{{meant}}}`" if meant else "write `{default}`, or the domain itself"
            return (
                match.span(),
                f"has the placeholder `{match[0]}`, which the platform does not know: it knows `{{default}}` and `{{all}}`",
                write,
                ERROR,
            )
    rest = _BRACED.sub(lambda m: " " * len(m[0]), text)
    index = next((i for i, c in enumerate(rest) if c in "{}"), None)
    if index is not None:
        lacks = "}" if rest[index] == "{" else "{"
        return (
            (index, index + 1),
            f"lacks a `{lacks}`: the platform finds no placeholder in it",
            "write `{default}`",
            ERROR,
        )
    dollar = _DOLLAR.search(text)
    if dollar and "{" not in text:
        return dollar.span(), f"has `{dollar[0]}`, which is no placeholder of the platform", "write `{default}`", ERROR
    return None


def _space_problem(text: str) -> _Problem | None:
    match = re.search(r"\s+", text)
    if match is None:
        return None
    return match.span(), "has a space in it: no URL has one", "remove it; write `%20` for one in a path", ERROR


def _form_problem(text: str, *, is_key: bool, port: bool) -> _Problem | None:
    url = urls.parse(text)
    if not url.scheme:
        slip = re.match(r"(https?)(?::/?|//)(?=[^/\d])", text)
        if slip:
            return (
                slip.span(),
                f"begins with `{slip[0]}`, which is no scheme",
                f"write `{slip[1]}://`",
                ERROR if is_key else WARNING,
            )
        help = "begin it with `https://`"
        if not is_key and text.startswith("/"):
            help = "write a whole URL, such as `https://{default}" + text + "`"
        return (
            None,
            "has no scheme: no page says what the platform makes of it",
            help,
            WARNING,
        )
    if url.scheme not in ("http", "https"):
        return (
            (0, len(url.scheme)),
            f"begins with `{url.scheme}`: the router knows `http` and `https` only",
            "write `https://`",
            WARNING,
        )
    if not url.host:
        return None, "names no host", "write `https://{default}/`", ERROR
    misplaced = next((m for m in _BRACED.finditer(text) if not _ends_host(text, m)), None)
    if misplaced:
        return (
            misplaced.span(),
            f"has `{misplaced[0]}` where it cannot stand: it is the whole domain, and subdomains come before it",
            f"write it at the end of the host, such as `https://www.{misplaced[0]}/`",
            ERROR,
        )
    if url.port is not None and not port and (is_key or url.has_placeholder) and url.port not in ("80", "443"):
        start = text.index(":" + url.port, len(url.scheme) + 3)
        return (
            (start, start + 1 + len(url.port)),
            f"has the port `{url.port}`: the router listens on 80 and 443 only",
            "remove the port",
            ERROR,
        )
    return None


def _ends_host(text: str, placeholder: re.Match[str]) -> bool:
    start = text.find("://") + 3
    before = text[start : placeholder.start()]
    behind = text[placeholder.end() : placeholder.end() + 1]
    return "/" not in before and (not before or before.endswith(".")) and behind in ("", "/", ":", "?", "#")


def _path_problem(text: str) -> _Problem | None:
    start, end = urls.host_span(text)
    star = text.find("*", start + 1, end)
    if star >= 0:
        return (
            (star, star + 1),
            "has a `*` that is not the first part of the host: it stands for a subdomain only there",
            "write it in front, such as `https://*.{default}/`, or name each host",
            WARNING,
        )
    match = re.search(r"\(.*\)|\.\*|[\^$*?#].*", text[end:])
    if match:
        return (
            (end + match.start(), end + match.end()),
            f"has `{match[0]}` in its path: paths of routes are plain prefixes, and nothing matches this",
            "write a prefix; regular expressions can stand in `redirects.paths` and in `rules` of `web.locations`",
            WARNING,
        )
    return None


def _redirects(route: Route) -> Iterator[tuple[ScalarNode, MappingNode]]:
    """Path and settings of each partial redirect."""
    paths = value_of(route.get("redirects"), "paths")
    if isinstance(paths, MappingNode):
        for name, entry in paths.index().items():
            if not name.startswith(".") and isinstance(entry.key, ScalarNode) and isinstance(entry.value, MappingNode):
                yield entry.key, entry.value


def _flag(node: Node | None, name: str, default: bool) -> bool | None:
    """The boolean under a key; None where it cannot be told."""
    value = value_of(node, name)
    if value is None:
        return default
    return value.value if isinstance(value, ScalarNode) and isinstance(value.value, bool) else None


@rule("RT006", "redirect-loop", also=(WARNING,))
def redirect_loop(project: Project) -> Iterator[Finding]:
    """A redirect leads back to itself, at once or over others.

    Browsers give up after some rounds, and the page cannot be reached. The redirect from `http` to `https` that the
    platform makes for each `https` route counts, too. By default a redirect of a path concerns all paths below it;
    one that leads below itself is a warning.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: redirect
            to: "https://www.{default}/"    # <- here
        "https://www.{default}/":
            type: redirect
            to: "https://{default}/"    # <- here

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            redirects:
                paths:
                    /docs: {to: "/docs/latest"}    # <- here

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            redirects:
                paths:
                    /docs: {to: "/docs/latest", prefix: false}
        "https://www.{default}/":
            type: redirect
            to: "https://{default}/"

    Source: Define routes, "Basic redirect definition"; Redirects, "Partial redirects"
    """
    routes = {urls.parse(route.name): route for route in project.routes}
    for url, route in routes.items():
        way = _way_back(url, routes)
        if way and route.to is not None:
            others = [step.name for step in way[1:]]
            where = f"in a circle over {quoted(others, 'and', limit=4)}" if others else "to itself"
            if not others and urls.parse(route.to.text).scheme != url.scheme:
                where += ", as the platform leads `http` on to `https`"
            yield finding(
                route.to,
                f"route `{route.name}` redirects {where}: browsers give up, and nobody reaches the page",
                help="make one of them `type: upstream`" if others else "write `type: upstream`, or another target",
                related=[(step.to or step.key, "and back from here") for step in way[1:4]],
            )
    for route in project.routes:
        yield from _path_loops(route)


def _way_back(start: Url, routes: Mapping[Url, Route]) -> list[Route]:
    """The redirects that lead from a route back to it; empty where they do not."""
    way: list[Route] = []
    url: Url | None = start
    while url is not None and routes[url] not in way:
        route = routes[url]
        if route.type != "redirect" or route.to is None or len(way) > MAX_STEPS:
            return []
        way.append(route)
        target = urls.parse(route.to.text)
        url = _answering(target, routes)
        if url is None and target.scheme == "http":
            url = _answering(target._replace(scheme="https"), routes)
    return way if url == start else []


def _answering(target: Url, routes: Mapping[Url, Route]) -> Url | None:
    """The route that answers a request, the one with the longest path."""
    for path in urls.prefixes(target.path):
        for candidate in (path, path.rstrip("/") + "/"):
            found = target._replace(path=candidate, rest="")
            if found in routes:
                return found
    return None


class _PathRedirect:
    """A redirect of a path and, unless `prefix` is off, of all paths below it. `target` is on the same host."""

    __slots__ = ("append", "node", "prefix", "target")

    def __init__(self, node: ScalarNode, target: str, prefix: bool, append: bool) -> None:
        self.node = node
        self.target = target
        self.prefix = prefix
        self.append = append


def _path_loops(route: Route) -> Iterator[Finding]:
    here = urls.parse(route.name)
    redirects: dict[str, _PathRedirect] = {}
    for key, settings in _redirects(route):
        to = value_of(settings, "to")
        prefix, append = _flag(settings, "prefix", True), _flag(settings, "append_suffix", True)
        if text_of(to) is None or not isinstance(to, ScalarNode) or _flag(settings, "regexp", False) is not False:
            continue
        target = urls.parse(to.text)
        if prefix is None or append is None or "$" in to.text or "?" in to.text or not key.text.startswith("/"):
            continue
        if not target.host or target[:3] == here[:3]:
            redirects[key.text.rstrip("/") or "/"] = _PathRedirect(to, target.path, prefix, append)
    for path, redirect in redirects.items():
        over = _path_way_back(path, redirects)
        if over:
            himself = len(over) == 1
            exactly = himself and (redirect.target.rstrip("/") or "/") == path
            yield finding(
                redirect.node,
                f"the redirect of `{path}` leads {'to itself' if exactly else 'back below itself' if himself else 'in a circle'}"
                + ("" if exactly or not himself else f", as it concerns every path below `{path}`")
                + ": browsers give up, and nobody reaches the page",
                help="remove it, or write another target"
                if exactly or not himself
                else "add `prefix: false`, so that it concerns this one path only",
                severity=ERROR if exactly else WARNING,
                related=[(other.node, "and back from here") for other in over[1:4]],
            )


def _path_way_back(start: str, redirects: Mapping[str, _PathRedirect]) -> list[_PathRedirect]:
    """The redirects that a request for `start` goes through until it is back at the first; empty where it is not."""
    way: list[_PathRedirect] = []
    path = start
    while len(way) <= MAX_STEPS:
        source = next((p for p in urls.prefixes(path) if p in redirects and (redirects[p].prefix or p == path)), None)
        if source is None:
            return []
        redirect = redirects[source]
        if way and redirect is way[0]:
            return way
        if redirect in way:
            return []
        way.append(redirect)
        below = path[len(source.rstrip("/")) :] if redirect.append and redirect.prefix and path != source else ""
        path = (redirect.target.rstrip("/") + below).rstrip("/") or "/"
    return []


@rule("RT007", "redirect-nowhere", severity=WARNING)
def redirect_nowhere(project: Project) -> Iterator[Finding]:
    """A redirect leads to a host of this project that no route serves.

    `www` is not added by itself: each host needs a route of its own.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://api.{default}/": {type: upstream, upstream: "app:http"}
        "https://{default}/":
            type: redirect
            to: "https://www.{default}/"    # <- here

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://www.{default}/": {type: upstream, upstream: "app:http"}
        "https://{default}/":
            type: redirect
            to: "https://www.{default}/"

    Source: Define routes, "Basic redirect definition"
    """
    if not project.routes.known:
        return
    hosts = {urls.parse(route.name).wildcard_host for route in project.routes}
    for route in project.routes:
        targets = [route.to] if route.type == "redirect" else []
        targets += [to for _, path in _redirects(route) if isinstance(to := value_of(path, "to"), ScalarNode)]
        for node in targets:
            url = urls.parse(node.text) if node is not None and text_of(node) else None
            if node is None or url is None or not url.has_placeholder or _brace_problem(node.text):
                continue
            host = url.wildcard_host
            if host not in hosts and "*." + host.partition(".")[2] not in hosts:
                meant = nearest(host, hosts)
                yield finding(
                    node,
                    f"the redirect leads to `{url.host}`, which no route of this project serves: visitors get an error",
                    help=f"did you mean `{meant}`?"
                    if meant
                    else f"add the route `https://{url.host}/` {_where(project)}",
                )


@rule("RT008", "two-primaries")
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


@rule("RT009", "duplicate-route", also=(WARNING,))
def duplicate_route(project: Project) -> Iterator[Finding]:
    """Two routes are the same URL.

    A route without a path has the path `/`, and hosts have no case. Two that differ in the slash behind a longer path
    are a warning, since no page says which of them answers.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}
        "https://{default}":    # <- here
            type: upstream
            upstream: "app:http"

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: Define routes, "Trailing slashes"
    """
    exact: dict[Url, Route] = {}
    bare: dict[Url, Route] = {}
    for route in project.routes:
        url = urls.parse(route.name)
        same = exact.setdefault(url, route)
        other = bare.setdefault(url._replace(path=url.path.rstrip("/") or "/"), route)
        if same is not route and same.name != route.name:
            yield finding(
                route.key,
                f"the routes `{same.name}` and `{route.name}` are one and the same URL: only one can answer",
                help="remove one of them",
                related=[(same.key, "the other route")],
            )
        elif other.name != route.name and route.type == other.type == "upstream":
            yield finding(
                route.key,
                f"the routes `{other.name}` and `{route.name}` differ by a slash only: which of them answers is not "
                "documented",
                help="remove one of them",
                severity=WARNING,
                related=[(other.key, "the other route")],
            )


@rule("RT010", "redirect-path", also=(WARNING,))
def redirect_path(route: Route) -> Iterator[Finding]:
    """A redirect of a path cannot work as it is written.

    `code` is one of 301, 302, 307, 308. With `regexp: true` the path is a regular expression, and neither `prefix` nor
    `append_suffix` may stand beside it. Without it, the path is plain text with a leading slash; query strings
    cannot be matched.

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            redirects:
                paths:
                    "/old":
                        to: "/new"
                        code: 303    # <- here
                    "^/(blog/.*":    # <- here
                        to: "/new"
                        regexp: true
                    "/images/(.*)":
                        to: "/pictures/$1"
                        regexp: true
                        prefix: false    # <- here

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            redirects:
                paths:
                    "/images/(.*)":    # <- here
                        to: "/pictures/"

    Good:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            redirects:
                paths:
                    "/old": {to: "/new", code: 301}
                    "/images/(.*)": {to: "/pictures/$1", regexp: true}

    Source: Redirects, "Partial redirects" and "Redirects using regular expressions"
    """
    for key, settings in _redirects(route):
        code = value_of(settings, "code")
        if code is not None and whole_number(code) is not None and whole_number(code) not in _REDIRECT_CODES:
            yield finding(
                code,
                f"`{whole_number(code)}` is no code of a redirect: the platform knows 301, 302, 307 and 308",
                help="write 301 for a permanent redirect, 302 for a temporary one",
            )
        regexp = _flag(settings, "regexp", False)
        if regexp:
            yield from _regexp_redirect(key, settings)
        elif regexp is False:
            yield from _plain_redirect(key, settings)


def _regexp_redirect(key: ScalarNode, settings: MappingNode) -> Iterator[Finding]:
    fault = pcre.fault(key.text)
    if fault:
        yield finding(
            key.part(fault.start, fault.end),
            f"`{key.text}` {fault.message}: it is no regular expression, and the router cannot redirect by it",
            help="write a regular expression (PCRE), with a backslash before what is meant as text",
        )
    for name in ("prefix", "append_suffix"):
        entry = settings.entry(name)
        if entry is not None:
            yield finding(
                entry.key,
                f"`{name}` stands beside `regexp: true`: the two exclude each other",
                help=f"remove `{name}`; the regular expression says what is redirected",
            )


def _plain_redirect(key: ScalarNode, settings: MappingNode) -> Iterator[Finding]:
    to = value_of(settings, "to")
    looks = re.search(r"\A\^|\$\Z|\(.*\)|\.\*|\\[.dw/]", key.text)
    group = re.search(r"\$\d", text_of(to) or "")
    if looks:
        yield finding(
            key,
            f"the path `{key.text}` looks like a regular expression: without `regexp: true` it is taken as it is written",
            help="add `regexp: true`, or write a plain path",
            severity=WARNING,
        )
    elif group and isinstance(to, ScalarNode):
        yield finding(
            to.part(*group.span()),
            f"`{group[0]}` stands for a group of a regular expression, and `{key.text}` is a plain path",
            help="add `regexp: true` and write the path as a regular expression",
            severity=WARNING,
        )
    elif "?" in key.text:
        start = key.text.index("?")
        yield finding(
            key.part(start, len(key.text)),
            f"the path `{key.text}` has a query string: redirects by query strings do not work, and nothing matches it",
            help="redirect the path alone, or let the application redirect",
            severity=WARNING,
        )
    elif not key.text.startswith("/"):
        yield finding(
            key,
            f"the path `{key.text}` does not begin with a slash, as every path of a request does: nothing matches it",
            help=f"write `/{key.text}`",
            severity=WARNING,
        )


@rule("RT011", "no-https", severity=WARNING)
def no_https(project: Project) -> Iterator[Finding]:
    """A host has routes for `http` only.

    For each `https` route the platform makes one that leads from `http` to it. For an `http` route nothing is made:
    what visitors and the application send each other can be read on the way.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "http://{default}/":    # <- here
            type: upstream
            upstream: "app:http"

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app:http"

    Source: Define routes, "Basic redirect definition"; HTTPS
    """
    parsed = [(urls.parse(route.name), route) for route in project.routes]
    encrypted = {url.wildcard_host for url, _ in parsed if url.scheme == "https"}
    for url, route in parsed:
        if url.scheme == "http" and url.wildcard_host not in encrypted and route.type != "redirect":
            encrypted.add(url.wildcard_host)
            scheme = urls.parse(route.name).scheme
            place = route.key.part(0, len(scheme)) if isinstance(route.key, ScalarNode) else route.key
            yield finding(
                place,
                f"`{url.host}` is served by `http` only: what is sent can be read on the way",
                help="write `https`: the platform gets the certificate, and redirects `http` to it by itself",
            )


@rule("RT012", "application-unreachable", severity=INFO)
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
    reached = {route.upstream_name for route in project.routes}
    reached.update(relationship.target for relationship in project.relationships)
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


@rule("RT013", "cache-cookies", severity=WARNING)
def cache_cookies(route: Route) -> Iterator[Finding]:
    """The cookies of a cache make it useless, or let it show one visitor's page to another.

    With `'*'`, which is the default, any cookie goes past the cache: nearly every visitor has one. Other names beside
    it have no effect. With an empty list cookies are ignored, and together with a `default_ttl` answers without a
    `Cache-Control` header are kept for everybody. An entry `/…/` is a regular expression.

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: true
                default_ttl: 300
                cookies: ['*']    # <- here

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: true
                default_ttl: 300
                cookies: []    # <- here

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: true
                cookies: ["/^SS?ESS"]    # <- here

    Good:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: true
                default_ttl: 300
                cookies: ["/^SS?ESS/"]

    Source: HTTP cache, "cookies" and "default_ttl"
    """
    cache = route.get("cache")
    cookies = value_of(cache, "cookies")
    if not isinstance(cookies, SequenceNode) or _flag(cache, "enabled", True) is not True:
        return
    lifetime = whole_number(value_of(cache, "default_ttl")) or 0
    names = [(item, item.text) for item in cookies.items if isinstance(item, ScalarNode)]
    star = next((item for item, name in names if name == "*"), None)
    if star is not None and len(cookies.items) > 1:
        yield finding(
            star,
            "`'*'` stands beside names of cookies: any cookie then goes past the cache, and the names have no effect",
            help="remove `'*'`, or the names",
        )
    elif star is not None and lifetime > 0:
        yield finding(
            star,
            f"`'*'` lets any cookie go past the cache: `default_ttl: {lifetime}` holds only for visitors without a cookie",
            help="name the cookies that matter, such as the session's",
        )
    elif not cookies.items and lifetime > 0:
        yield finding(
            cookies,
            f"all cookies are ignored, and answers without `Cache-Control` are kept for {lifetime} seconds: a visitor "
            "may see the page of another",
            help="name the cookie of the session, or let the application say by `Cache-Control` what may be kept",
        )
    for item, name in names:
        if name.startswith("/"):
            fault = pcre.fault(name[1:-1]) if len(name) > 1 and name.endswith("/") else None
            if fault or not name.endswith("/") or len(name) < 2:
                yield finding(
                    item,
                    f"`{name}` is no regular expression: it "
                    + (fault.message if fault else "lacks the slash at its end, and no cookie has such a name"),
                    help="write `/…/` around a regular expression, or the name of a cookie",
                )


@rule("RT014", "cache-off-keys", severity=INFO)
def cache_off_keys(route: Route) -> Iterator[Finding]:
    """A cache that is off has settings.

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: false
                default_ttl: 300    # <- here

    Good:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: false

    Source: HTTP cache, "enabled"
    """
    cache = route.get("cache")
    if not isinstance(cache, MappingNode) or _flag(cache, "enabled", True) is not False:
        return
    keys = [key for name in ("default_ttl", "cookies", "headers") if (key := cache.key_of(name)) is not None]
    if keys:
        first = min(keys, key=lambda key: key.span)
        names = [str(key.key) for key in sorted(keys, key=lambda key: key.span)]
        yield finding(
            first,
            f"the cache of route `{route.name}` is off: {quoted(names, 'and')} {'has' if len(keys) == 1 else 'have'} no effect",
            help="remove what has no effect, or write `enabled: true`",
            related=[(cache.key_of("enabled") or route.key, "switched off here")],
        )


@rule("RT015", "hard-coded-domain", severity=INFO)
def hard_coded_domain(route: Route) -> Iterator[Finding]:
    """A route names a domain instead of a placeholder.

    `{default}` is the project's domain in production and the generated one elsewhere. A written domain becomes a part
    of the generated one on preview environments of Platform.sh and Web PaaS, so that an application that expects its
    domain breaks there; on Upsun it disappears, and two such routes meet.

    Bad:
        "https://www.example.com/":    # <- here
            type: upstream
            upstream: "app:http"

    Good:
        "https://www.{default}/":
            type: upstream
            upstream: "app:http"

    Source: Define routes, "URLs in preview environments"
    """
    url = urls.parse(route.name)
    if (
        route.type != "upstream"
        or not url.scheme
        or route.name != route.name.strip()
        or "{" in route.name
        or "$" in url.host
        or "." not in url.host
    ):
        return
    if route.project.is_upsun:
        effect = "preview environments drop it: there the route has the URL of `{default}`, and may meet another one"
    else:
        effect = (
            "on preview environments it becomes a part of a generated domain, which the application does not expect"
        )
    place = route.key.part(*urls.host_span(route.name)) if isinstance(route.key, ScalarNode) else route.key
    yield finding(
        place,
        f"the route names the domain `{url.host}`: {effect}",
        help="write `{default}`, or `{all}` for every domain of the project, with the subdomain before it",
    )


@rule("RT016", "bad-tls", also=(WARNING,))
def bad_tls(route: Route) -> Iterator[Finding]:
    """A TLS setting has a value that the platform does not know, or one that weakens the route.

    `min_version` is `TLSv1.2` or `TLSv1.3`; the older ones are deprecated, and a warning. `client_authentication` is
    `request` or `require`; without `client_certificate_authorities` any public authority will do.

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            tls:
                min_version: "1.3"    # <- here

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            tls:
                client_authentication: required    # <- here

    Good:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            tls:
                min_version: TLSv1.3

    Source: HTTPS, "Enforce TLS 1.3" and "Enable mTLS"
    """
    tls = route.get("tls")
    version = value_of(tls, "min_version")
    name = text_of(version)
    if name in _OLD_TLS_VERSIONS and version is not None:
        yield finding(
            version,
            f"`{name}` is deprecated: it weakens the encryption of the whole route",
            help="write `TLSv1.2`, or remove the setting, as the default refuses older versions",
            severity=WARNING,
        )
    elif name is not None and version is not None and name not in _TLS_VERSIONS:
        meant = nearest(name, _TLS_VERSIONS) or next((v for v in _TLS_VERSIONS if v[-3:] == name[-3:]), None)
        yield finding(
            version,
            f"`{name}` is no version of TLS that the platform knows: it refuses the route",
            help=f"write `{meant}`" if meant else f"write {quoted(_TLS_VERSIONS)}",
        )
    authentication = value_of(tls, "client_authentication")
    name = text_of(authentication)
    if name is not None and authentication is not None and name not in _CLIENT_AUTHENTICATION:
        meant = nearest(name, _CLIENT_AUTHENTICATION)
        yield finding(
            authentication,
            f"`{name}` is no way to ask for a client's certificate: the platform refuses the route",
            help=f"did you mean `{meant}`?" if meant else f"write {quoted(_CLIENT_AUTHENTICATION)}",
        )
    elif name == "require" and authentication and value_of(tls, "client_certificate_authorities") is None:
        yield finding(
            authentication,
            "certificates are required, and no authority is named: one of any public authority is accepted",
            help="name your own authority under `client_certificate_authorities`",
            severity=WARNING,
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


@rule("RT018", "cache-header")
def cache_header(route: Route) -> Iterator[Finding]:
    """A cache is told to tell requests apart by a header that it cannot use.

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: true
                headers:
                    - Accept
                    - Accept-Encoding    # <- here

    Good:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: true
                headers:
                    - Accept

    Source: HTTP cache, "Header behaviors"
    """
    headers = value_of(route.get("cache"), "headers")
    for item in headers.items if isinstance(headers, SequenceNode) else ():
        if isinstance(item, ScalarNode) and item.text.strip().lower() in _UNCACHEABLE:
            remedy = "name cookies under `cookies`" if item.text.strip().lower() == "cookie" else "remove it"
            yield finding(
                item,
                f"`{item.text}` cannot be among the headers of a cache: the platform answers with an error",
                help=remedy,
            )


@rule("RT019", "switch-form", severity=WARNING, also=(INFO,), before=("SC003",))
def switch_form(route: Route) -> Iterator[Finding]:
    """`ssi` or `cache` is written as a mere switch.

    Both are mappings with `enabled`; a table of the documentation calls `ssi` a boolean, and its text speaks of
    `cache: false`.

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            ssi: true    # <- here

    Good:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            ssi: {enabled: true}
            cache: {enabled: false}

    Source: Server side includes; HTTP cache, "Flushing"
    """
    for name, severity in (("ssi", WARNING), ("cache", INFO)):
        node = route.get(name)
        if isinstance(node, ScalarNode) and isinstance(node.value, bool):
            yield finding(
                node,
                f"`{name}` is a mapping, no switch: the vendor's own schema refuses `{node.text}` here",
                help=f"write `{name}: {{enabled: {node.text.lower()}}}`",
                severity=severity,
            )
